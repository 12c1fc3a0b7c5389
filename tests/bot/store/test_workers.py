"""Who is there: a row for each worker that was seen, and none for one that left or died."""

from dataclasses import replace
from datetime import timedelta

from bot.store import workers
from bot.store.database import Database
from bot.store.workers import Worker
from making import NOW

MINUTE = timedelta(minutes=1)


def worker(number: int = 1, seen=NOW, **about) -> Worker:
    usual = {"id": f"worker-{number}", "host": "here", "pid": number, "roles": ("visit", "web"), "since": NOW}
    return Worker(seen=seen, **(usual | about))


async def beat(database: Database, one: Worker):
    await database.write(lambda conn: workers.beat(conn, one, gone_before=one.seen - MINUTE))


async def there(database: Database, now):
    listed = await database.read(lambda conn: workers.listing(conn, seen_since=now - MINUTE, now=now))
    return [one.id for one in listed]


async def test_a_worker_is_there_as_long_as_it_is_seen(database: Database):
    first, second = worker(1), worker(2, since=NOW - MINUTE)
    await beat(database, first)
    await beat(database, second)
    assert await there(database, NOW) == ["worker-2", "worker-1"], "oldest first"
    later = NOW + 2 * MINUTE
    await beat(database, replace(first, seen=later))
    assert await there(database, later) == ["worker-1"]
    kept = await database.read(lambda conn: workers.listing(conn, seen_since=NOW - 9 * MINUTE, now=later))
    assert kept == [replace(first, seen=later)], "the row of one that died is removed by the others, and all is kept"


async def test_one_that_leaves_is_gone_at_once(database: Database):
    await beat(database, worker(1))
    await beat(database, worker(2))
    await database.write(lambda conn: workers.leave(conn, "worker-1"))
    assert await there(database, NOW) == ["worker-2"]


async def test_one_that_died_while_the_clock_was_ahead_is_not_there_for_hours(database: Database):
    await beat(database, worker(1, seen=NOW + timedelta(hours=5)))
    assert await there(database, NOW) == []
    await beat(database, worker(2))
    kept = await database.read(lambda conn: workers.listing(conn, seen_since=NOW - MINUTE, now=NOW + timedelta(days=1)))
    assert [one.id for one in kept] == ["worker-2"]
