"""JSON Feed, which feedparser does not read."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twice import digests, digests_elsewhere
from watchers.model import Body, NoOptions, Reading
from watchers.readers import jsonfeed
from watchers.trouble import Unreadable

FIXTURE = Path(__file__).parent / "fixtures" / "json_feed" / "newsroom.json"
AT = "https://feeds.example.com/all.xml"


def read(content: bytes | str) -> Reading:
    return jsonfeed.read(Body(content.encode() if isinstance(content, str) else content, url=AT), NoOptions())


def one(**item: object) -> Reading:
    return read(json.dumps({"items": [{"id": "1", "title": "t"} | item]}))


def test_reads_the_fixture_as_it_was_reviewed():
    expected = json.loads(FIXTURE.with_name(f"{FIXTURE.name}.expected.json").read_text())
    reading = read(FIXTURE.read_bytes())
    assert reading.facts == expected["facts"]
    assert [trouble.detail for trouble in reading.troubles] == expected["troubles"]
    for document, said in zip(reading.documents, expected["documents"], strict=True):
        assert document.key == said["key"]
        assert document.url == said["url"]
        assert document.title == said["title"]
        assert document.published == (datetime.fromisoformat(said["published"]) if said["published"] else None)
        assert document.language == said["language"]
        assert document.meta.author == said["author"]
        assert document.meta.feed_id == said["feed_id"]
        assert document.meta.teaser == said["teaser"]
        assert [passage.text for passage in document.passages if passage.section != "title"] == said["text"]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2026-11-24T10:00:00+08:00", datetime(2026, 11, 24, 2, tzinfo=UTC)),
        ("2026-11-24T10:00:00.5Z", datetime(2026, 11, 24, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026", None),
        ("1764000000", None),
        (1764000000, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-13-45T00:00:00Z", None),
        (None, None),
        ({"year": 2026}, None),
    ],
)
def test_dates_are_utc_or_nothing(date, moment):
    assert one(date_published=date).documents[0].published == moment


def test_a_date_of_change_stands_in_for_a_missing_one():
    assert one(date_published="?", date_modified="2026-11-24").documents[0].published == datetime(
        2026, 11, 24, tzinfo=UTC
    )


def test_a_member_that_is_not_what_it_should_be_counts_as_missing():
    reading = one(url=["x"], authors=[None, {"name": "A"}], content_html={}, content_text="Words.", language=7)
    document = reading.documents[0]
    assert reading.troubles == ()
    assert (document.url, document.meta.author, document.language) == (None, None, None)
    assert document.passages[-1].text == "Words."


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "7", '{"items": {}}', '{"version": "1"}', "[" * 100_000, "1" * 10_000, "\ufeff"]
)
def test_what_is_no_json_feed_is_unreadable(content):
    with pytest.raises(Unreadable):
        read(content)


def test_a_page_where_a_feed_was_names_its_feed():
    page = '<!doctype html><link rel=alternate type="application/feed+json" href="/feed.json"><p>Hello'
    with pytest.raises(Unreadable) as trouble:
        read(page)
    assert trouble.value.mend == "Watch its feed instead: https://feeds.example.com/feed.json"


def test_a_byte_order_mark_and_utf_16_are_read():
    text = json.dumps({"items": [{"id": "1", "content_text": "café"}]}, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le"):
        assert read(text.encode(encoding)).documents[0].passages[0].text == "café"


NAMES = st.sampled_from([*jsonfeed._Item.model_fields, "tags", "attachments"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text()
    | st.sampled_from(["\ud800", "https://[", "<b", "&#0;"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.just("name"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(
    items=st.lists(st.dictionaries(NAMES, VALUES, max_size=6) | VALUES, max_size=4),
    rest=st.dictionaries(
        st.sampled_from(["title", "language", "home_page_url", "authors", "hubs", "feed_url"]), VALUES
    ),
)
def test_any_json_is_read_or_refused(items, rest):
    reading = read(json.dumps({**rest, "items": items}))
    assert Reading.model_validate_json(reading.model_dump_json()) == reading
    assert len({document.key for document in reading.documents}) == len(reading.documents)


def test_the_data_reads_alike_twice(data):
    blogs = data / "blogs"
    paths = [blogs / "trafilatura_resources" / "feed.json", *(blogs / "multilingual").iterdir()]
    paths += sorted(
        path for path in (blogs / "gofeed_testdata/translator/json").glob("*.json") if "expected" not in path.name
    )
    assert len(paths) == 5
    assert digests("json-feed", paths) == digests_elsewhere("json-feed", paths)
    assert len(read(paths[0].read_bytes()).documents) == 25
