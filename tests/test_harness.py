"""The test harness itself: what others build on must not lie."""

from datetime import UTC, datetime

import aiohttp
from pydantic import HttpUrl

from driving import drive
from loopback import Upstream
from watchers import blogs
from watchers.model import Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://example.com/</link>
<item><guid>one</guid><title>One</title><link>https://example.com/one</link>
<description>%s</description></item></channel></rss>"""
WORDS = "The company said on Tuesday that it would share some portion of the revenue with its partners. " * 12


async def test_upstream_is_conditional_and_remembers():
    modified = datetime(2026, 11, 1, tzinfo=UTC)
    async with Upstream() as upstream, aiohttp.ClientSession() as session:
        url = upstream.serve("/page.html", "words", modified=modified)
        async with session.get(url) as answer:
            etag, since = answer.headers["ETag"], answer.headers["Last-Modified"]
            assert (answer.status, await answer.text()) == (200, "words")
        async with session.get(url, headers={"If-None-Match": etag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        async with session.get(url, headers={"If-Modified-Since": since}) as answer:
            assert answer.status == 304
        upstream.replace("/page.html", "other words")
        async with session.get(url, headers={"If-None-Match": etag, "If-Modified-Since": since}) as answer:
            assert (answer.status, await answer.text()) == (200, "other words")
        assert [asked.headers.get("If-None-Match") for asked in upstream.asked("/page.html")] == [
            None,
            etag,
            None,
            etag,
        ]


async def test_upstream_prefers_the_route_that_says_more():
    async with Upstream() as upstream, aiohttp.ClientSession() as session:
        upstream.serve("/events", "all")
        upstream.serve("/events?symbol=META", "some")
        async with session.get(upstream.url("/events?symbol=META&year=2026")) as answer:
            assert await answer.text() == "some"
        async with session.get(upstream.url("/events?symbol=AAPL")) as answer:
            assert await answer.text() == "all"
        async with session.get(upstream.url("/nothing")) as answer:
            assert answer.status == 404
        assert len(upstream.asked("/events?symbol=META")) == 1
        assert len(upstream.log) == 3


async def test_a_second_drive_is_a_second_visit():
    async with Upstream() as upstream:
        url = upstream.serve("/feed.xml", FEED % WORDS)
        source = Source(name="news", kind="blog", options=blogs.Options(url=HttpUrl(url)))
        first = await drive(blogs, source, now=NOW, in_process=True)
        assert [document.title for document in first.documents] == ["One"]
        second = await drive(blogs, source, now=NOW, after=first, in_process=True)
        assert second.documents == []
        assert "If-None-Match" not in upstream.log[0].headers
        assert "If-None-Match" in upstream.log[1].headers
        upstream.replace("/feed.xml", FEED % WORDS.replace("some portion", "none"))
        third = await drive(blogs, source, now=NOW, after=second)  # in a child this time: the same must come out
        assert [document.key for document in third.documents] == [first.documents[0].key]
        assert "none of the revenue" in third.documents[0].passages[1].text
