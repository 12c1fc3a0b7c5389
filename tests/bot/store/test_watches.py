"""Watches know since when they have been there."""

from datetime import timedelta

from bot.model import FOREVER, Keyword, Watch
from bot.store import steering, watches
from bot.store.database import Database
from making import NOW
from rules.model import Filters

LATER = NOW + timedelta(days=1)


def watch(name="config:one", rule="Revenue sharing", channel="#on-record", since=NOW) -> Watch:
    return Watch(name=name, rules=(rule,), channel=channel, since=since)


async def synced(database: Database, *wanted: Watch, now=NOW) -> list[Watch]:
    return await database.write(lambda conn: watches.sync(conn, wanted, now=now))


async def test_a_watch_keeps_its_beginning(database: Database):
    assert [kept.since for kept in await synced(database, watch())] == [NOW]
    again = await synced(database, watch(since=LATER), watch("config:two", since=LATER), now=LATER)
    assert [(kept.name, kept.since) for kept in again] == [("config:one", NOW), ("config:two", LATER)]


async def test_a_watch_that_was_away_begins_anew(database: Database):
    await synced(database, watch())
    assert await synced(database, now=NOW) == []
    assert [kept.since for kept in await synced(database, watch(), now=LATER)] == [LATER]
    assert [kept.since for kept in await synced(database, watch(), now=LATER + timedelta(days=1))] == [LATER]


async def test_what_a_watch_asks_for_may_change(database: Database):
    await synced(database, watch())
    (kept,) = await synced(database, watch(rule="Licensing", since=LATER), now=LATER)
    assert (kept.rules, kept.since) == (("Licensing",), NOW)


def made(**about) -> Watch:
    usual = {
        "name": "new",
        "target": "AAPL",
        "rules": ("guidance",),
        "keywords": (Keyword(query="guidance", word="guidance"),),
        "filters": Filters(companies=("AAPL",)),
        "channel": "C1",
        "owner": "U1",
        "since": NOW,
        "origin": "/watch",
    }
    return Watch(**(usual | about))


async def added(database: Database, **about) -> Watch:
    return await database.write(
        lambda conn: watches.add(conn, made(**about), by="U1", said="add AAPL guidance", now=LATER)
    )


async def listed(database: Database, *configured: Watch) -> list[Watch]:
    return await database.read(lambda conn: watches.listing(conn, configured))


async def test_numbers_are_given_once(database: Database):
    first, second = await added(database), await added(database, target="META")
    assert (first.name, second.name, first.since) == ("w1", "w2", LATER)
    await database.write(lambda conn: watches.remove(conn, second, by="U2", said="rm w2", now=LATER))
    third = await added(database)
    assert third.name == "w3"
    assert [one.name for one in await listed(database)] == ["w1", "w3"]
    assert await database.read(lambda conn: watches.find(conn, "w2")) is None


async def test_a_change_of_the_file_leaves_what_people_made(database: Database):
    kept = await added(database)
    configured = await synced(database, watch())
    await synced(database, now=LATER)
    assert await listed(database) == [kept]
    assert await listed(database, *configured) == [*configured, kept]


async def test_every_change_is_kept_and_makes_workers_read_anew(database: Database):
    first = await added(database)
    wider = first.model_copy(update={"rules": ("guidance", "layoff")})
    await database.write(lambda conn: watches.change(conn, first, wider, by="U2", said="add AAPL layoffs", now=LATER))
    muted = await database.write(lambda conn: watches.mute(conn, "w1", FOREVER, "U3", LATER))
    assert muted == wider.model_copy(update={"muted_until": FOREVER})
    assert await listed(database) == [muted]
    assert muted.muted(LATER + timedelta(days=9999))
    await database.write(lambda conn: watches.remove(conn, muted, by="U4", said="rm w1", now=LATER))
    history = await database.read(lambda conn: watches.changes(conn, "w1"))
    assert [(one.by, one.said, one.before, one.after) for one in history] == [
        ("U1", "add AAPL guidance", None, first),
        ("U2", "add AAPL layoffs", first, wider),
        ("U3", "(a button)", wider, muted),
        ("U4", "rm w1", muted, None),
    ]
    assert await database.read(steering.generation) == 4


async def test_a_watch_of_the_file_stays_muted_through_a_restart(database: Database):
    await synced(database, watch())
    until = LATER + timedelta(hours=1)
    await database.write(lambda conn: watches.mute(conn, "config:one", until, "U1", LATER))
    (kept,) = await synced(database, watch(rule="Licensing"), now=LATER)
    assert (kept.muted_until, kept.rules) == (until, ("Licensing",))
    assert kept.muted(LATER)
    assert not kept.muted(until)
    assert await database.write(lambda conn: watches.mute(conn, "w99", until, "U1", LATER)) is None
