"""The whole bot in this process, over servers on loopback: `onrecord run` without its process.

async with working(tmp_path, [lines("news", url)]) as bot:
    await bot.until_told("portion of the revenue")
"""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp.abc import AbstractResolver

from bot.app import App, opened
from bot.config import Config, load
from bot.console import ConsoleNotifier
from bot.notifier import Notifier
from bot.slack.events import Handler
from bot.store import outbox, roster, workers
from bot.store.database import Database
from bot.store.roster import Standing
from bot.timings import Timings
from bot.worker import ROLES, Role
from waiting import until

QUICK = Timings(
    tick=timedelta(milliseconds=30),
    lease=timedelta(seconds=3),
    channel_lease=timedelta(seconds=3),
    job_silent=timedelta(seconds=3),
    presence=timedelta(milliseconds=100),
    housekeeping=timedelta(seconds=1),
    store_silent=timedelta(seconds=1),
    stop_within=timedelta(milliseconds=500),
    reconnect=timedelta(milliseconds=30),
    acknowledge=timedelta(milliseconds=200),
    answer=timedelta(seconds=3),
    answer_again=timedelta(milliseconds=20),
    socket_ping=timedelta(milliseconds=300),
    socket_watch=timedelta(milliseconds=20),
    socket_lost=timedelta(milliseconds=600),
    refused=timedelta(milliseconds=100),
)
YES = "We think we should get some portion of the revenue for that."
RULE = """
[[rule]]
name = "Revenue sharing"
query = '"portion of the revenue"'
facet = "paid-access"
severity = "high"
"""


@dataclass
class Clock:
    """The time of day, as a machine's clock shows it that may be wrong."""

    wrong_by: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.wrong_by


def table(kind: str, name: str, **keys: Any) -> str:
    """One `[[source]]`."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in {"name": name, "kind": kind, **keys}.items()]
    return "\n".join(["[[source]]", *lines, ""])


def lines(name: str, url: str, every: str = "1s", **keys: Any) -> str:
    """A source whose page has a post in each line (`watched.lines`)."""
    return table("watched.lines", name, url=url, every=every, **keys)


def written(folder: Path, sources: Sequence[str], *, fetch: str = "", private: bool = True) -> Path:
    """A configuration's file. `fetch`: more lines of that table."""
    path = folder / "config.toml"
    allowed = str(private).lower()
    head = (
        '[bot]\ndatabase = "sqlite:///store.db"\nuser_agent = "onrecord-tests (tests@example.com)"\n'
        '[web]\nlisten = "127.0.0.1:0"\n'
        f"[fetch]\nallow_private_addresses = {allowed}\n{fetch}\n"
    )
    path.write_text("\n".join([head, *sources, RULE]), encoding="utf-8")
    return path


@dataclass
class Bot:
    """What a test holds of a worker: what it told, and what stands in its store."""

    app: App
    clock: Clock
    out: io.StringIO
    err: io.StringIO
    stop: asyncio.Event
    run: "asyncio.Task[None]" = field(init=False)

    @property
    def database(self) -> Database:
        return self.app.database

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    @property
    def quotes(self) -> list[str]:
        """Of alerts as they were first told."""
        return [quote["text"] for alert in self.alerts for quote in alert["quotes"]]

    @property
    def notices(self) -> list[str]:
        """What the ops channel was told."""
        return self.err.getvalue().splitlines()

    async def told(self, words: str, *, within: float = 30) -> str:
        """Wait for a notice that holds these words."""
        return await until(lambda: next((line for line in self.notices if words in line), None), within=within)

    async def standing(self, name: str) -> Standing:
        return {one.source: one for one in await self.database.read(roster.standing)}[name]

    async def first_visit(self, *names: str) -> None:
        for name in names:
            await self.told(f"{name}: first visit recorded")

    async def there(self) -> list[workers.Worker]:
        now = self.clock()
        since = now - timedelta(minutes=1)
        return list(await self.database.read(lambda conn: workers.listing(conn, seen_since=since, now=now)))

    async def left(self) -> outbox.Counts:
        return await self.database.read(outbox.counts)

    async def stopped(self) -> None:
        self.stop.set()
        async with asyncio.timeout(20):
            await self.run


def configured(folder: Path, sources: Sequence[str], store_url: str | None = None, **about: Any) -> Config:
    secrets = about.pop("secrets", {})
    env = secrets | ({} if store_url is None else {"ONRECORD_DATABASE": store_url})
    return load(written(folder, sources, **about), env)


@asynccontextmanager
async def working(
    folder: Path,
    sources: Sequence[str],
    store_url: str | None = None,
    *,
    roles: Collection[Role] = ROLES,
    clock: Clock | None = None,
    timings: Timings = QUICK,
    resolver: AbstractResolver | None = None,
    patient: asyncio.Event | None = None,
    notifier: Notifier | None = None,
    handler: Handler | None = None,
    **about: Any,
) -> AsyncIterator[Bot]:
    """A worker that runs, until the block ends. `notifier`: who tells alerts, if not the console; `handler`: who
    answers in Slack, if not the bot's own; `about`: see `configured`.
    """
    config = configured(folder, sources, store_url, **about)
    out, err, time = io.StringIO(), io.StringIO(), clock or Clock()
    notifier = notifier or ConsoleNotifier(as_json=True, out=out, err=err)
    how: dict[str, Any] = {"timings": timings, "resolver": resolver, "patient": patient, "handler": handler}
    async with opened(config, notifier, clock=time, **how) as app:
        bot = Bot(app, time, out, err, asyncio.Event())
        bot.run = asyncio.create_task(app.run(bot.stop, roles))
        try:
            yield bot
            if bot.run.done():
                await bot.run  # what ended it is the story
        finally:
            bot.stop.set()
            async with asyncio.timeout(20):
                await asyncio.gather(bot.run, return_exceptions=True)


def slower(timings: Timings = QUICK, **about: timedelta) -> Timings:
    """With some of the waits as given."""
    return replace(timings, **about)
