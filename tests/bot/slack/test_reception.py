"""Every event is acknowledged in time and answered in words, over the socket and over HTTP alike."""

import asyncio
import json
from datetime import timedelta

import pytest
import structlog

from bot.slack import reception as module
from bot.slack.answers import CROWDED, STOPPED, STOPPING
from bot.slack.events import Asker, Click, Command, Reply, Submission
from bot.store.errors import StoreUnreachable
from fake_slack import Posted
from hearing import Heard, requests_open, socket_open, workspace
from waiting import until
from working import slower

ASKER = Asker("U0ANNA", "C00001", "general", "T0ONRECORD")
BUTTON = {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "Got it"}, "value": "9f6f"}
MENU = {
    "type": "static_select",
    "action_id": "mute",
    "options": [{"text": {"type": "plain_text", "text": "A day"}, "value": "1d"}],
}
FIELD = {"type": "plain_text_input", "action_id": "why"}
MODAL = {
    "type": "modal",
    "callback_id": "not-relevant",
    "private_metadata": "C00001 9f6f",
    "title": {"type": "plain_text", "text": "Not relevant"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [{"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "Why?"}, "element": FIELD}],
}


@pytest.fixture
async def slack():
    async with workspace() as slack:
        yield slack


@pytest.fixture(params=["socket", "http"])
def opened(request, slack):
    """Opens the one door or the other."""
    way = socket_open if request.param == "socket" else requests_open
    return lambda handler, **about: way(slack, handler, **about)


def posted(slack) -> Posted:
    blocks = [{"type": "actions", "block_id": "a", "elements": [BUTTON, MENU]}]
    message = Posted(channel="C00001", ts="1.000001", at=slack.clock(), text="An alert", blocks=blocks, metadata=None)
    slack.workspace.messages.append(message)
    return message


def slowly(event: asyncio.Event, reply: Reply):
    async def answer(_event):
        await event.wait()
        return reply

    return answer


async def test_a_reply_that_is_ready_goes_with_the_acknowledgement(slack, opened):
    handler = Heard(Reply("Nothing is watched here yet.", in_channel=True))
    async with opened(handler):
        said = await slack.people.types("/watch add https://acme.example/a|b&c in #general")
        seconds, payload = await said.acknowledged()
    assert payload["text"] == "Nothing is watched here yet."
    assert payload["response_type"] == "in_channel"
    assert (said.shown, said.answers, said.faults) == (["Nothing is watched here yet."], [], [])
    assert seconds < 2
    [command] = handler
    assert command.asker == ASKER
    assert command.text == "add <https://acme.example/a>|b&amp;c in <#C00001|general>"


async def test_a_slow_one_is_acknowledged_and_follows(slack, opened):
    ready = asyncio.Event()
    async with opened(Heard(slowly(ready, Reply("*AAPL* is watched.")))):
        typing = asyncio.create_task(slack.people.types("/watch add https://acme.example/feed"))
        said = await typing
        assert await said.told() == "Checking <https://acme.example/feed>…"
        ready.set()
        assert await said.told(times=2) == "*AAPL* is watched."
    assert len(said.acks) == 1
    assert said.acks[0][0] < 2
    assert said.answers[0]["response_type"] == "ephemeral"
    assert said.faults == []


async def test_what_breaks_is_told_with_a_reference_that_is_in_the_log(slack, opened):
    async with opened(Heard(ValueError("no secret of anybody"))):
        with structlog.testing.capture_logs() as log:
            said = await slack.people.types("/watch list")
            words = await said.told()
    reference = words.split("`")[1]
    assert words == f"Something broke on my side; nothing changed. Reference `{reference}`."
    [broke] = [entry for entry in log if entry["event"] == "slack.broke"]
    assert (broke["reference"], broke["exc_info"]) == (reference, True)


async def test_a_store_that_is_away_is_our_fault_and_nothing_is_done(slack, opened):
    async def away(_envelope):
        raise StoreUnreachable("The database does not answer.", "Start it.")

    handler = Heard()
    async with opened(handler, first_time=away):
        said = await slack.people.types("/watch list")
        assert (await said.told()).startswith("Something broke on my side")
    assert handler == []


async def test_a_store_that_hangs_is_told_of_in_time_too(slack, opened):
    async def hangs(_envelope):
        await asyncio.Event().wait()

    async with opened(Heard(), first_time=hangs, timings=slower(answer=timedelta(milliseconds=600))):
        said = await slack.people.types("/watch list")
        assert await said.told() == "Checking …"
        assert (await said.told(times=2)).startswith("Something broke on my side")
    assert said.faults == []


async def test_a_click_is_acknowledged_at_once_and_answered_behind_it(slack, opened):
    ready = asyncio.Event()
    handler = Heard(slowly(ready, Reply("Muted by Anna.")))
    async with opened(handler):
        said = await slack.people.clicks(posted(slack), "mute", "1d")
        seconds, payload = await said.acknowledged()
        assert (payload, seconds < 0.2) == (None, True)
        ready.set()
        assert await said.told() == "Muted by Anna."
    [click] = handler
    trigger = said.payload["trigger_id"]
    assert click == Click(ASKER, action="mute", value="1d", message="1.000001", trigger=trigger)
    assert said.answers[0]["replace_original"] is False
    assert said.faults == []


async def test_a_click_that_only_changes_the_message_says_nothing(slack, opened):
    handler = Heard(None)
    async with opened(handler):
        said = await slack.people.clicks(posted(slack), "ack")
        await until(lambda: handler)
    assert handler[0].value == "9f6f"
    assert (said.shown, said.faults, slack.responses.log) == ([], [], [])


async def test_a_modal_is_opened_and_what_is_sent_is_answered_in_it(slack, opened):
    async def answer(event):
        return Reply("", modal=MODAL) if isinstance(event, Click) else Reply("Thank you.")

    handler = Heard(answer)
    async with opened(handler):
        await slack.people.clicks(posted(slack), "ack")
        [modal] = await until(lambda: list(slack.views.opened.values()))
        assert (modal.user, modal.view["title"]["text"]) == ("U0ANNA", "Not relevant")
        said = await slack.people.submits(modal, {"why": "The wrong company"})
    sent = handler[1]
    assert sent == Submission(
        Asker("U0ANNA", "", "", "T0ONRECORD"), "not-relevant", "C00001 9f6f", {"why": "The wrong company"}
    )
    assert said.faults == []
    assert modal.words == "Thank you."


async def test_a_modal_that_is_sent_may_close(slack, opened):
    async def answer(event):
        return Reply("", modal=MODAL) if isinstance(event, Command) else None

    async with opened(Heard(answer)):
        asked = await slack.people.types("/watch rule")
        [modal] = await until(lambda: list(slack.views.opened.values()))
        assert (await asked.acknowledged())[1] is None
        await slack.people.submits(modal, {"why": "x"})
    assert slack.views.opened == {}


async def test_a_slow_answer_to_a_modal_comes_in_it(slack, opened):
    ready = asyncio.Event()

    async def answer(event):
        if isinstance(event, Command):
            return Reply("", modal=MODAL)
        await ready.wait()
        return None

    async with opened(Heard(answer)):
        await slack.people.types("/watch rule")
        [modal] = await until(lambda: list(slack.views.opened.values()))
        said = await slack.people.submits(modal, {"why": "x"})
        assert modal.words == "Checking …"
        ready.set()
        await until(lambda: modal.words == "Done.")
    assert said.faults == []


async def test_a_modal_that_comes_too_late_is_told_of(slack, opened):
    async def answer(event):
        slack.views._triggers[event.trigger] = (slack.clock() - timedelta(seconds=4), "U0ANNA")
        return Reply("", modal=MODAL)

    async with opened(Heard(answer)):
        said = await slack.people.clicks(posted(slack), "ack")
        assert "took too long to open" in await said.told()
    assert slack.views.opened == {}


async def test_a_modal_that_slack_refuses_is_our_fault(slack, opened):
    wrong = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    async with opened(Heard(Reply("", modal=wrong))):
        said = await slack.people.clicks(posted(slack), "ack")
        assert (await said.told()).startswith("Something broke on my side")


async def test_a_long_answer_is_cut_between_lines(slack, opened):
    line = "w7 *AAPL* · `guidance` · last match 2 h ago"
    async with opened(Heard(Reply("\n".join([line] * 200)))):
        said = await slack.people.types("/watch list all")
        text = await said.told()
    assert said.faults == []
    assert set(text.split("\n")) == {line, "…"}
    assert 2800 < len(text) < 3000


@pytest.mark.parametrize("refused", [[500], [503, 429]])
async def test_an_answer_that_slack_does_not_take_is_given_again(slack, opened, refused):
    slack.responses.failing = refused.copy()
    async with opened(Heard(Reply("Done at last."))):
        said = await slack.people.clicks(posted(slack), "ack")
        assert await said.told() == "Done at last."
    assert [status for _, status in slack.responses.log] == [*refused, 200]


@pytest.mark.parametrize(("statuses", "tries"), [([500] * 9, 3), ([404], 1)])
async def test_an_answer_that_is_lost_is_logged_without_its_address(slack, opened, statuses, tries):
    slack.responses.failing = statuses.copy()
    with structlog.testing.capture_logs() as log:
        async with opened(Heard(Reply("Never."))):
            await slack.people.clicks(posted(slack), "ack")
            [lost] = await until(lambda: [entry for entry in log if entry["event"] == "slack.reply-lost"])
    assert f"status {statuses[0]}" in lost["reason"]
    assert "/commands/" not in json.dumps(log, default=str)
    assert len(slack.responses.log) == tries


async def test_few_are_handled_at_a_time_and_all_are_answered(slack, opened):
    busy, most = 0, 0

    async def answer(event):
        nonlocal busy, most
        busy, most = busy + 1, max(most, busy + 1)
        await asyncio.sleep(0.01)
        busy -= 1
        return Reply(event.text)

    async with opened(Heard(answer)):
        typed = await asyncio.gather(*(slack.people.types(f"/watch {number}") for number in range(40)))
        told = [await said.outcome() for said in typed]
    assert told == [str(number) for number in range(40)]
    assert most == module.AT_ONCE
    assert [said.faults for said in typed] == [[]] * 40


async def test_too_many_are_sent_away_in_words(slack, opened, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    ready = asyncio.Event()
    async with opened(Heard(slowly(ready, Reply("Done.")))):
        first = [await slack.people.types("/watch list") for _ in range(3)]
        for said in first:
            assert await said.told() == "Checking …"
        last = await slack.people.types("/watch list")
        assert await last.told() == CROWDED.text
        ready.set()
        for said in first:
            assert await said.told(times=2) == "Done."


async def test_a_stop_lets_finish_what_it_can_and_says_what_it_cannot(slack, opened):
    ready = asyncio.Event()
    handler = Heard(slowly(ready, Reply("Done.")))
    timings = slower(stop_within=timedelta(seconds=1), acknowledge=timedelta(seconds=2), answer=timedelta(minutes=1))
    async with opened(handler, timings=timings):
        typing = asyncio.create_task(slack.people.types("/watch add AAPL"))
        clicked = await slack.people.clicks(posted(slack), "ack")
        await until(lambda: len(handler) == 2)
    said = await typing
    assert said.shown == [STOPPED.text]
    assert clicked.shown == [STOPPED.text]
    assert (said.faults, clicked.faults) == ([], [])
    assert STOPPING.text != STOPPED.text


async def test_what_comes_during_a_stop_is_asked_to_come_again(slack, opened):
    ready = asyncio.Event()
    handler = Heard(slowly(ready, Reply("Done.")))
    late = []

    async def stopped():
        async with opened(handler, timings=slower(stop_within=timedelta(seconds=10))) as door:
            await slack.people.clicks(posted(slack), "ack")
            await until(lambda: handler)
            late.append(door)

    task = asyncio.create_task(stopped())
    await until(lambda: late)
    said = await slack.people.types("/watch list")
    assert await said.told() == STOPPING.text
    ready.set()
    await task
    assert len(handler) == 1


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "view_closed"},
        {"type": "block_actions"},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": []},
        {"type": "block_actions", "user": "U1", "actions": [{"action_id": "ack"}]},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": ["ack"]},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {}},
        {"command": ["/watch"], "user_id": "U1"},
        {"type": {"command": "/watch"}, "user_id": 7},
    ],
)
async def test_nonsense_is_acknowledged_and_does_nothing(slack, payload):
    handler = Heard()
    async with socket_open(slack, handler):
        said = await slack.people.types("/watch list")
        await said.told()
        said.id, said.acks, said.sendings = "", [], 0
        said.payload = payload
        await slack.sockets.send(said)
        assert (await said.acknowledged())[1] is None
    assert len(handler) == 1
