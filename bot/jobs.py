"""Who does which work now: pgqueuer's entrypoints over the agenda and the outbox.

A job is a hint. What is due stands in the store: a lost job costs latency, a doubled one is refused at commit by its
fencing token. In memory a job is enqueued right after the commit that made the work, on PostgreSQL within it; the tick
finds what a kill in between left.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from pgqueuer import PgQueuer
from pgqueuer.models import Job
from pgqueuer.ports import RepositoryPort
from pgqueuer.types import QueueEntrypoint

from bot.store.agenda import Claim
from bot.timings import Timings

log = structlog.get_logger()

BATCH = 20
LONGEST_BREAK = timedelta(seconds=30)


class Queue(Protocol):
    """Where jobs wait: in this process, or in the database for all workers (`bot.queues`)."""

    def open(self) -> AbstractAsyncContextManager[PgQueuer]:
        """One connection to it, for as long as it holds."""

    def within(self, connection: Any) -> RepositoryPort | None:
        """The queue as a part of the transaction of that connection; None where it cannot be one."""

    async def forget_finished(self, queue: PgQueuer) -> None:
        """What the queue keeps of finished jobs, and nobody reads."""


class Jobs:
    """`visit` and `deliver` as entrypoints; a failure of a handler is logged and its work is due again by itself.

    A queue that breaks (the server restarts) is opened again, with growing pauses; the rest of the bot goes on.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        visit: Callable[[Claim], Awaitable[object]] | None,
        deliver: Callable[[str], Awaitable[object]] | None,
        concurrency: int,
        timings: Timings,
    ) -> None:
        self._queue = queue
        self._visit = visit
        self._deliver = deliver
        self._concurrency = concurrency
        self._timings = timings
        self._open: PgQueuer | None = None
        self._stop = asyncio.Event()
        self._under_way: set[asyncio.Task[Any]] = set()

    async def backlog(self) -> int:
        """How many visits wait to be taken by a worker."""
        queries = self._queries()
        return 0 if queries is None else await queries.queued_work([QueueEntrypoint("visit")])

    async def visits(self, claims: Sequence[Claim], connection: Any = None) -> None:
        """Hand out claimed sources. The token is in the key: a job that got stuck blocks nobody (pgqueuer#475)."""
        payloads: list[bytes | None] = [
            json.dumps([claim.source, claim.token, claim.due.isoformat()]).encode() for claim in claims
        ]
        keys: list[str | None] = [f"visit:{claim.source}:{claim.token}" for claim in claims]
        await self._put("visit", payloads, keys, connection)

    async def deliveries(self, channels: Iterable[str], connection: Any = None) -> None:
        names = list(channels)
        await self._put("deliver", [name.encode() for name in names], [f"deliver:{name}" for name in names], connection)

    async def run(self) -> None:
        """Until `stop`."""
        pause = self._timings.reconnect
        while not self._stop.is_set():
            try:
                async with self._queue.open() as queue:
                    self._register(queue)
                    self._open = queue
                    pause = self._timings.reconnect
                    await queue.run(
                        dequeue_timeout=self._timings.tick,
                        batch_size=BATCH,
                        max_concurrent_tasks=max(2 * BATCH, self._concurrency + BATCH),
                        heartbeat_timeout=self._timings.job_silent,
                    )
            except Exception as error:  # noqa: BLE001 - whatever broke the queue, the work goes on when it is back
                if self._stop.is_set():
                    return
                log.warning("queue.broken", reason=str(error) or type(error).__name__, seconds=pause.total_seconds())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), pause.total_seconds())
                pause = min(2 * pause, LONGEST_BREAK)
            finally:
                self._open = None

    def stop(self) -> None:
        """Take no new work; `run` returns when what is under way is done."""
        self._stop.set()
        if self._open is not None:
            self._open.shutdown.set()

    async def abandon(self) -> None:
        """Cancel what is still under way."""
        tasks = set(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def forget_finished(self) -> None:
        if self._open is not None:
            await self._queue.forget_finished(self._open)

    def _register(self, queue: PgQueuer) -> None:
        if self._visit is not None:
            queue.entrypoint("visit")(self._on_visit)
        if self._deliver is not None:
            queue.entrypoint("deliver")(self._on_deliver)

    def _queries(self) -> RepositoryPort | None:
        return self._open.queries if self._open is not None else None

    async def _put(
        self, entrypoint: str, payloads: list[bytes | None], keys: list[str | None], connection: Any
    ) -> None:
        queries = self._queue.within(connection) or self._queries()
        if queries is None or not payloads:
            return  # the store knows what is due; the next tick asks again
        count = len(payloads)
        await queries.enqueue([entrypoint] * count, payloads, [0] * count, dedupe_key=keys, on_conflict="skip")

    async def _on_visit(self, job: Job) -> None:
        assert self._visit is not None
        source, token, due = json.loads(job.payload or b"")
        await self._done(self._visit(Claim(source, token, datetime.fromisoformat(due))), "visit.failed", source=source)

    async def _on_deliver(self, job: Job) -> None:
        assert self._deliver is not None
        channel = (job.payload or b"").decode()
        await self._done(self._deliver(channel), "delivery.failed", channel=channel)

    async def _done(self, work: Awaitable[object], event: str, **about: str) -> None:
        """A failure is told; what was to be done is due again by itself when its lease runs out."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.wait({task})  # the work outlives a queue that breaks
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error(event, **about, exc_info=error)
