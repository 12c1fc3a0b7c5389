"""A door of the bot's by itself, before a Slack of our own: a socket or the routes of HTTP mode, and a handler that a
test gives.

async with socket_open(slack, handler) as door:
    said = await slack.people.types("/watch list")
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import SecretStr

from bot.slack.api import SlackApi
from bot.slack.events import Event, Handler, Reply
from bot.slack.http import SignedRequests
from bot.slack.reception import Reception
from bot.slack.replies import Replies
from bot.slack.socket import Socket
from bot.timings import Timings
from bot.web.server import WebServer
from fake_slack import FakeSlack
from fake_slack.signing import Request
from waiting import until
from working import QUICK

BOT, APP, SIGNING = "xoxb-the-secret", "xapp-the-secret", "the-signing-secret"


@dataclass
class Heard(list[Event]):
    """A handler that keeps what it was asked, and answers as it is told: with a reply, or as a function does."""

    answer: Reply | Exception | Callable[[Event], Awaitable[Reply | None]] | None = field(
        default_factory=lambda: Reply("Done.")
    )

    async def __call__(self, event: Event) -> Reply | None:
        self.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer(event)
        return self.answer


class Known(set[str]):
    """The memory of envelopes, without a store."""

    async def __call__(self, envelope: str) -> bool:
        if envelope in self:
            return False
        self.add(envelope)
        return True


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def workspace() -> AsyncIterator[FakeSlack]:
    """A Slack with both tokens and a channel."""
    async with FakeSlack(now) as slack:
        slack.workspace.add_token(BOT)
        slack.workspace.add_app_token(APP)
        slack.workspace.add_channel("general")
        yield slack


def reception(
    slack: FakeSlack,
    handler: Handler,
    *,
    timings: Timings = QUICK,
    first_time: Callable[[str], Awaitable[bool]] | None = None,
) -> Reception:
    replies = Replies(SlackApi(SecretStr(BOT), base_url=slack.base_url), again_after=timings.answer_again)
    return Reception(handler, replies, first_time=Known() if first_time is None else first_time, timings=timings)


@asynccontextmanager
async def socket_open(
    slack: FakeSlack, handler: Handler, *, timings: Timings = QUICK, wait: bool = True, **about
) -> AsyncIterator[Socket]:
    """`wait`: until Slack sees the socket."""
    attending = reception(slack, handler, timings=timings, **about)
    door = Socket(SecretStr(APP), base_url=slack.base_url, reception=attending, timings=timings)
    async with _running(door):
        if wait:
            await until(lambda: slack.sockets.open_now)
        yield door


@asynccontextmanager
async def requests_open(
    slack: FakeSlack,
    handler: Handler,
    *,
    timings: Timings = QUICK,
    clock: Callable[[], datetime] = now,
    **about,
) -> AsyncIterator[Request]:
    """The web server with Slack's routes; people are heard over them from then on."""
    attending = reception(slack, handler, timings=timings, **about)
    door = SignedRequests(SecretStr(SIGNING), reception=attending, clock=clock, timings=timings)
    server = WebServer("127.0.0.1", 0, unready=_nothing, metrics=_no_metrics, routes=[door])
    async with server, _running(door):
        slack.people.way = Request(f"http://127.0.0.1:{server.port}", SIGNING, clock)
        yield slack.people.way


@asynccontextmanager
async def _running(door: Socket | SignedRequests) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(door.run(stop))
    try:
        yield
        if task.done():
            await task  # what ended it is the story
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await asyncio.gather(task, return_exceptions=True)


async def _nothing() -> list[str]:
    return []


async def _no_metrics() -> bytes:
    return b""
