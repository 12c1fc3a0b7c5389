"""What stands together in a channel: a message, and all that belongs to it."""

from sqlalchemy import Connection, Select, or_

from bot.model import Message
from bot.store.message_rows import message_of, whole
from bot.store.schema import messages


def thread_of(conn: Connection, wanted: str | None) -> tuple[Message, list[Message]] | None:
    """The message of that delivery id, or that tells the alert of that id, and what it stands among, oldest first: the
    message in the channel itself, its updates and replies, and theirs.

    Without an id it is the one that tells the latest alert. None where there is none.
    """
    if wanted is None:
        tells = messages.c.alert_id.is_not(None), messages.c.operation.in_(("post", "reply"))
        found = _first(conn, whole().where(*tells).order_by(messages.c.number.desc()))
    else:
        named = or_(messages.c.id == wanted, messages.c.alert_id == wanted)
        found = _first(conn, whole().where(named).order_by(messages.c.number))
    if found is None:
        return None
    top = found
    while top.parent is not None:
        above = _first(conn, whole().where(messages.c.id == top.parent))
        if above is None:
            break
        top = above
    return found, [top, *_below(conn, top, found)]


def _below(conn: Connection, top: Message, found: Message) -> list[Message]:
    """What a digest carries is drawn by it; what was given up stands nowhere, unless it is what is asked for."""
    there = or_(messages.c.state != "dead", messages.c.id == found.id)
    known, new = {top.id}, [top.id]
    while new:
        rows = conn.execute(
            whole().where(messages.c.parent.in_(new), messages.c.id.not_in(known), there).order_by(messages.c.number)
        )
        ids = [row.id for row in rows]
        known.update(ids)
        new = ids
    wanted = whole().where(messages.c.id.in_(known - {top.id}), messages.c.state != "folded")
    return [message_of(row) for row in conn.execute(wanted.order_by(messages.c.number))]


def _first(conn: Connection, wanted: Select[tuple[object, ...]]) -> Message | None:
    row = conn.execute(wanted.limit(1)).first()
    return None if row is None else message_of(row)
