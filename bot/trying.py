"""What one source, address or file yields now; nothing is stored and nothing is sent."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.addresses import ECF, feed_source, source_at
from bot.visits import Hands
from rules.engine import Engine
from rules.model import Match
from watchers import blogs, folder, registry
from watchers.child import ReadingPool
from watchers.fetch import Fetcher
from watchers.model import Body, Document, Kind, NoOptions, Reading, Source, Visit
from watchers.readers import discovery, docketfeed, feed, page, pdf
from watchers.readers import pacer as pacer_reader
from watchers.trouble import Trouble, TroubleRecord, Unreadable

_DOCKET_LINK = re.compile(rb"/docket/(\d+)/")
_HEAD_BYTES = 4096


@dataclass(slots=True)
class Attempt:
    """`trouble`: what ended it; `troubles`: of single documents."""

    source: str
    documents: list[Document] = field(default_factory=list)
    troubles: list[TroubleRecord] = field(default_factory=list)
    trouble: TroubleRecord | None = None


class Trial:
    """One try, with what it may touch."""

    def __init__(self, fetcher: Fetcher, pool: ReadingPool, *, now: datetime) -> None:
        self._fetcher = fetcher
        self._pool = pool
        self._now = now

    async def source(self, source: Source, *, most_steps: int | None = None) -> Attempt:
        """A first visit of a source. `most_steps`: leave it after so many, for one who only asks whether it answers."""
        attempt = Attempt(source.name)
        steps = 0
        try:
            async for step in registry.find(source.kind, source.provider).visit(self._visit(source)):
                attempt.documents += step.documents
                attempt.troubles += step.troubles
                steps += 1
                if steps == most_steps:
                    break
        except Trouble as trouble:
            attempt.trouble = trouble.record()
        except Exception as error:  # noqa: BLE001 - a watcher of one's own may raise anything
            attempt.trouble = Unreadable(f"the watcher failed on what it was given ({type(error).__name__})").record()
        return attempt

    async def address(self, url: str) -> Attempt:
        """A feed, a docket, a court's RSS, a page or a PDF, found out by its address and its first bytes."""
        known = source_at(url)
        if known is not None:
            return await self.source(known)
        source = Source(name=url, kind="blog", options=NoOptions())
        attempt = Attempt(url)
        visit = self._visit(source)
        try:
            response = await visit.get(url)
            assert response.body is not None  # nothing is remembered, so nothing can be unchanged
            body = response.body
            if _is_feed(body):
                return await self.source(feed_source(url))
            reading = await _read_one(visit, body)
        except Trouble as trouble:
            attempt.trouble = trouble.record()
            return attempt
        attempt.documents += reading.documents
        attempt.troubles += reading.troubles
        return attempt

    async def feed_at(self, url: str) -> str:
        """The address of the feed that stands there, or that the page there offers. Raises a `Trouble`."""
        visit = self._visit(Source(name=url, kind="blog", options=NoOptions()))
        response = await visit.get(url)
        assert response.body is not None  # nothing is remembered, so nothing can be unchanged
        if _is_feed(response.body):
            return url
        facts = (await visit.read(discovery.READER, response.body)).facts
        if not facts["page"]:
            return url  # whoever reads it as a feed says what it is instead
        if facts["feed"] is None:
            raise Unreadable(f"{url}: a web page that offers no feed", "Give the address of the site's feed.")
        return str(facts["feed"])

    async def file(self, path: Path, kind: Kind | None) -> Attempt:
        """A local file. `kind` None: it is found out. Raises OSError."""
        attempt = Attempt(path.name)
        body = await asyncio.to_thread(folder.body_of, path)
        visit = self._visit(Source(name=path.name, kind="folder", options=NoOptions()))
        try:
            reading = await _read_file(visit, body, kind)
        except Trouble as trouble:
            attempt.trouble = trouble.record()
            return attempt
        attempt.documents += reading.documents
        attempt.troubles += reading.troubles
        return attempt

    def _visit(self, source: Source) -> Visit:
        return Hands(source, self._fetcher, self._pool, {}).visit(cursor={}, cause=None, now=self._now)


def as_json(document: Document, matches: tuple[Match, ...]) -> Mapping[str, Any]:
    """The contract's object of one document."""
    told = document.model_dump(mode="json", include={"key", "source", "url", "title", "published", "company"})
    return {
        "key": told["key"],
        "kind": document.kind,
        "source": told["source"],
        "url": told["url"],
        "title": told["title"],
        "published": told["published"],
        "company": told["company"],
        "language": document.language,
        "meta": document.meta.model_dump(mode="json", exclude={"kind", "document_url"}),
        "passages": [passage.model_dump(mode="json") for passage in document.passages],
        "matches": [
            {
                "rule": match.rule,
                "passage": match.passage,
                "start": match.start,
                "end": match.end,
                "text": document.passages[match.passage].text[match.start : match.end],
            }
            for match in matches
        ],
    }


def scanned(documents: list[Document], engine: Engine) -> list[tuple[Document, tuple[Match, ...]]]:
    return [(document, tuple(engine.scan(document))) for document in documents]


def _is_feed(body: Body) -> bool:
    start = body.content[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"{"):
        return b"jsonfeed.org" in start
    return any(mark in start for mark in (b"<rss", b"<feed", b"<rdf:rdf"))


async def _read_one(visit: Visit, body: Body) -> Reading:
    if body.content[:1024].lstrip().startswith(b"%PDF-") or body.media_type == "application/pdf":
        return await visit.read(pdf.READER, body)
    if "html" in (body.media_type or ""):
        return await visit.read(page.READER, body)
    return await folder.read_body(visit, body, None)


async def _read_file(visit: Visit, body: Body, kind: Kind | None) -> Reading:
    """Feeds in files have no address that tells whose they are: their first bytes do."""
    if not _is_feed(body):
        return await folder.read_body(visit, body, kind)
    start = body.content[:_HEAD_BYTES]
    court = ECF.search(start.decode("latin-1"))
    if court:
        return await visit.read(pacer_reader.READER, body, pacer_reader.Options(court=court.group(1).lower()))
    docket = _DOCKET_LINK.search(start)
    if docket and b"courtlistener" in start.lower():
        return await visit.read(docketfeed.READER, body, docketfeed.Options(docket=int(docket.group(1))))
    if start.lstrip()[:1] == b"{":
        return await blogs.read_feed(visit, body)
    return await visit.read(feed.READER, body)
