"""Politeness over all workers: a host's slots are advisory locks of PostgreSQL, its Retry-After a row.

Locks rather than rows: they cost no write, and those of a worker that dies end with its connection. The connection of
one that is stopped is ended by the server: its slots are free again after `silent`.
"""

import asyncio
import math
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import structlog
from sqlalchemy import URL

from bot.store import politeness, server
from bot.store.database import Database
from bot.store.errors import StoreError
from watchers.hosts import LocalHosts

log = structlog.get_logger()

ASK_AGAIN = 0.05
"""Seconds, on average, between two tries for a slot that another worker holds."""

TAKE = """
SELECT pg_try_advisory_lock($1, $2) AS taken, (SELECT left_alone_until FROM hosts WHERE host = $3) AS left_alone_until
"""
ALONE_FOR = 5.0
"""Seconds for which a server that did not answer is not asked; the limits of this process hold meanwhile."""


class SharedHosts:
    """`watchers.hosts.Hosts` for many workers. Without the database the limits of this process hold."""

    def __init__(
        self, url: URL, database: Database, per_host: int, clock: Callable[[], datetime], *, silent: timedelta
    ) -> None:
        """`silent`: a server that does not answer for so long is taken for unreachable."""
        self._silent = silent.total_seconds()
        self._alone_until = 0.0
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._database = database
        self._per_host = per_host
        self._clock = clock
        self._local = LocalHosts(per_host, clock)
        self._held: set[tuple[int, int]] = set()
        self._giving_back: set[asyncio.Task[None]] = set()
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()
        self._rng = Random()  # noqa: S311 - jitter, not a secret

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        async with self._local.slot(host):
            lock = await self._acquire(host)
            try:
                self._local.check(host)  # a worker, this one or another, may have learned something while we waited
                yield
            finally:
                if lock is not None:
                    # A visit that is cancelled while it gives back must not keep the slot for ever.
                    await asyncio.shield(self._behind(self._release(lock)))

    async def leave_alone(self, host: str, until: datetime) -> None:
        await self._local.leave_alone(host, until)
        try:
            await self._database.write(lambda conn: politeness.leave_alone(conn, host, until=until, now=self._clock()))
        except StoreError as error:
            log.warning("hosts.not-told", host=host, until=until.isoformat(), reason=error.detail)

    async def refresh(self) -> None:
        """Learn what other workers were told, and show the server that the holder of our slots is alive."""
        if self._held:
            await self._ask("SELECT true")
        self._local.know(dict(await self._database.read(lambda conn: politeness.left_alone(conn, now=self._clock()))))

    async def close(self) -> None:
        self._alone_until = math.inf
        if self._connection is not None:
            self._connection.terminate()
        await asyncio.gather(*self._giving_back, return_exceptions=True)

    async def _acquire(self, host: str) -> tuple[int, int] | None:
        """A free slot's lock; None where the database cannot be asked."""
        name = zlib.crc32(host.encode()) - (1 << 31)
        while True:
            for number in range(self._per_host):
                lock = (name, number)
                if lock in self._held:
                    continue  # a session may take its own lock twice
                taken = await self._try(lock, host)
                if taken is not False:
                    return lock if taken else None
            await asyncio.sleep(ASK_AGAIN * (0.5 + self._rng.random()))

    async def _try(self, lock: tuple[int, int], host: str) -> bool | None:
        """Whether the lock is ours now; None where the database cannot be asked. We learn what others were told."""
        self._held.add(lock)
        asked = asyncio.create_task(self._ask(TAKE, *lock, host))
        try:
            answer = await asyncio.shield(asked)
        except asyncio.CancelledError:
            # The lock may be ours in a moment, and nobody would give it back.
            self._ending(asked, lock)
            raise
        if answer is None or not answer["taken"]:
            self._held.discard(lock)
        if answer is not None and answer["left_alone_until"] is not None:
            self._local.know({host: answer["left_alone_until"]})
        return None if answer is None else bool(answer["taken"])

    def _ending(self, asked: "asyncio.Task[asyncpg.Record | None]", lock: tuple[int, int]) -> None:
        async def give_back() -> None:
            answer = await asked
            if answer is not None and answer["taken"]:
                await self._release(lock)
            self._held.discard(lock)

        _ = self._behind(give_back())

    def _behind(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name="give a slot back")
        self._giving_back.add(task)
        task.add_done_callback(self._giving_back.discard)
        return task

    async def _release(self, lock: tuple[int, int]) -> None:
        # Asked first: who takes the lock in this process meanwhile would lose it again.
        await self._ask("SELECT pg_advisory_unlock($1, $2)", *lock)  # where it fails it went with the connection
        self._held.discard(lock)

    async def _ask(self, statement: str, *arguments: int | str) -> asyncpg.Record | None:
        """None where the server does not answer; then it is not asked for a moment, or each fetch would wait for it."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            if loop.time() < self._alone_until:
                return None
            try:
                async with asyncio.timeout(self._silent):
                    if self._connection is None or self._connection.is_closed():
                        self._connection = await asyncpg.connect(
                            self._dsn, server_settings={"idle_session_timeout": f"{self._silent * 1000:.0f}"}
                        )
                    return await self._connection.fetchrow(statement, *arguments)
            except server.WRONG as error:
                if self._alone_until == math.inf:
                    return None  # it was closed meanwhile
                log.warning("hosts.alone", reason=type(error).__name__, seconds=ALONE_FOR)
                self._alone_until = loop.time() + ALONE_FOR
                if self._connection is not None:
                    self._connection.terminate()  # with it go the locks of which we do not know
                return None
