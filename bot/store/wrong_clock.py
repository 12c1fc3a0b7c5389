"""Times that a wrong clock left in the store: a machine's clock that was hours ahead, and is right again.

What was put off by it would wait for hours: sources for their next visit, messages for their try. Times are moved back
by as much as the clock was wrong. Follow-ups stay: nobody wrote down when they were made.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, update

from bot.store.message_rows import OPEN
from bot.store.schema import channels, messages, pushes, sources
from bot.store.workers import CLOCKS_APART

LONGEST_PAUSE = timedelta(minutes=15)
"""For how long a channel may be left alone; a longer one was reckoned by a wrong clock."""


def set_right(conn: Connection, *, now: datetime, lease: timedelta) -> int:
    """Mend what lies too far ahead of `now`. Returns how many sources, channels and messages were mended.

    `lease`: the longest of a source or a channel. Who holds one goes on, and renews it by the right clock.
    """
    return _sources(conn, now, lease) + _channels(conn, now, lease) + _messages(conn, now)


def _sources(conn: Connection, now: datetime, lease: timedelta) -> int:
    ahead = now + CLOCKS_APART
    hinted = select(pushes.c.source).where(pushes.c.at > ahead)
    wrong = or_(
        sources.c.last_visit > ahead,
        sources.c.lease_until > ahead + lease,
        and_(sources.c.last_visit.is_(None), sources.c.lease_until.is_(None), sources.c.next_visit > ahead),
        sources.c.name.in_(hinted),
    )
    rows = conn.execute(select(sources).where(wrong).with_for_update()).all()
    conn.execute(update(pushes).where(pushes.c.at > ahead).values(at=now))
    for row in rows:
        values: dict[str, datetime | None] = {"next_visit": now}
        if row.last_visit is not None and row.last_visit > ahead:
            by = row.last_visit - now
            values = {
                "last_visit": now,
                "last_success": None if row.last_success is None else min(row.last_success, now),
                "since": min(row.since, now),
                "next_visit": row.next_visit - by,
                "left_alone_until": None if row.left_alone_until is None else row.left_alone_until - by,
            }
        if row.lease_until is not None and row.lease_until > ahead + lease:
            values |= {"lease_until": now + lease, "next_visit": now + lease}
        conn.execute(update(sources).where(sources.c.name == row.name).values(values))
    return len(rows)


def _channels(conn: Connection, now: datetime, lease: timedelta) -> int:
    wrong = channels.c.lease_until > now + CLOCKS_APART + max(lease, LONGEST_PAUSE)
    return conn.execute(update(channels).where(wrong).values(lease_until=now + lease)).rowcount


def _messages(conn: Connection, now: datetime) -> int:
    ahead = now + CLOCKS_APART
    wrong = or_(messages.c.made > ahead, messages.c.last_try > ahead)
    rows = conn.execute(select(messages).where(wrong, messages.c.state.in_(OPEN)).with_for_update()).all()
    for row in rows:
        reckoned = max(moment for moment in (row.made, row.last_try) if moment is not None)
        waits = row.due - reckoned
        values = {
            "made": min(row.made, now),
            # What waits for longer waits for an hour of the day, which a clock does not move.
            "due": now + waits if waits < LONGEST_PAUSE else row.due,
            **{
                name: min(moment, now)
                for name in ("first_try", "last_try", "failing_since")
                if (moment := getattr(row, name)) is not None
            },
        }
        conn.execute(update(messages).where(messages.c.id == row.id).values(values))
    return len(rows)
