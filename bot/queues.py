"""Where jobs wait: in this process on the embedded default, in PostgreSQL for many workers.

The same entrypoints run on both (`bot.jobs`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.inmemory.queries import InMemoryQueries
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.ports import RepositoryPort
from sqlalchemy import URL

POOL = 4
"""Connections of the queue: one listens, the others take and settle jobs."""


class InProcess:
    """Jobs in memory; a kill loses them, and the tick finds their work again."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PgQueuer]:
        yield PgQueuer.in_memory()

    def within(self, _connection: Any) -> RepositoryPort | None:
        """Memory cannot join a transaction: the job is enqueued right after it."""
        return None

    async def forget_finished(self, queue: PgQueuer) -> None:
        """A line is kept for every finished job, 300 MB a day at a thousand sources."""
        assert isinstance(queue.queries, InMemoryQueries)
        await queue.queries.clear_queue_log()


class OnServer:
    """Jobs in the database; NOTIFY wakes whichever worker is free."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def prepare(self) -> None:
        """Bring pgqueuer's own tables up to date; it holds a lock of the database meanwhile."""
        connection = await asyncpg.connect(self._dsn)
        try:
            await Queries.from_asyncpg_connection(connection).upgrade()
        finally:
            await connection.close()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PgQueuer]:
        async with asyncpg.create_pool(self._dsn, min_size=1, max_size=POOL) as pool:
            yield PgQueuer.from_asyncpg_pool(pool)

    def within(self, connection: Any) -> RepositoryPort | None:
        return None if connection is None else Queries(AsyncpgDriver(connection))

    async def forget_finished(self, queue: PgQueuer) -> None:
        """Finished jobs are folded into statistics by the workers; ours are in Prometheus."""
        assert queue.queries is not None
        await queue.queries.clear_statistics_log()
