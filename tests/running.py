"""The pipeline as the bot runs it, over servers on loopback, with the time in the test's hands.

async with running(tmp_path, source) as bot:
    report = await bot.visit("news")
    assert bot.posted() == …
"""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.model import Alert, Message, Watch
from bot.pipeline import Pipeline, Report
from bot.rulebook import RuleBook
from bot.settings import PipelineSettings
from bot.store import agenda, outbox, roster
from bot.store.database import Database
from driving import SETTINGS, ReadHere, no_sleep
from making import NOW
from rules.model import Rule
from watchers.fetch import Fetcher
from watchers.model import Company, Source, Visit

CHANNEL, OPS = "#on-record", "#ops"
LEASE = timedelta(minutes=2)
META = Company(ticker="META", name="Meta Platforms", aliases=("Meta",), site="https://about.fb.com")
RULES = (
    Rule(name="Revenue sharing", query='"portion of the revenue"', facet="paid-access", severity="high"),
    Rule(name="Licensing", query='"selling access"', facet="paid-access"),
)


@dataclass
class Bot:
    """What a test holds of a running bot. Its clock is `now`."""

    database: Database
    fetcher: Fetcher
    sources: dict[str, Source]
    now: datetime = NOW
    rules: Sequence[Rule] = RULES
    since: datetime = NOW
    """When every watch was made."""
    first_visit: Any = "quiet"
    pool: Any = field(default_factory=ReadHere)
    hinted: list[str] = field(default_factory=list)
    """Channels of which the courier was told."""

    def __post_init__(self) -> None:
        self._book = RuleBook.of(self.rules, self.watches(), self.sources.values())

    def watches(self) -> list[Watch]:
        return [
            Watch(name=name, rules=(name,), channel=CHANNEL, since=self.since) for name in dict.fromkeys(self.names())
        ]

    def names(self) -> list[str]:
        return [rule.name for rule in self.rules]

    def pipeline(self, *, book: Callable[[], RuleBook] | None = None, **parts: Any) -> Pipeline:
        settings = PipelineSettings(
            first_visit=self.first_visit, ops_channel=OPS, deliver=self.hinted.extend, lease=LEASE
        )
        usual: dict[str, Any] = {
            "database": self.database,
            "fetcher": self.fetcher,
            "pool": self.pool,
            "companies": {"META": META},
            "book": book or (lambda: self._book),
            "renew": _nothing_new,
            "settings": settings,
            "clock": lambda: self.now,
            "rng": Random(7),
        }
        return Pipeline(**(usual | parts))

    async def claim(self, name: str) -> agenda.Claim:
        claim = await self.database.write(lambda conn: agenda.claim(conn, name, now=self.now, lease=LEASE))
        assert claim is not None, f"{name} is in other hands"
        return claim

    async def visit(self, name: str = "news", *, after: timedelta = timedelta(0), **parts: Any) -> Report:
        """A visit, due or not. `after`: so much time passes first."""
        self.now += after
        return await self.pipeline(**parts).visit(await self.claim(name))

    async def claimed_due(self) -> list[agenda.Claim]:
        return await self.database.write(lambda conn: agenda.claim_due(conn, now=self.now, limit=99, lease=LEASE))

    async def due(self) -> list[Report]:
        """Visit what the tick would visit."""
        return [await self.pipeline().visit(claim) for claim in await self.claimed_due()]

    async def messages(self) -> list[Message]:
        return await self.database.read(lambda conn: outbox.listing(conn, ("waiting",)))

    async def alerts(self) -> list[Alert]:
        return [message.alert for message in await self.messages() if message.alert is not None]

    async def quotes(self) -> list[str]:
        return [quote.text for alert in await self.alerts() for quote in alert.quotes]

    async def lines(self) -> list[str]:
        """What was told in the ops channel."""
        return [message.notice for message in await self.messages() if message.notice is not None]

    async def standing(self, name: str = "news") -> roster.Standing:
        return {one.source: one for one in await self.database.read(roster.standing)}[name]


@asynccontextmanager
async def running(folder: Path, *sources: Source, **about: Any) -> AsyncIterator[Bot]:
    """A bot over a store in that folder, which may be there already."""
    settings = replace(SETTINGS, allow_private_addresses=True)
    database = await Database.open(f"sqlite:///{folder}/store.db", exclusive=True, migrate_first=True)
    async with database, Fetcher(settings, clock=lambda: bot.now, sleep=no_sleep) as fetcher:
        bot = Bot(database, fetcher, {source.name: source for source in sources}, **about)
        await database.write(lambda conn: agenda.free_all(conn, now=bot.now))
        await database.write(lambda conn: roster.sync(conn, sources, now=bot.now))
        yield bot


async def _nothing_new() -> None:
    """Nobody changes what is watched, unless a test does."""


class NoOptions(BaseModel):
    model_config = ConfigDict(frozen=True)


def scripted(name: str, visit: Callable[[Visit], Any], **about: Any) -> Source:
    """A source with a watcher of one's own: a function, by the import path that a `kind` may be."""
    module = ModuleType(f"scripted.{name}")
    module.visit = visit  # type: ignore[attr-defined]
    module.Options = NoOptions  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    return Source(name=name, kind=module.__name__, options=NoOptions(), **about)
