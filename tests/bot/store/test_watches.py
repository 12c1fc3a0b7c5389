"""Watches know since when they have been there."""

from datetime import timedelta

from bot.model import Watch
from bot.store import watches
from bot.store.database import Database
from making import NOW

LATER = NOW + timedelta(days=1)


def watch(name="one", rule="Revenue sharing", channel="#on-record", since=NOW) -> Watch:
    return Watch(name=name, rule=rule, channel=channel, since=since)


async def synced(database: Database, *wanted: Watch, now=NOW) -> list[Watch]:
    return await database.write(lambda conn: watches.sync(conn, wanted, now=now))


async def test_a_watch_keeps_its_beginning(database: Database):
    assert [kept.since for kept in await synced(database, watch())] == [NOW]
    again = await synced(database, watch(since=LATER), watch("two", since=LATER), now=LATER)
    assert [(kept.name, kept.since) for kept in again] == [("one", NOW), ("two", LATER)]


async def test_a_watch_that_was_away_begins_anew(database: Database):
    await synced(database, watch())
    assert await synced(database, now=NOW) == []
    assert [kept.since for kept in await synced(database, watch(), now=LATER)] == [LATER]
    assert [kept.since for kept in await synced(database, watch(), now=LATER + timedelta(days=1))] == [LATER]


async def test_what_a_watch_asks_for_may_change(database: Database):
    await synced(database, watch())
    (kept,) = await synced(database, watch(rule="Licensing", since=LATER), now=LATER)
    assert (kept.rule, kept.since) == ("Licensing", NOW)
