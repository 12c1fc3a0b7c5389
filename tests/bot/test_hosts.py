"""What is asked of one host, over all workers: two connections of one server stand for two workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import pytest
import structlog
from sqlalchemy import make_url

from bot import hosts as module
from bot.hosts import SharedHosts
from bot.store.database import Database
from making import NOW
from postgres import Server
from proxy import Proxy
from waiting import until
from watchers.trouble import Throttled

HOST = "example.com"


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def worker(url: str, per_host: int = 2, time: Time | None = None, **about) -> AsyncIterator[SharedHosts]:
    silent = about.pop("silent", timedelta(seconds=20))
    async with await Database.open(url) as database:
        hosts = SharedHosts(make_url(url), database, per_host, time or Time(), silent=silent)
        try:
            yield hosts
        finally:
            await hosts.close()


class Inside:
    """Visits that hold a slot until they may go."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.came = asyncio.Semaphore(0)
        self.leave = asyncio.Semaphore(0)

    async def visit(self, hosts: SharedHosts, host: str = HOST) -> None:
        async with hosts.slot(host):
            self.now += 1
            self.most = max(self.most, self.now)
            self.came.release()
            await self.leave.acquire()
            self.now -= 1


@pytest.fixture
async def url(postgres: Server) -> str:
    return await postgres.fresh()


async def test_a_hosts_limit_holds_over_all_workers_and_every_visit_gets_its_turn(url: str):
    inside = Inside()
    async with worker(url) as one, worker(url) as other, asyncio.timeout(30):
        visits = [asyncio.create_task(inside.visit(hosts)) for hosts in (one, other) for _ in range(4)]
        for _ in range(2):
            await inside.came.acquire()
        elsewhere = asyncio.create_task(inside.visit(other, "example.org"))
        await inside.came.acquire()  # a host that is busy keeps no other waiting
        assert inside.now == 3
        for _ in range(9):
            inside.leave.release()
        await asyncio.gather(elsewhere, *visits)
    assert inside.most == 3


async def test_a_worker_that_dies_keeps_no_slot(url: str, postgres: Server):
    inside = Inside()
    async with worker(url, per_host=1) as dead, worker(url, per_host=1) as alive, asyncio.timeout(30):
        holding = asyncio.create_task(inside.visit(dead))
        await inside.came.acquire()
        waiting = asyncio.create_task(inside.visit(alive))
        assert dead._connection is not None
        dead._connection.terminate()  # a kill closes its sockets
        await inside.came.acquire()
        inside.leave.release()
        inside.leave.release()
        await asyncio.gather(holding, waiting)


async def test_a_visit_that_is_cancelled_at_any_moment_keeps_no_slot(url: str):
    inside = Inside()
    async with worker(url, per_host=1) as hosts, worker(url, per_host=1) as other, asyncio.timeout(60):
        for turns in range(12):
            visit = asyncio.create_task(inside.visit(hosts))
            for _ in range(turns):
                await asyncio.sleep(0)
            visit.cancel()
            await asyncio.gather(visit, return_exceptions=True)
        inside.now = 0
        inside.came = asyncio.Semaphore(0)
        visit = asyncio.create_task(inside.visit(other))
        await inside.came.acquire()
        inside.leave.release()
        await visit
        await until(lambda: not hosts._held)


async def test_what_one_worker_was_told_another_learns_and_forgets_in_time(url: str):
    time = Time()
    async with worker(url, time=time) as one, worker(url, time=time) as other:
        await one.leave_alone(HOST, NOW + timedelta(minutes=5))
        with pytest.raises(Throttled) as refused:
            async with other.slot(HOST):
                pass
        assert refused.value.retry_after == timedelta(minutes=5)
        time.now += timedelta(minutes=5)
        async with other.slot(HOST), one.slot(HOST):
            pass
        await other.refresh()
        assert other._local._left_alone == {}


@pytest.mark.parametrize("fault", ["stall", "refuse", "cut"])
async def test_without_the_server_the_limits_of_the_process_hold_and_it_is_asked_again(
    url: str, postgres: Server, fault: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "ALONE_FOR", 0.05)
    inside = Inside()
    with structlog.testing.capture_logs() as logs:
        async with (
            AsyncExitStack() as stack,
            Proxy(postgres.socket) as line,
            worker(url, per_host=1) as other,
            asyncio.timeout(60),
        ):
            hosts = await stack.enter_async_context(
                worker(line.url(url), per_host=1, silent=timedelta(milliseconds=300))
            )
            async with hosts.slot(HOST):
                pass
            getattr(line, fault)()
            visits = [asyncio.create_task(inside.visit(hosts)) for _ in range(3)]
            for _ in range(3):
                await inside.came.acquire()
                assert inside.now == 1
                inside.leave.release()
            await asyncio.gather(*visits)
            line.heal()
            holding = asyncio.create_task(inside.visit(other))
            await inside.came.acquire()

            async def waits() -> bool:
                """Whether a slot that another worker holds is not given here."""
                try:
                    async with asyncio.timeout(0.5), hosts.slot(HOST):
                        return False
                except TimeoutError:
                    return True

            await until(waits)
            inside.leave.release()
            await holding
    assert [entry["event"] for entry in logs].count("hosts.alone") >= (0 if fault == "cut" else 1)
    assert len(logs) < 12, "an outage is told, not every fetch in it"


async def test_a_host_that_is_left_alone_while_the_store_is_away_is_left_alone_here(url: str, postgres: Server):
    async with Proxy(postgres.socket) as line, worker(line.url(url)) as hosts:
        line.refuse()
        with structlog.testing.capture_logs() as logs:
            await hosts.leave_alone(HOST, NOW + timedelta(minutes=5))
        assert [entry["event"] for entry in logs] == ["hosts.not-told"]
        with pytest.raises(Throttled):
            async with hosts.slot(HOST):
                pass
