"""The outbox: alerts, the messages that carry them, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, case, func, literal, null, or_, select, update

from bot.model import Alert, Message, MessageState
from bot.store.channels import forget_place, is_sender, knock, learn
from bot.store.dialect import insert_new, upsert
from bot.store.message_rows import NOT_THERE_YET, OPEN, may_go, message_of, not_held, whole, with_parents
from bot.store.schema import Moment, alerts, channels, messages


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
    due = with_parents(select(messages.c.channel)).where(may_go(NOT_THERE_YET), messages.c.due <= now)
    free = or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now)
    wanted = select(channels.c.name).where(channels.c.name.in_(due), free).order_by(channels.c.name)
    return list(conn.execute(wanted).scalars())


def due(conn: Connection, channel: str, *, now: datetime, limit: int) -> list[Message]:
    """What is to be sent in a channel now, in the order it was made; a reply waits until its parent stands there."""
    rows = conn.execute(
        whole()
        .where(may_go(NOT_THERE_YET), messages.c.channel == channel, messages.c.due <= now)
        .order_by(messages.c.number)
        .limit(limit)
    )
    return [message_of(row) for row in rows]


def begin(conn: Connection, message: str, channel: str, token: int, *, now: datetime) -> bool:
    """Commit that the call is about to be made. False when another is the channel's sender by now, or when it is held
    back by now: do not call.
    """
    if not is_sender(conn, channel, token):
        return False
    done = conn.execute(
        update(messages)
        .where(messages.c.id == message, messages.c.state.in_(NOT_THERE_YET), not_held())
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
    rows = conn.execute(whole().where(messages.c.state.in_(states)).order_by(messages.c.number))
    return [message_of(row) for row in rows]


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
    wanted = with_parents(select(moment).select_from(messages)).join(channels, channels.c.name == messages.c.channel)
    return conn.execute(wanted.where(may_go(OPEN)).order_by(moment).limit(1)).scalar()
