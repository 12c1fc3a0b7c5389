"""Alerts that are told together: which of them wait in a channel, what it was told lately, and what is told instead."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from bot.model import Message
from bot.store.channels import is_sender
from bot.store.message_rows import NOT_THERE_YET, PARENT, may_go, message_of, whole
from bot.store.outbox import put
from bot.store.schema import messages


def untried(conn: Connection, channel: str, *, now: datetime, limit: int) -> list[Message]:
    """Posts of alerts that are due in a channel and were never tried, in the order they were made."""
    rows = conn.execute(
        whole()
        .where(
            may_go(NOT_THERE_YET),
            messages.c.channel == channel,
            messages.c.due <= now,
            messages.c.operation == "post",
            messages.c.alert_id.is_not(None),
            messages.c.last_try.is_(None),
        )
        .order_by(messages.c.number)
        .limit(limit)
    )
    return [message_of(row) for row in rows]


def lately(conn: Connection, channel: str, *, since: datetime) -> tuple[int, dict[str, int], list[Message]]:
    """What a channel was told since, or is still to be told in a thread: how many alerts as posts; how many in the
    thread of which message that gathers many; those messages, each with its latest update, latest first.
    """
    told = messages.c.last_try > since
    to_be_told = messages.c.operation == "reply", messages.c.last_try.is_(None), messages.c.state.in_(NOT_THERE_YET)
    rows = conn.execute(
        select(PARENT.c.id, func.count())
        .select_from(messages.outerjoin(PARENT, PARENT.c.id == messages.c.parent))
        .where(
            messages.c.channel == channel,
            messages.c.alert_id.is_not(None),
            or_(told, and_(*to_be_told)),
            or_(messages.c.operation == "post", PARENT.c.gathering.is_not(None)),
        )
        .group_by(PARENT.c.id)
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
    wanted = whole().where(*gathers, or_(messages.c.operation == "post", messages.c.number.in_(latest)))
    heads = conn.execute(wanted.order_by(messages.c.number.desc())) if threads else ()
    return posts, threads, [message_of(row) for row in heads]


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
