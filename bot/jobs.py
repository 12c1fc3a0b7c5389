"""Who does which work now: pgqueuer's entrypoints over the agenda and the outbox.

A job is a hint. What is due stands in the store: a lost job costs latency, a doubled one is refused at commit by its
fencing token. In memory a job is enqueued right after the commit that made the work; the tick finds what a kill in
between left.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.inmemory.queries import InMemoryQueries
from pgqueuer.models import Job

from bot.store.agenda import Claim

log = structlog.get_logger()

BATCH = 20


class Jobs:
    """`visit` and `deliver` as entrypoints; a failure of a handler is logged and its work is due again by itself."""

    def __init__(
        self,
        *,
        visit: Callable[[Claim], Awaitable[object]],
        deliver: Callable[[str], Awaitable[object]],
        concurrency: int,
    ) -> None:
        self._visit = visit
        self._deliver = deliver
        self._concurrency = concurrency
        self._queue = PgQueuer.in_memory()
        self._queue.entrypoint("visit", concurrency_limit=concurrency)(self._on_visit)
        self._queue.entrypoint("deliver")(self._on_deliver)

    async def visits(self, claims: Sequence[Claim]) -> None:
        """Hand out claimed sources. The token is in the key: a job that got stuck blocks nobody (pgqueuer#475)."""
        for claim in claims:
            payload = json.dumps([claim.source, claim.token, claim.due.isoformat()]).encode()
            await self._put("visit", payload, f"visit:{claim.source}:{claim.token}")

    async def deliveries(self, channels: Iterable[str]) -> None:
        for channel in channels:
            await self._put("deliver", channel.encode(), f"deliver:{channel}")

    async def run(self) -> None:
        """Until `stop`."""
        await self._queue.run(
            dequeue_timeout=timedelta(seconds=1),
            batch_size=BATCH,
            max_concurrent_tasks=max(2 * BATCH, 2 * self._concurrency),
        )

    def stop(self) -> None:
        self._queue.shutdown.set()

    async def forget_finished(self) -> None:
        """The in-memory adapter keeps a line for every finished job, 300 MB a day at a thousand sources."""
        queries = self._queue.queries
        assert isinstance(queries, InMemoryQueries)
        await queries.clear_queue_log()

    async def _put(self, entrypoint: str, payload: bytes, key: str) -> None:
        assert self._queue.queries is not None
        await self._queue.queries.enqueue([entrypoint], [payload], [0], dedupe_key=[key], on_conflict="skip")

    async def _on_visit(self, job: Job) -> None:
        source, token, due = json.loads(job.payload or b"")
        try:
            await self._visit(Claim(source, token, datetime.fromisoformat(due)))
        except Exception:
            # The lease runs out by itself, and the source is due again.
            log.exception("visit.failed", source=source)

    async def _on_deliver(self, job: Job) -> None:
        channel = (job.payload or b"").decode()
        try:
            await self._deliver(channel)
        except Exception:
            log.exception("delivery.failed", channel=channel)
