"""The agenda: what is due, whose turn it is, and what a source's watcher remembers."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from bot.store import agenda, roster
from bot.store.agenda import Claim
from bot.store.database import Database
from bot.store.errors import LeaseLost
from claiming import LATER, LEASE, added, claimed, due, settled, stepped
from making import NOW, source
from watchers.model import FollowUp, Push, Validators
from watchers.trouble import TroubleRecord

BLOCKED = TroubleRecord(kind="blocked", detail="example.com: kept out (403)", mend="Ask the site.")
GONE = TroubleRecord(kind="not-found", detail="example.com: gone (410)", mend="Check the address.")
TAG = Validators(given_by="https://elsewhere.example/feed", etag='"one"')


async def test_a_new_source_is_due_now_and_taken_once(database: Database):
    await added(database)
    assert await due(database) == [Claim("news", 1, NOW)]
    assert await due(database) == []
    assert await database.write(lambda conn: agenda.claim(conn, "news", now=NOW, lease=LEASE)) is None


async def test_what_is_longest_due_comes_first_and_no_more_than_there_is_room_for(database: Database):
    await added(database, *(source(name) for name in "abc"))
    for name, hours in (("a", 3), ("b", 1), ("c", 2)):
        claim = await claimed(database, name)
        again = NOW + timedelta(hours=hours)
        await database.write(lambda conn, claim=claim, again=again: settled(conn, claim, again=again))
    assert [claim.source for claim in await due(database, NOW + timedelta(hours=4), limit=2)] == ["b", "c"]
    assert [claim.source for claim in await due(database, NOW + timedelta(hours=4), limit=2)] == ["a"]


async def test_what_is_due_comes_before_what_is_only_to_be_followed(database: Database):
    await added(database, source("followed"), source("due"))
    claim = await claimed(database, "followed")
    follow_ups = [FollowUp(key=key, at=NOW + timedelta(minutes=1), about={}) for key in ("one", "two")]
    await database.write(lambda conn: stepped(conn, claim, follow_ups=follow_ups))
    await database.write(lambda conn: settled(conn, claim, again=NOW + timedelta(days=1)))
    assert await due(database, LATER, limit=1) == [Claim("due", 1, NOW)]
    assert await due(database, LATER) == [Claim("followed", 2, NOW + timedelta(days=1))]


async def test_a_tick_looks_at_no_source_that_is_neither_due_nor_followed(tmp_path):
    asked: list[str] = []
    async with await Database.open(f"sqlite:///{tmp_path}/store.db", migrate_first=True) as database:

        def explained(conn: Connection) -> list[str]:
            event.listen(conn, "before_cursor_execute", lambda *about: asked.append(about[2]))
            agenda.claim_due(conn, now=NOW, limit=10, lease=LEASE)
            queries = [query for query in asked if query.startswith("SELECT")]
            values = [NOW.isoformat()] * 10
            plans = [
                conn.connection.execute(f"EXPLAIN QUERY PLAN {query}", values[: query.count("?")]) for query in queries
            ]
            return [line[3] for plan in plans for line in plan if "sources" in line[3]]

        ways = await database.write(explained)
    assert ways == [
        "SEARCH sources USING INDEX ix_sources_due (active=? AND next_visit<?)",
        "SEARCH sources USING INDEX sqlite_autoindex_sources_1 (name=?)",
    ]


async def test_a_lease_that_ran_out_is_anothers_and_the_zombie_commits_nothing(database: Database):
    await added(database)
    zombie = await claimed(database)
    later = NOW + LEASE
    (other,) = await due(database, later)
    assert other.token == zombie.token + 1
    for commit in (
        lambda conn: stepped(conn, zombie, cursor={"zombie": True}, validators={"u": TAG}),
        lambda conn: settled(conn, zombie),
        lambda conn: agenda.extend(conn, zombie, LATER),
        lambda conn: agenda.put_off(conn, zombie, until=LATER, now=NOW),
    ):
        with pytest.raises(LeaseLost, match="news was given to another worker"):
            await database.write(commit)
    await database.write(lambda conn: agenda.release(conn, zombie, now=later))
    assert await due(database, later) == [], "the zombie cannot hand back what is not its own"
    known = await database.read(lambda conn: agenda.memory(conn, "news"))
    assert (known.cursor, known.validators) == ({}, {})
    assert not await database.read(lambda conn: agenda.holds(conn, zombie, now=NOW))
    assert await database.read(lambda conn: agenda.holds(conn, other, now=later))
    assert not await database.read(lambda conn: agenda.holds(conn, other, now=later + LEASE)), "its lease is over"


async def test_work_that_is_handed_back_is_due_at_once(database: Database):
    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: agenda.release(conn, claim, now=NOW))
    assert [claim.source for claim in await due(database)] == ["news"]


async def test_a_long_visit_keeps_its_lease(database: Database):
    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: agenda.extend(conn, claim, LATER))
    assert await due(database, NOW + 2 * LEASE) == []
    assert len(await due(database, LATER)) == 1


async def test_who_is_dead_holds_nothing(database: Database):
    await added(database)
    dead = await claimed(database)
    await database.write(lambda conn: agenda.free_all(conn, now=NOW))
    (alive,) = await due(database)
    assert alive.token > dead.token
    with pytest.raises(LeaseLost):
        await database.write(lambda conn: stepped(conn, dead))


async def test_a_source_left_alone_is_neither_due_nor_forgotten(database: Database):
    await added(database)
    claim = await claimed(database)
    until = NOW + timedelta(hours=3)
    follow_up = FollowUp(key="one", at=NOW + timedelta(hours=1), about={})
    await database.write(lambda conn: stepped(conn, claim, follow_ups=[follow_up]))
    await database.write(lambda conn: settled(conn, claim, again=until, left_alone_until=until))
    assert await due(database, NOW + timedelta(hours=2)) == [], "not for a single document either"
    assert (await database.read(lambda conn: agenda.memory(conn, "news"))).left_alone_until == until
    assert len(await due(database, until)) == 1


async def test_memory_is_what_steps_committed(database: Database):
    await added(database)
    claim = await claimed(database)
    follow_ups = [FollowUp(key=key, at=NOW + timedelta(hours=2), about={"n": 1}) for key in ("one", "two")]

    def steps(conn: Connection) -> None:
        stepped(conn, claim, cursor={"page": 2}, validators={"a": TAG}, follow_ups=follow_ups)
        stepped(conn, claim, cursor=None, validators={"b": TAG}, done=["one"])
        stepped(conn, claim, validators={"a": Validators(etag='"two"')})

    await database.write(steps)
    await database.write(lambda conn: settled(conn, claim, validators={"listing": TAG}))
    known = await database.read(lambda conn: agenda.memory(conn, "news"))
    assert known.cursor == {"page": 2}
    assert known.validators == {"a": Validators(etag='"two"'), "b": TAG, "listing": TAG}
    assert known.first_visit_done == NOW
    waiting = await database.read(lambda conn: agenda.follow_ups_due(conn, "news", NOW + timedelta(hours=2)))
    assert waiting == [follow_ups[1]]
    assert await database.read(lambda conn: agenda.follow_ups_due(conn, "news", NOW)) == []


async def test_a_follow_up_makes_its_source_due_for_that_document_alone(database: Database):
    await added(database)
    claim = await claimed(database)
    at = NOW + timedelta(minutes=10)
    await database.write(lambda conn: stepped(conn, claim, follow_ups=[FollowUp(key="one", at=at)]))
    await database.write(lambda conn: settled(conn, claim))
    assert await due(database, at - timedelta(seconds=1)) == []
    (early,) = await due(database, at)
    assert early.due == LATER, "the source itself is due later, which the visit can see"
    await database.write(lambda conn: agenda.put_off(conn, early, until=early.due, now=at))
    asked = await claimed(database, now=at)
    assert asked.due == at, "whoever is asked for by name is due"


async def test_validators_that_nobody_used_for_long_are_dropped(database: Database):
    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: settled(conn, claim, validators={"old": TAG}))
    much_later = NOW + agenda.VALIDATORS_KEPT + timedelta(days=1)
    claim = await claimed(database, now=much_later)
    await database.write(lambda conn: settled(conn, claim, now=much_later, validators={"new": TAG}))
    assert set((await database.read(lambda conn: agenda.memory(conn, "news"))).validators) == {"new"}


async def test_troubles_are_counted_and_the_state_has_a_beginning(database: Database):
    await added(database)
    moments = [NOW + timedelta(hours=hours) for hours in range(4)]
    seen = []
    for moment, trouble in zip(moments, (BLOCKED, BLOCKED, GONE, None), strict=True):
        claim = await claimed(database, now=moment)
        await database.write(
            lambda conn, claim=claim, moment=moment, trouble=trouble: settled(conn, claim, now=moment, trouble=trouble)
        )
        (standing,) = await database.read(roster.standing)
        seen.append((standing.failures, standing.trouble, standing.since, standing.last_success))
    assert seen == [
        (1, BLOCKED, moments[0], None),
        (2, BLOCKED, moments[0], None),
        (3, GONE, moments[2], None),
        (0, None, moments[3], moments[3]),
    ]


async def test_a_first_visit_is_done_when_one_came_through(database: Database):
    await added(database)
    for hours, trouble in ((0, BLOCKED), (1, None), (2, None)):
        now = NOW + timedelta(hours=hours)
        claim = await claimed(database, now=now)
        await database.write(
            lambda conn, claim=claim, now=now, trouble=trouble: settled(conn, claim, now=now, trouble=trouble)
        )
    (standing,) = await database.read(roster.standing)
    assert standing.first_visit_done == NOW + timedelta(hours=1)


async def test_a_push_makes_its_source_due_and_is_told_once(database: Database):
    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: settled(conn, claim))
    push = Push(by="webhook", payload={"entry": 7})
    await database.write(lambda conn: agenda.hint(conn, "news", push, now=NOW))
    (claim,) = await due(database)
    ((number, given),) = await database.read(lambda conn: agenda.pushes_of(conn, "news"))
    assert given == push
    await database.write(lambda conn: settled(conn, claim, pushes_done=[number]))
    assert await database.read(lambda conn: agenda.pushes_of(conn, "news")) == []
    assert await due(database) == []


async def test_a_push_during_a_visit_is_not_slept_over(database: Database):
    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: agenda.hint(conn, "news", Push(by="button"), now=NOW))
    await database.write(lambda conn: settled(conn, claim))
    assert [claim.source for claim in await due(database)] == ["news"]


async def test_a_push_that_comes_while_a_document_is_looked_at_again_is_not_put_off(database: Database):
    await added(database)
    claim = await claimed(database)
    at = NOW + timedelta(minutes=30)
    await database.write(lambda conn: stepped(conn, claim, follow_ups=[FollowUp(key="one", at=at)]))
    await database.write(lambda conn: settled(conn, claim))
    (early,) = await due(database, at)
    assert early.due == LATER
    await database.write(lambda conn: agenda.hint(conn, "news", Push(by="hook"), now=at))
    await database.write(lambda conn: agenda.put_off(conn, early, until=early.due, now=at))
    (again,) = await due(database, at)
    assert again.due == at, "the source itself, and not only the document"
