"""Pages that stand in for others are told, and healthy ones are not taken for one."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.challenge import SHORT, recognise

PAGES = sorted(path for path in (Path(__file__).parent / "challenge").iterdir() if path.suffix != ".json")
HTML = {"content-type": "text/html; charset=utf-8"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_page_is_told_for_what_it_is(page):
    told = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert recognise(told["status"], told["headers"], page.read_bytes()) == told["recognised"]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.stem.startswith("healthy-article")], ids=lambda page: page.stem
)
def test_a_healthy_article_stays_one_however_long_it_is(page):
    body = page.read_bytes()
    assert recognise(200, HTML, body) is None
    assert recognise(200, HTML, body + b"<p>More of it.</p>" * 10_000) is None


def test_no_real_page_is_taken_for_a_challenge(data):
    """Mozilla's and trafilatura's pages: saved from real sites, among them many that stand behind such guards."""
    blogs = data / "blogs"
    pages = sorted(blogs.glob("readability_pages/**/source.html")) + sorted(
        path for path in blogs.glob("trafilatura_eval/**/*.html")
    )
    assert len(pages) > 150
    flagged = {}
    for page in pages:
        told = recognise(200, HTML, page.read_bytes())
        if told is not None:
            flagged[str(page.relative_to(blogs))] = told
    assert flagged == {}


def test_no_real_feed_is_taken_for_one(data):
    for feed in sorted((data / "blogs" / "real_feeds").glob("*.xml")):
        assert recognise(200, {"content-type": "application/xml"}, feed.read_bytes()) is None, feed.name
        assert recognise(200, {}, feed.read_bytes()) is None, feed.name


@pytest.mark.parametrize(
    "body",
    [
        b"<" * SHORT,
        b"<script>" * (SHORT // 8),
        b"<script" * (SHORT // 7),
        b"</script>" * (SHORT // 9),
        b"<title>" + b" " * (SHORT - 8),
        b"<title>" * (SHORT // 7),
        b"<title" + b" x" * (SHORT // 2 - 4),
        b"<title>log in</title><input " + b"type " * (SHORT // 6),
        b"<title>log in</title>" + b"<input type" * (SHORT // 12),
        b"<title>log in</title><input type" + b" " * (SHORT - 50),
        b"<!--" * (SHORT // 4),
        b"\0" * (SHORT - 1),
    ],
    ids=range(12),
)
def test_no_page_takes_long(body):
    started = time.process_time()
    recognise(200, HTML, b"<html>" + body[: SHORT - 7])
    assert time.process_time() - started < 0.2


@settings(max_examples=200, deadline=None)
@given(
    st.integers(200, 599),
    st.lists(
        st.sampled_from(
            [b"<title>", b"</title>", b"<script>", b"</script>", b"<input type=password>", b"log in", b"<", b">"]
        )
    ).map(b"".join),
    st.binary(max_size=50),
)
def test_whatever_the_page_is_there_is_an_answer(status, markup, junk):
    told = recognise(status, HTML, markup + junk)
    assert told is None or "page" in told or "challenge" in told
