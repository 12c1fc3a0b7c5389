"""The roster: which sources there are, and which of them rest."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.store import agenda, roster, troubles
from bot.store.database import Database
from bot.store.errors import LeaseLost
from claiming import LATER, added, claimed, due, settled, stepped
from making import NOW, Options, source
from watchers.model import FollowUp, Push, Validators
from watchers.trouble import TroubleRecord

BLOCKED = TroubleRecord(kind="blocked", detail="example.com: kept out (403)", mend="Ask the site.")
GONE = TroubleRecord(kind="not-found", detail="example.com: gone (410)", mend="Check the address.")
TAG = Validators(etag='"one"')


@pytest.mark.full
async def test_more_sources_come_and_go_than_a_statement_takes_parameters(database: Database):
    many = [source(f"s{number}") for number in range(33_000)]
    await added(database, *many)
    assert len(await database.read(roster.standing)) == 33_000
    await database.write(lambda conn: roster.sync(conn, many[:1], now=LATER))
    assert [standing.source for standing in await database.read(roster.standing)] == ["s0"]


async def test_a_removed_source_rests_and_keeps_its_memory(database: Database):
    await added(database, source(), source("other"))
    claim = await claimed(database)
    await database.write(lambda conn: stepped(conn, claim, cursor={"page": 2}))
    await database.write(lambda conn: settled(conn, claim))
    await database.write(lambda conn: roster.sync(conn, [source("other")], now=LATER))
    assert [standing.source for standing in await database.read(roster.standing)] == ["other"]
    assert [claim.source for claim in await due(database, LATER)] == ["other"]
    back = LATER + timedelta(days=1)
    await database.write(lambda conn: roster.sync(conn, [source(), source("other")], now=back))
    known = await database.read(lambda conn: agenda.memory(conn, "news"))
    assert (known.cursor, known.first_visit_done) == ({"page": 2}, NOW)
    assert {claim.source: claim.due for claim in await due(database, back)}["news"] == back


async def test_another_address_is_another_source(database: Database):
    await added(database)
    zombie = await claimed(database)
    follow_up = FollowUp(key="one", at=LATER)

    def remember(conn: Connection) -> None:
        stepped(conn, zombie, cursor={"page": 2}, validators={"a": TAG}, follow_ups=[follow_up])
        agenda.hint(conn, "news", Push(by="button"), now=NOW)
        troubles.note(conn, "news", "one", [BLOCKED], given_up=False, now=NOW)
        agenda.brought(conn, zombie, now=NOW)
        settled(conn, zombie, trouble=BLOCKED)

    await database.write(remember)
    zombie = await claimed(database)
    moved = source(options=Options(url="https://example.org/feed"))
    await database.write(lambda conn: roster.sync(conn, [moved], now=LATER))
    with pytest.raises(LeaseLost):
        await database.write(lambda conn: stepped(conn, zombie, cursor={"of": "the old address"}))
    (claim,) = await due(database, LATER)
    known = await database.read(lambda conn: agenda.memory(conn, "news"))
    assert (known.cursor, known.validators, known.first_visit_done, known.failures, known.trouble) == (
        {},
        {},
        None,
        0,
        None,
    )
    assert known.added == LATER
    assert await database.read(lambda conn: agenda.follow_ups_due(conn, "news", LATER)) == []
    assert await database.read(lambda conn: agenda.pushes_of(conn, "news")) == []
    (standing,) = await database.read(roster.standing)
    assert (standing.document_troubles, standing.last_visit) == ((), None)
    assert standing.last_document == NOW, "what it brought is still there, and the new address may bring the same"
    assert claim.token > zombie.token


async def test_a_new_option_with_its_default_makes_no_stranger(database: Database):
    class Grown(Options):
        thorough: bool = False

    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: settled(conn, claim))
    await database.write(lambda conn: roster.sync(conn, [source(options=Grown())], now=LATER))
    assert (await database.read(lambda conn: agenda.memory(conn, "news"))).first_visit_done == NOW
    await database.write(lambda conn: roster.sync(conn, [source(options=Grown(thorough=True))], now=LATER))
    assert (await database.read(lambda conn: agenda.memory(conn, "news"))).first_visit_done is None


async def test_syncing_twice_changes_nothing(database: Database):
    await added(database)
    claim = await claimed(database)
    await database.write(lambda conn: settled(conn, claim))
    before = await database.read(roster.standing)
    await database.write(lambda conn: roster.sync(conn, [source(every=timedelta(minutes=5))], now=LATER))
    assert await database.read(roster.standing) == before
