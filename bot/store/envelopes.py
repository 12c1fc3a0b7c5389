"""Which of Slack's envelopes, and which signed requests, were answered: each once, by whichever worker got it."""

from datetime import datetime

from sqlalchemy import Connection, delete

from bot.store.dialect import inserted
from bot.store.schema import envelopes


def first_time(conn: Connection, envelope: str, *, now: datetime) -> bool:
    """Remember it. False where it is known already, to this worker or another. `envelope`: up to 255 characters."""
    return inserted(conn, envelopes, {"id": envelope, "at": now})


def forget(conn: Connection, *, before: datetime) -> None:
    conn.execute(delete(envelopes).where(envelopes.c.at < before))
