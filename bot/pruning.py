"""Retention, batch by batch: the writer is free for others in between."""

from datetime import datetime

from bot.store import retention
from bot.store.database import Database


async def prune(database: Database, *, before: datetime) -> retention.Pruned:
    """Delete all that is older. Statements are kept for ever."""
    whole = retention.Pruned()
    while pruned := await database.write(lambda conn: retention.prune(conn, before=before)):
        whole += pruned
    return whole
