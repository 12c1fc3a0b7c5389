"""Channels: who sends there now, where they are, whether they take anything, and at what hour their digest comes."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, and_, func, literal, or_, select, update

from bot.store.dialect import insert_new
from bot.store.schema import Moment, channels, messages


def take(conn: Connection, channel: str, *, now: datetime, lease: timedelta) -> int | None:
    """Become the one sender of a channel: its token, or None where there is a sender."""
    return conn.execute(
        update(channels)
        .where(channels.c.name == channel, or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now))
        .values(token=channels.c.token + 1, lease_until=now + lease)
        .returning(channels.c.token)
    ).scalar()


def extend(conn: Connection, channel: str, token: int, *, until: datetime) -> bool:
    """False when another is the sender by now."""
    done = conn.execute(
        update(channels).where(channels.c.name == channel, channels.c.token == token).values(lease_until=until)
    )
    return done.rowcount == 1


def release(conn: Connection, channel: str, token: int) -> None:
    conn.execute(update(channels).where(channels.c.name == channel, channels.c.token == token).values(lease_until=None))


def free_all(conn: Connection) -> None:
    """Take back every lease, for the one bot on a file: whoever held them is dead."""
    conn.execute(
        update(channels).where(channels.c.lease_until.is_not(None)).values(token=channels.c.token + 1, lease_until=None)
    )


def is_sender(conn: Connection, channel: str, token: int) -> bool:
    """Whether that token's turn still lasts; the answer holds until the end of the transaction."""
    holder = conn.execute(select(channels.c.token).where(channels.c.name == channel).with_for_update()).scalar()
    return bool(holder == token)


def learn(conn: Connection, channel: str, place: str) -> None:
    """Where it was told first is where a channel is from then on, whatever that is called one day."""
    unknown = channels.c.name == channel, channels.c.place.is_(None)
    conn.execute(update(channels).where(*unknown).values(place=place))


def forget_place(conn: Connection, channel: str) -> None:
    """A person wants its name to be looked up again."""
    conn.execute(update(channels).where(channels.c.name == channel).values(place=None))


def parked_since(conn: Connection, channel: str) -> datetime | None:
    """Since when a channel refuses everything; None while it does not."""
    since = select(func.min(messages.c.failing_since)).where(
        messages.c.channel == channel, messages.c.state == "parked"
    )
    return conn.execute(since).scalar()


def park(conn: Connection, channel: str, *, until: datetime, error: str, now: datetime) -> None:
    """A channel refused one message, so the others need not be tried: they wait with it until it is tried again."""
    conn.execute(
        update(messages)
        .where(
            messages.c.channel == channel,
            messages.c.operation != "file",
            or_(messages.c.state == "parked", and_(messages.c.state == "waiting", messages.c.due <= now)),
        )
        .values(
            state="parked",
            due=until,
            error=error,
            failing_since=func.coalesce(messages.c.failing_since, literal(now, Moment())),
        )
    )


def knock(conn: Connection, channel: str, *, now: datetime) -> bool:
    """Something says that a channel may be open again: what is parked there is tried now. False where nothing is."""
    parked = messages.c.channel == channel, messages.c.state == "parked"
    return conn.execute(update(messages).where(*parked).values(due=now)).rowcount > 0


def digest_at(conn: Connection, channel: str) -> time | None:
    """When that channel wants to hear of what is of low severity; None: at the usual hour."""
    at = conn.execute(select(channels.c.digest_at).where(channels.c.name == channel)).scalar()
    return time.fromisoformat(at) if at else None


def set_digest(conn: Connection, names: Collection[str], at: time | None, *, due: datetime) -> None:
    """Keep the hour of a channel, under every name of it; None: the usual one.

    `due`: the next time that it is so late. What waits for the digest already waits for that; a more severe alert or a
    notice that was put off waits for no digest.
    """
    insert_new(conn, channels, [{"name": name} for name in sorted(names)])
    kept = f"{at:%H:%M}" if at is not None else None
    conn.execute(update(channels).where(channels.c.name.in_(names)).values(digest_at=kept))
    waiting = (
        messages.c.channel.in_(names),
        messages.c.state == "waiting",
        messages.c.last_try.is_(None),
        messages.c.operation == "post",
        messages.c.alert["severity"].as_string() == "low",
        messages.c.due > messages.c.made,
    )
    conn.execute(update(messages).where(*waiting).values(due=due))
