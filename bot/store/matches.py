"""Matches: what the rules found in each version of a document, and with which rules the archive was read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from bot.store.dialect import insert_new
from bot.store.schema import documents, matches, passages, revisions, version_passages, versions
from rules.model import Match


def add(conn: Connection, document_id: int, version: int, found: Sequence[Match], *, now: datetime) -> None:
    rows = [
        {
            "document_id": document_id,
            "version": version,
            "rule": match.rule,
            "revision": match.revision,
            "match": match.model_dump(mode="json"),
            "at": now,
        }
        for match in found
    ]
    if rows:
        conn.execute(matches.insert(), rows)


def of(conn: Connection, document_id: int, version: int) -> list[Match]:
    rows = conn.execute(
        select(matches.c.match)
        .where(matches.c.document_id == document_id, matches.c.version == version)
        .order_by(matches.c.id)
    ).scalars()
    return [Match.model_validate(row) for row in rows]


def earlier(conn: Connection, document_id: int, before_version: int) -> list[tuple[str, str]]:
    """(rule, sentence as it stood) of every match in the versions before that one, each once."""
    rows = conn.execute(
        select(matches.c.version, matches.c.match).where(
            matches.c.document_id == document_id, matches.c.version < before_version
        )
    ).all()
    if not rows:
        return []
    texts = {
        (row.version, row.position): row.text
        for row in conn.execute(
            select(version_passages.c.version, version_passages.c.position, passages.c.text)
            .join(passages, passages.c.hash == version_passages.c.hash)
            .where(version_passages.c.document_id == document_id, version_passages.c.version < before_version)
        )
    }
    found: dict[tuple[str, str], None] = {}
    for row in rows:
        match = Match.model_validate(row.match)
        text = texts[row.version, match.passage]
        found.setdefault((match.rule, text[match.sentence_start : match.sentence_end]))
    return list(found)


def tally(conn: Connection, source: str, *, since: datetime) -> tuple[int, int]:
    """(documents, matches in their latest versions) that a source brought since."""
    brought = and_(documents.c.source == source, documents.c.last_seen >= since)
    count = conn.execute(select(func.count()).select_from(documents).where(brought)).scalar_one()
    found = conn.execute(
        select(func.count(matches.c.id))
        .join(documents, and_(documents.c.id == matches.c.document_id, documents.c.version == matches.c.version))
        .where(brought)
    ).scalar_one()
    return count, found


@dataclass(frozen=True, slots=True)
class Found:
    """How often a rule was found, in documents of one kind from one place, and when last.

    The last three are told where they were asked for.
    """

    rule: str
    company: str | None
    source: str
    kind: str
    docket_number: str | None
    count: int
    last: datetime
    language: str | None = None
    section: str | None = None
    speaker: str | None = None
    """As `rules.fields.speaker_of` has it."""


def found(
    conn: Connection, rules: Collection[str], *, since: datetime | None = None, closely: bool = False
) -> list[Found]:
    """What these rules found in the latest version of each document. `since`: only what was found from then on.

    `closely`: by language, section and speaker, too.
    """
    meta = versions.c.head["meta"]
    docket = meta["docket_number"].as_string()
    place = [matches.c.rule, documents.c.company, documents.c.source, documents.c.kind, docket]
    close: list[ColumnElement[Any]] = []
    if closely:
        author, filed_by = (meta[key].as_string() for key in ("author", "filed_by"))
        speaker = func.coalesce(func.nullif(version_passages.c.speaker, ""), author, filed_by)
        close = [versions.c.head["language"].as_string(), version_passages.c.section, speaker]
    latest = and_(documents.c.id == matches.c.document_id, documents.c.version == matches.c.version)
    head = and_(versions.c.document_id == documents.c.id, versions.c.version == documents.c.version)
    count, last = func.count(), func.max(matches.c.at, type_=matches.c.at.type)
    columns: list[ColumnElement[Any]] = [*place, count, last, *close]
    wanted = (
        select(*columns)
        .join(documents, latest)
        .join(versions, head)
        .where(matches.c.rule.in_(list(rules)))
        .group_by(*place, *close)
    )
    if closely:
        passage = (
            version_passages.c.document_id == matches.c.document_id,
            version_passages.c.version == matches.c.version,
            version_passages.c.position == matches.c.match["passage"].as_integer(),
        )
        wanted = wanted.join(version_passages, and_(*passage))
    if since is not None:
        wanted = wanted.where(matches.c.at >= since)
    return [Found(*row) for row in conn.execute(wanted)]


def unread(conn: Connection, in_force: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (revision, rule) with which the archive was not read yet; the others' readings are forgotten.

    Documents that come while a rule is not in force are not read with it, so it starts anew when it is back.
    """
    known = {(row.revision, row.rule) for row in conn.execute(select(revisions))}
    for revision, rule in known - set(in_force):
        conn.execute(delete(revisions).where(revisions.c.revision == revision, revisions.c.rule == rule))
    return set(in_force) - known


def read_with(conn: Connection, done: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Keep that the archive was read with these (revision, rule)."""
    insert_new(conn, revisions, [{"revision": revision, "rule": rule, "at": now} for revision, rule in done])
