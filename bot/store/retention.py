"""What is kept how long: documents for the configured time, statements for ever.

A document goes with its versions, its matches and the bytes that no other document was read from; what was told of it
goes when it is delivered. Batches are small, so that whoever writes beside it waits for none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Delete, Exists, delete, or_, select

from bot.store.schema import (
    alerts,
    bodies,
    documents,
    follow_ups,
    messages,
    passages,
    sources,
    version_passages,
    versions,
)

BATCH = 500


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was deleted."""

    documents: int = 0
    passages: int = 0
    bodies: int = 0
    messages: int = 0
    alerts: int = 0

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(
            self.documents + other.documents,
            self.passages + other.passages,
            self.bodies + other.bodies,
            self.messages + other.messages,
            self.alerts + other.alerts,
        )

    def __bool__(self) -> bool:
        return self != Pruned()


def prune(conn: Connection, *, before: datetime) -> Pruned:
    """Delete one batch of what is older; call it until there is nothing left.

    A document is as old as the last time that its source showed it. One that is forgotten while it can still be edited
    would come back as a new one, and all that was told of it would be told again.
    """
    old = list(
        conn.execute(
            select(documents.c.id)
            .where(documents.c.last_seen < before, ~_can_change())
            .order_by(documents.c.id)
            .limit(BATCH)
        ).scalars()
    )
    texts = select(version_passages.c.hash).where(version_passages.c.document_id.in_(old))
    read_from = select(versions.c.body).where(versions.c.document_id.in_(old), versions.c.body.is_not(None))
    hashes = set(conn.execute(texts).scalars()) if old else set()
    body_hashes = set(conn.execute(read_from).scalars()) if old else set()
    if old:
        conn.execute(delete(documents).where(documents.c.id.in_(old)))
    return Pruned(
        documents=len(old),
        passages=_unused_passages(conn, hashes),
        bodies=_unused_bodies(conn, body_hashes),
        messages=_sent_messages(conn, before),
        alerts=_finished_alerts(conn, before),
    )


def _can_change() -> Exists:
    """Whether the source shows the document still, or it is to be looked at again.

    What a listing shows is told only when the listing changed: until then it shows what it showed. A source that could
    not be had since may come back with all of it.
    """
    shown = sources.c.listed <= documents.c.last_seen
    # SQLAlchemy looks for the document in the nearest query around only, and would take any for it.
    awaited = (
        select(follow_ups.c.key)
        .where(follow_ups.c.source == documents.c.source, follow_ups.c.key == documents.c.key)
        .correlate(documents)
    )
    its_source = select(sources.c.name).where(sources.c.name == documents.c.source, sources.c.active)
    return its_source.where(or_(shown, awaited.exists())).exists()


def _unused_passages(conn: Connection, hashes: set[str]) -> int:
    return _delete_in_parts(
        conn,
        hashes,
        lambda part: delete(passages).where(
            passages.c.hash.in_(part),
            ~select(version_passages.c.hash).where(version_passages.c.hash == passages.c.hash).exists(),
        ),
    )


def _unused_bodies(conn: Connection, hashes: set[str]) -> int:
    return _delete_in_parts(
        conn,
        hashes,
        lambda part: delete(bodies).where(
            bodies.c.hash.in_(part), ~select(versions.c.body).where(versions.c.body == bodies.c.hash).exists()
        ),
    )


def _sent_messages(conn: Connection, before: datetime) -> int:
    """A message that a later one answers to is kept as long as that one."""
    child = messages.alias()
    done = (
        select(messages.c.id)
        .where(
            messages.c.state.in_(("sent", "dead", "folded")),
            messages.c.made < before,
            ~select(child.c.id).where(child.c.parent == messages.c.id, child.c.made >= before).exists(),
        )
        .limit(BATCH)
    )
    ids = list(conn.execute(done).scalars())
    if ids:
        conn.execute(delete(messages).where(messages.c.id.in_(ids)))
    return len(ids)


def _finished_alerts(conn: Connection, before: datetime) -> int:
    done = (
        select(alerts.c.id)
        .where(alerts.c.at < before, ~select(messages.c.id).where(messages.c.alert_id == alerts.c.id).exists())
        .limit(BATCH)
    )
    ids = list(conn.execute(done).scalars())
    if ids:
        conn.execute(delete(alerts).where(alerts.c.id.in_(ids)))
    return len(ids)


def _delete_in_parts(conn: Connection, keys: set[str], statement: Callable[[list[str]], Delete]) -> int:
    """A database takes only so many parameters at a time."""
    ordered = sorted(keys)
    parts = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    return sum(conn.execute(statement(part)).rowcount for part in parts)
