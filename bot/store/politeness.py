"""How much is asked of whom, over all workers: providers' budgets, and hosts that asked to be left alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from bot.store.dialect import insert_new, upsert
from bot.store.schema import budgets, hosts

Limit = tuple[timedelta, int]
"""A window, and how many requests it allows."""


def spend(conn: Connection, provider: str, *, now: datetime, limits: Sequence[Limit]) -> datetime | None:
    """Take one request from a provider's budget: None when granted, else the time from which one is free.

    All limits hold. The row is locked, so they hold over all workers.
    """
    insert_new(conn, budgets, [{"provider": provider, "spent": []}])
    row = conn.execute(select(budgets.c.spent).where(budgets.c.provider == provider).with_for_update()).scalar_one()
    longest = max(window for window, _ in limits)
    spent = [at for at in _spent(row, now) if at > now - longest]
    free = [_free_at(spent, now, limit) for limit in limits]
    refused = [at for at in free if at is not None]
    if refused:
        return max(refused)
    kept = [at.isoformat() for at in (*spent, now)]
    conn.execute(update(budgets).where(budgets.c.provider == provider).values(spent=kept))
    return None


def left(conn: Connection, provider: str, *, now: datetime, limits: Sequence[Limit]) -> tuple[int, datetime | None]:
    """(requests that are left now, when the budget that is spent most is free again)."""
    row = conn.execute(select(budgets.c.spent).where(budgets.c.provider == provider)).scalar()
    spent = _spent(row or [], now)
    room = [most - sum(at > now - window for at in spent) for window, most in limits]
    free = [at for limit in limits if (at := _free_at(spent, now, limit)) is not None]
    return max(0, min(room)), max(free, default=None)


def leave_alone(conn: Connection, host: str, *, until: datetime, now: datetime) -> None:
    """A host asked for it (Retry-After): no worker asks it before."""
    upsert(conn, hosts, [{"host": host, "left_alone_until": until}])
    # Many hosts say so at once, in any order: who waits here for a row of another's waits for ever.
    over = select(hosts.c.host).where(hosts.c.left_alone_until <= now).with_for_update(skip_locked=True)
    conn.execute(delete(hosts).where(hosts.c.host.in_(over)))


def left_alone(conn: Connection, *, now: datetime) -> Mapping[str, datetime]:
    """Hosts that are not to be asked now, and until when."""
    rows = conn.execute(select(hosts).where(hosts.c.left_alone_until > now))
    return {row.host: row.left_alone_until for row in rows}


def _spent(row: Sequence[str], now: datetime) -> list[datetime]:
    """When requests were made, oldest first. One of later than now was made by a clock that was ahead since."""
    return sorted(min(at, now) for at in map(datetime.fromisoformat, row))


def _free_at(spent: Sequence[datetime], now: datetime, limit: Limit) -> datetime | None:
    window, most = limit
    within = [at for at in spent if at > now - window]
    return within[len(within) - most] + window if len(within) >= most else None
