"""Sources that people gave: watched from then on, at rest when nobody wants them, quiet when they are back."""

from datetime import timedelta

from pydantic import HttpUrl

from bot.store import agenda, roster, watched_sources
from bot.store.database import Database
from bot.store.schema import watched_sources as table
from making import NOW
from watchers import blogs
from watchers.model import Source

LEASE = timedelta(minutes=2)
BLOG = Source(name="example.com", kind="blog", options=blogs.Options(url=HttpUrl("https://example.com/feed")))


async def added(database: Database, source: Source = BLOG, now=NOW) -> None:
    await database.write(lambda conn: watched_sources.add(conn, source, by="U1", now=now))


async def visited(database: Database, now=NOW) -> agenda.Memory:
    """One visit that came through, and what was remembered before it."""
    (claim,) = await database.write(lambda conn: agenda.claim_due(conn, now=now, limit=9, lease=LEASE))
    memory = await database.read(lambda conn: agenda.memory(conn, claim.source))

    def settle(conn):
        agenda.step(conn, claim, cursor={"n": 1}, validators={}, follow_ups=(), done=(), now=now, until=now + LEASE)
        later = now + timedelta(hours=1)
        agenda.settle(conn, claim, now=now, next_visit=later, trouble=None, validators={})

    await database.write(settle)
    return memory


async def test_a_given_source_is_due_at_once_and_there_after_a_restart(database: Database):
    await added(database)
    assert await database.read(watched_sources.listing) == [BLOG]
    assert (await visited(database)).first_visit_done is None
    await database.write(lambda conn: roster.sync(conn, watched_sources.listing(conn), now=NOW))
    assert [one.source for one in await database.read(roster.standing)] == ["example.com"]


async def test_what_nobody_watches_rests_and_is_quiet_when_it_is_back(database: Database):
    await added(database)
    await visited(database)
    assert await database.write(lambda conn: watched_sources.rest(conn, "example.com"))
    assert not await database.write(lambda conn: watched_sources.rest(conn, "example.com"))
    assert await database.read(watched_sources.listing) == []
    assert await database.read(lambda conn: watched_sources.listing(conn, resting=True)) == [BLOG]
    assert await database.read(roster.standing) == []
    await added(database, now=NOW + LEASE)
    memory = await visited(database, NOW + LEASE)
    assert (memory.first_visit_done, memory.cursor) == (None, {"n": 1})


async def test_another_address_under_an_old_name_is_another_source(database: Database):
    await added(database)
    await visited(database)
    moved = BLOG.model_copy(update={"options": blogs.Options(url=HttpUrl("https://example.com/other"))})
    await added(database, moved)
    assert (await visited(database)).cursor == {}


async def test_a_source_of_the_configuration_does_not_rest_by_a_word_in_slack(database: Database):
    await database.write(lambda conn: roster.sync(conn, [BLOG], now=NOW))
    assert not await database.write(lambda conn: watched_sources.rest(conn, BLOG.name))
    assert len(await database.read(roster.standing)) == 1


async def test_what_no_watcher_understands_any_more_stops_nobody(database: Database):
    await added(database)
    broken = {"name": "old", "kind": "gopher", "provider": None, "options": {}}
    await database.write(
        lambda conn: conn.execute(table.insert().values(name="old", source=broken, by="U1", at=NOW, active=True))
    )
    assert await database.read(watched_sources.listing) == [BLOG]
