"""The outbox: alerts, the messages that carry them, and what became of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, literal, null, or_, select, update
from sqlalchemy.orm import aliased

from bot.model import Alert, File, Gathering, Handled, Message, MessageState
from bot.store.channels import forget_place, is_sender, knock, learn
from bot.store.dialect import insert_new, upsert
from bot.store.schema import Moment, alerts, channels, messages, steering

OPEN: tuple[MessageState, ...] = ("waiting", "unknown")
NOT_THERE_YET: tuple[MessageState, ...] = (*OPEN, "parked")
"""What may still be sent: a parked one is tried again when it is due. A reply or an update waits while its parent is in
one of these; a dead parent is not waited for."""

_parent, _digest = aliased(messages), aliased(messages)
_in_digest = _parent.c.state == "folded"
_WHOLE = select(
    messages,
    alerts.c.alert.label("alert_now"),
    alerts.c.handled,
    channels.c.place,
    case((_in_digest, _parent.c.parent), else_=messages.c.parent).label("belongs_to"),
    _in_digest.label("in_digest"),
)
"""A message with all that is known of it. What belongs to an alert in a digest belongs to the digest."""


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
            "gathering": message.gathering.model_dump(mode="json") if message.gathering else None,
            "broadcast": message.broadcast,
            "file": message.file.model_dump() if message.file else None,
            "content": message.content,
        }
        for message in new
    ]
    insert_new(conn, messages, rows)


def channels_due(conn: Connection, now: datetime) -> list[str]:
    """Channels that have something to send now and no sender."""
    due = _with_parents(select(messages.c.channel)).where(_may_go(NOT_THERE_YET), messages.c.due <= now)
    free = or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now)
    wanted = select(channels.c.name).where(channels.c.name.in_(due), free).order_by(channels.c.name)
    return list(conn.execute(wanted).scalars())


def due(conn: Connection, channel: str, *, now: datetime, limit: int) -> list[Message]:
    """What is to be sent in a channel now, in the order it was made; a reply waits until its parent stands there."""
    rows = conn.execute(
        _whole()
        .where(_may_go(NOT_THERE_YET), messages.c.channel == channel, messages.c.due <= now)
        .order_by(messages.c.number)
        .limit(limit)
    )
    return [_message(row) for row in rows]


def untried(conn: Connection, channel: str, *, now: datetime, limit: int) -> list[Message]:
    """Posts of alerts that are due in a channel and were never tried, in the order they were made."""
    rows = conn.execute(
        _whole()
        .where(
            _may_go(NOT_THERE_YET),
            messages.c.channel == channel,
            messages.c.due <= now,
            messages.c.operation == "post",
            messages.c.alert_id.is_not(None),
            messages.c.last_try.is_(None),
        )
        .order_by(messages.c.number)
        .limit(limit)
    )
    return [_message(row) for row in rows]


def lately(conn: Connection, channel: str, *, since: datetime) -> tuple[int, dict[str, int], list[Message]]:
    """What a channel was told since, or is still to be told in a thread: how many alerts as posts; how many in the
    thread of which message that gathers many; those messages, each with its latest update, latest first.
    """
    told = messages.c.last_try > since
    to_be_told = messages.c.operation == "reply", messages.c.last_try.is_(None), messages.c.state.in_(NOT_THERE_YET)
    rows = conn.execute(
        select(_parent.c.id, func.count())
        .select_from(messages.outerjoin(_parent, _parent.c.id == messages.c.parent))
        .where(
            messages.c.channel == channel,
            messages.c.alert_id.is_not(None),
            or_(told, and_(*to_be_told)),
            or_(messages.c.operation == "post", _parent.c.gathering.is_not(None)),
        )
        .group_by(_parent.c.id)
    ).all()
    threads = {head: count for head, count in rows if head is not None}
    posts = sum(count for head, count in rows if head is None)
    first = func.coalesce(messages.c.parent, messages.c.id)
    gathers = (
        messages.c.channel == channel,
        first.in_(threads),
        messages.c.gathering.is_not(None),
        messages.c.operation.in_(("post", "update")),
        messages.c.state != "dead",
    )
    latest = select(func.max(messages.c.number)).where(*gathers).group_by(first).correlate(None)
    wanted = _whole().where(*gathers, or_(messages.c.operation == "post", messages.c.number.in_(latest)))
    heads = conn.execute(wanted.order_by(messages.c.number.desc())) if threads else ()
    return posts, threads, [_message(row) for row in heads]


def fold(
    conn: Connection,
    channel: str,
    token: int,
    new: Sequence[Message],
    *,
    carried: Mapping[str, str],
    threaded: Mapping[str, str],
    broadcast: Collection[str],
    now: datetime,
) -> bool:
    """Tell these messages instead of those that they carry, or in whose threads those go (by id, of which one).

    False, and nothing done, when another is the sender by now.
    """
    if not is_sender(conn, channel, token):
        return False
    put(conn, new, now=now)
    for again in new:
        if again.operation == "update" and again.gathering is not None:
            # An earlier one that is in doubt is sent again after this one, and must not take it back.
            conn.execute(
                update(messages)
                .where(
                    messages.c.parent == again.parent,
                    messages.c.operation == "update",
                    messages.c.gathering.is_not(None),
                    messages.c.state != "sent",
                )
                .values(gathering=again.gathering.model_dump(mode="json"))
            )
    untried = update(messages).where(messages.c.last_try.is_(None), messages.c.operation == "post")
    for message, page in carried.items():
        conn.execute(untried.where(messages.c.id == message).values(state="folded", parent=page))
    for message, head in threaded.items():
        told = {"operation": "reply", "parent": head, "broadcast": message in broadcast}
        conn.execute(untried.where(messages.c.id == message).values(told))
    return True


def begin(conn: Connection, message: str, channel: str, token: int, *, now: datetime) -> bool:
    """Commit that the call is about to be made. False when another is the channel's sender by now, or when it is held
    back by now: do not call.
    """
    if not is_sender(conn, channel, token):
        return False
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state.in_(NOT_THERE_YET), _not_held())
        .values(
            state="unknown",
            attempts=messages.c.attempts + 1,
            first_try=func.coalesce(messages.c.first_try, literal(now, Moment())),
            last_try=now,
            # While its place refused it was not failing.
            failing_since=case((messages.c.state == "parked", null()), else_=messages.c.failing_since),
        )
    )
    return done.rowcount == 1


def sent(conn: Connection, message: str, *, receipt: Mapping[str, str]) -> None:
    """It stands in the channel: true whoever says it, so no token is asked for. The first receipt stays.

    Where it was told is where its channel is from now on, whatever that is called one day.
    """
    channel = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state != "sent")
        .values(state="sent", receipt=dict(receipt), error=None, failing_since=None)
        .returning(messages.c.channel)
    ).scalar()
    if channel is not None and receipt.get("channel"):
        learn(conn, channel, receipt["channel"])


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
    alone: bool = False,
    untried: bool = False,
) -> bool:
    """Keep what became of a message that was not sent. False, and nothing done, when another is the sender by now.

    `alone`: it belongs to no other message any more. `untried`: it surely stands nowhere, so it need not be looked up.
    """
    if not is_sender(conn, channel, token):
        return False
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state.in_(NOT_THERE_YET))
        .values(
            state=state,
            due=due,
            error=error,
            failing_since=failing_since,
            plain=plain,
            **({"operation": "post", "parent": None} if alone else {}),
            **({"first_try": None, "last_try": None} if untried else {}),
        )
    )
    return done.rowcount == 1


def retry(conn: Connection, message: str, *, now: datetime) -> bool:
    """Put a parked or dead message back. False where there is none of that id.

    One that was tried before may have arrived all the same: it is looked up first. A place that refused is looked for
    by its name again, and all that is parked there is tried with it.
    """
    tried = messages.c.last_try.is_not(None)
    row = conn.execute(
        select(messages.c.channel, messages.c.state)
        .where(messages.c.id == message, messages.c.state.in_(("parked", "dead")))
        .with_for_update()
    ).first()
    if row is None:
        return False
    conn.execute(
        update(messages)
        .where(messages.c.id == message)
        .values(
            state=case((tried, "unknown"), else_="waiting"),
            due=now,
            error=None,
            attempts=0,
            failing_since=None,
            plain=False,
        )
    )
    if row.state == "parked":
        knock(conn, row.channel, now=now)
        forget_place(conn, row.channel)
    return True


def hasten(conn: Connection, *, now: datetime) -> None:
    """Make due now what only waits for its hour; what waits after a failed try goes on waiting.

    What is due is left alone: other workers lock those rows, in an order of their own.
    """
    waits = messages.c.state == "waiting", messages.c.attempts == 0, messages.c.due > now
    conn.execute(update(messages).where(*waits).values(due=now))


def receipt(conn: Connection, message: str) -> Mapping[str, str] | None:
    """What the channel answered, once the message stands there."""
    row = conn.execute(select(messages.c.receipt).where(messages.c.id == message, messages.c.state == "sent")).first()
    return None if row is None else row.receipt


def in_digest(conn: Connection, message: str | None) -> bool:
    """Whether an alert's post was carried by a digest."""
    state = conn.execute(select(messages.c.state).where(messages.c.id == message)).scalar()
    return bool(state == "folded")


def counts(conn: Connection) -> Counts:
    open_or_dead = messages.c.state.in_([each.name for each in fields(Counts)])  # what was sent is most of the table
    rows = conn.execute(
        select(messages.c.state, func.count().label("left")).where(open_or_dead).group_by(messages.c.state)
    ).all()
    return Counts(**{row.state: row.left for row in rows})


def listing(conn: Connection, states: Sequence[MessageState]) -> list[Message]:
    rows = conn.execute(_whole().where(messages.c.state.in_(states)).order_by(messages.c.number))
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
    wanted = _with_parents(select(moment).select_from(messages)).join(channels, channels.c.name == messages.c.channel)
    return conn.execute(wanted.where(_may_go(OPEN)).order_by(moment).limit(1)).scalar()


def _not_held() -> ColumnElement[bool]:
    """While somebody has paused all alerts, lines of our own are told all the same: they are for who runs the bot.

    Those that belong to an alert wait with it.
    """
    paused = select(steering.c.id).where(steering.c.paused_at.is_not(None)).exists()
    return or_(and_(messages.c.notice.is_not(None), messages.c.parent.is_(None)), ~paused)


def _with_parents(wanted: Select[Any]) -> Select[Any]:
    return wanted.outerjoin(_parent, _parent.c.id == messages.c.parent).outerjoin(
        _digest, and_(_in_digest, _digest.c.id == _parent.c.parent)
    )


def _whole() -> Select[Any]:
    joined = _with_parents(_WHOLE.select_from(messages))
    return joined.join(channels, channels.c.name == messages.c.channel).outerjoin(
        alerts, alerts.c.id == messages.c.alert_id
    )


def _may_go(states: Sequence[MessageState]) -> ColumnElement[bool]:
    """In one of these states, with a parent, if any, that is not waited for."""
    no_parent = or_(_parent.c.id.is_(None), _parent.c.state.not_in((*NOT_THERE_YET, "folded")))
    no_digest = or_(_digest.c.id.is_(None), _digest.c.state.not_in(NOT_THERE_YET))
    return and_(messages.c.state.in_(states), _not_held(), or_(no_parent, and_(_in_digest, no_digest)))


def _message(row: Row[Any]) -> Message:
    """An update draws the alert as it is by then, so that the last of several has the last word."""
    alert = row.alert_now if row.operation == "update" and row.alert_now else row.alert
    return Message(
        id=row.id,
        channel=row.channel,
        operation="reply" if row.operation == "update" and row.in_digest else row.operation,
        alert=Alert.model_validate(alert) if alert else None,
        notice=row.notice,
        gathering=Gathering.model_validate(row.gathering) if row.gathering else None,
        file=File.model_validate(row.file) if row.file else None,
        content=row.content,
        parent=row.belongs_to,
        broadcast=row.broadcast,
        handled=tuple(Handled.model_validate(one) for one in row.handled or ()),
        place=row.place,
        state=row.state,
        attempts=row.attempts,
        due=row.due,
        made=row.made,
        first_try=row.first_try,
        last_try=row.last_try,
        failing_since=row.failing_since,
        plain=row.plain,
        receipt=row.receipt,
        error=row.error,
    )
