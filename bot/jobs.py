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

from bot.queues import NO_ANSWER, Opened
from bot.store.agenda import Claim
from bot.store.errors import StoreError
from bot.timings import Timings

log = structlog.get_logger()

BATCH = 20
DELIVERIES = 40
"""Channels that are served at once."""
CANCEL_AGAIN = 0.05
"""Seconds."""
LONGEST_BREAK = timedelta(seconds=30)


class Queue(Protocol):
    """Where jobs wait: in this process, or in the database for all workers (`bot.queues`)."""

    shared: bool
    """Whether other workers see what is put there."""

    def open(self) -> AbstractAsyncContextManager[Opened]:
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
        self._visits_at_once = concurrency
        self._timings = timings
        self._open: dict[str, PgQueuer] = {}
        self._stop = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Job] = {}

    @property
    def reach_workers(self) -> bool:
        """Whether a visit that is handed out here finds somebody."""
        return self._queue.shared or self.work_on("visit")

    def work_on(self, entrypoint: str) -> bool:
        """Whether such jobs are taken here now."""
        return entrypoint in self._open

    async def backlog(self) -> int | None:
        """How many visits wait to be taken by a worker; None while that cannot be known."""
        queries = self._queries("visit")
        if queries is None:
            return None
        # Not `queued_work`: PostgreSQL is asked there whether there is any, and the answer is 0 or 1.
        try:
            sizes = await queries.queue_size()
        except NO_ANSWER:
            return None
        return sum(size.count for size in sizes if size.entrypoint == "visit" and size.status == "queued")

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
        """Until `stop`.

        Visits and deliveries are taken apart, so that a hundred sources that hang delay no alert.
        """
        async with asyncio.TaskGroup() as group:
            if self._visit is not None:
                group.create_task(self._serve("visit", self._on_visit, self._visits_at_once), name="visit jobs")
            if self._deliver is not None:
                group.create_task(self._serve("deliver", self._on_deliver, DELIVERIES), name="deliver jobs")
            group.create_task(self._stop.wait(), name="stop jobs")

    async def _serve(self, entrypoint: str, handler: Callable[[Job], Awaitable[None]], at_once: int) -> None:
        loop = asyncio.get_running_loop()
        pause, began = self._timings.reconnect, loop.time()
        while not self._stop.is_set():
            try:
                async with self._queue.open() as opened:
                    began = loop.time()
                    await self._forget_under_way(entrypoint, opened.queue)
                    opened.queue.entrypoint(entrypoint)(handler)
                    self._open[entrypoint] = opened.queue
                    await self._work_off(opened, at_once)
            except Exception as error:  # noqa: BLE001 - whatever broke the queue, the work goes on when it is back
                if self._stop.is_set():
                    return
                self._open.pop(entrypoint, None)
                if loop.time() - began > LONGEST_BREAK.total_seconds():
                    pause = self._timings.reconnect
                reason = str(error) or type(error).__name__
                log.warning("queue.broken", queue=entrypoint, reason=reason, seconds=pause.total_seconds())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), pause.total_seconds())
                pause = min(2 * pause, LONGEST_BREAK)
            finally:
                self._open.pop(entrypoint, None)

    async def _work_off(self, opened: Opened, at_once: int) -> None:
        """Take jobs until the queue is stopped, or breaks. What is under way then outlives it."""
        batch = max(1, min(BATCH, at_once // 2))
        # Not `opened.queue.run`: it would also ask for pgqueuer's schedules, once a second, and there is none.
        work = asyncio.create_task(
            opened.queue.qm.run(
                dequeue_timeout=self._timings.tick,
                batch_size=batch,
                max_concurrent_tasks=max(2 * batch, at_once),
                # A job that is given to another too early would be done twice under one lease.
                heartbeat_timeout=max(self._timings.job_silent, 1.5 * self._timings.lease),
                shutdown_on_listener_failure=True,
            ),
            name="queue",
        )
        broken = asyncio.create_task(opened.broken.wait(), name="queue broken")
        ending = asyncio.create_task(opened.queue.shutdown.wait(), name="queue ends")
        try:
            await asyncio.wait({work, broken, ending}, return_when=asyncio.FIRST_COMPLETED)
            if self._stop.is_set():
                await asyncio.wait({work, broken}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
            elif not self._stop.is_set():
                raise ConnectionError("the server of the queue went away")
        finally:
            broken.cancel()
            ending.cancel()
            if not work.done():
                opened.sever()
            while not work.done():
                work.cancel()  # the first time it only begins to wait for what it runs
                await asyncio.wait({work}, timeout=CANCEL_AGAIN)
            await asyncio.gather(work, broken, ending, return_exceptions=True)

    async def _forget_under_way(self, entrypoint: str, queue: PgQueuer) -> None:
        """Jobs that outlived a broken queue are nobody's: a worker that found them silent would do them again."""
        left = [job for job in self._under_way.values() if job.entrypoint == entrypoint]
        if left and self._queue.shared:
            assert queue.queries is not None
            await queue.queries.log_jobs([(job, "canceled", None) for job in left])

    def stop(self) -> None:
        """Take no new work; `run` returns when what is under way is done."""
        self._stop.set()
        for queue in self._open.values():
            queue.shutdown.set()

    async def abandon(self, *, within: timedelta) -> None:
        """Cancel what is still under way; what then asks a server that stalls is waited for no longer than that."""
        tasks = set(self._under_way)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=within.total_seconds())

    async def forget_finished(self) -> None:
        for queue in list(self._open.values()):
            with suppress(*NO_ANSWER):
                await self._queue.forget_finished(queue)

    def _queries(self, entrypoint: str) -> RepositoryPort | None:
        queue = self._open.get(entrypoint)
        return queue.queries if queue is not None else None

    async def _put(
        self, entrypoint: str, payloads: list[bytes | None], keys: list[str | None], connection: Any
    ) -> None:
        if not payloads:
            return
        count = len(payloads)
        work = [entrypoint] * count, payloads, [0] * count
        within = self._queue.within(connection)
        if within is not None:  # a part of the transaction, which fails with it
            await within.enqueue(*work, dedupe_key=keys, on_conflict="skip")
        elif (queries := self._queries(entrypoint)) is not None:
            with suppress(*NO_ANSWER):  # the store knows what is due; the next tick asks again
                await queries.enqueue(*work, dedupe_key=keys, on_conflict="skip")

    async def _on_visit(self, job: Job) -> None:
        assert self._visit is not None
        source, token, due = json.loads(job.payload or b"")
        claim = Claim(source, token, datetime.fromisoformat(due))
        await self._done(job, self._visit(claim), "visit.failed", source=source)

    async def _on_deliver(self, job: Job) -> None:
        assert self._deliver is not None
        channel = (job.payload or b"").decode()
        await self._done(job, self._deliver(channel), "delivery.failed", channel=channel)

    async def _done(self, job: Job, work: Awaitable[object], event: str, **about: str) -> None:
        task = asyncio.create_task(self._told(work, event, **about), name=f"{job.entrypoint} job")
        self._under_way[task] = job
        task.add_done_callback(self._under_way.pop)
        await asyncio.wait({task})  # the work outlives a queue that breaks

    async def _told(self, work: Awaitable[object], event: str, **about: str) -> None:
        """A failure is told; what was to be done is due again by itself when its lease runs out."""
        try:
            await work
        except StoreError as error:
            log.warning(event, **about, reason=error.detail, mend=error.mend)
        except Exception:
            log.exception(event, **about)
