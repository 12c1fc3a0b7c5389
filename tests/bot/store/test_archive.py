"""The archive: versions of texts by hash, the bytes they came from, and what counts as another version."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, text

from bot.store import archive
from bot.store.database import Database
from bot.store.schema import bodies, passages
from making import NOW, document, read_from
from watchers.model import Body, CallMeta, EntryMeta, Passage, PostMeta

LATER = NOW + timedelta(hours=1)
PAGE = Body(b"<p>We share some portion of the revenue.</p>", url="https://example.com/one", media_type="text/html")
SHARE = "We share some portion of the revenue."


async def recorded(database: Database, made, body=None, *, now=NOW) -> archive.Recorded:
    return await database.write(lambda conn: archive.record(conn, made, body, now=now))


async def test_a_document_comes_back_as_it_was(database: Database):
    turns = (
        Passage(text="Thanks. “Ünïcode” 🎙️\r\n\tand tabs", speaker="Mark Zuckerberg", role="executive", title="CEO"),
        Passage(text="", section="qa", page=3),
        Passage(text=SHARE, speaker="Mark Zuckerberg", role="executive", section="prepared"),
        Passage(text=SHARE, speaker="Somebody else", role="analyst", section="qa"),
    )
    made = document(
        key="call/2023-q2",
        title="Q2 2023 call",
        url="https://example.com/q2?a=1&b=2",
        company="META",
        language="en",
        meta=CallMeta(call_date="2023-07-26", quarter=2, year=2023, symbol="META", provider="folder"),
        passages=turns,
        aliases=("transcript:1",),
    )
    made = read_from(made, PAGE)
    first = await recorded(database, made, PAGE)
    assert (first.version, first.change) == (1, "new")
    assert await database.read(lambda conn: archive.load(conn, first.document_id)) == made
    assert await database.read(lambda conn: archive.body(conn, PAGE.hash)) == PAGE
    known = await database.read(lambda conn: archive.find(conn, "news", "call/2023-q2"))
    assert known is not None
    assert (known.document_id, known.version, known.changed, known.meta) == (first.document_id, 1, NOW, made.meta)


async def test_bytes_are_kept_small_and_once(database: Database):
    large = Body(PAGE.content * 500, url=PAGE.url)
    await recorded(database, read_from(document("a"), large), large)
    await recorded(database, read_from(document("b", key="two"), large), large)
    sizes = (await database.read(lambda conn: conn.execute(select(func.length(bodies.c.content))))).scalars().all()
    assert len(sizes) == 1
    assert sizes[0] < len(large.content) / 20
    assert await database.read(lambda conn: archive.body(conn, large.hash)) == large
    assert await database.read(lambda conn: archive.body(conn, "0" * 64)) is None


async def test_a_text_is_kept_once_whoever_says_it(database: Database):
    await recorded(database, document(SHARE, "Something else.", SHARE))
    await recorded(database, document(SHARE, key="two"))
    assert await database.read(lambda conn: conn.execute(select(func.count()).select_from(passages)).scalar()) == 2


async def test_what_reads_the_same_is_the_same_whatever_bytes_it_came_in(database: Database):
    first = await recorded(database, read_from(document(SHARE), PAGE), PAGE)
    other = Body(b"<div><p>We share some portion of the revenue.</p></div>", url=PAGE.url)
    again = await recorded(database, read_from(document(SHARE), other), other, now=LATER)
    assert again == archive.Recorded(first.document_id, 1, "same")
    assert await database.read(lambda conn: archive.body(conn, other.hash)) is None


@pytest.mark.parametrize(
    "edited",
    [
        document("We share none of the revenue."),
        document(SHARE, "And more."),
        document(SHARE, title="A title"),
        document(SHARE, url="https://example.com/moved"),
        document(SHARE, published=LATER),
        document(passages=(Passage(text=SHARE, speaker="Somebody"),)),
        document(SHARE, meta=PostMeta(author="Somebody")),
    ],
    ids=["words", "more", "title", "url", "date", "speaker", "author"],
)
async def test_what_reads_otherwise_is_a_version_and_the_old_one_stays(database: Database, edited):
    first = await recorded(database, document(SHARE))
    again = await recorded(database, edited, now=LATER)
    assert again == archive.Recorded(first.document_id, 2, "edited")
    assert await database.read(lambda conn: archive.load(conn, first.document_id, 1)) == document(SHARE)
    assert await database.read(lambda conn: archive.load(conn, first.document_id)) == edited
    known = await database.read(lambda conn: archive.find(conn, "news", "one"))
    assert known is not None
    assert known.changed == LATER


async def test_a_better_reader_of_the_same_bytes_is_no_edit(database: Database):
    first = await recorded(database, read_from(document("We share"), PAGE), PAGE)
    better = read_from(document(SHARE), PAGE, version=2)
    again = await recorded(database, better, PAGE, now=LATER)
    assert again == archive.Recorded(first.document_id, 2, "reread")
    other = Body(b"other bytes", url=PAGE.url)
    edited = await recorded(database, read_from(document("Other words."), other, version=3), other, now=LATER)
    assert edited.change == "edited", "other bytes are an edit, whoever reads them"
    by_another = read_from(document("Words of another reader."), other, reader="feed", version=1)
    assert (await recorded(database, by_another, other, now=LATER)).change == "edited"


async def test_a_document_is_found_by_its_other_names_in_its_own_source(database: Database):
    first = await recorded(database, document(SHARE, aliases=("pacer:7", "cand:1:2")))
    for name in ("one", "pacer:7", "cand:1:2"):
        known = await database.read(lambda conn, name=name: archive.find(conn, "news", name))
        assert known is not None
        assert known.document_id == first.document_id
    assert await database.read(lambda conn: archive.find(conn, "other", "pacer:7")) is None
    renamed = await recorded(database, document(SHARE, key="pacer:7", aliases=("pacer:7", "cand:1:2")), now=LATER)
    assert renamed == archive.Recorded(first.document_id, 1, "same"), "a name is no news"


async def test_every_text_that_ever_stood_is_remembered(database: Database):
    first = await recorded(database, document("one", "two"))
    await recorded(database, document("two", "three"))
    await recorded(database, document("four"))

    def before(conn: Connection, version: int) -> list[str]:
        return sorted(archive.earlier_texts(conn, first.document_id, version))

    assert await database.read(lambda conn: before(conn, 3)) == ["one", "three", "two"]
    assert await database.read(lambda conn: before(conn, 1)) == []


async def test_a_missing_version_is_a_lookup_error(database: Database):
    first = await recorded(database, document(SHARE))
    with pytest.raises(LookupError, match="no version 7"):
        await database.read(lambda conn: archive.load(conn, first.document_id, 7))


async def test_a_source_has_a_rhythm(database: Database):
    for days in range(30):
        made = document(SHARE, key=str(days), published=NOW - timedelta(days=days))
        await recorded(database, made, now=NOW + timedelta(seconds=days))
    await recorded(database, document("undated", key="undated", published=None))
    rhythm = await database.read(lambda conn: archive.recent_published(conn, "news"))
    assert rhythm == tuple(NOW - timedelta(days=days) for days in range(20))
    ids = await database.read(archive.ids)
    assert len(ids) == 31
    dated = [await database.read(lambda conn, n=n: archive.load(conn, n)) for n in ids]
    assert [made.published for made in dated if made.published] == sorted(
        made.published for made in dated if made.published
    )


async def test_a_record_that_is_cut_short_leaves_nothing(database: Database):
    def cut(conn: Connection) -> None:
        archive.record(conn, read_from(document(SHARE), PAGE), PAGE, now=NOW)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await database.write(cut)
    for table in ("documents", "versions", "version_passages", "passages", "bodies"):
        count = await database.read(lambda conn, table=table: conn.execute(text(f"SELECT count(*) FROM {table}")))
        assert count.scalar() == 0


async def test_meta_of_every_kind_keeps_its_type(database: Database):
    entry = EntryMeta(court="cand", docket_number="3:23-cv-03417", entry_number=482, state="text-ready")
    first = await recorded(database, document(SHARE, meta=entry))
    loaded = await database.read(lambda conn: archive.load(conn, first.document_id))
    assert loaded.meta == entry
    assert loaded.kind == "docket-entry"


async def test_documents_are_listed_by_company_and_time(database: Database):
    for days, company in ((3, "META"), (2, "ACME"), (1, "META")):
        made = document(SHARE, key=str(days), company=company, published=NOW - timedelta(days=days))
        await recorded(database, made)
    await recorded(database, document("undated", key="undated", published=None, company="META"), now=NOW)

    async def keys(**bounds) -> list[str]:
        ids = await database.read(lambda conn: archive.ids(conn, **bounds))
        return [(await database.read(lambda conn, one=one: archive.load(conn, one))).key for one in ids]

    assert await keys() == ["3", "2", "1", "undated"]
    assert await keys(company="META") == ["3", "1", "undated"]
    assert await keys(since=NOW - timedelta(days=2)) == ["2", "1", "undated"]
    assert await keys(company="META", since=NOW - timedelta(hours=1)) == ["undated"]
    assert await database.read(archive.companies) == ["ACME", "META"]
