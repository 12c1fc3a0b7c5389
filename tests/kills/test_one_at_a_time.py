"""Two workers on one PostgreSQL: each source has one visitor, each channel one sender, each host its limit."""

import asyncio
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import politeness
from bot.store.database import Database
from kills.campaign import World, eventually
from kills.crowds import SlowUpstream, slow_posts

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"), pytest.mark.timeout(240)]

WORKERS = ("left", "right")
WITHIN = 100.0
LONGER = {"lease": 30.0, "channel_lease": 30.0, "job_silent": 15.0}
"""Seconds: nobody is killed here, so nobody is waited for, and a loaded machine makes nobody look dead."""
POSTS = 60
FEEDS = 12
ASIDE = 120
"""Seconds of Retry-After."""


async def both_at_work(world: World, upstream: SlowUpstream) -> None:
    since = len(upstream.came)

    async def seen() -> bool:
        return {agent for _, agent in upstream.came[since:]} == set(WORKERS)

    assert await eventually(seen, WITHIN)


@pytest.mark.full
async def test_one_visitor_one_sender_and_the_hosts_limit(postgres, tmp_path):
    upstream = SlowUpstream()
    async with World(
        tmp_path, await postgres.fresh(), WORKERS, feeds=FEEDS, channels=6, per_host=2, upstream=upstream
    ) as world:
        posts = slow_posts(world.slack)
        running = [await world.start(worker, **LONGER) for worker in WORKERS]
        await both_at_work(world, upstream)
        while len(world.newsroom.published) < POSTS:
            world.publish()
            await asyncio.wait({one.ended for one in running}, timeout=0.02)
        assert await eventually(world.nothing_open, WITHIN), world.count()
        for one in running:
            one.send(signal.SIGTERM)
        assert [await one.end(30) for one in running] == [0, 0]
        found = world.count()
        assert found.clean, found
        of_host = upstream.crowd.most.pop("host")
        assert of_host == 2, "as many as a host may be asked at once, and no more"
        upstream.crowd.most.pop("/robots.txt", None)  # each worker reads it for itself
        together = {path: most for path, most in upstream.crowd.most.items() if most != 1}
        assert together == {}, "no source is visited by two at once"
        assert set(posts.most.values()) == {1}, "no channel has two senders"
        assert len(posts.most) > 3
        senders = Counter(call.headers["Authorization"] for call in world.slack.calls("chat.postMessage"))
        assert len(senders) == 2, "both send"


async def test_a_host_that_asks_one_worker_for_rest_gets_it_from_both(postgres, tmp_path):
    upstream = SlowUpstream()
    async with World(
        tmp_path, await postgres.fresh(), WORKERS, feeds=FEEDS, channels=2, per_host=1, upstream=upstream
    ) as world:
        running = [await world.start(worker, **LONGER) for worker in WORKERS]
        await both_at_work(world, upstream)
        upstream.refuse = ASIDE

        async def all_were_told() -> bool:
            said = "".join(world.log_of(worker).read_text(encoding="utf-8") for worker in WORKERS)
            return said.count("asked to be left alone") == FEEDS - 1

        # Each was due within a second, and found out without a request.
        assert await eventually(all_were_told, WITHIN)
        for one in running:
            one.send(signal.SIGTERM)
        assert [await one.end(30) for one in running] == [0, 0]
        assert upstream.refused_at is not None
        assert [came for came in upstream.came if came[0] > upstream.refused_at] == []


async def test_a_providers_budget_holds_over_two_workers(postgres):
    url, now = await postgres.fresh(), datetime(2026, 11, 25, tzinfo=UTC)
    limits = ((timedelta(seconds=1), 10), (timedelta(minutes=1), 25))
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(await Database.open(url)) for _ in WORKERS]

        async def granted(at: datetime) -> int:
            asked = (
                store.write(lambda conn: politeness.spend(conn, "edgar", now=at, limits=limits))
                for store in stores
                for _ in range(20)
            )
            return sum(free is None for free in await asyncio.gather(*asked))

        # The second's limit, the same again, what the minute leaves, and nothing.
        assert [await granted(now + timedelta(seconds=2 * step)) for step in range(4)] == [10, 10, 5, 0]
