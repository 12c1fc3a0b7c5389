"""The fake Slack's other side: sockets, answers and modals are as strict as Slack's documents say."""

import json
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from fake_slack import FakeSlack, Said
from hearing import APP, BOT, workspace
from working import Clock

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "A title"}, "blocks": []}


class Kept:
    """A way to nowhere: what was sent is kept, and Slack waits."""

    def __init__(self) -> None:
        self.said: list[Said] = []

    async def send(self, said: Said) -> None:
        said.sending()
        self.said.append(said)


@pytest.fixture
async def slack():
    async with workspace() as slack:
        slack.people.way = Kept()
        yield slack


def client(slack: FakeSlack, token: str = BOT) -> AsyncWebClient:
    return AsyncWebClient(token, base_url=slack.base_url, retry_handlers=[])


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def posted(url: str, body) -> tuple[int, str]:
    data = body if isinstance(body, str) else json.dumps(body)
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as answer:
        return answer.status, await answer.text()


async def test_a_response_url_takes_five_answers(slack):
    said = await slack.people.types("/watch list")
    url = said.payload["response_url"]
    taken = [(await posted(url, {"text": str(number)}))[0] for number in range(6)]
    assert taken == [200] * 5 + [404]
    assert "used_url" in (await posted(url, {"text": "x"}))[1]
    assert said.shown == ["0", "1", "2", "3", "4"]


async def test_a_response_url_lives_for_thirty_minutes(slack):
    clock = slack.responses.clock = Clock()
    said = await slack.people.types("/watch list")
    clock.wrong_by = timedelta(minutes=29)
    assert (await posted(said.payload["response_url"], {"text": "x"}))[0] == 200
    clock.wrong_by = timedelta(minutes=31)
    assert "expired_url" in (await posted(said.payload["response_url"], {"text": "x"}))[1]
    assert (await posted(f"{slack.responses.base}/commands/T0ONRECORD/guessed", {"text": "x"}))[0] == 404


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{", "invalid_payload"),
        ([], "invalid_payload"),
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x" * 4001}, "msg_too_long"),
        ({"text": "x", "response_type": "loud"}, "invalid_response_type"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    ],
)
async def test_what_slack_would_not_take_as_an_answer_is_refused(slack, body, fault):
    said = await slack.people.types("/watch list")
    assert await posted(said.payload["response_url"], body) == (400, fault)


async def test_acknowledgements_are_held_against_the_three_seconds_and_against_what_they_may_hold(slack):
    said = await slack.people.types("/watch list")
    said.sent -= 3.5
    await said.acknowledge({"text": "late"})
    said.sent += 3.5
    await said.acknowledge(None)
    assert said.faults == ["acknowledged after 3.5 s", "acknowledged once too often"]
    assert said.shown == []
    click = Said("interactive", {}, accepts=False)
    click.sending()
    await click.acknowledge({"text": "shown"})
    assert click.faults == ["an acknowledgement that may hold no payload holds one"]


async def test_a_trigger_opens_one_modal_within_three_seconds(slack):
    clock = slack.views.clock = Clock()
    first, second = [(await slack.people.types("/watch rule")).payload["trigger_id"] for _ in range(2)]
    await client(slack).views_open(trigger_id=first, view=MODAL)
    assert await refused(client(slack).views_open(trigger_id=first, view=MODAL)) == "exchanged_trigger_id"
    clock.wrong_by = timedelta(seconds=4)
    assert await refused(client(slack).views_open(trigger_id=second, view=MODAL)) == "expired_trigger_id"
    assert await refused(client(slack).views_open(trigger_id="1.2", view=MODAL)) == "invalid_trigger_id"
    assert len(slack.views.opened) == 1


FIELD = {"type": "input", "label": {"type": "plain_text", "text": "Why?"}, "element": {"type": "plain_text_input"}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": {"type": "plain_text", "text": "x" * 25}},
        {"title": {"type": "mrkdwn", "text": "x"}},
        {"type": "home"},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [FIELD]},
        {"blocks": [{"type": "input", "label": FIELD["label"], "element": {"type": "wish"}}]},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"mood": "good"},
    ],
)
async def test_modals_are_refused_as_slack_refuses_them(slack, wrong):
    trigger = (await slack.people.types("/watch rule")).payload["trigger_id"]
    assert await refused(client(slack).views_open(trigger_id=trigger, view=MODAL | wrong)) == "invalid_arguments"


async def test_a_modal_that_is_open_can_be_changed_and_another_cannot(slack):
    trigger = (await slack.people.types("/watch rule")).payload["trigger_id"]
    opened = await client(slack).views_open(trigger_id=trigger, view=MODAL)
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Changed"}}]
    await client(slack).views_update(view_id=opened["view"]["id"], view=MODAL | {"blocks": blocks})
    assert slack.views.opened[opened["view"]["id"]].words == "Changed"
    assert await refused(client(slack).views_update(view_id="V0", view=MODAL)) == "not_found"


async def test_sockets_are_opened_by_app_tokens_alone_and_by_each_ticket_once(slack):
    assert await refused(client(slack).apps_connections_open(app_token=BOT)) == "not_allowed_token_type"
    assert await refused(client(slack, APP).auth_test()) == "not_allowed_token_type"
    clock = slack.sockets.clock = Clock()
    urls = [(await client(slack).apps_connections_open(app_token=APP))["url"] for _ in range(2)]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(urls[0]) as ws:
            assert json.loads((await ws.receive()).data)["type"] == "hello"
        clock.wrong_by = timedelta(minutes=1)
        for url in urls:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)
    assert [status for _, status in slack.sockets.handshakes] == [101, 404, 404]


async def test_what_people_type_comes_as_slack_delivers_it(slack):
    private = slack.workspace.add_channel("deals", private=True)
    said = await slack.people.types("/watch add <b> & https://a.example/x?y=1 in #general #nowhere", channel="deals")
    channel = slack.workspace.by_name("general").id
    wanted = f"add &lt;b&gt; &amp; <https://a.example/x?y=1> in <#{channel}|general> #nowhere"
    assert said.payload["text"] == wanted
    assert (said.payload["channel_id"], said.payload["channel_name"]) == (private.id, "privategroup")
    direct = await slack.people.types("/watch list", channel="D0ANNA")
    assert direct.payload["channel_name"] == "directmessage"
