"""Workers: who is there. Nobody leads; a row says only that somebody was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.store.dialect import upsert
from bot.store.schema import workers


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of `onrecord run`: where it runs, what it does, since when, and when it was seen last."""

    id: str
    host: str
    pid: int
    roles: tuple[str, ...]
    since: datetime
    seen: datetime


def beat(conn: Connection, worker: Worker, *, gone_before: datetime) -> None:
    """Say that a worker is there; those who were not seen since `gone_before` are forgotten."""
    row = {
        "id": worker.id,
        "host": worker.host,
        "pid": worker.pid,
        "roles": list(worker.roles),
        "since": worker.since,
        "seen": worker.seen,
    }
    upsert(conn, workers, [row])
    conn.execute(delete(workers).where(workers.c.seen < gone_before))


def leave(conn: Connection, worker: str) -> None:
    conn.execute(delete(workers).where(workers.c.id == worker))


def listing(conn: Connection, *, seen_since: datetime) -> Sequence[Worker]:
    """Who was seen since then, oldest first."""
    rows = conn.execute(select(workers).where(workers.c.seen >= seen_since).order_by(workers.c.since, workers.c.id))
    return [
        Worker(id=row.id, host=row.host, pid=row.pid, roles=tuple(row.roles), since=row.since, seen=row.seen)
        for row in rows
    ]
