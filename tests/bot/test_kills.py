"""A kill at any moment of a visit costs a second fetch at most: never a document, never a second alert.

Real watchers and the real fetcher over loopback; the kill falls before and after every fetch and every commit.
"""

import shutil
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import HttpUrl
from sqlalchemy import Connection, select

import pdfs
from bot.store import outbox, troubles
from bot.store.schema import documents, follow_ups, sources, statements, versions
from loopback import Upstream
from making import NOW
from running import META, Bot, running
from watchers import blogs
from watchers.dockets import feed as docket_feed
from watchers.model import Source

YES = "We think we should get some portion of the revenue for that."
NO = "Mind that selling access to models is not our business."
PADDING = "And there is more to be said of it, which nobody asked to hear about at all. " * 20
TEASER = "A few words about the new agreements with partners."


class Killed(BaseException):
    """SIGKILL: nothing after it runs."""


class Moments:
    """Counts the moments at which a kill may fall, and lets it fall at one of them."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.fell = False

    def pass_by(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.fell = True
            raise Killed

    def around(self, part: Any) -> "Mortal":
        return Mortal(part, self)


class Mortal:
    """A database or a fetcher with a moment before and after each of its calls."""

    def __init__(self, part: Any, moments: Moments) -> None:
        self._part = part
        self._moments = moments

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)

        async def call(*given: Any, **named: Any) -> Any:
            self._moments.pass_by()
            answer = await method(*given, **named)
            self._moments.pass_by()
            return answer

        return call


def rss(upstream: Upstream, *keys: str, teasers: tuple[str, ...] = ()) -> str:
    items = []
    for key in keys:
        text = TEASER if key in teasers else f"{YES} This is {key}. {PADDING}"
        link = upstream.url(f"/{key}")
        items.append(
            f"<item><guid isPermaLink='false'>{key}</guid><title>Post {key}</title><link>{link}</link>"
            f"<pubDate>24 Nov 2026 10:00:00 GMT</pubDate><description>{text}</description></item>"
        )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'


def page(key: str, text: str) -> str:
    return (
        f"<!doctype html><html><head><title>Post {key}</title></head><body><article><h1>Post {key}</h1>"
        f"<p>{TEASER}</p><p>{text}</p><p>{PADDING}</p></article></body></html>"
    )


def atom(upstream: Upstream, *numbers: int) -> str:
    entries = []
    for number in numbers:
        address = f"https://www.courtlistener.com/docket/67569326/kadrey/?order_by=desc#entry-{number}"
        entries.append(
            f'<entry><title>entry-{number}</title><link href="{address}" rel="alternate"/><id>{address}</id>'
            f'<published>2026-11-20T00:00:00-07:00</published><summary type="html">{escape("MOTION by Plaintiffs")}'
            f'</summary><link href="{upstream.url(f"/{number}.pdf")}" rel="enclosure" type="application/pdf"/></entry>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xml:lang="en-us" xmlns="http://www.w3.org/2005/Atom">'
        "<title>Docket updates for Kadrey v. Meta Platforms, Inc., 3:23-cv-03417</title>"
        f"<id>https://www.courtlistener.com/</id>{''.join(entries)}</feed>"
    )


def watched(upstream: Upstream, kind: str) -> Source:
    if kind == "blog":
        options = blogs.Options(url=HttpUrl(upstream.url("/feed.xml")))
        return Source(name="news", kind="blog", company=META, options=options, every=timedelta(hours=1))
    return Source(
        name="news",
        kind="docket",
        provider="courtlistener-feed",
        company=META,
        base_url=upstream.url("").rstrip("/"),
        options=docket_feed.Options(docket=67569326),
        every=timedelta(hours=1),
    )


def serve_nothing_new(upstream: Upstream) -> None:
    upstream.serve("/feed.xml", rss(upstream, "old"))
    upstream.serve("/docket/67569326/feed/", atom(upstream), media_type="application/atom+xml")


def serve_news(upstream: Upstream, *, failing: bool) -> None:
    """Two whole posts, two pages and two PDFs; the second page and the second PDF cannot be had at first."""
    upstream.serve("/feed.xml", rss(upstream, "d", "c", "b", "a", "old", teasers=("c", "d")))
    upstream.serve("/c", page("c", YES))
    upstream.serve("/docket/67569326/feed/", atom(upstream, 482, 481), media_type="application/atom+xml")
    upstream.serve("/481.pdf", pdfs.drawn([[pdfs.line(YES)]]))
    if failing:
        upstream.handle("/d", _unavailable)
        upstream.handle("/482.pdf", _unavailable)
    else:
        upstream.serve("/d", page("d", NO))
        upstream.serve("/482.pdf", pdfs.drawn([[pdfs.line(NO)]]))


async def _unavailable(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


def everything(conn: Connection) -> dict[str, Any]:
    """What must be the same, whether there was a kill or not."""
    kept = conn.execute(
        select(documents.c.key, versions.c.version, versions.c.digest, versions.c.reason)
        .join(versions, versions.c.document_id == documents.c.id)
        .order_by(documents.c.key, versions.c.version)
    )
    told = outbox.listing(conn, ("waiting",))
    row = conn.execute(select(sources.c.cursor, sources.c.first_visit_done, sources.c.trouble)).one()
    return {
        "archive": [tuple(one) for one in kept],
        "statements": sorted(tuple(one) for one in conn.execute(select(statements.c.fold, statements.c.date))),
        "alerts": sorted((message.id, message.alert.title) for message in told if message.alert is not None),
        "lines": sorted(message.notice for message in told if message.notice is not None),
        "follow-ups": sorted(conn.execute(select(follow_ups.c.key)).scalars()),
        "troubles": troubles.standing(conn),
        "source": (row.cursor, row.first_visit_done, row.trouble),
    }


PHASES = ((NOW + timedelta(hours=2), True), (NOW + timedelta(hours=2, minutes=20), False))
"""(when, whether two documents cannot be had)."""


async def story(upstream: Upstream, folder: Path, source: Source, moments: Moments) -> dict[str, Any]:
    """A visit in which two documents cannot be had, and one in which they can; after a kill it begins again."""
    ahead = list(PHASES)
    while True:
        async with running(folder, source, now=ahead[0][0], since=NOW) as bot:
            try:
                while ahead:
                    bot.now, failing = ahead[0]
                    serve_news(upstream, failing=failing)
                    await _due(bot, moments)
                    ahead.pop(0)
            except Killed:
                continue
            return await bot.database.read(everything)


async def _due(bot: Bot, moments: Moments) -> None:
    if moments.fell:
        await bot.due()
        return
    (claim,) = await bot.claimed_due()
    await bot.pipeline(database=moments.around(bot.database), fetcher=moments.around(bot.fetcher)).visit(claim)


@pytest.mark.parametrize("kind", ["blog", "docket"])
async def test_a_kill_at_any_moment_loses_and_doubles_nothing(tmp_path: Path, kind: str):
    async with Upstream() as upstream:
        source = watched(upstream, kind)
        serve_nothing_new(upstream)
        prepared = tmp_path / "prepared"
        prepared.mkdir()
        async with running(prepared, source) as bot:
            assert (await bot.visit()).trouble is None
        undisturbed = await story(upstream, _copied(prepared, tmp_path / "undisturbed"), source, Moments(10_000))
        told = [title for _, title in undisturbed["alerts"]]
        assert len(told) == (4 if kind == "blog" else 2), repr(undisturbed)
        at = 0
        while True:
            at += 1
            moments = Moments(at)
            found = await story(upstream, _copied(prepared, tmp_path / str(at)), source, moments)
            if not moments.fell:
                break
            assert found == undisturbed, f"killed at moment {at}"
        assert at > 20, "a kill fell on every moment there is"


def _copied(prepared: Path, folder: Path) -> Path:
    shutil.copytree(prepared, folder)
    return folder
