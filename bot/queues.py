"""Where jobs wait: in this process on the embedded default, in PostgreSQL for many workers.

The same entrypoints run on both (`bot.jobs`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.inmemory.queries import InMemoryQueries
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.ports import RepositoryPort
from pgqueuer.ports.driver import NotifyCallback
from sqlalchemy import URL

from bot.store import server
from bot.timings import Timings

T = TypeVar("T")

NO_ANSWER = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.exceptions.OperatorInterventionError,
)
"""What a server that went away looks like; asyncpg says it in many ways (OSError: refused, reset)."""

SILENT = Timings().store_silent
POOL = 3
"""Connections of a queue: one listens, the others take and settle jobs."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A queue that was opened. `broken` is set when its server is gone, `sever` ends its connections at once."""

    queue: PgQueuer
    broken: asyncio.Event
    sever: Callable[[], None]


class InProcess:
    """Jobs in memory; a kill loses them, and the tick finds their work again."""

    shared = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Opened]:
        yield Opened(PgQueuer.in_memory(), asyncio.Event(), lambda: None)

    def within(self, _connection: Any) -> RepositoryPort | None:
        """Memory cannot join a transaction: the job is enqueued right after it."""
        return None

    async def forget_finished(self, queue: PgQueuer) -> None:
        """A line is kept for each finished job, 300 MB a day at a thousand sources, and one for each second's jobs."""
        assert isinstance(queue.queries, InMemoryQueries)
        await queue.queries.clear_queue_log()
        await queue.queries.clear_statistics_log()


class OnServer:
    """Jobs in the database; NOTIFY wakes whichever worker is free.

    `silent`: a server that does not answer for so long is taken for unreachable.
    """

    shared = True

    def __init__(self, url: URL, *, silent: timedelta = SILENT) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._shown = url.render_as_string(hide_password=True)
        self._silent = silent.total_seconds()

    async def prepare(self) -> None:
        """Bring pgqueuer's own tables up to date; it holds a lock of the database meanwhile. Raises `StoreError`."""
        try:
            connection = await asyncpg.connect(self._dsn, timeout=self._silent)
            try:
                await Queries.from_asyncpg_connection(connection).upgrade()
            finally:
                await connection.close()
        except server.WRONG as error:
            said = server.said_by(error, self._shown)
            if said is None:
                raise
            raise said from None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Opened]:
        broken = asyncio.Event()
        pool = await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=POOL,
            timeout=self._silent,
            command_timeout=self._silent,
            server_settings=server.limits(timedelta(seconds=self._silent)),
        )
        try:
            yield Opened(PgQueuer(_Driver(pool, broken, 1.5 * self._silent)), broken, pool.terminate)
        finally:
            # Not `close`: it waits for connections that a server which went away will never give back.
            pool.terminate()

    def within(self, connection: Any) -> RepositoryPort | None:
        return None if connection is None else Queries(AsyncpgDriver(connection))

    async def forget_finished(self, queue: PgQueuer) -> None:
        """Three lines are kept for ever of every job, and what workers fold them into; ours are in Prometheus.

        By name, which deletes: all of it would be truncated, and that waits for whoever makes a backup, while everybody
        who has a job to hand out waits behind it.
        """
        assert isinstance(queue.queries, Queries)
        ours: list[str] = [*queue.qm.entrypoint_registry]
        await queue.queries.clear_queue_log(ours)
        await queue.queries.clear_statistics_log(ours)


class _Driver(AsyncpgPoolDriver):
    """pgqueuer tells that its server is gone only when all that it runs is done: some visits take many minutes."""

    def __init__(self, pool: asyncpg.Pool, broken: asyncio.Event, seconds: float) -> None:
        """`seconds`: longer than a connection's own limit; a pool waits without any for one that stalls."""
        super().__init__(pool)
        self._broken = broken
        self._seconds = seconds

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        await super().add_listener(channel, callback)
        assert self._listener_connection is not None
        self._listener_connection.add_termination_listener(lambda _connection: self._broken.set())

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        return await self._watched(super().fetch(query, *args))

    async def execute(self, query: str, *args: object) -> str:
        return await self._watched(super().execute(query, *args))

    async def _watched(self, asked: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._seconds):
                return await asked
        except NO_ANSWER:
            self._broken.set()
            raise
