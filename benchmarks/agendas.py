"""Agendas with many sources in them, as they are after a year: every source was seen before, few are due now."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, Connection, Index, MetaData, String, Table, bindparam, func, insert, or_, select, update

from benchmarks.databases import Store
from benchmarks.waiting import Upstream, etag
from bot.config import Config, load
from bot.store import roster
from bot.store.database import Database
from bot.store.schema import Moment, sources, validators
from rules import packs

PATIENCE = 600.0
"""Seconds."""
EVERY = timedelta(days=1)
"""How often a source is visited: so seldom that it is due only when the benchmark says so."""

plain = Table(
    "plain",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("etag", String),
    Column("next_visit", Moment, nullable=False),
    Column("lease_until", Moment),
    Index("ix_plain_next_visit", "next_visit"),
)
"""What the floor keeps (`benchmarks.plain_loop`): the same, without all that makes it Onrecord."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What stands in one table of one database, told apart by nothing but its name: ours, or the floor's."""

    database: Database
    table: Table

    async def due(self, moments: Mapping[int, datetime]) -> None:
        """Let these sources be due then."""
        await self.database.write(lambda conn: _due(conn, self.table, moments))

    async def rest(self) -> None:
        """What is due and was not taken is due tomorrow."""
        now = datetime.now(UTC)
        table = self.table
        waiting = update(table).where(table.c.next_visit <= now + timedelta(hours=1), table.c.lease_until.is_(None))
        await self.database.write(lambda conn: conn.execute(waiting.values(next_visit=now + EVERY)))

    async def left(self) -> int:
        """How many are due, or in somebody's hands."""
        now, table = datetime.now(UTC), self.table
        asked = select(func.count()).where(or_(table.c.next_visit <= now, table.c.lease_until.is_not(None)))
        return await self.database.read(lambda conn: conn.execute(asked).scalar_one())

    async def settled(self) -> None:
        """Until all that is due was visited. Raises TimeoutError if that does not come."""
        async with asyncio.timeout(PATIENCE):
            while await self.left():  # noqa: ASYNC110 - it is another process that does it, and sets no event
                await asyncio.sleep(0.1)


def configured(folder: Path, count: int, upstream: Upstream, *, concurrency: int) -> Path:
    """config.toml with so many sources, each on a host of its own, and the shipped rule packs."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(
        "[bot]\nuser_agent = 'onrecord-bench (bench@example.com)'\n[web]\nlisten = '127.0.0.1:0'\n"
        f"[fetch]\nallow_private_addresses = true\nconcurrency = {concurrency}\n"
        + "".join(f"[[rule]]\nname = '{name}'\npack = '{name}'\n" for name in packs.names())
        + "".join(
            f"[[source]]\nname = '{name(number)}'\nkind = 'blog'\nurl = '{upstream.url(number)}'\nevery = '1d'\n"
            for number in range(count)
        ),
        encoding="utf-8",
    )
    return config


def name(number: int) -> str:
    return f"s{number}"


async def seeded(store: Store, config: Path) -> Agenda:
    """All sources were visited before, know what they saw then, and are due some time in the days to come."""
    loaded = load(config, {"ONRECORD_DATABASE": store.url})
    database = await Database.open(store.url, migrate_first=True)
    now = datetime.now(UTC)
    await database.write(lambda conn: _seed(conn, loaded, now))
    return Agenda(database, sources)


async def seeded_plain(database: Database, upstream: Upstream, count: int) -> Agenda:
    """The same sources in the floor's table, in the same database."""
    later = _later(datetime.now(UTC), count)
    rows = [
        {"name": name(number), "url": upstream.url(number), "etag": etag(number), "next_visit": later[number]}
        for number in range(count)
    ]

    def seed(conn: Connection) -> None:
        plain.create(conn)
        conn.execute(insert(plain), rows)

    await database.write(seed)
    return Agenda(database, plain)


def _seed(conn: Connection, config: Config, now: datetime) -> None:
    roster.sync(conn, config.sources, now=now)
    later = _later(now, len(config.sources))
    seen = update(sources).where(sources.c.name == bindparam("of"))
    conn.execute(
        seen.values(
            next_visit=bindparam("next_visit", type_=Moment),
            first_visit_done=now - EVERY,
            last_visit=now - EVERY,
            last_success=now - EVERY,
        ),
        [{"of": source.name, "next_visit": at} for source, at in zip(config.sources, later, strict=True)],
    )
    conn.execute(
        insert(validators),
        [
            {
                "source": source.name,
                "url": str(source.options.url),
                "etag": etag(number),
                "last_modified": None,
                "body_hash": "0" * 64,
                "used": now,
            }
            for number, source in enumerate(config.sources)
        ],
    )


def _later(now: datetime, count: int) -> Sequence[datetime]:
    """Spread over a day that begins in two: nothing is due by itself meanwhile."""
    return [now + timedelta(hours=2) + number / count * EVERY for number in range(count)]


def _due(conn: Connection, table: Table, moments: Mapping[int, datetime]) -> None:
    statement = update(table).where(table.c.name == bindparam("of"), table.c.lease_until.is_(None))
    conn.execute(
        statement.values(next_visit=bindparam("at", type_=Moment)),
        [{"of": name(number), "at": at} for number, at in moments.items()],
    )
