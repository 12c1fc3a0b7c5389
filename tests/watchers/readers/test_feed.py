"""RSS and Atom, against fixtures in the true formats and whatever else the data holds."""

import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twice import digests, digests_elsewhere
from watchers.child import ReadingPool
from watchers.model import Body, NoOptions, Reading
from watchers.readers import feed
from watchers.trouble import Unreadable

FOLDER = Path(__file__).parent / "fixtures" / "feed"
FIXTURES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")
AT = "https://feeds.example.com/all.xml"


def read(content: bytes | str, **said) -> Reading:
    body = Body(content.encode() if isinstance(content, str) else content, **({"url": AT} | said))
    return feed.read(body, NoOptions())


def rss(*items: str, head: str = "") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{head}{inside}</channel></rss>'


def texts(reading: Reading) -> list[str]:
    return [passage.text for passage in reading.documents[0].passages if passage.section != "title"]


def shown(reading: Reading) -> dict:
    """A reading as it stands beside a fixture."""
    return {
        "documents": [
            {
                "key": document.key,
                "url": document.url,
                "title": document.title,
                "published": document.published.isoformat() if document.published else None,
                "language": document.language,
                "author": document.meta.author,
                "feed_id": document.meta.feed_id,
                "teaser": document.meta.teaser,
                "text": [passage.text for passage in document.passages if passage.section != "title"],
            }
            for document in reading.documents
        ],
        "troubles": [trouble.detail for trouble in reading.troubles],
        "facts": dict(reading.facts),
    }


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_reads_the_fixtures_as_they_were_reviewed(fixture):
    expected = json.loads(fixture.with_name(f"{fixture.name}.expected.json").read_text())
    assert shown(read(fixture.read_bytes())) == expected


def test_the_title_is_the_first_passage_and_paragraphs_are_the_rest():
    passages = (
        read(rss("<title>A title</title><description>&lt;p&gt;One.&lt;p&gt;Two.</description>")).documents[0].passages
    )
    assert [(passage.text, passage.section) for passage in passages] == [
        ("A title", "title"),
        ("One.", None),
        ("Two.", None),
    ]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Tue, 24 Nov 2026 09:30:00 +0800", datetime(2026, 11, 24, 1, 30, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 09:30:00 EST", datetime(2026, 11, 24, 14, 30, tzinfo=UTC)),
        ("24 Nov 2026 09:30", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00.123Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("soon", None),
        ("99999999999999999999", None),
        ("", None),
    ],
)
def test_dates_are_utc_or_nothing(date, moment):
    assert read(rss(f"<title>t</title><pubDate>{date}</pubDate>")).documents[0].published == moment


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-15", "big5", "shift_jis", "koi8-r"]
)
def test_encodings(encoding):
    word = {"big5": "收入", "shift_jis": "収入", "koi8-r": "доход"}.get(
        encoding, "café – €" if encoding != "iso-8859-15" else "café €"
    )
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    content = rss(f"<title>{word}</title>").replace("?>", f' encoding="{declared}"?>', 1).encode(encoding)
    assert read(content).documents[0].title == word
    assert read(content, media_type="text/plain").documents[0].title == word


def test_the_servers_word_for_the_encoding_wins_unless_it_cannot_be():
    undeclared = rss("<title>café</title>").encode("windows-1252")
    assert read(undeclared, media_type="text/xml", charset="windows-1252").documents[0].title == "café"
    assert read(rss("<title>café</title>"), media_type="text/xml", charset="us-ascii").documents[0].title == "café"


def test_a_stray_ampersand_does_not_become_words():
    """feedparser's guess would be "Q&A; with", and a quote must be what was said."""
    reading = read(
        rss(
            "<title>Q&A with R&D, fees &mdash; &nbsp;more</title>"
            "<description><![CDATA[<p>S&amp;P & co</p>]]></description>"
        )
    )
    assert reading.documents[0].title == "Q&A with R&D, fees — \xa0more"
    assert texts(reading) == ["S&P & co"]


def test_entities_of_its_own_do_not_explode():
    bomb = '<!DOCTYPE rss [<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    began = time.process_time()
    try:
        reading = read(f"{bomb}]>" + rss("<title>&i;</title><description>Words.</description>").partition("?>")[2])
        size = len(reading.model_dump_json())
    except Unreadable:
        size = 0
    assert size < 10_000
    assert time.process_time() - began < 5


def test_no_file_of_ours_is_read(tmp_path):
    """feedparser takes bytes for a path before it takes them for a feed."""
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<title>secret</title>"))
    with pytest.raises(Unreadable):
        read(str(secret))


@pytest.mark.parametrize(
    "fallback", ["<guid>not-an-address</guid>", "<link>javascript:alert(1)</link>", "<link>http://[broken/</link>"]
)
def test_a_link_that_leads_nowhere_is_none(fallback):
    assert read(rss(f"<title>t</title>{fallback}")).documents[0].url is None


def test_a_relative_link_stands_against_the_site_in_rss_and_the_feed_in_atom():
    item = "<title>t</title><link>posts/1</link>"
    assert (
        read(rss(item, head="<link>https://www.example.com/news/</link>")).documents[0].url
        == "https://www.example.com/news/posts/1"
    )
    assert read(rss(item)).documents[0].url == "https://feeds.example.com/posts/1"
    site = '<link href="https://www.example.com/"/>'
    entry = '<entry><id>1</id><link href="posts/1"/></entry>'
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{site}{entry}</feed>'
    assert read(atom).documents[0].url == "https://feeds.example.com/posts/1"


def test_an_empty_feed_is_a_feed():
    assert read(rss()) == Reading(facts=read(rss()).facts)


def test_one_bad_entry_does_not_stop_the_others():
    reading = read(
        rss(
            "<title>1</title>",
            "",
            "<pubDate>\x00</pubDate>",
            "<link>::::</link><title>&#xD800;4</title>",
            "<title>5</title>",
        )
    )
    assert [document.title for document in reading.documents] == ["1", "\ufffd4", "5"]
    assert len(reading.troubles) == 2


@pytest.mark.parametrize(
    ("page", "mend"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed.xml">', "https://example.com/feed.xml"),
        ("<link href=f.json type='application/feed+json' rel='alternate home'>", "https://example.com/news/f.json"),
        (
            '<base href="https://b.example/x/"><link rel=alternate type="application/atom+xml" href=a>',
            "https://b.example/x/a",
        ),
        (
            """<link rel=alternate type=application/rss+xml title=Comments href=/comments/feed/>
            <link rel=alternate type=application/rss+xml title=All href=/feed/>""",
            "https://example.com/feed/",
        ),
        ('<link rel="alternate" type="application/json" href="/wp-json/1">', "Give the address of the site's feed."),
        ('<link rel="stylesheet" type="text/css" href="/x.css">', "Give the address of the site's feed."),
    ],
)
def test_a_page_where_a_feed_was_names_its_feed(page, mend):
    with pytest.raises(Unreadable) as trouble:
        read(
            f"<!DOCTYPE html><html><head>{page}</head><body><p>Welcome</p></body></html>",
            url="https://example.com/news/",
        )
    assert "a web page, not a feed" in trouble.value.detail
    assert trouble.value.mend.endswith(mend)


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x00\x01\x02", b"plain words", b"<urlset><url/></urlset>", b"%PDF-1.7", b"PK\x03\x04"]
)
def test_what_is_no_feed_is_unreadable(content):
    with pytest.raises(Unreadable):
        read(content)


def feeds(data: Path) -> list[Path]:
    blogs, dockets = data / "blogs", data / "dockets"
    folders = ("real_feeds", "real_feeds_expected", "gofeed_testdata", "feedparser_tests", "trafilatura_resources")
    found = [path for folder in folders for path in (blogs / folder).rglob("*") if path.is_file()]
    found += [*(dockets / "other_venues").iterdir(), *(dockets / "edgar").iterdir()]
    return sorted(path for path in found if path.suffix != ".json")


@pytest.mark.full
def test_every_feed_in_the_data_reads_alike_twice_or_is_a_typed_trouble(data):
    paths = feeds(data)
    assert len(paths) > 1100
    assert digests("feed", paths) == digests_elsewhere("feed", paths)


def test_every_feed_in_the_data_gives_sound_documents(data):
    entries: Counter[str] = Counter()
    for path in feeds(data):
        try:
            reading = read(path.read_bytes())
        except Unreadable:
            entries["unreadable"] += 1
            continue
        keys = [document.key for document in reading.documents]
        assert len(set(keys)) == len(keys), path
        for document in reading.documents:
            assert document.url is None or document.url.lower().startswith(("http://", "https://")), path
            assert document.published is None or document.published.tzinfo is UTC, path
            assert all(passage.text.strip() for passage in document.passages), path
        entries[path.parts[path.parts.index("blogs") + 1] if "blogs" in path.parts else "dockets"] += len(keys)
    assert entries["unreadable"] == 12
    assert entries["real_feeds"] == 1569
    assert entries["real_feeds_expected"] == 110
    assert entries["dockets"] == 5


async def test_a_huge_feed_stays_within_the_childs_limits():
    words = "We share some portion of the revenue with our partners &amp;amp; hosts. " * 60
    items = [
        f"<guid>{n}</guid><title>Post {n}</title><description>&lt;p&gt;{words}&lt;/p&gt;</description>"
        for n in range(600)
    ]
    content = rss(*items).encode()
    assert len(content) > 2_500_000
    async with ReadingPool(size=1) as pool:
        reading = await pool.read(feed.READER, Body(content, url=AT), NoOptions())
    assert len(reading.documents) == 600
    assert len(texts(reading)[0]) > 3_800
