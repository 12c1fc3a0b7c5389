"""The floor: what one would write oneself in an afternoon, as a program of its own.

    python -m benchmarks.plain_loop DATABASE CONCURRENCY

A loop claims what is due, aiohttp asks for it, and one UPDATE says when to come again: on SQLite by sqlite3, on
PostgreSQL by asyncpg with `FOR UPDATE SKIP LOCKED`, so that several may run. It is polite to nobody, watches no lease,
reads no feed, and forgets what it was doing when it is killed.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import aiohttp
import asyncpg

from benchmarks.waiting import Here

BATCH = 50
LEASE = timedelta(minutes=2)
EVERY = timedelta(days=1)
TICK = 1.0
Claimed = tuple[str, str, str]
"""Name, URL, ETag."""


class Table(Protocol):
    async def claim(self) -> Sequence[Claimed]: ...
    async def settle(self, name: str, etag: str) -> None: ...


class InFile:
    def __init__(self, path: str) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None)
        self._conn.execute("PRAGMA journal_mode=WAL")

    async def claim(self) -> Sequence[Claimed]:
        now = datetime.now(UTC)
        return self._conn.execute(
            "UPDATE plain SET lease_until = ?1, next_visit = ?1 WHERE name IN"
            " (SELECT name FROM plain WHERE next_visit <= ?2 ORDER BY next_visit LIMIT ?3) RETURNING name, url, etag",
            (_text(now + LEASE), _text(now), BATCH),
        ).fetchall()

    async def settle(self, name: str, etag: str) -> None:
        self._conn.execute(
            "UPDATE plain SET etag = ?, lease_until = NULL, next_visit = ? WHERE name = ?",
            (etag, _text(datetime.now(UTC) + EVERY), name),
        )


class OnServer:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def claim(self) -> Sequence[Claimed]:
        now = datetime.now(UTC)
        rows = await self._pool.fetch(
            "UPDATE plain SET lease_until = $1, next_visit = $1 WHERE name IN (SELECT name FROM plain"
            " WHERE next_visit <= $2 ORDER BY next_visit LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING name, url, etag",
            now + LEASE,
            now,
            BATCH,
        )
        return [tuple(row) for row in rows]

    async def settle(self, name: str, etag: str) -> None:
        await self._pool.execute(
            "UPDATE plain SET etag = $1, lease_until = NULL, next_visit = $2 WHERE name = $3",
            etag,
            datetime.now(UTC) + EVERY,
            name,
        )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


async def _loop(table: Table, concurrency: int) -> None:
    waiting: asyncio.Queue[Claimed] = asyncio.Queue(2 * concurrency)
    connector = aiohttp.TCPConnector(limit=concurrency, resolver=Here())
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:

        async def visit() -> None:
            while True:
                name, url, etag = await waiting.get()
                async with session.get(url, headers={"If-None-Match": etag}) as answer:
                    assert answer.status == 304
                await table.settle(name, etag)

        for _ in range(concurrency):
            group.create_task(visit())
        print("ready", file=sys.stderr, flush=True)
        while True:
            claimed = await table.claim()
            for one in claimed:
                await waiting.put(one)
            if len(claimed) < BATCH:
                await asyncio.sleep(TICK)


async def main(database: str, concurrency: int) -> None:
    if database.startswith("sqlite:///"):
        await _loop(InFile(database.removeprefix("sqlite:///")), concurrency)
    async with asyncpg.create_pool(database, min_size=1, max_size=10) as pool:
        await _loop(OnServer(pool), concurrency)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
