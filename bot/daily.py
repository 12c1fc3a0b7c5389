"""What is done once a day: what is older than the retention goes, and sources that fell silent are told."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.alerts.compose import notice_for
from bot.pruning import prune
from bot.silence import quiet
from bot.store import outbox, roster, watched_sources
from bot.store.database import Database
from bot.telling import quiet_notice

log = structlog.get_logger()


async def once_a_day(
    database: Database, *, retention: timedelta, ops_channel: str, clock: Callable[[], datetime]
) -> None:
    """Every worker may do it: who comes second finds nothing to do. Raises what the store raises."""
    now = clock()
    gone = await prune(database, before=now - retention)
    if gone:
        log.info("archive.pruned", **asdict(gone))
    silent = await database.write(lambda conn: tell_quiet(conn, ops_channel=ops_channel, now=now))
    for name, last in silent.items():
        log.warning("source.quiet", source=name, last_document=last.isoformat())


def tell_quiet(conn: Connection, *, ops_channel: str, now: datetime) -> dict[str, datetime]:
    """The sources that say nothing for longer than is usual for them, with their last document.

    Each silence is told once, and again when the retention has forgotten that it was: no error marks it, so nobody else
    would tell it.
    """
    found = quiet(conn, roster.standing(conn), now)
    hidden = watched_sources.hidden(conn) if found else frozenset()
    notices = [
        notice_for(
            quiet_notice(None if name in hidden else name, at, now),
            channel=ops_channel,
            about=f"quiet\n{name}\n{at.isoformat()}",
            now=now,
        )
        for name, at in found.items()
    ]
    outbox.put(conn, notices, now=now)
    return found
