"""Matches by version, and with which rules the archive was read."""

from datetime import timedelta

from bot.store import archive, matches
from bot.store.database import Database
from making import NOW, document, match
from watchers.model import EntryMeta, Passage, PostMeta

SHARE = "We share some portion of the revenue."
NONE = "We share none of it."
LATER = NOW + timedelta(hours=1)


async def kept(database: Database, made, *found, now=NOW) -> archive.Recorded:
    def keep(conn):
        recorded = archive.record(conn, made, None, now=now)
        matches.add(conn, recorded.document_id, recorded.version, found, now=now)
        return recorded

    return await database.write(keep)


async def test_matches_are_kept_by_version_in_their_order(database: Database):
    made = document(SHARE, NONE)
    found = [match(made, "none", passage=1), match(made, "revenue"), match(made, "share", rule="Licensing")]
    first = await kept(database, made, *found)
    assert await database.read(lambda conn: matches.of(conn, first.document_id, 1)) == found
    assert await database.read(lambda conn: matches.of(conn, first.document_id, 2)) == []


async def test_the_sentences_that_were_found_before_are_known_as_they_stood(database: Database):
    made, edited = document(SHARE), document(NONE, SHARE)
    first = await kept(database, made, match(made, "revenue"), match(made, "some portion"))
    await kept(database, edited, match(edited, "none"), match(edited, "revenue", passage=1))
    before = await database.read(lambda conn: matches.earlier(conn, first.document_id, 2))
    assert before == [("Revenue sharing", SHARE)]
    both = await database.read(lambda conn: matches.earlier(conn, first.document_id, 3))
    assert both == [("Revenue sharing", SHARE), ("Revenue sharing", NONE)]
    assert await database.read(lambda conn: matches.earlier(conn, first.document_id, 1)) == []


async def test_a_tally_counts_what_the_source_brought_since(database: Database):
    old, new, bare = document(SHARE), document(SHARE, key="two"), document("Nothing.", key="three")
    await kept(database, old, match(old, "revenue"))
    await kept(database, new, match(new, "revenue"), match(new, "share"), now=LATER)
    await kept(database, bare, now=LATER)
    await kept(database, document(SHARE, source="other"), match(old, "revenue"), now=LATER)
    assert await database.read(lambda conn: matches.tally(conn, "news", since=NOW)) == (3, 3)
    assert await database.read(lambda conn: matches.tally(conn, "news", since=LATER)) == (2, 2)
    edited = document("Nothing of the kind.", key="two")
    await kept(database, edited, now=LATER)
    assert await database.read(lambda conn: matches.tally(conn, "news", since=LATER)) == (2, 0)


async def test_a_rule_that_comes_back_starts_anew(database: Database):
    share, licence = ("1", "Revenue sharing"), ("2", "Licensing")
    unread = await database.write(lambda conn: matches.unread(conn, {share}))
    assert unread == {share}
    await database.write(lambda conn: matches.read_with(conn, [share], now=NOW))
    assert await database.write(lambda conn: matches.unread(conn, {share})) == set()
    renamed = ("1", "Sharing")
    assert await database.write(lambda conn: matches.unread(conn, {share, renamed})) == {renamed}
    assert await database.write(lambda conn: matches.unread(conn, {licence})) == {licence}
    assert await database.write(lambda conn: matches.unread(conn, {share})) == {share}
    await database.write(lambda conn: matches.read_with(conn, [share, share], now=NOW))


async def test_what_rules_found_is_counted_by_place_in_the_latest_versions(database: Database):
    old, edited = document(SHARE), document(NONE, SHARE)
    await kept(database, old, match(old, "revenue"), match(old, "share"))
    await kept(database, edited, match(edited, "revenue", passage=1))
    meta = EntryMeta(docket_number="3:23-cv-03417-VC")
    entry = document(SHARE, key="e", source="cand", company="META", meta=meta)
    await kept(database, entry, match(entry, "revenue"), match(entry, "share", rule="Licensing"), now=LATER)
    asked = ["Revenue sharing", "Nothing"]

    async def found(**about) -> set[matches.Found]:
        return set(await database.read(lambda conn: matches.found(conn, asked, **about)))

    filed = matches.Found("Revenue sharing", "META", "cand", "docket-entry", "3:23-cv-03417-VC", 1, LATER)
    posted = matches.Found("Revenue sharing", None, "news", "post", None, 1, NOW)
    assert await found() == {posted, filed}
    assert await found(since=LATER) == {filed}
    assert await database.read(lambda conn: matches.found(conn, [])) == []


async def test_what_rules_found_is_counted_closely_where_a_watch_asks_for_it(database: Database):
    said = [Passage(text=SHARE, speaker=who, section=where) for who, where in (("Ann", "qa"), ("Bo", "prepared"))]
    call = document(source="calls", language="en").model_copy(update={"passages": (*said, said[0])})
    await kept(database, call, *(match(call, "revenue", passage=number) for number in range(3)))
    post = document(SHARE, key="p", meta=PostMeta(author="Cy"))
    entry = document(SHARE, key="e", meta=EntryMeta(filed_by="Di"))
    for made in (post, entry):
        await kept(database, made, match(made, "revenue"))
    found = await database.read(lambda conn: matches.found(conn, ["Revenue sharing"], closely=True))
    assert {(one.count, one.language, one.section, one.speaker) for one in found} == {
        (2, "en", "qa", "Ann"),
        (1, "en", "prepared", "Bo"),
        (1, None, None, "Cy"),
        (1, None, None, "Di"),
    }
