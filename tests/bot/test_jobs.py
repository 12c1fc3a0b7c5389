"""Jobs are hints: handed out once, and one that fails stops nobody."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.jobs import Jobs
from bot.store.agenda import Claim
from making import NOW


@asynccontextmanager
async def working(
    visit: Callable[[Claim], Awaitable[object]], deliver: Callable[[str], Awaitable[object]], concurrency: int = 4
) -> AsyncIterator[Jobs]:
    jobs = Jobs(visit=visit, deliver=deliver, concurrency=concurrency)
    running = asyncio.create_task(jobs.run())
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


async def test_each_claim_and_channel_reaches_its_handler_whole():
    visits, deliveries = Seen(), Seen()
    async with working(visits, deliveries) as jobs:
        await jobs.visits(claims("a", "b"))
        await jobs.deliveries(["#on-record", "#öps"])
        await visits.wait(2)
        await deliveries.wait(2)
    assert visits.counts == Counter(claims("a", "b"))
    assert deliveries.counts == {"#on-record": 1, "#öps": 1}


async def test_the_same_hint_twice_is_one_job_and_a_new_token_another():
    visits, deliveries = Seen(), Seen()
    jobs = Jobs(visit=visits, deliver=deliveries, concurrency=4)
    for _ in range(3):
        await jobs.visits(claims("a"))
        await jobs.deliveries(["#on-record"])
    await jobs.visits(claims("a", token=2))
    running = asyncio.create_task(jobs.run())
    await visits.wait(2)
    await deliveries.wait(1)
    jobs.stop()
    await asyncio.wait_for(running, 10)
    assert visits.counts == Counter([*claims("a"), *claims("a", token=2)])
    assert deliveries.counts == {"#on-record": 1}


async def test_a_handler_that_fails_stops_nobody():
    seen = Seen()

    async def visit(claim: Claim) -> None:
        await seen(claim.source)
        if claim.source == "bad":
            raise RuntimeError("a bug")

    async def deliver(channel: str) -> None:
        await seen(channel)
        raise RuntimeError("a bug")

    async with working(visit, deliver) as jobs:
        await jobs.deliveries(["#bad"])
        await jobs.visits(claims("bad", "good"))
        await seen.wait(3)
        await jobs.visits(claims("bad", token=2))
        await seen.wait(1)
    assert seen.counts == {"bad": 2, "good": 1, "#bad": 1}


async def test_no_more_visits_at_once_than_are_wanted():
    at_once = most = 0
    seen, go_on = Seen(), asyncio.Event()

    async def visit(claim: Claim) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if most == 3:
            go_on.set()
        await go_on.wait()
        at_once -= 1
        await seen(claim)

    async with working(visit, nothing, concurrency=3) as jobs:
        await jobs.visits(claims(*map(str, range(12))))
        await seen.wait(12)
    assert most == 3


async def test_a_delivery_can_be_wanted_again_when_it_is_done():
    seen = Seen()
    async with working(nothing, seen) as jobs, asyncio.timeout(10):
        while seen.counts["#on-record"] < 3:
            await jobs.deliveries(["#on-record"])
            await asyncio.sleep(0)


async def test_finished_jobs_are_forgotten():
    seen = Seen()
    async with working(seen, nothing) as jobs:
        await jobs.visits(claims("a", "b", "c"))
        await seen.wait(3)
    queries = jobs._queue.queries
    assert await queries.queue_log() != []
    await jobs.forget_finished()
    assert await queries.queue_log() == []
