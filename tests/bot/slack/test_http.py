"""HTTP mode: only what Slack signed, in its five minutes, once. What is said over it: `test_reception.py`."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from bot.slack.events import Reply
from bot.slack.http import LARGEST_REQUEST, PATHS
from fake_slack import Said
from fake_slack.signing import form_of, signed
from hearing import SIGNING, Heard, requests_open, workspace
from waiting import until

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
AT = NOW.timestamp()
BODY = urlencode({"command": "/watch", "text": "list", "user_id": "U0ANNA", "channel_id": "C00001"})


@pytest.fixture
async def slack():
    async with workspace() as slack:
        yield slack


@pytest.fixture
def handler():
    return Heard(Reply("Here you are."))


@pytest.fixture
async def door(slack, handler):
    async with requests_open(slack, handler, clock=lambda: NOW) as door:
        yield door


@pytest.mark.parametrize("path", PATHS)
async def test_what_slack_signed_is_answered(door, handler, path):
    status, text = await door.post(path, BODY, signed(BODY, SIGNING, at=AT))
    assert (status, json.loads(text)["text"]) == (200, "Here you are.")
    assert len(handler) == 1


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 200), (0, 200), (299, 200), (301, 401)])
async def test_it_is_taken_for_five_minutes(door, handler, seconds, status):
    assert (await door.post(PATHS[0], BODY, signed(BODY, SIGNING, at=AT + seconds)))[0] == status
    assert len(handler) == (status == 200)


def _without(name: str) -> dict[str, str]:
    return {key: value for key, value in signed(BODY, SIGNING, at=AT).items() if key != name}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        _without("X-Slack-Signature"),
        _without("X-Slack-Request-Timestamp"),
        signed(BODY, "another-secret", at=AT),
        signed(BODY + " ", SIGNING, at=AT),
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Request-Timestamp": str(int(AT) + 1)},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Request-Timestamp": "soon"},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Request-Timestamp": "1e9"},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Request-Timestamp": ""},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Request-Timestamp": "9" * 5000},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Request-Timestamp": "nan"},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Signature": "v0="},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Signature": "v0=é" + "0" * 60},
        signed(BODY, SIGNING, at=AT) | {"X-Slack-Signature": ""},
    ],
)
async def test_what_slack_did_not_sign_is_refused(door, handler, headers):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await door.post(PATHS[0], BODY, form | headers) == (401, "")
    assert handler == []


async def test_what_was_recorded_does_nothing_a_second_time(door, handler):
    headers = signed(BODY, SIGNING, at=AT)
    assert (await door.post(PATHS[0], BODY, headers))[0] == 200
    for path in PATHS:
        assert await door.post(path, BODY, headers) == (200, "")
    assert len(handler) == 1


async def test_the_same_words_a_second_later_are_another_request(door, handler):
    for seconds in (0, 1):
        await door.post(PATHS[0], BODY, signed(BODY, SIGNING, at=AT + seconds))
    assert len(handler) == 2


async def test_slack_may_look_at_the_certificate(door, handler):
    body = "token=x&ssl_check=1"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await door.post(PATHS[0], body, form) == (200, "")
    assert handler == []


async def test_a_click_on_the_largest_alert_fits(slack, handler):
    """It brings the message along, and each character of Malay, Chinese or an emoji in many bytes."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "語" * 2900}}] * 5
    said = Said("interactive", {}, accepts=False)
    said.payload |= {
        "type": "block_actions",
        "user": {"id": "U0ANNA"},
        "message": {"blocks": blocks, "text": "語" * 3000},
        "actions": [{"action_id": "ack"}],
        "response_url": slack.responses.issue(said),
    }
    assert len(form_of(said)) > 120_000
    async with requests_open(slack, handler) as door:
        await door.send(said)
        assert await said.told() == "Here you are."
    assert said.faults == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (LARGEST_REQUEST + 1), 413),
        (b"\xff\xfe=1", 400),
        (b"&".join(b"a=1" for _ in range(1000)), 400),
        (b"", 401),
    ],
)
async def test_what_is_no_request_of_slacks_is_sent_away(door, handler, body, status):
    assert (await door.post(PATHS[1], body, {}))[0] == status
    assert handler == []


@pytest.mark.parametrize("payload", ["", "{", "[]", "7", '"x"', "[" * 50_000, "{}"])
async def test_signed_nonsense_is_answered_with_nothing(door, handler, payload):
    body = urlencode({"payload": payload})
    assert await door.post(PATHS[1], body, signed(body, SIGNING, at=AT)) == (200, "")
    assert handler == []


async def test_other_ways_lead_nowhere(door):
    for path in ("/slack", "/slack/", "/slack/events", "/slack/commands/"):
        assert (await door.post(path, BODY, signed(BODY, SIGNING, at=AT)))[0] == 404


async def test_a_body_that_never_comes_holds_nobody_up(door, handler, monkeypatch):
    monkeypatch.setattr("bot.slack.http.SLOWEST_REQUEST", 0.1)
    port = int(door.base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /slack/commands HTTP/1.1\r\nHost: bot.test\r\nContent-Length: 100\r\n\r\ncommand=")
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()
    assert handler == []


async def test_a_caller_that_goes_away_takes_nobody_along(slack):
    ready = asyncio.Event()

    async def answer(_event):
        await ready.wait()
        return Reply("Done.")

    handler = Heard(answer)
    async with requests_open(slack, handler) as door:
        sending = asyncio.create_task(slack.people.types("/watch list"))
        await until(lambda: handler)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        ready.set()
        slack.people.way = door
        assert await (await slack.people.types("/watch list")).told() == "Done."
    assert len(handler) == 2
