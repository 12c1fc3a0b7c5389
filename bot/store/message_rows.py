"""A message as it is kept, whole: its row with its alert, its channel and what it belongs to; and whether it may go."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, or_, select

from bot.model import Alert, File, Gathering, Handled, Message, MessageState
from bot.store.schema import alerts, channels, messages, steering

OPEN: tuple[MessageState, ...] = ("waiting", "unknown")
NOT_THERE_YET: tuple[MessageState, ...] = (*OPEN, "parked")
"""What may still be sent: a parked one is tried again when it is due. A reply or an update waits while its parent is in
one of these; a dead parent is not waited for."""

PARENT, _digest = messages.alias(), messages.alias()
_in_digest = PARENT.c.state == "folded"
_WHOLE = select(
    messages,
    alerts.c.alert.label("alert_now"),
    alerts.c.handled,
    channels.c.place,
    case((_in_digest, PARENT.c.parent), else_=messages.c.parent).label("belongs_to"),
    _in_digest.label("in_digest"),
)
"""A message with all that is known of it. What belongs to an alert in a digest belongs to the digest."""


def not_held() -> ColumnElement[bool]:
    """While somebody has paused all alerts, lines of our own are told all the same: they are for who runs the bot.

    Those that belong to an alert wait with it.
    """
    paused = select(steering.c.id).where(steering.c.paused_at.is_not(None)).exists()
    return or_(and_(messages.c.notice.is_not(None), messages.c.parent.is_(None)), ~paused)


def with_parents(wanted: Select[Any]) -> Select[Any]:
    return wanted.outerjoin(PARENT, PARENT.c.id == messages.c.parent).outerjoin(
        _digest, and_(_in_digest, _digest.c.id == PARENT.c.parent)
    )


def whole() -> Select[Any]:
    joined = with_parents(_WHOLE.select_from(messages))
    return joined.join(channels, channels.c.name == messages.c.channel).outerjoin(
        alerts, alerts.c.id == messages.c.alert_id
    )


def may_go(states: Sequence[MessageState]) -> ColumnElement[bool]:
    """In one of these states, with a parent, if any, that is not waited for."""
    no_parent = or_(PARENT.c.id.is_(None), PARENT.c.state.not_in((*NOT_THERE_YET, "folded")))
    no_digest = or_(_digest.c.id.is_(None), _digest.c.state.not_in(NOT_THERE_YET))
    return and_(messages.c.state.in_(states), not_held(), or_(no_parent, and_(_in_digest, no_digest)))


def message_of(row: Row[Any]) -> Message:
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
