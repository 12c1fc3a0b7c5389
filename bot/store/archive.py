"""The archive: documents and their versions, texts by hash, and the bytes they were read from.

A version is a list of passage hashes with who said each, and the document's head. A document that reads the same is the
same, whatever bytes it came in; one that reads differently from the same bytes was read by a better reader, which is no
edit.
"""

import hashlib
import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import Connection, Integer, Row, String, and_, bindparam, func, select, update

from bot.store.dialect import insert_new
from bot.store.schema import aliases, bodies, documents, passages, version_passages, versions
from watchers.model import Body, Document, Meta, Origin, Passage

Change = Literal["new", "edited", "reread", "same"]

_META: TypeAdapter[Meta] = TypeAdapter(Meta)
_HEAD = ("url", "title", "published", "company", "language", "meta", "aliases")


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a document without its text."""

    document_id: int
    version: int
    changed: datetime
    """When it came to read as it does."""
    meta: Meta
    body: str | None
    reader: str | None
    reader_version: int | None
    digest: str
    """Of all that a reader of it would see."""


@dataclass(frozen=True, slots=True)
class Recorded:
    document_id: int
    version: int
    change: Change


def find(conn: Connection, source: str, key: str) -> Stored | None:
    """The document of that key, or alias, in a source."""
    names = {"of_source": source, "called": key}
    row = conn.execute(_BY_KEY, names).first() or conn.execute(_BY_ALIAS, names).first()
    if row is None:
        return None
    return Stored(
        document_id=row.id,
        version=row.version,
        changed=row.at,
        meta=_META.validate_python(row.head["meta"]),
        body=row.body,
        reader=row.reader,
        reader_version=row.reader_version,
        digest=row.digest,
    )


def record(conn: Connection, document: Document, body: Body | None, *, now: datetime) -> Recorded:
    """Put a document into the archive, as a new one, a new version, or nothing new."""
    return record_after(conn, find(conn, document.source, document.key), document, body, now=now)


def record_after(
    conn: Connection, before: Stored | None, document: Document, body: Body | None, *, now: datetime
) -> Recorded:
    """`record`, for who has just found what is stored of it."""
    digest = _digest(document)
    if before is None:
        document_id = _insert(conn, document, now)
        version = 1
        change: Change = "new"
    else:
        document_id = before.document_id
        if before.digest == digest:
            conn.execute(update(documents).where(documents.c.id == document_id).values(last_seen=now))
            return Recorded(document_id, before.version, "same")
        version = before.version + 1
        change = "reread" if _read_again(before, document.origin) else "edited"
        conn.execute(
            update(documents)
            .where(documents.c.id == document_id)
            .values(version=version, last_seen=now, published=document.published, company=document.company)
        )
    _insert_version(conn, document_id, version, document, digest, "first" if change == "new" else change, now)
    if body is not None:
        _keep(conn, body, now)
    insert_new(
        conn,
        aliases,
        [{"source": document.source, "alias": alias, "document_id": document_id} for alias in document.aliases],
    )
    return Recorded(document_id, version, change)


def shown(conn: Connection, source: str, keys: Sequence[str], *, now: datetime) -> None:
    """The source shows these documents still, whether or not anything in them changed."""
    conn.execute(_SHOWN, {"of_source": source, "called": list(keys), "now": now})


def latest(conn: Connection, document_id: int) -> int:
    """The number of a document's latest version."""
    return int(conn.execute(select(documents.c.version).where(documents.c.id == document_id)).scalar_one())


def load(conn: Connection, document_id: int, version: int | None = None) -> Document:
    """A document as it was in that version, by default the latest. Raises `LookupError`."""
    row = conn.execute(
        select(documents.c.source, documents.c.key, versions)
        .join(versions, versions.c.document_id == documents.c.id)
        .where(documents.c.id == document_id, versions.c.version == (version or documents.c.version))
    ).first()
    if row is None:
        raise LookupError(f"no version {version} of document {document_id}")
    texts = conn.execute(
        select(version_passages, passages.c.text)
        .join(passages, passages.c.hash == version_passages.c.hash)
        .where(version_passages.c.document_id == document_id, version_passages.c.version == row.version)
        .order_by(version_passages.c.position)
    )
    return Document(
        key=row.key,
        source=row.source,
        passages=tuple(
            Passage(text=p.text, speaker=p.speaker, role=p.role, title=p.title, section=p.section, page=p.page)
            for p in texts
        ),
        origin=_origin(row),
        **row.head,
    )


def earlier_texts(conn: Connection, document_id: int, before_version: int) -> list[str]:
    """Every text that stood in a version before that one, once."""
    hashes = select(version_passages.c.hash).where(
        version_passages.c.document_id == document_id, version_passages.c.version < before_version
    )
    return list(conn.execute(select(passages.c.text).where(passages.c.hash.in_(hashes))).scalars())


def body(conn: Connection, body_hash: str) -> Body | None:
    """Stored bytes, as they came."""
    row = conn.execute(select(bodies).where(bodies.c.hash == body_hash)).first()
    if row is None:
        return None
    return Body(zlib.decompress(row.content), url=row.url, media_type=row.media_type, charset=row.charset)


def recent_published(conn: Connection, source: str, most: int = 20) -> tuple[datetime, ...]:
    """Publication times of the newest documents of a source, newest first: its rhythm."""
    rows = conn.execute(_PUBLISHED, {"of_source": source, "most": most}).scalars()
    return tuple(rows)


def ids(conn: Connection, *, company: str | None = None, since: datetime | None = None) -> list[int]:
    """Every document (of a company, of that time and later), oldest first. An undated one is as old as it is known."""
    wanted = select(documents.c.id).order_by(_WHEN, documents.c.id)
    if company is not None:
        wanted = wanted.where(documents.c.company == company)
    if since is not None:
        wanted = wanted.where(since <= _WHEN)
    return list(conn.execute(wanted).scalars())


def companies(conn: Connection) -> list[str]:
    """Those of which there are documents."""
    found = select(documents.c.company).where(documents.c.company.is_not(None)).distinct()
    return list(conn.execute(found.order_by(documents.c.company)).scalars())


def newest(
    conn: Connection,
    *,
    companies: Collection[str] = (),
    sources: Collection[str] = (),
    without: Collection[str] = (),
    most: int,
) -> list[int]:
    """Documents of these companies and sources (empty: of all) but for those `without`, the newest first."""
    wanted = select(documents.c.id).order_by(_WHEN.desc(), documents.c.id.desc()).limit(most)
    if companies:
        wanted = wanted.where(documents.c.company.in_(list(companies)))
    if sources:
        wanted = wanted.where(documents.c.source.in_(list(sources)))
    if without:
        wanted = wanted.where(documents.c.source.not_in(list(without)))
    return list(conn.execute(wanted).scalars())


_WHEN = func.coalesce(documents.c.published, documents.c.first_seen, type_=documents.c.published.type)
_STORED = select(
    documents.c.id,
    documents.c.version,
    versions.c.at,
    versions.c.head,
    versions.c.body,
    versions.c.reader,
    versions.c.reader_version,
    versions.c.digest,
).join(versions, and_(versions.c.document_id == documents.c.id, versions.c.version == documents.c.version))
_OF_SOURCE, _CALLED = bindparam("of_source", type_=String), bindparam("called", type_=String)
_BY_KEY = _STORED.where(documents.c.source == _OF_SOURCE, documents.c.key == _CALLED)
_BY_ALIAS = _STORED.where(
    documents.c.id.in_(select(aliases.c.document_id).where(aliases.c.source == _OF_SOURCE, aliases.c.alias == _CALLED))
)
_SHOWN = (
    update(documents)
    .where(documents.c.source == _OF_SOURCE, documents.c.key.in_(bindparam("called", expanding=True)))
    .values(last_seen=bindparam("now", type_=documents.c.last_seen.type))
)
_PUBLISHED = (
    select(documents.c.published)
    .where(documents.c.source == _OF_SOURCE, documents.c.published.is_not(None))
    .order_by(documents.c.published.desc())
    .limit(bindparam("most", type_=Integer))
)
_NEW_VERSION = versions.insert()
_NEW_PASSAGES = version_passages.insert()
_NEW_DOCUMENT = documents.insert().returning(documents.c.id)
_BODY_IS_KEPT = select(bodies.c.hash).where(bodies.c.hash == bindparam("wanted"))


def _read_again(before: Stored, origin: Origin | None) -> bool:
    """The same bytes, by another version of their reader."""
    return (
        origin is not None
        and (before.body, before.reader) == (origin.body, origin.reader)
        and before.reader_version != origin.version
    )


def _insert(conn: Connection, document: Document, now: datetime) -> int:
    row = {
        "source": document.source,
        "key": document.key,
        "kind": document.kind,
        "company": document.company,
        "published": document.published,
        "first_seen": now,
        "last_seen": now,
        "version": 1,
    }
    return int(conn.execute(_NEW_DOCUMENT, row).scalar_one())


def _insert_version(
    conn: Connection, document_id: int, version: int, document: Document, digest: str, reason: str, now: datetime
) -> None:
    origin = document.origin
    row = {
        "document_id": document_id,
        "version": version,
        "reason": reason,
        "at": now,
        "digest": digest,
        "head": _head(document),
        "body": origin.body if origin else None,
        "reader": origin.reader if origin else None,
        "reader_version": origin.version if origin else None,
        "reader_options": origin.options if origin else None,
    }
    conn.execute(_NEW_VERSION, row)
    texts = {passage.hash: passage.text for passage in document.passages}
    # In one order for all: two workers that keep the same texts must not wait for each other in a circle.
    insert_new(conn, passages, [{"hash": key, "text": text} for key, text in sorted(texts.items())])
    rows = [
        {
            "document_id": document_id,
            "version": version,
            "position": position,
            "hash": passage.hash,
            "speaker": passage.speaker,
            "role": passage.role,
            "title": passage.title,
            "section": passage.section,
            "page": passage.page,
        }
        for position, passage in enumerate(document.passages)
    ]
    if rows:
        conn.execute(_NEW_PASSAGES, rows)


def _keep(conn: Connection, kept: Body, now: datetime) -> None:
    key = kept.hash
    if conn.execute(_BODY_IS_KEPT, {"wanted": key}).first() is not None:
        return
    row = {
        "hash": key,
        "content": zlib.compress(kept.content, 6),
        "url": kept.url,
        "media_type": kept.media_type,
        "charset": kept.charset,
        "at": now,
    }
    insert_new(conn, bodies, [row])


def _head(document: Document) -> dict[str, Any]:
    head: dict[str, Any] = document.model_dump(mode="json", include=set(_HEAD))
    return head


def _digest(document: Document) -> str:
    """Of all that a reader of the document would see."""
    said = [(p.hash, p.speaker, p.role, p.title, p.section, p.page) for p in document.passages]
    whole = json.dumps([_head(document), said], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _origin(row: Row[Any]) -> Origin | None:
    if row.reader is None or row.body is None:
        return None
    return Origin(reader=row.reader, version=row.reader_version, options=row.reader_options, body=row.body)
