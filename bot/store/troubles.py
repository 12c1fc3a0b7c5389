"""Troubles of single documents: noted with the step that met them, told once, gone when the document is had after all.

A trouble is known by the key of its document; one that belongs to no document yet (an entry without any identity), by
its words.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.store.dialect import upsert
from bot.store.schema import document_troubles
from watchers.trouble import TroubleRecord

KEPT = timedelta(days=7)
"""How long a trouble that nobody met again is shown: what it was about may never be said again."""

# What every visit asks for, made once.
_OF_SOURCE = document_troubles.c.source == bindparam("of")
_UNTOLD = (
    select(document_troubles)
    .where(_OF_SOURCE, document_troubles.c.told.is_(False))
    .order_by(document_troubles.c.last, document_troubles.c.about)
)
_FORGET = delete(document_troubles).where(_OF_SOURCE, document_troubles.c.last < bindparam("before"))


def note(
    conn: Connection, source: str, about: str | None, met: Sequence[TroubleRecord], *, given_up: bool, now: datetime
) -> None:
    """Keep what a step met. `about`: the key of the one document that all of them belong to, if so.

    `given_up`: the document will not be asked for again, which is told even if the trouble was.
    """
    known = {
        row.about: row for row in conn.execute(select(document_troubles).where(document_troubles.c.source == source))
    }
    rows = {}
    for record in met:
        key = about if about is not None else hashlib.sha256(record.detail.encode(errors="replace")).hexdigest()
        before = known.get(key)
        again = before is not None and before.trouble["kind"] == record.kind
        rows[key] = {
            "source": source,
            "about": key,
            "trouble": record.model_dump(),
            "times": before.times + 1 if before is not None else 2 if given_up else 1,
            "last": now,
            "told": before is not None and before.told and again and not given_up,
        }
    upsert(conn, document_troubles, list(rows.values()))


def solved(conn: Connection, source: str, keys: Collection[str]) -> None:
    """These documents were had."""
    if keys:
        conn.execute(
            delete(document_troubles).where(
                document_troubles.c.source == source, document_troubles.c.about.in_(list(keys))
            )
        )


def to_tell(conn: Connection, source: str, *, at_once: Collection[str]) -> list[TroubleRecord]:
    """What was not told yet, and is told from now on. A kind that is not in `at_once` must have been met twice."""
    rows = conn.execute(_UNTOLD, {"of": source}).all()
    ripe = [row for row in rows if row.trouble["kind"] in at_once or row.times > 1]
    if ripe:
        conn.execute(
            update(document_troubles)
            .where(document_troubles.c.source == source, document_troubles.c.about.in_([row.about for row in ripe]))
            .values(told=True)
        )
    return [TroubleRecord(**row.trouble) for row in ripe]


def forget_old(conn: Connection, source: str, *, now: datetime) -> None:
    conn.execute(_FORGET, {"of": source, "before": now - KEPT})


def standing(conn: Connection) -> dict[str, tuple[TroubleRecord, ...]]:
    """By source, the newest first."""
    rows = conn.execute(select(document_troubles).order_by(document_troubles.c.last.desc(), document_troubles.c.about))
    found: dict[str, tuple[TroubleRecord, ...]] = {}
    for row in rows:
        found[row.source] = (*found.get(row.source, ()), TroubleRecord(**row.trouble))
    return found


def of(record: Mapping[str, Any] | None) -> TroubleRecord | None:
    """A source's own trouble, as its row keeps it."""
    return None if record is None else TroubleRecord(**record)
