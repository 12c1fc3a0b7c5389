"""Jobs are hints: handed out once, and one that fails stops nobody. In memory and on a server alike."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url

from bot.jobs import Jobs, Queue
from bot.queues import InProcess, OnServer
from bot.store.agenda import Claim
from bot.store.errors import StoreUnreachable
from bot.timings import Timings
from making import NOW
from waiting import until

QUICK = Timings(tick=timedelta(milliseconds=20), reconnect=timedelta(milliseconds=10))


@pytest.fixture
async def queue(store_url: str) -> Queue:
    url = make_url(store_url)
    return InProcess() if url.get_backend_name() == "sqlite" else OnServer(url)


@asynccontextmanager
async def working(
    queue: Queue,
    visit: Callable[[Claim], Awaitable[object]] | None,
    deliver: Callable[[str], Awaitable[object]] | None,
    concurrency: int = 4,
) -> AsyncIterator[Jobs]:
    jobs = Jobs(queue, visit=visit, deliver=deliver, concurrency=concurrency, timings=QUICK)
    running = asyncio.create_task(jobs.run())
    wanted = ["visit"] * bool(visit) + ["deliver"] * bool(deliver)
    await until(lambda: all(map(jobs.work_on, wanted)))
    try:
        yield jobs
    finally:
        jobs.stop()
        await asyncio.wait_for(running, 10)


async def nothing(_what: object) -> None:
    return


class Seen:
    """What handlers were given, and a way to wait for so many of them."""

    def __init__(self) -> None:
        self.counts: Counter[object] = Counter()
        self._came = asyncio.Semaphore(0)

    async def __call__(self, what: object) -> None:
        self.counts[what] += 1
        self._came.release()

    async def wait(self, many: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(many):
                await self._came.acquire()


def claims(*names: str, token: int = 1) -> list[Claim]:
    return [Claim(name, token, NOW) for name in names]


async def test_each_claim_and_channel_reaches_its_handler_whole(queue: Queue):
    visits, deliveries = Seen(), Seen()
    async with working(queue, visits, deliveries) as jobs:
        await jobs.visits(claims("a", "b"))
        await jobs.deliveries(["#on-record", "#öps"])
        await visits.wait(2)
        await deliveries.wait(2)
    assert visits.counts == Counter(claims("a", "b"))
    assert deliveries.counts == {"#on-record": 1, "#öps": 1}


async def test_the_same_hint_twice_is_one_job_and_a_new_token_another(queue: Queue):
    go_on, visits, deliveries = asyncio.Event(), Seen(), Seen()

    async def visit(claim: Claim) -> None:
        await visits(claim)
        await go_on.wait()

    async with working(queue, visit, deliveries) as jobs:
        for _ in range(3):
            await jobs.visits(claims("a"))
        await jobs.visits(claims("a", token=2))
        await visits.wait(2)
        await jobs.visits(claims("a"))  # it is being visited
        go_on.set()
        await jobs.visits(claims("b"))
        await visits.wait(1)
    assert visits.counts == Counter([*claims("a"), *claims("a", token=2), *claims("b")])


async def test_a_handler_that_fails_stops_nobody_and_is_told(queue: Queue):
    seen = Seen()

    async def visit(claim: Claim) -> None:
        await seen(claim.source)
        if claim.source == "bad":
            raise RuntimeError("a bug")
        if claim.source == "away":
            raise StoreUnreachable("it does not answer", "is it up?")

    async def deliver(channel: str) -> None:
        await seen(channel)
        raise RuntimeError("a bug")

    with structlog.testing.capture_logs() as logs:
        async with working(queue, visit, deliver) as jobs:
            await jobs.deliveries(["#bad"])
            await jobs.visits(claims("bad", "good", "away"))
            await seen.wait(4)
            await jobs.visits(claims("bad", token=2))
            await seen.wait(1)
    assert seen.counts == {"bad": 2, "good": 1, "away": 1, "#bad": 1}
    told = {(entry["event"], entry.get("source") or entry.get("channel"), "exc_info" in entry) for entry in logs}
    assert told == {
        ("visit.failed", "bad", True),
        ("visit.failed", "away", False),  # the store says it all
        ("delivery.failed", "#bad", True),
    }


async def test_no_more_visits_at_once_than_are_wanted_and_none_of_them_delays_a_delivery(queue: Queue):
    at_once = most = 0
    seen, delivered, go_on = Seen(), Seen(), asyncio.Event()

    async def visit(claim: Claim) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await seen(claim)
        await go_on.wait()
        at_once -= 1

    async with working(queue, visit, delivered, concurrency=4) as jobs:
        await jobs.visits(claims(*map(str, range(12))))
        await seen.wait(4)
        await jobs.deliveries(["#on-record"])
        await delivered.wait(1)
        assert len(seen.counts) == 4, "four hang, eight wait"
        assert await jobs.backlog() == 8
        go_on.set()
        await seen.wait(8)
    assert most == 4


async def test_a_delivery_can_be_wanted_again_when_it_is_done(queue: Queue):
    seen = Seen()
    async with working(queue, nothing, seen) as jobs, asyncio.timeout(10):
        while seen.counts["#on-record"] < 3:
            await jobs.deliveries(["#on-record"])
            await asyncio.sleep(0)


async def test_who_does_only_one_thing_takes_no_job_of_the_other(queue: Queue):
    visits = Seen()
    async with working(queue, visits, None) as jobs:
        assert not jobs.work_on("deliver")
        await jobs.deliveries(["#on-record"])
        await jobs.visits(claims("a"))
        await visits.wait(1)
    async with working(queue, None, None) as jobs:
        assert jobs.reach_workers is queue.shared
        assert await jobs.backlog() is None


async def test_what_is_abandoned_is_cancelled(queue: Queue):
    ended, seen = [], Seen()

    async def visit(claim: Claim) -> None:
        await seen(claim)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(claim.source)
            raise

    async with working(queue, visit, nothing) as jobs:
        await jobs.visits(claims("a", "b"))
        await seen.wait(2)
        jobs.stop()
        await jobs.abandon(within=timedelta(seconds=10))
        assert sorted(ended) == ["a", "b"]


async def test_finished_jobs_are_forgotten(queue: Queue):
    seen = Seen()
    async with working(queue, seen, nothing) as jobs:
        await jobs.visits(claims("a", "b", "c"))
        await seen.wait(3)
        queries = jobs._queries("visit")
        assert queries is not None
        await until(lambda: _none_is_left(queries))  # the end of a job is noted a moment after it
        await queries.aggregate_logs()  # as the queue does by itself, every half minute
        assert await queries.queue_log()
        assert await queries.log_statistics(None)
        await jobs.forget_finished()
        assert await queries.queue_log() == []
        assert await queries.log_statistics(None) == []


async def _none_is_left(queries: Any) -> bool:
    return not await queries.queue_size()


async def test_nobody_asks_every_second_for_schedules_that_there_are_none_of(queue: Queue):
    async with working(queue, nothing, nothing):
        running = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    assert running.count("QueueManager.run") == 2
    assert [name for name in running if name.startswith("SchedulerManager")] == []
