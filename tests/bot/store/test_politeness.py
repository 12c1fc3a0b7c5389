"""Budgets of providers and hosts that are to be left alone: over all workers, whatever the clock does."""

import asyncio
from datetime import timedelta

from bot.store import politeness
from bot.store.database import Database
from making import NOW
from postgres import Server

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIMITS = ((MINUTE, 2), (HOUR, 3))


async def spend(database: Database, now, limits=LIMITS, provider="courtlistener"):
    return await database.write(lambda conn: politeness.spend(conn, provider, now=now, limits=limits))


async def left(database: Database, now, limits=LIMITS, provider="courtlistener"):
    return await database.read(lambda conn: politeness.left(conn, provider, now=now, limits=limits))


async def test_every_window_holds_and_says_when_it_is_free_again(database: Database):
    assert await left(database, NOW) == (2, None)
    assert await spend(database, NOW) is None
    assert await spend(database, NOW + timedelta(seconds=10)) is None
    assert await spend(database, NOW + timedelta(seconds=20)) == NOW + MINUTE, "the first leaves its minute"
    assert await left(database, NOW + timedelta(seconds=20)) == (0, NOW + MINUTE)
    assert await spend(database, NOW + MINUTE) is None
    assert await spend(database, NOW + 2 * MINUTE) == NOW + HOUR, "the hour is spent though the minute is not"
    assert await left(database, NOW + 2 * MINUTE) == (0, NOW + HOUR)
    assert await spend(database, NOW + HOUR) is None


async def test_what_was_refused_is_not_counted(database: Database):
    for _ in range(9):
        await spend(database, NOW)
    assert await left(database, NOW + MINUTE) == (1, None)


async def test_providers_have_budgets_of_their_own(database: Database):
    once = ((DAY, 1),)
    assert await spend(database, NOW, once) is None
    assert await spend(database, NOW, once, "alphavantage") is None
    assert await spend(database, NOW, once) == NOW + DAY


async def test_many_at_once_get_no_more_than_there_is(database: Database):
    granted = await asyncio.gather(*(spend(database, NOW, ((DAY, 5),)) for _ in range(12)))
    assert granted.count(None) == 5
    assert set(granted) == {None, NOW + DAY}


async def test_a_clock_that_was_ahead_holds_a_budget_no_longer_than_its_window(database: Database):
    ahead = NOW + timedelta(hours=9)
    for _ in range(2):
        assert await spend(database, ahead, ((HOUR, 2),)) is None
    assert await spend(database, NOW, ((HOUR, 2),)) == NOW + HOUR, "they were made just now, by the right time"
    assert await left(database, NOW, ((HOUR, 2),)) == (0, NOW + HOUR)


async def test_a_host_is_left_alone_until_its_time_and_forgotten_after_it(database: Database):
    async def alone(now):
        return await database.read(lambda conn: politeness.left_alone(conn, now=now))

    async def leave(host, until, now=NOW):
        await database.write(lambda conn: politeness.leave_alone(conn, host, until=until, now=now))

    await leave("a.example", NOW + MINUTE)
    await leave("b.example", NOW + HOUR)
    assert await alone(NOW) == {"a.example": NOW + MINUTE, "b.example": NOW + HOUR}
    await leave("b.example", NOW + 2 * HOUR)
    assert await alone(NOW + MINUTE) == {"b.example": NOW + 2 * HOUR}
    await leave("c.example", NOW + DAY, now=NOW + 2 * HOUR)
    assert await alone(NOW) == {"c.example": NOW + DAY}, "what is over takes no room"


async def test_who_is_told_of_one_host_waits_for_nobody_who_is_told_of_another(postgres: Server):
    async with await Database.open(await postgres.fresh()) as database:
        held, go_on = asyncio.Event(), asyncio.Event()

        async def leave(host, then=None, now=NOW + HOUR):
            await database.write(
                lambda conn: politeness.leave_alone(conn, host, until=now + MINUTE, now=now), then=then
            )

        async def hold(_result, _connection):
            held.set()
            await go_on.wait()

        await leave("a.example", now=NOW)
        await leave("b.example", now=NOW)
        slow = asyncio.create_task(leave("a.example", then=hold))
        await held.wait()
        async with asyncio.timeout(5):
            await leave("c.example")
        go_on.set()
        await slow
