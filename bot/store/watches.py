"""Watches: what people asked for, and since when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.model import Watch
from bot.store.dialect import insert_new
from bot.store.schema import watches


def sync(conn: Connection, configured: Sequence[Watch], *, now: datetime) -> list[Watch]:
    """The configured watches with the time from which each has been there; one that is new is there from now."""
    insert_new(
        conn,
        watches,
        [{"name": w.name, "since": now, "watch": w.model_dump(mode="json"), "active": True} for w in configured],
    )
    names = [watch.name for watch in configured]
    conn.execute(update(watches).where(watches.c.name.not_in(names)).values(active=False))
    rows = {row.name: row for row in conn.execute(select(watches).where(watches.c.name.in_(names)))}
    kept = []
    for watch in configured:
        row = rows[watch.name]
        since = row.since if row.active else now
        current = watch.model_copy(update={"since": since})
        conn.execute(
            update(watches)
            .where(watches.c.name == watch.name)
            .values(since=since, active=True, watch=current.model_dump(mode="json"))
        )
        kept.append(current)
    return kept
