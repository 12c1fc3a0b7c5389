"""Politeness over all workers: a host's slots are advisory locks of PostgreSQL, its Retry-After a row.

Locks rather than rows: they cost no write, and those of a worker that dies end with its connection.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random

import asyncpg
import structlog
from sqlalchemy import URL

from bot.store import politeness
from bot.store.database import Database
from watchers.hosts import LocalHosts

log = structlog.get_logger()

ASK_AGAIN = 0.05
"""Seconds, on average, between two tries for a slot that another worker holds."""


class SharedHosts:
    """`watchers.hosts.Hosts` for many workers. Without the database the limits of this process hold."""

    def __init__(self, url: URL, database: Database, per_host: int, clock: Callable[[], datetime]) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._database = database
        self._per_host = per_host
        self._clock = clock
        self._local = LocalHosts(per_host, clock)
        self._held: set[tuple[int, int]] = set()
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()
        self._rng = Random()  # noqa: S311 - jitter, not a secret

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        async with self._local.slot(host):
            lock = await self._acquire(host)
            try:
                self._local.check(host)  # others may have learned something while we waited
                yield
            finally:
                if lock is not None:
                    await self._release(lock)

    async def leave_alone(self, host: str, until: datetime) -> None:
        await self._local.leave_alone(host, until)
        await self._database.write(lambda conn: politeness.leave_alone(conn, host, until=until, now=self._clock()))

    async def refresh(self) -> None:
        """Learn what other workers were told."""
        self._local.know(dict(await self._database.read(lambda conn: politeness.left_alone(conn, now=self._clock()))))

    async def close(self) -> None:
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()

    async def _acquire(self, host: str) -> tuple[int, int] | None:
        """A free slot's lock; None where the database cannot be asked."""
        name = zlib.crc32(host.encode()) - (1 << 31)
        while True:
            for number in range(self._per_host):
                lock = (name, number)
                if lock in self._held:
                    continue  # a session may take its own lock twice
                self._held.add(lock)
                try:
                    taken = await self._ask("SELECT pg_try_advisory_lock($1, $2)", *lock)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    self._held.discard(lock)
                    log.warning("hosts.alone", reason=type(error).__name__)
                    return None
                if taken:
                    return lock
                self._held.discard(lock)
            await asyncio.sleep(ASK_AGAIN * (0.5 + self._rng.random()))

    async def _release(self, lock: tuple[int, int]) -> None:
        self._held.discard(lock)
        try:
            await self._ask("SELECT pg_advisory_unlock($1, $2)", *lock)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return  # the lock went with the connection

    async def _ask(self, statement: str, *arguments: int) -> bool:
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._dsn)
            return bool(await self._connection.fetchval(statement, *arguments))
