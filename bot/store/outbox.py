"""The outbox: alerts, the messages that carry them, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from bot.model import Alert, Message, MessageState
from bot.store.dialect import insert_new, upsert
from bot.store.schema import Moment, alerts, channels, messages, steering

OPEN: tuple[MessageState, ...] = ("waiting", "unknown")
NOT_THERE_YET: tuple[MessageState, ...] = (*OPEN, "parked")
"""A reply or an update waits while its parent is in one of these; a dead parent is not waited for."""


@dataclass(frozen=True, slots=True)
class Counts:
    waiting: int = 0
    unknown: int = 0
    parked: int = 0
    dead: int = 0


def put(conn: Connection, new: Sequence[Message], *, now: datetime, document_id: int | None = None) -> None:
    """Add messages; one whose id is there already was put by an earlier try, and stays as it is.

    The alert that a message carries is kept as its latest state.
    """
    insert_new(conn, channels, [{"name": name} for name in sorted({message.channel for message in new})])
    kept = [
        {
            "id": message.alert.id,
            "document_id": document_id,
            "channel": message.channel,
            "alert": message.alert.model_dump(mode="json"),
            "at": now,
        }
        for message in new
        if message.alert is not None
    ]
    upsert(conn, alerts, kept, keep=("document_id", "at"))
    rows = [
        {
            **message.model_dump(mode="json", include={"id", "channel", "operation", "notice", "parent", "state"}),
            "attempts": message.attempts,
            "alert_id": message.alert.id if message.alert else None,
            "alert": message.alert.model_dump(mode="json") if message.alert else None,
            "due": message.due,
            "made": now,
            "plain": message.plain,
            "receipt": dict(message.receipt),
        }
        for message in new
    ]
    insert_new(conn, messages, rows)


def channels_due(conn: Connection, now: datetime) -> list[str]:
    """Channels that have something to send now and no sender."""
    due = _sendable(select(messages.c.channel)).where(messages.c.due <= now, _not_held())
    free = or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now)
    wanted = select(channels.c.name).where(channels.c.name.in_(due), free).order_by(channels.c.name)
    return list(conn.execute(wanted).scalars())


def take_channel(conn: Connection, channel: str, *, now: datetime, lease: timedelta) -> int | None:
    """Become the one sender of a channel: its token, or None where there is a sender."""
    return conn.execute(
        update(channels)
        .where(channels.c.name == channel, or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now))
        .values(token=channels.c.token + 1, lease_until=now + lease)
        .returning(channels.c.token)
    ).scalar()


def extend_channel(conn: Connection, channel: str, token: int, *, until: datetime) -> bool:
    """False when another is the sender by now."""
    done = conn.execute(
        update(channels).where(channels.c.name == channel, channels.c.token == token).values(lease_until=until)
    )
    return done.rowcount == 1


def release_channel(conn: Connection, channel: str, token: int) -> None:
    conn.execute(update(channels).where(channels.c.name == channel, channels.c.token == token).values(lease_until=None))


def free_all(conn: Connection) -> None:
    """Take back every lease, for the one bot on a file: whoever held them is dead."""
    conn.execute(
        update(channels).where(channels.c.lease_until.is_not(None)).values(token=channels.c.token + 1, lease_until=None)
    )


def due(conn: Connection, channel: str, *, now: datetime, limit: int) -> list[Message]:
    """What is to be sent in a channel now, in the order it was made; a reply waits until its parent stands there."""
    rows = conn.execute(
        _sendable(select(messages))
        .where(messages.c.channel == channel, messages.c.due <= now, _not_held())
        .order_by(messages.c.number)
        .limit(limit)
    )
    return [_message(row) for row in rows]


def begin(conn: Connection, message: str, channel: str, token: int, *, now: datetime) -> bool:
    """Commit that the call is about to be made. False when another is the channel's sender by now, or when it is held
    back by now: do not call.
    """
    if not _is_sender(conn, channel, token):
        return False
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state.in_(OPEN), _not_held())
        .values(
            state="unknown",
            attempts=messages.c.attempts + 1,
            first_try=func.coalesce(messages.c.first_try, literal(now, Moment())),
            last_try=now,
        )
    )
    return done.rowcount == 1


def sent(conn: Connection, message: str, *, receipt: Mapping[str, str]) -> None:
    """It stands in the channel: true whoever says it, so no token is asked for. The first receipt stays."""
    conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state != "sent")
        .values(state="sent", receipt=dict(receipt), error=None, failing_since=None)
    )


def put_off(
    conn: Connection,
    message: str,
    channel: str,
    token: int,
    *,
    state: MessageState,
    due: datetime,
    error: str,
    failing_since: datetime | None,
    plain: bool,
) -> bool:
    """Keep what became of a message that was not sent. False, and nothing done, when another is the sender by now."""
    if not _is_sender(conn, channel, token):
        return False
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state.in_(OPEN))
        .values(state=state, due=due, error=error, failing_since=failing_since, plain=plain)
    )
    return done.rowcount == 1


def retry(conn: Connection, message: str, *, now: datetime) -> bool:
    """Put a parked or dead message back. False where there is none of that id.

    One that was tried before may have arrived all the same: it is looked up first.
    """
    tried = messages.c.last_try.is_not(None)
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state.in_(("parked", "dead")))
        .values(
            state=case((tried, "unknown"), else_="waiting"),
            due=now,
            error=None,
            attempts=0,
            failing_since=None,
            plain=False,
        )
    )
    return done.rowcount == 1


def hasten(conn: Connection, *, now: datetime) -> None:
    """Make due now what only waits for its hour; what waits after a failed try goes on waiting."""
    conn.execute(update(messages).where(messages.c.state == "waiting", messages.c.attempts == 0).values(due=now))


def receipt(conn: Connection, message: str) -> Mapping[str, str] | None:
    """What the channel answered, once the message stands there."""
    row = conn.execute(select(messages.c.receipt).where(messages.c.id == message, messages.c.state == "sent")).first()
    return None if row is None else row.receipt


def counts(conn: Connection) -> Counts:
    rows = conn.execute(select(messages.c.state, func.count()).group_by(messages.c.state)).all()
    return Counts(**{state: count for state, count in rows if state != "sent"})


def listing(conn: Connection, states: Sequence[MessageState]) -> list[Message]:
    rows = conn.execute(select(messages).where(messages.c.state.in_(states)).order_by(messages.c.number))
    return [_message(row) for row in rows]


def alerts_of(conn: Connection, document_id: int) -> list[Alert]:
    """Alerts about a document, in their latest state, oldest first."""
    rows = conn.execute(
        select(alerts.c.alert).where(alerts.c.document_id == document_id).order_by(alerts.c.at, alerts.c.id)
    ).scalars()
    return [Alert.model_validate(row) for row in rows]


def next_due(conn: Connection) -> datetime | None:
    """When the next message can go that waits for nothing but its time, or its channel's sender."""
    held = channels.c.lease_until
    moment = case((held > messages.c.due, held), else_=messages.c.due)
    wanted = _sendable(select(moment).select_from(messages)).join(channels, channels.c.name == messages.c.channel)
    return conn.execute(wanted.where(_not_held()).order_by(moment).limit(1)).scalar()


def _not_held() -> ColumnElement[bool]:
    """While somebody has paused all alerts, lines of our own are told all the same: they are for who runs the bot."""
    paused = select(steering.c.id).where(steering.c.paused_at.is_not(None)).exists()
    return or_(messages.c.notice.is_not(None), ~paused)


def _sendable(wanted: Select[Any]) -> Select[Any]:
    """Open messages whose parent, if they have one, is not waited for."""
    parent = aliased(messages)
    return wanted.outerjoin(parent, parent.c.id == messages.c.parent).where(
        messages.c.state.in_(OPEN), or_(parent.c.id.is_(None), parent.c.state.not_in(NOT_THERE_YET))
    )


def _is_sender(conn: Connection, channel: str, token: int) -> bool:
    holder = conn.execute(select(channels.c.token).where(channels.c.name == channel).with_for_update()).scalar()
    return bool(holder == token)


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        channel=row.channel,
        operation=row.operation,
        alert=Alert.model_validate(row.alert) if row.alert else None,
        notice=row.notice,
        parent=row.parent,
        state=row.state,
        attempts=row.attempts,
        due=row.due,
        first_try=row.first_try,
        last_try=row.last_try,
        failing_since=row.failing_since,
        plain=row.plain,
        receipt=row.receipt,
        error=row.error,
    )
