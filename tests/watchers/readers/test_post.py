"""What a feed says of a post: all of it, or the beginning."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from watchers.readers.identity import useful_link
from watchers.readers.post import MOST_ENTRIES, Said, is_cut, is_teaser, language_tag, reading_of, sensible

LONG = "The company shares some portion of the revenue with its partners. " * 20
MIDDLING = "The company shares some portion of the revenue with its partners. " * 6


@pytest.mark.parametrize(
    "end",
    [
        "…",
        "[…]",
        " [...]",
        "...",
        "Read more",
        "Continue reading Partners and models →",
        "Read the full story »",
        "Learn more >",
        "Seguir leyendo",
        "Weiterlesen",
        "Baca selengkapnya",
    ],
)
def test_a_text_that_says_that_it_goes_on_is_a_teaser_however_long(end):
    assert is_cut([LONG + end])
    assert is_cut([LONG, end])
    assert is_cut([LONG + end, "The post Partners and models appeared first on Example."])
    assert is_teaser([LONG + end], whole=True)


def test_a_text_that_ends_is_judged_by_its_length_and_by_what_the_feed_calls_it():
    assert not is_cut([LONG])
    assert not is_teaser([LONG], whole=True)
    assert not is_teaser([LONG], whole=False)
    assert is_teaser([MIDDLING], whole=True)
    assert is_teaser([LONG[:1100]], whole=False)
    assert not is_teaser([LONG[:1100]], whole=True)
    assert is_teaser([], whole=True)


def said(**changed) -> Said:
    usual = {"feed_id": "1", "link": "https://example.com/1", "title": "t", "text": (MIDDLING,), "whole": True}
    return Said(**(usual | {"published": None, "language": None, "author": None} | changed))


def test_short_posts_that_the_feed_calls_whole_are_named():
    entries = [
        said(feed_id="whole"),
        said(feed_id="summary", whole=False),
        said(feed_id="cut", text=(MIDDLING + "…",)),
        said(feed_id="tiny", text=("Watch this.",)),
    ]
    reading = reading_of(entries, "feed", {"title": "f"})
    assert reading.facts == {"title": "f", "called_whole": ["whole"]}
    assert all(document.meta.teaser for document in reading.documents)


def test_without_a_link_there_is_no_more_to_be_had():
    assert not reading_of([said(link=None)], "feed", {}).documents[0].meta.teaser


def test_what_is_said_twice_is_one_and_what_says_nothing_is_told():
    nothing = said(feed_id=None, link=None, title="", text=())
    reading = reading_of([said(), said(), nothing], "example.com/feed", {})
    assert len(reading.documents) == 1
    assert [trouble.detail for trouble in reading.troubles] == ["example.com/feed: entry 3 has no words, link or id"]


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        (datetime(2026, 11, 24, 12, tzinfo=timezone(timedelta(hours=8))), datetime(2026, 11, 24, 4, tzinfo=UTC)),
        (datetime(2026, 11, 24, 12, tzinfo=UTC).replace(tzinfo=None), datetime(2026, 11, 24, 12, tzinfo=UTC)),
        (datetime(1914, 8, 1, tzinfo=UTC), datetime(1914, 8, 1, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (datetime(9999, 12, 31, tzinfo=UTC), None),
        (None, None),
    ],
)
def test_sensible_moments(moment, found):
    assert sensible(moment) == found


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("EN-us", "en-us"),
        ("ms_MY ", "ms-my"),
        ("zh-Hant-TW", "zh-hant-tw"),
        ("english (US)", None),
        ("", None),
        (7, None),
    ],
)
def test_language_tags(tag, found):
    assert language_tag(tag) == found


@pytest.mark.parametrize("dated", [True, False])
def test_of_a_whole_archive_the_newest_are_read_wherever_they_stand(dated):
    """An old generator may write the oldest first."""
    began = datetime(2010, 1, 1, tzinfo=UTC)
    entries = [
        Said(str(day), None, "", ("Words.",), whole=True, published=began + timedelta(days=day) if dated else None,
             language=None, author=None)
        for day in range(MOST_ENTRIES + 7)
    ]  # fmt: skip
    for turn in (1, -1):
        reading = reading_of(entries[::turn], "feed", {})
        kept = range(7, MOST_ENTRIES + 7) if dated else range(MOST_ENTRIES + 7)[::turn][:MOST_ENTRIES]
        assert {document.key for document in reading.documents} == set(map(str, kept))
        days = [int(document.key) for document in reading.documents]
        assert days == sorted(days, reverse=turn < 0), "in the feed's order"
        assert reading.troubles[0].detail == "feed: the 7 oldest of its entries were left out"
    assert not reading_of(entries[:MOST_ENTRIES], "feed", {}).troubles


def test_an_address_without_end_is_no_link():
    assert useful_link("https://blog.test/" + "a" * 7900, "") is not None
    assert useful_link("https://blog.test/" + "a" * 8000, "") is None
