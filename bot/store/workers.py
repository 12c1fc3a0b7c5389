"""Workers: who is there. Nobody leads; a row says only that somebody was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select

from bot.store.dialect import upsert
from bot.store.schema import workers

CLOCKS_APART = timedelta(minutes=5)
"""By how much the clocks of two machines may differ; who was seen later than that was seen by a wrong one."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of `onrecord run`: where it runs, what it does, since when, and when it was seen last.

    `troubles`: what it cannot do just now, and what of the configuration is not in force, in sentences.
    """

    id: str
    host: str
    pid: int
    roles: tuple[str, ...]
    since: datetime
    seen: datetime
    troubles: tuple[str, ...] = ()


def beat(conn: Connection, worker: Worker, *, gone_before: datetime) -> None:
    """Say that a worker is there; those who were not seen since `gone_before` are forgotten."""
    row = {
        "id": worker.id,
        "host": worker.host,
        "pid": worker.pid,
        "roles": list(worker.roles),
        "since": worker.since,
        "seen": worker.seen,
        "troubles": list(worker.troubles),
    }
    upsert(conn, workers, [row])
    wrong = workers.c.seen > worker.seen + CLOCKS_APART
    conn.execute(delete(workers).where(or_(workers.c.seen < gone_before, wrong)))


def leave(conn: Connection, worker: str) -> None:
    conn.execute(delete(workers).where(workers.c.id == worker))


def listing(conn: Connection, *, seen_since: datetime, now: datetime) -> Sequence[Worker]:
    """Who was seen since then, oldest first."""
    seen = workers.c.seen.between(seen_since, now + CLOCKS_APART)
    rows = conn.execute(select(workers).where(seen).order_by(workers.c.since, workers.c.id))
    return [
        Worker(
            id=row.id,
            host=row.host,
            pid=row.pid,
            roles=tuple(row.roles),
            since=row.since,
            seen=row.seen,
            troubles=tuple(row.troubles or ()),
        )
        for row in rows
    ]
