"""Messages in an outbox, and the turn of a sender."""

from datetime import timedelta
from typing import Any

from bot.alerts.compose import notice_for
from bot.model import Message
from bot.store import channels, outbox
from bot.store.database import Database
from making import NOW

LEASE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
OPS, CHANNEL = "#ops", "#on-record"


def line(text: str, channel: str = CHANNEL, **about: Any) -> Message:
    return notice_for(text, channel=channel, about=text, now=NOW).model_copy(update=about)


async def put(database: Database, *new: Message, now=NOW, document_id: int | None = None) -> None:
    await database.write(lambda conn: outbox.put(conn, new, now=now, document_id=document_id))


async def taken(database: Database, channel: str = CHANNEL, now=NOW) -> int | None:
    return await database.write(lambda conn: channels.take(conn, channel, now=now, lease=LEASE))


async def stored(database: Database, message: str) -> Message:
    every = ("waiting", "unknown", "sent", "parked", "dead")
    return {kept.id: kept for kept in await database.read(lambda conn: outbox.listing(conn, every))}[message]
