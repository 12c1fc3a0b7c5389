"""The socket under Slack's own client, and what that client does not notice: refusals, resets, silence."""

import asyncio
import io
import logging
from datetime import timedelta

import pytest
import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot import logs
from bot.config.secrets import Secrets
from bot.slack.events import Command, Reply
from fake_slack import Fault
from hearing import APP, BOT, Heard, Known, socket_open, workspace
from waiting import until
from working import slower

PATIENT = slower(socket_lost=timedelta(minutes=5))
"""Whoever heals within this is not made anew."""


@pytest.fixture
async def slack():
    async with workspace() as slack:
        yield slack


async def heard(slack, text="list") -> str:
    """A command's way there and back."""
    said = await slack.people.types(f"/watch {text}")
    words = await said.outcome()
    assert said.faults == []
    return words


async def hears(slack, text="list") -> str:
    """A command's way over whichever socket there is, as soon as there is one."""
    await until(lambda: slack.sockets.open_now)
    return await heard(slack, text)


def handshakes(slack) -> list[int]:
    return [status for _, status in slack.sockets.handshakes]


async def test_a_socket_is_opened_heard_and_closed(slack):
    handler = Heard(Reply("Hello."))
    async with socket_open(slack, handler) as door:
        assert await heard(slack) == "Hello."
        await until(lambda: door.trouble is None)
    assert isinstance(handler[0], Command)
    await until(lambda: not slack.sockets.open_now, within=5)
    assert handshakes(slack) == [101]
    assert slack.sockets.lost == []


async def test_a_ticket_that_is_refused_is_not_tried_for_ever(slack):
    slack.sockets.refusing = [404, 408]
    async with socket_open(slack, Heard(), timings=PATIENT):
        assert await hears(slack) == "Done."
    tickets = [ticket for ticket, _ in slack.sockets.handshakes]
    assert handshakes(slack) == [404, 408, 101]
    assert len(set(tickets)) == 3


async def test_slacks_client_alone_would_try_it_for_ever(slack):
    """Why there is a watch. When this fails the client has learned it, and `wss_uri = None` can go."""
    slack.sockets.refusing = [404]
    client = SocketModeClient(APP, web_client=AsyncWebClient(base_url=slack.base_url), ping_interval=0.02)
    client.logger = logging.getLogger("nobody")
    client.logger.propagate = False
    connecting = asyncio.create_task(client.connect())
    await until(lambda: len(slack.sockets.handshakes) > 5)
    assert len({ticket for ticket, _ in slack.sockets.handshakes}) == 1
    await client.close()
    await connecting


async def test_a_door_that_stays_shut_is_told_of_and_opens_by_itself(slack):
    slack.sockets.refusing = [404] * 100
    with structlog.testing.capture_logs() as log:
        async with socket_open(slack, Heard(), wait=False) as door:
            await until(lambda: door.trouble)
            assert door.trouble == "Slack's socket has been closed for 0.6 s"
            slack.sockets.refusing.clear()
            assert await hears(slack) == "Done."
            await until(lambda: door.trouble is None)
    events = [entry["event"] for entry in log]
    assert events.count("slack.deaf") == 1
    assert events.count("slack.hears") == 1


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_token_that_slack_refuses_is_told_of_and_asked_about_again(slack, code):
    token = slack.workspace.tokens[APP]
    token.refused = code
    with structlog.testing.capture_logs() as log:
        async with socket_open(slack, Heard(), wait=False) as door:
            await until(lambda: len(slack.calls("apps.connections.open")) > 2)
            assert door.trouble == f"Slack answered {code} to apps.connections.open"
            token.refused = None
            assert await hears(slack) == "Done."
            await until(lambda: door.trouble is None)
    assert [entry["event"] for entry in log if entry["event"] == "slack.deaf"] == ["slack.deaf"]


async def test_a_token_of_the_other_kind_and_one_without_its_scope_are_told_apart(slack):
    slack.workspace.tokens[APP].scopes = frozenset()
    async with socket_open(slack, Heard(), wait=False) as door:
        await until(lambda: door.trouble)
        assert "the app needs the scope connections:write" in door.trouble


async def test_a_token_that_is_revoked_while_the_socket_is_open_is_noticed(slack):
    async with socket_open(slack, Heard()) as door:
        assert await heard(slack) == "Done."
        slack.workspace.tokens[APP].refused = "token_revoked"
        await slack.sockets.disconnect("link_disabled")
        slack.sockets.reset()
        await until(lambda: door.trouble == "Slack answered token_revoked to apps.connections.open")
        slack.workspace.tokens[APP].refused = None
        assert await hears(slack) == "Done."
        await until(lambda: door.trouble is None)


async def test_a_refresh_opens_a_new_socket_at_once(slack):
    async with socket_open(slack, Heard(), timings=PATIENT):
        [before] = slack.sockets.open_now
        await slack.sockets.disconnect("refresh_requested")
        await until(lambda: any(one is not before for one in slack.sockets.open_now), within=0.25)
        await until(lambda: before not in slack.sockets.open_now)
        assert await heard(slack) == "Done."
    assert handshakes(slack) == [101, 101]


@pytest.mark.parametrize("lost", ["reset", "freeze"])
async def test_a_socket_that_is_lost_without_a_word_is_opened_again(slack, lost):
    async with socket_open(slack, Heard(), timings=PATIENT) as door:
        await until(lambda: door._hearing)
        getattr(slack.sockets, lost)()
        assert await hears(slack) == "Done."
        assert door.trouble is None


async def test_a_reconnection_that_slack_puts_off_is_not_waited_for(slack):
    """Slack's client would sleep for as long as it is told to, and nobody would be heard meanwhile."""
    async with socket_open(slack, Heard()):
        slack.fail("apps.connections.open", Fault("429", retry_after="600"))
        slack.sockets.reset()
        assert await hears(slack) == "Done."


@pytest.mark.parametrize(
    "fault",
    [Fault("500"), Fault("html"), Fault("text"), Fault("bad-json"), Fault("cut"), Fault("429", retry_after="1")],
)
async def test_an_unclear_answer_to_the_first_question_is_asked_again(slack, fault):
    slack.fail("apps.connections.open", fault)
    async with socket_open(slack, Heard(), wait=False) as door:
        await until(lambda: door.trouble)
        assert "apps.connections.open" in door.trouble
        assert await hears(slack) == "Done."


async def test_an_answer_without_an_address_is_no_end(slack):
    slack.fail("apps.connections.open", Fault("no-ts"))
    async with socket_open(slack, Heard(), timings=PATIENT):
        assert await hears(slack) == "Done."


async def test_the_same_envelope_is_handled_once_and_acknowledged_each_time(slack):
    handler = Heard()
    async with socket_open(slack, handler):
        said = await slack.people.types("/watch add AAPL")
        assert await said.told() == "Done."
        await slack.sockets.send(said)
        await until(lambda: len(said.acks) == 2)
        assert said.acks[1][1] is None
    assert len(handler) == 1


async def test_of_two_workers_one_handles_an_envelope(slack):
    """Slack gives each to any one of the sockets, and may give it to the other one again."""
    known, first, second = Known(), Heard(), Heard()
    async with socket_open(slack, first, first_time=known), socket_open(slack, second, first_time=known):
        await until(lambda: len(slack.sockets.open_now) == 2)
        for _ in range(6):
            said = await slack.people.types("/watch list")
            await said.told()
            await slack.sockets.send(said)
            await until(lambda said=said: len(said.acks) == 2)
    assert len(first) + len(second) == 6


async def test_an_eleventh_socket_waits_its_turn_and_says_why(slack):
    """Slack's client alone would ask for a socket hundreds of times a second."""
    async with socket_open(slack, Heard()) as first:
        await until(lambda: first._hearing)
        [ours] = slack.sockets.open_now
        slack.sockets.open_now += [ours] * 9
        with structlog.testing.capture_logs() as log:
            async with socket_open(slack, Heard(), wait=False) as late:
                await until(lambda: late.trouble)
                assert late.trouble.endswith("(Slack said too_many_websockets)")
                asked = len(slack.calls("apps.connections.open"))
                await until(lambda: len(slack.calls("apps.connections.open")) > asked + 2)
                assert [entry["event"] for entry in log] == ["slack.deaf"]
        assert asked < 8
        slack.sockets.open_now[:] = [ours]
        assert await heard(slack) == "Done."


async def test_an_acknowledgement_that_is_lost_with_its_socket_is_followed_by_the_reply(slack):
    ready = asyncio.Event()

    async def answer(_event):
        await ready.wait()
        return Reply("*AAPL* is watched.")

    timings = slower(PATIENT, acknowledge=timedelta(seconds=2), socket_ping=timedelta(seconds=2))
    async with socket_open(slack, Heard(answer), timings=timings):
        said = await slack.people.types("/watch add AAPL")
        slack.sockets.reset()
        await asyncio.sleep(0.1)  # until its client has met the reset
        ready.set()
        assert await said.told() == "*AAPL* is watched."
        assert (said.acks, len(said.answers)) == ([], 1)


async def test_proxies_of_the_environment_are_not_used(slack, monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with socket_open(slack, Heard()):
        said = await slack.people.clicks(_alert(slack), "ack")
        assert await said.told() == "Done."


def _alert(slack):
    from fake_slack import Posted

    button = {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "Got it"}}
    posted = Posted("C00001", "1.000001", slack.clock(), "x", [{"type": "actions", "elements": [button]}], None)
    slack.workspace.messages.append(posted)
    return posted


async def test_a_frozen_socket_does_not_hold_up_the_stop(slack):
    loop = asyncio.get_running_loop()
    timings = slower(PATIENT, socket_ping=timedelta(seconds=60))
    async with socket_open(slack, Heard(), timings=timings):
        slack.sockets.freeze()
        before = loop.time()
    assert loop.time() - before < 3


async def test_what_a_listener_meets_does_not_end_the_socket(slack):
    """A message that is none: Slack's client hands on whatever it can read."""
    async with socket_open(slack, Heard()) as door:
        [connected] = slack.sockets.open_now
        for message in ('{"envelope_id": 7, "payload": []}', "{", "", '"text"', '{"envelope_id": "x", "payload": "y"}'):
            await connected.ws.send_str(message)
        await until(lambda: slack.sockets.lost)
        assert await heard(slack) == "Done."
        assert door.trouble is None
    assert slack.sockets.lost == ["{'envelope_id': 'x'}"], "acknowledged, since it had an id"


async def test_neither_token_nor_ticket_is_ever_logged(slack, monkeypatch):
    out = io.StringIO()
    logs.configure(Secrets(), level=logging.DEBUG, out=out)
    slack.sockets.refusing = [404] * 4
    async with socket_open(slack, Heard(ValueError("broken"))):
        await heard(slack)
        slack.sockets.reset()
        await hears(slack)
        slack.workspace.tokens[APP].refused = "invalid_auth"
        slack.sockets.reset()
        await until(lambda: "invalid_auth" in out.getvalue())
    said = out.getvalue()
    assert "slack.broke" in said
    for secret in (BOT, APP, "ticket=", *(ticket for ticket, _ in slack.sockets.handshakes), "/commands/"):
        assert secret not in said
