"""Real feeds, dockets, calls and filings in the archive, on both engines: what was read comes back, and is no news."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.scan import sound
from bot.store import archive
from bot.store.database import Database
from making import NOW, read_from
from watchers.model import Body, Document
from watchers.readers import feed, pacer, pdf, turns
from watchers.trouble import Unreadable


def read_all(data: Path, *, most: int) -> Iterator[tuple[Body, list[Document]]]:
    """At most so many files of each kind, spread over all there are."""
    kinds = [
        ("blogs/real_feeds/*", lambda body: feed.READER.read(body, feed.READER.options())),
        ("dockets/pacer_rss/*.xml", lambda body: pacer.READER.read(body, pacer.Options(court="cand"))),
        ("dockets/pdf/*.pdf", lambda body: pdf.READER.read(body, pdf.Options())),
        ("transcripts/rev_nlp_text/*.txt", lambda body: turns.READER.read(body, turns.Options(key=body.url))),
    ]
    for pattern, read in kinds:
        paths = [
            path for path in sorted(data.glob(pattern)) if path.suffix != ".json" and path.stat().st_size < 400_000
        ]
        assert paths, pattern
        for path in paths[:: max(1, len(paths) // most)]:
            body = Body(path.read_bytes(), url=path.name)
            try:
                documents = read(body).documents
            except Unreadable:
                continue
            yield body, [sound(read_from(made.model_copy(update={"source": path.name}), body)) for made in documents]


async def _kept_whole(database: Database, data: Path, *, most: int) -> int:
    kept = 0
    for body, documents in read_all(data, most=most):

        def keep(conn: Connection, body=body, documents=documents) -> list[archive.Recorded]:
            return [archive.record(conn, made, body, now=NOW) for made in documents]

        first = await database.write(keep)
        again = await database.write(keep)
        latest = {recorded.document_id: made for recorded, made in zip(first, documents, strict=True)}
        for document_id, made in latest.items():
            loaded = await database.read(lambda conn, n=document_id: archive.load(conn, n))
            assert loaded == made, f"{body.url}: {made.key}"
        if len(latest) == len(documents):  # a feed may hold two entries of one identity
            assert {recorded.change for recorded in again} <= {"same"}, body.url
        if documents:
            assert await database.read(lambda conn, body=body: archive.body(conn, body.hash)) == body
        kept += len(latest)
    return kept


async def test_a_few_real_documents_come_back_whole(database: Database, data: Path):
    assert await _kept_whole(database, data, most=3) > 50


@pytest.mark.full
async def test_all_real_documents_come_back_whole(database: Database, data: Path):
    assert await _kept_whole(database, data, most=10_000) > 2000
