"""What is watched now, by the file and by people, held for all who work by it and renewed when it changes."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.alerts.compose import notice_for
from bot.config import Config
from bot.config.sources import base_url
from bot.edits import Edit, Edits, Stamp, read
from bot.model import Watch
from bot.rulebook import RuleBook
from bot.store import agenda, channels, outbox, roster, steering, watched_sources, watches
from bot.store.database import Database
from bot.store.errors import NoStoreYet
from bot.telling import edit_note, edit_notice
from watchers.model import Source

log = structlog.get_logger()


class InForce:
    """Open it with `await InForce.begin(…)`. `book` is replaced whole; whoever wants to see a change asks again."""

    def __init__(self, config: Config, database: Database, clock: Callable[[], datetime], book: RuleBook) -> None:
        self.config = config
        """As it is in force: rules of the file that were edited since are in it."""
        self._edits = Edits(config.path)
        self._edit = Edit(config)
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
            roster.sync(conn, [*config.sources, *_given(conn, config)], now=now)
            watches.sync(conn, configured_watches(config, now), now=now)

        await database.write(sync)
        return cls(config, database, clock, await _read(config, database, clock(), None))

    def book(self) -> RuleBook:
        return self._book

    def watches(self, conn: Connection) -> list[Watch]:
        """As the store has them now: for whoever changes them in the same transaction."""
        return watches.listing(conn, configured_watches(self.config, self._clock()))

    @property
    def notes(self) -> list[str]:
        """What of the file is not in force, in sentences; none when all of it is."""
        return [edit_note(self.config.path, self._edit.problems, self._edit.waiting)] if self._edit.amiss else []

    async def renew(self) -> None:
        """Read anew what people changed, in Slack or in the file, if they did."""
        async with self._turn:
            changed = await self._database.read(steering.generation) != self._book.generation
            # Another worker may have heard of it first, and what it found must not be stored without.
            stamp = self._edits.touched(at_once=changed)
            if stamp is not None:
                changed |= await self._follow(stamp, at_once=changed)
            if changed:
                self._book = await _read(self.config, self._database, self._clock(), self._book)
                self.unread = True
                log.info("watches.renewed", generation=self._book.generation, watches=len(self._book.watches))

    async def _follow(self, stamp: Stamp, *, at_once: bool) -> bool:
        """Take over what was edited, and say what cannot be; whether there are other rules now."""
        edit = await asyncio.to_thread(read, self.config)
        if at_once and edit.problems:
            return False  # somebody writes it just now
        now, before = self._clock(), self._edit
        notice = edit_notice(self.config.path, edit.problems, edit.waiting, mended=bool(before.problems))
        told = notice if edit.said != before.said else None

        def take_over(conn: Connection) -> None:
            if edit.renewed:
                steering.raise_generation(conn)
                watches.sync(conn, configured_watches(edit.config, now), now=now)
            if told is not None:
                message = notice_for(
                    told, channel=self.config.slack.ops_channel, about=f"config\n{stamp}\n{told}", now=now
                )
                outbox.put(conn, [message], now=now)

        if edit.renewed or told is not None:
            await self._database.write(take_over)
        self._edits.done(stamp)
        self.config, self._edit = edit.config, edit
        if told is not None and edit.amiss:
            log.warning("config.edit-not-in-force", reason=told)
        elif edit.renewed or told is not None:
            log.info("config.edited", rules=len(self.config.rules))
        return edit.renewed


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


async def _read(config: Config, database: Database, now: datetime, before: RuleBook | None) -> RuleBook:
    def read(conn: Connection) -> tuple[int, list[Watch], list[Source]]:
        # The generation first: who reads more than belongs to it reads once more.
        generation = steering.generation(conn)
        return generation, watches.listing(conn, configured_watches(config, now)), _given(conn, config)

    generation, kept, given = await database.read(read)
    return await asyncio.to_thread(
        RuleBook.of,
        config.rules,
        kept,
        config.sources,
        companies=config.companies,
        given=given,
        generation=generation,
        before=before,
    )


def _given(conn: Connection, config: Config) -> list[Source]:
    """Sources that people gave, where the configuration has none of that name."""
    names = {source.name for source in config.sources}
    return [
        source.model_copy(update={"base_url": base_url(source.provider, config.providers)})
        for source in watched_sources.listing(conn)
        if source.name not in names
    ]
