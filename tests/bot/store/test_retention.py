"""Retention: what is old goes with all that hangs on it and on nothing else; statements stay."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.alerts.quiet import Quiet
from bot.commit import Terms, commit_step
from bot.digest import DigestHour
from bot.pruning import prune
from bot.store import agenda, archive, outbox, roster, statements
from bot.store.database import Database
from bot.store.schema import alerts, bodies, documents, messages, passages, version_passages, versions
from making import NOW, document, read_from, source
from watchers.model import Body, FollowUp, Passage, Step

YEARS = timedelta(days=730)
SHARED = Body(b"two entries of one feed")
OLD = Body(b"an old page")


async def counts(database: Database) -> dict[str, int]:
    tables = (documents, versions, version_passages, passages, bodies)
    return await database.read(
        lambda conn: {t.name: conn.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}
    )


async def test_old_documents_go_with_what_is_theirs_alone(database: Database):
    def fill(conn):
        shared = Passage(text="Said in both.")
        old = read_from(document("a", key="old", passages=(shared, Passage(text="Said once, long ago."))), OLD)
        archive.record(conn, old, OLD, now=NOW - 2 * YEARS)
        beside = read_from(document("b", key="beside", passages=(Passage(text="Old too."),)), SHARED)
        archive.record(conn, beside, SHARED, now=NOW - 2 * YEARS)
        young = read_from(document("c", key="young", passages=(shared,)), SHARED)
        archive.record(conn, young, SHARED, now=NOW)

    await database.write(fill)
    before = await counts(database)
    assert (before["documents"], before["bodies"]) == (3, 2)
    pruned = await prune(database, before=NOW - YEARS)
    assert (pruned.documents, pruned.bodies) == (2, 1)
    after = await counts(database)
    assert (after["documents"], after["versions"], after["bodies"]) == (1, 1, 1)
    kept = await database.read(lambda conn: archive.find(conn, "news", "young"))
    assert kept is not None
    loaded = await database.read(lambda conn: archive.load(conn, kept.document_id))
    assert "Said in both." in [passage.text for passage in loaded.passages]
    assert not await prune(database, before=NOW - YEARS)


async def test_what_a_source_still_shows_is_not_old(database: Database):
    made = document("a", key="evergreen")
    await database.write(lambda conn: archive.record(conn, made, None, now=NOW - 2 * YEARS))
    await database.write(lambda conn: archive.record(conn, made, None, now=NOW))
    assert (await prune(database, before=NOW - YEARS)).documents == 0


async def test_what_a_listing_shows_unchanged_for_years_is_not_old(database: Database):
    """A feed that did not change is "not modified": nobody looks at its entries, and they stand there all the same."""
    url = source("news")

    def fill(conn):
        roster.sync(conn, [url], now=NOW - 3 * YEARS)
        for key in ("left", "stands"):
            archive.record(conn, document(key, key=key), None, now=NOW - 3 * YEARS)
        listed(conn, ["stands"], NOW - 2 * YEARS)
        visited(conn, NOW)

    await database.write(fill)
    assert (await prune(database, before=NOW - YEARS)).documents == 1
    assert await known(database) == ["stands"]
    await database.write(lambda conn: listed(conn, ["another"], NOW))
    assert (await prune(database, before=NOW - YEARS)).documents == 1


async def test_what_a_source_showed_grows_old_when_nobody_watches_it_any_more(database: Database):
    """One that was not to be had for as long as documents are kept may come back, and show what it showed."""

    def fill(conn):
        for name in ("silent", "removed"):
            roster.sync(conn, [source(name)], now=NOW - 3 * YEARS)
            archive.record(conn, document(name, key=name, source=name), None, now=NOW - 3 * YEARS)
            listed(conn, [name], NOW - 2 * YEARS, name)
        roster.sync(conn, [source("silent")], now=NOW)

    await database.write(fill)
    assert (await prune(database, before=NOW - YEARS)).documents == 1
    assert await known(database) == ["silent"]


async def test_what_is_to_be_looked_at_again_is_not_old(database: Database):
    def fill(conn):
        roster.sync(conn, [source("news")], now=NOW - 3 * YEARS)
        for key in ("one", "nobody looks at"):
            archive.record(conn, document(key, key=key), None, now=NOW - 2 * YEARS)
        told(conn, FollowUp(key="one", at=NOW + YEARS, about={}))

    await database.write(fill)
    assert (await prune(database, before=NOW - YEARS)).documents == 1
    assert await known(database) == ["one"]
    await database.write(lambda conn: told(conn, done=["one"]))
    assert (await prune(database, before=NOW - YEARS)).documents == 1


def listed(conn, keys: list[str], at: datetime, name: str = "news") -> None:
    """A visit whose listing shows these."""
    claim = agenda.claim(conn, name, now=at, lease=timedelta(minutes=2))
    step = Step(cursor={"of": name}, shown=tuple(keys))
    terms = Terms(watches=(), quiet=Quiet("quiet", None), companies={}, digest=DigestHour(time(8), ZoneInfo("UTC")))
    commit_step(conn, claim, step, (), {}, terms, now=at, lease=timedelta(minutes=2))
    visited(conn, at, name)


def visited(conn, at: datetime, name: str = "news") -> None:
    claim = agenda.claim(conn, name, now=at + timedelta(hours=1), lease=timedelta(minutes=2))
    following = at + timedelta(hours=2)
    agenda.settle(conn, claim, now=at, next_visit=following, trouble=None, validators={})


def told(conn, *follow_ups: FollowUp, done: Sequence[str] = ()) -> None:
    until = NOW + timedelta(minutes=2)
    claim = agenda.claim(conn, "news", now=NOW, lease=timedelta(minutes=2))
    agenda.step(conn, claim, cursor=None, validators={}, follow_ups=follow_ups, done=done, now=NOW, until=until)
    agenda.release(conn, claim, now=NOW)


async def known(database: Database) -> list[str]:
    return await database.read(lambda conn: list(conn.execute(select(documents.c.key)).scalars()))


async def test_many_go_in_batches(database: Database, monkeypatch):
    monkeypatch.setattr("bot.store.retention.BATCH", 7)

    def fill(conn):
        for number in range(30):
            archive.record(conn, document("x", key=str(number)), None, now=NOW - 2 * YEARS)

    await database.write(fill)
    assert (await prune(database, before=NOW - YEARS)).documents == 30
    assert (await counts(database))["documents"] == 0


async def test_what_was_told_goes_when_it_is_delivered_and_old(database: Database):
    from bot.alerts.compose import notice_for

    old, now = NOW - 2 * YEARS, NOW
    sent = notice_for("sent long ago", channel="#c", about="1", now=old)
    waiting = notice_for("waits since long ago", channel="#c", about="2", now=old)
    young = notice_for("sent today", channel="#c", about="3", now=now)

    def fill(conn):
        outbox.put(conn, [sent, waiting], now=old)
        outbox.put(conn, [young], now=now)
        for message in (sent, young):
            conn.execute(messages.update().where(messages.c.id == message.id).values(state="sent"))

    await database.write(fill)
    assert (await prune(database, before=NOW - YEARS)).messages == 1
    left = await database.read(lambda conn: set(conn.execute(select(messages.c.id)).scalars()))
    assert left == {waiting.id, young.id}
    assert await database.read(lambda conn: conn.execute(select(func.count()).select_from(alerts)).scalar_one()) == 0


async def test_statements_stay_for_ever(database: Database):
    from bot.model import Statement

    said = Statement(
        date="2020-01-01",
        company="ACME",
        facet="paid-access",
        kind="post",
        speaker=None,
        role="unknown",
        side="own",
        quote="We share some portion of the revenue.",
        url=None,
        polarity="affirms",
        modality="fact",
        rule="Revenue sharing",
    )

    def fill(conn):
        recorded = archive.record(conn, document("a"), None, now=NOW - 2 * YEARS)
        statements.add(conn, recorded.document_id, 1, [(said, "we share some portion of the revenue")])

    await database.write(fill)
    assert (await prune(database, before=NOW - YEARS)).documents == 1
    assert await database.read(lambda conn: statements.timeline(conn, "ACME")) == [said]
