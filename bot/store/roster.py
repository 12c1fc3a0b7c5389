"""The roster: which sources there are, which of them rest, and how each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.store import troubles
from bot.store.dialect import insert_new
from bot.store.schema import Moment, document_troubles, follow_ups, pushes, sources, validators
from watchers.model import Source
from watchers.trouble import TroubleRecord

_OF_SOURCE = sources.c.name == bindparam("of")
_KNOWN = select(sources.c.name, sources.c.address, sources.c.active)  # without cursors: some are long
_WAKE = update(sources).where(_OF_SOURCE).values(active=True, next_visit=bindparam("now", type_=Moment))
_LET_REST = update(sources).where(_OF_SOURCE).values(active=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """A source as `status` tells it."""

    source: str
    kind: str
    since: datetime
    last_visit: datetime | None
    last_success: datetime | None
    next_visit: datetime
    failures: int
    trouble: TroubleRecord | None
    document_troubles: tuple[TroubleRecord, ...]
    first_visit_done: datetime | None
    last_document: datetime | None
    """When it last brought something new or changed."""


def sync(conn: Connection, configured: Sequence[Source], *, now: datetime) -> None:
    """Hold what is configured: new sources are due now, removed ones rest and keep their memory.

    A source whose address changed is another source under an old name: it forgets, its first visit is quiet again, and
    a visit of the old address that is still under way has lost its lease.
    """
    known = {row.name: row for row in conn.execute(_KNOWN)}
    strangers, resting = [], []
    for source in configured:
        row = known.pop(source.name, None)
        address = _address(source)
        if row is None:
            strangers.append({**_fresh(source, address, now), "name": source.name})
        elif row.address != address:
            _forget(conn, source, address, now)
        elif not row.active:
            resting.append({"of": source.name, "now": now})
    insert_new(conn, sources, strangers)
    if resting:
        conn.execute(_WAKE, resting)
    rest(conn, [name for name, row in known.items() if row.active])


def begin(conn: Connection, source: Source, *, now: datetime) -> None:
    """Watch one more source. Its first visit is due now, and quiet even if it was watched before.

    What came while nobody watched is not news; what its watcher remembers stays.
    """
    address = _address(source)
    insert_new(conn, sources, [{**_fresh(source, address, now), "name": source.name}])
    if conn.execute(select(sources.c.address).where(sources.c.name == source.name)).scalar_one() != address:
        _forget(conn, source, address, now)
    again = {"active": True, "next_visit": now, "first_visit_done": None}
    conn.execute(update(sources).where(sources.c.name == source.name).values(again))


def rest(conn: Connection, names: Sequence[str]) -> None:
    """Visit these sources no more. They keep their memory."""
    if names:
        conn.execute(_LET_REST, [{"of": name} for name in names])


def standing(conn: Connection) -> list[Standing]:
    """Every active source, by name."""
    rows = conn.execute(select(sources).where(sources.c.active).order_by(sources.c.name)).all()
    of_documents = troubles.standing(conn)
    return [
        Standing(
            source=row.name,
            kind=row.kind,
            since=row.since,
            last_visit=row.last_visit,
            last_success=row.last_success,
            next_visit=row.next_visit,
            failures=row.failures,
            trouble=troubles.of(row.trouble),
            document_troubles=of_documents.get(row.name, ()),
            first_visit_done=row.first_visit_done,
            last_document=row.last_document,
        )
        for row in rows
    ]


def _address(source: Source) -> str:
    """What makes it this source and no other: not its rhythm, nor what it is called.

    Defaults are left out: an option that a later program adds must not make every source a stranger.
    """
    told = source.options.model_dump_json(exclude_defaults=True)
    return f"{source.kind}/{source.provider or ''} {source.base_url or ''} {told}"


def _forget(conn: Connection, source: Source, address: str, now: datetime) -> None:
    """Another source under an old name. What it brought stays, and so does when: it may be the same one that moved."""
    for memory_of in (validators, follow_ups, pushes, document_troubles):
        conn.execute(delete(memory_of).where(memory_of.c.source == source.name))
    renewed = {**_fresh(source, address, now), "token": sources.c.token + 1}
    conn.execute(update(sources).where(sources.c.name == source.name).values(renewed))


def _fresh(source: Source, address: str, now: datetime) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "provider": source.provider,
        "address": address,
        "active": True,
        "next_visit": now,
        "cursor": {},
        "failures": 0,
        "trouble": None,
        "added": now,
        "since": now,
        "lease_until": None,
        "left_alone_until": None,
        "last_visit": None,
        "last_success": None,
        "first_visit_done": None,
        "listed": None,
    }
