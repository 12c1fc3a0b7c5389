"""Steering: what all workers have to know of what people do. One row, so that asking costs next to nothing.

Whoever changes what is watched holds the row from the beginning of the transaction (`hold`) and raises its generation;
a worker that finds another generation than it knows reads anew what is watched. A commit that must not miss a change
asks for it with `steady`: then none comes in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from bot.store.dialect import insert_new
from bot.store.schema import steering

_ROW = 1
_GENERATION = select(steering.c.generation).where(steering.c.id == _ROW)
_STEADY = _GENERATION.with_for_update(read=True)


@dataclass(frozen=True, slots=True)
class Pause:
    """Alerts are held back. `by`: Slack's id of who said so."""

    by: str
    since: datetime


def generation(conn: Connection, *, steady: bool = False) -> int:
    """`steady`: it stays so until the transaction ends."""
    return conn.execute(_STEADY if steady else _GENERATION).scalar() or 0


def hold(conn: Connection) -> None:
    """Let nobody else change what is watched until the transaction ends. Call it first."""
    insert_new(conn, steering, [{"id": _ROW, "generation": 0}])
    conn.execute(_GENERATION.with_for_update())


def raise_generation(conn: Connection) -> None:
    """Make every worker read anew what is watched."""
    hold(conn)
    conn.execute(update(steering).where(steering.c.id == _ROW).values(generation=steering.c.generation + 1))


def paused(conn: Connection) -> Pause | None:
    row = conn.execute(select(steering).where(steering.c.id == _ROW)).first()
    if row is None or row.paused_at is None:
        return None
    return Pause(row.paused_by or "", row.paused_at)


def pause(conn: Connection, by: str, *, now: datetime) -> Pause:
    """Hold back all alerts. Returns the pause that holds: the first one stays."""
    hold(conn)
    there = paused(conn)
    if there is not None:
        return there
    conn.execute(update(steering).where(steering.c.id == _ROW).values(paused_by=by, paused_at=now))
    return Pause(by, now)


def resume(conn: Connection) -> Pause | None:
    """Tell again. Returns the pause that is over, if there was one."""
    hold(conn)
    there = paused(conn)
    conn.execute(update(steering).where(steering.c.id == _ROW).values(paused_by=None, paused_at=None))
    return there


def take_reading(conn: Connection, *, now: datetime, lease: timedelta) -> bool:
    """Become the one worker that reads the archive with new rules; False where another does."""
    insert_new(conn, steering, [{"id": _ROW, "generation": 0}])
    free = or_(steering.c.reading_until.is_(None), steering.c.reading_until <= now)
    taken = update(steering).where(steering.c.id == _ROW, free).values(reading_until=now + lease)
    return conn.execute(taken).rowcount == 1


def extend_reading(conn: Connection, *, until: datetime | None) -> None:
    """None: the reading is over."""
    conn.execute(update(steering).where(steering.c.id == _ROW).values(reading_until=until))
