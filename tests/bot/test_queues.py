"""Where jobs wait: a part of the transaction on a server, and a queue that breaks is opened again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import make_url, text

from bot.jobs import Jobs
from bot.queues import InProcess, OnServer
from bot.store import agenda, roster
from bot.store.agenda import Claim
from bot.store.database import Database
from bot.store.errors import StoreUnreachable
from bot.timings import Timings
from making import NOW, source
from postgres import Server
from proxy import Proxy
from waiting import until

QUICK = Timings(
    tick=timedelta(milliseconds=50),
    reconnect=timedelta(milliseconds=20),
    store_silent=timedelta(milliseconds=500),
)
PATIENT = Timings(tick=timedelta(seconds=25), reconnect=timedelta(milliseconds=20))
"""Asks so seldom that only a NOTIFY can wake it in time."""


class Visits:
    """A handler whose visits stay until they may go."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.ended: list[str] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, claim: Claim) -> None:
        self.seen.append(claim.source)
        await self.go_on.wait()
        self.ended.append(claim.source)


@asynccontextmanager
async def working(url: str, visits: Visits, timings: Timings = QUICK) -> AsyncIterator[Jobs]:
    queue = OnServer(make_url(url), silent=timings.store_silent)
    jobs = Jobs(queue, visit=visits, deliver=None, concurrency=8, timings=timings)
    running = asyncio.create_task(jobs.run())
    try:
        await until(lambda: jobs.work_on("visit"))
        yield jobs
    finally:
        jobs.stop()
        await asyncio.wait_for(running, 20)


async def hand_out(database: Database, jobs: Jobs, name: str, *, token: int = 1) -> None:
    await database.write(lambda _: [Claim(name, token, NOW)], jobs.visits)


async def queued(database: Database) -> int:
    rows = await database.read(lambda conn: conn.execute(text("SELECT count(*) FROM pgqueuer")).scalar())
    return int(rows or 0)


@pytest.fixture
async def url(postgres: Server) -> str:
    return await postgres.fresh()


async def test_a_job_is_a_part_of_the_transaction_that_makes_it(url: str):
    visits = Visits()
    async with await Database.open(url) as database, working(url, visits) as jobs:
        await database.write(lambda conn: roster.sync(conn, [source("a"), source("b")], now=NOW))

        def broken(conn):
            return [agenda.claim(conn, "a", now=NOW, lease=timedelta(minutes=1))]

        async def then_fails(claims, connection):
            await jobs.visits(claims, connection)
            raise RuntimeError("killed before the commit")

        with pytest.raises(RuntimeError):
            await database.write(broken, then_fails)
        assert await queued(database) == 0
        claim = await database.write(
            lambda conn: [agenda.claim(conn, "a", now=NOW, lease=timedelta(minutes=1))], jobs.visits
        )
        assert claim[0] is not None, "the claim went back with the job"
        await until(lambda: visits.seen == ["a"])


async def test_a_notice_wakes_a_worker_that_would_ask_much_later(url: str):
    visits, idle = Visits(), Visits()
    async with await Database.open(url) as database:
        teller = Jobs(OnServer(make_url(url)), visit=None, deliver=None, concurrency=8, timings=PATIENT)
        assert teller.reach_workers, "who only takes webhooks can hand out too"
        async with working(url, visits, PATIENT), working(url, idle, PATIENT):
            for number in range(4):
                await hand_out(database, teller, f"s{number}")
                await until(lambda number=number: len(visits.seen + idle.seen) == number + 1, within=15)
    assert sorted(visits.seen + idle.seen) == ["s0", "s1", "s2", "s3"]


async def test_a_server_that_is_gone_when_the_queue_is_prepared_is_named_without_its_password():
    with pytest.raises(StoreUnreachable) as raised:
        await OnServer(make_url("postgresql://bot:hunter2@127.0.0.1:1/onrecord")).prepare()
    assert (
        raised.value.detail
        == "The database postgresql://bot:***@127.0.0.1:1/onrecord does not answer (ConnectionRefusedError)."
    )


async def test_one_job_is_one_workers_however_many_there_are(url: str):
    workers = [Visits() for _ in range(3)]
    async with await Database.open(url) as database:
        async with working(url, workers[0]) as jobs, working(url, workers[1]), working(url, workers[2]):
            names = [f"s{number}" for number in range(60)]
            await database.write(lambda _: [Claim(name, 1, NOW) for name in names], jobs.visits)
            await until(lambda: sum(len(visits.ended) for visits in workers) >= 60)
        assert sorted(name for visits in workers for name in visits.seen) == sorted(names)


async def terminated(server: Server, _line: Proxy, database: str) -> None:
    await server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", make_url(database).database
    )


async def cut(_server: Server, line: Proxy, _database: str) -> None:
    line.cut()


async def stalled(_server: Server, line: Proxy, _database: str) -> None:
    line.stall()


async def halved(_server: Server, line: Proxy, _database: str) -> None:
    line.halve()


async def refused(_server: Server, line: Proxy, _database: str) -> None:
    line.refuse()


@pytest.mark.parametrize("fault", [terminated, cut, stalled, halved, refused])
async def test_a_queue_that_breaks_is_opened_again_while_a_long_visit_goes_on(
    url: str, postgres: Server, fault: Callable
):
    visits = Visits()
    with structlog.testing.capture_logs() as logs:
        async with (
            Proxy(postgres.socket) as line,
            await Database.open(url) as database,
            working(line.url(url), visits) as jobs,
        ):
            visits.go_on.clear()
            await hand_out(database, jobs, "long")
            await until(lambda: visits.seen == ["long"])
            await fault(postgres, line, url)
            await until(lambda: any(entry["event"] == "queue.broken" for entry in logs))
            line.heal()
            await until(lambda: jobs.work_on("visit"))
            await hand_out(database, jobs, "next")
            await until(lambda: visits.seen == ["long", "next"])
            assert visits.ended == [], "the long visit is still under way, and delayed nobody"
            visits.go_on.set()
            await until(lambda: sorted(visits.ended) == ["long", "next"])
            # Nobody finds the long one's job silent and does it again.
            await until(lambda: _none_left(database))
    assert {entry["event"] for entry in logs} == {"queue.broken"}


async def _none_left(database: Database) -> bool:
    return await queued(database) == 0


async def test_memory_joins_no_transaction_and_belongs_to_one_process():
    queue = InProcess()
    assert not queue.shared
    assert queue.within(object()) is None
    jobs = Jobs(queue, visit=None, deliver=None, concurrency=1, timings=QUICK)
    assert not jobs.reach_workers, "what is handed out here would reach nobody"
