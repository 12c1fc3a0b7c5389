"""What is watched now, by the file and by people, held for all who work by it and renewed when it changes."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.config import Config
from bot.config.sources import base_url
from bot.model import Watch
from bot.rulebook import RuleBook
from bot.store import agenda, channels, steering, watched_sources, watches
from bot.store.database import Database
from bot.store.errors import NoStoreYet
from watchers.model import Source

log = structlog.get_logger()


class InForce:
    """Open it with `await InForce.begin(…)`. `book` is replaced whole; whoever wants to see a change asks again."""

    def __init__(self, config: Config, database: Database, clock: Callable[[], datetime], book: RuleBook) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._book = book
        self._turn = asyncio.Lock()
        self.unread = True
        """Whether there may be rules with which the archive was not read."""

    @classmethod
    async def begin(cls, config: Config, database: Database, *, clock: Callable[[], datetime]) -> "InForce":
        """Bring the store up to the configuration, and read what people made."""

        def sync(conn: Connection) -> None:
            now = clock()
            steering.hold(conn)
            if database.is_sqlite:  # the file's lock is ours, so whoever left a lease is dead
                agenda.free_all(conn, now=now)
                channels.free_all(conn)
                steering.extend_reading(conn, until=None)
            agenda.sync(conn, [*config.sources, *_given(conn, config)], now=now)
            watches.sync(conn, configured_watches(config, now), now=now)

        await database.write(sync)
        return cls(config, database, clock, await _read(config, database, clock()))

    def book(self) -> RuleBook:
        return self._book

    def watches(self, conn: Connection) -> list[Watch]:
        """As the store has them now: for whoever changes them in the same transaction."""
        return watches.listing(conn, configured_watches(self._config, self._clock()))

    async def renew(self) -> None:
        """Read anew what people changed, if they did."""
        async with self._turn:
            if await self._database.read(steering.generation) != self._book.generation:
                self._book = await _read(self._config, self._database, self._clock())
                self.unread = True
                log.info("watches.renewed", generation=self._book.generation, watches=len(self._book.watches))


async def made_in_slack(config: Config) -> tuple[list[Watch], list[Source]]:
    """Watches and sources that people made, of a store in use; none where there is none yet. Raises `StoreError`."""
    try:
        database = await Database.open(config.database_url)
    except NoStoreYet:
        return [], []
    async with database:
        return await database.read(lambda conn: (watches.listing(conn, ()), watched_sources.listing(conn)))


def configured_watches(config: Config, now: datetime) -> list[Watch]:
    """Every rule is, with its channel, a watch."""
    return [
        Watch(
            name=f"config:{watch.rule}:{watch.channel or config.slack.channel}",
            target=watch.rule,
            rules=(watch.rule,),
            channel=watch.channel or config.slack.channel,
            filters=watch.filters,
            since=now,
        )
        for watch in config.watches
    ]


async def _read(config: Config, database: Database, now: datetime) -> RuleBook:
    def read(conn: Connection) -> tuple[int, list[Watch], list[Source]]:
        # The generation first: who reads more than belongs to it reads once more.
        generation = steering.generation(conn)
        return generation, watches.listing(conn, configured_watches(config, now)), _given(conn, config)

    generation, kept, given = await database.read(read)
    return await asyncio.to_thread(RuleBook.of, config.rules, kept, config.sources, given=given, generation=generation)


def _given(conn: Connection, config: Config) -> list[Source]:
    """Sources that people gave, where the configuration has none of that name."""
    names = {source.name for source in config.sources}
    return [
        source.model_copy(update={"base_url": base_url(source.provider, config.providers)})
        for source in watched_sources.listing(conn)
        if source.name not in names
    ]
