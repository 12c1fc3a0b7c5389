"""What a clock that was hours ahead put off is moved back; what a right one said stays as it is."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from bot.model import Message
from bot.store import agenda, outbox, roster, wrong_clock
from bot.store.database import Database
from bot.store.schema import channels, messages, sources
from making import NOW, source
from watchers.model import Push

LEASE = timedelta(minutes=2)
HOUR = timedelta(hours=1)
AHEAD = NOW + 9 * HOUR


async def add(database: Database, **rows: dict[str, Any]) -> None:
    """Sources by name, each with what its row is to hold."""

    def work(conn):
        roster.sync(conn, [source(name) for name in rows], now=NOW - 24 * HOUR)
        for name, values in rows.items():
            conn.execute(update(sources).where(sources.c.name == name).values(**values))

    await database.write(work)


async def set_right(database: Database, now: datetime = NOW) -> int:
    return await database.write(lambda conn: wrong_clock.set_right(conn, now=now, lease=LEASE))


async def row(database: Database, name: str) -> Any:
    return await database.read(lambda conn: conn.execute(select(sources).where(sources.c.name == name)).one())


async def test_nothing_is_touched_where_every_clock_is_right(database: Database):
    usual = {"last_visit": NOW - HOUR, "last_success": NOW - HOUR, "next_visit": NOW + 6 * HOUR}
    await add(database, resting=usual, held={**usual, "lease_until": NOW + LEASE}, new={"next_visit": NOW})
    skewed = {"last_visit": NOW + timedelta(minutes=1), "next_visit": NOW + HOUR}
    await add(database, resting=usual, held={**usual, "lease_until": NOW + LEASE}, skewed=skewed)
    before = [await row(database, name) for name in ("resting", "held", "skewed")]
    assert await set_right(database) == 0
    assert [await row(database, name) for name in ("resting", "held", "skewed")] == before


async def test_a_source_keeps_its_rhythm_and_what_was_asked_of_it(database: Database):
    visited = {"last_visit": AHEAD, "last_success": AHEAD, "since": AHEAD}
    asked = {"next_visit": AHEAD + HOUR, "left_alone_until": AHEAD + HOUR}
    await add(database, plain={**visited, "next_visit": AHEAD + 2 * HOUR}, alone={**visited, **asked})
    assert await set_right(database) == 2
    plain, alone = await row(database, "plain"), await row(database, "alone")
    assert (plain.next_visit, plain.last_visit, plain.last_success, plain.since) == (NOW + 2 * HOUR, NOW, NOW, NOW)
    assert (alone.next_visit, alone.left_alone_until) == (NOW + HOUR, NOW + HOUR)
    assert await set_right(database) == 0, "once is enough"


async def test_a_lease_of_hours_is_shortened_and_stays_its_holders(database: Database):
    await add(database, held={"lease_until": AHEAD + LEASE, "next_visit": AHEAD + LEASE, "token": 7})
    await set_right(database)
    held = await row(database, "held")
    assert (held.lease_until, held.next_visit, held.token) == (NOW + LEASE, NOW + LEASE, 7)
    assert [c.source for c in await database.write(_due(NOW))] == []
    assert [c.source for c in await database.write(_due(NOW + LEASE))] == ["held"]


def _due(now: datetime):
    return lambda conn: agenda.claim_due(conn, now=now, limit=9, lease=LEASE)


async def test_a_source_that_was_never_visited_and_one_that_was_hinted_are_due_now(database: Database):
    visited = {"last_visit": NOW - HOUR, "next_visit": NOW + HOUR}
    await add(database, never={"next_visit": AHEAD}, hinted=visited, other=visited)
    await database.write(lambda conn: agenda.hint(conn, "hinted", Push(by="hook"), now=AHEAD))
    assert await set_right(database) == 2
    assert sorted(claim.source for claim in await database.write(_due(NOW))) == ["hinted", "never"]
    assert await set_right(database) == 0


async def test_messages_go_when_they_would_have_gone(database: Database):
    def message(name: str, due: datetime) -> Message:
        return Message(id=name, channel="#on-record", operation="post", notice=name, due=due)

    morning = NOW + 20 * HOUR
    await database.write(lambda conn: outbox.put(conn, [message("right", NOW + HOUR)], now=NOW))
    new = [message("at-once", AHEAD), message("digest", morning), message("tried", AHEAD)]
    await database.write(lambda conn: outbox.put(conn, new, now=AHEAD))
    tried = {"attempts": 3, "first_try": AHEAD, "last_try": AHEAD, "failing_since": AHEAD}
    await database.write(
        lambda conn: conn.execute(
            update(messages)
            .where(messages.c.id == "tried")
            .values(state="unknown", due=AHEAD + timedelta(seconds=40), **tried)
        )
    )
    assert await set_right(database) == 3
    rows = {one.id: one for one in await database.read(lambda conn: conn.execute(select(messages)).all())}
    assert {name: one.due for name, one in rows.items()} == {
        "right": NOW + HOUR,
        "at-once": NOW,
        "digest": morning,
        "tried": NOW + timedelta(seconds=40),
    }
    assert {rows["tried"].first_try, rows["tried"].last_try, rows["tried"].failing_since} == {NOW}
    assert await set_right(database) == 0


async def test_a_channel_is_not_left_alone_for_hours(database: Database):
    rows = [
        {"name": "#wrong", "lease_until": AHEAD},
        {"name": "#paused", "lease_until": NOW + timedelta(minutes=10)},
        {"name": "#free", "lease_until": None},
    ]
    await database.write(lambda conn: conn.execute(insert(channels), rows))
    assert await set_right(database) == 1
    kept = await database.read(lambda conn: conn.execute(select(channels)).all())
    assert {one.name: one.lease_until for one in kept} == {
        "#wrong": NOW + LEASE,
        "#paused": NOW + timedelta(minutes=10),
        "#free": None,
    }
