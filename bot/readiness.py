"""Whether the bot does its work, in reasons; and the numbers that Prometheus asks for."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from prometheus_client import generate_latest
from sqlalchemy import Connection

from bot import metrics
from bot.standing import state_of
from bot.store import archive, roster, steering, watched_sources
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.telling import HIDDEN

OVERDUE = timedelta(minutes=10)
"""A source that is due for longer is not being visited: the bot hangs, or has too much to do."""
NO_SUCCESS = timedelta(days=1)


async def unready(database: Database, *, troubles: Sequence[str], clock: Callable[[], datetime]) -> list[str]:
    """Why the bot is not ready; empty when it is. `troubles`: what its worker cannot do just now."""
    reasons = list(troubles)
    try:
        reasons += await database.read(lambda conn: _silent(conn, clock()))
    except StoreError as error:
        reasons.append(error.detail)
    return reasons


async def noted(database: Database, notes: Sequence[str]) -> list[str]:
    """What whoever looks after the bot should know, though it does its work. `notes`: what its worker has to say."""
    try:
        pause = await database.read(steering.paused)
    except StoreError:
        return [*notes]  # that it is away is a reason
    return [*notes, *([paused_words(pause)] if pause is not None else [])]


def paused_words(pause: steering.Pause) -> str:
    return f"all alerts are paused by {pause.by} since {pause.since:%Y-%m-%d %H:%M} UTC: /watch resume tells them"


async def measured(database: Database) -> bytes:
    """Prometheus' text format, with the gauges read from the store now."""
    try:
        standing = await database.read(roster.standing)
    except StoreError:
        return generate_latest()
    kinds = Counter(one.trouble.kind for one in standing if one.trouble is not None)
    metrics.TROUBLED.clear()
    for kind, count in kinds.items():
        metrics.TROUBLED.labels(kind=kind).set(count)
    return generate_latest()


def _silent(conn: Connection, now: datetime) -> list[str]:
    """Sources that tell us less than they should. Anybody may ask who reaches the port."""
    hidden = watched_sources.hidden(conn)
    last = archive.last_documents(conn)
    reasons = []
    for one in roster.standing(conn):
        name = HIDDEN if one.source in hidden else one.source
        if now - one.next_visit > OVERDUE:
            reasons.append(f"{name} has been due since {one.next_visit:%Y-%m-%d %H:%M} UTC")
        elif one.trouble is not None and now - (one.last_success or one.since) > NO_SUCCESS:
            reasons.append(f"{name} has not come through for over a day ({one.trouble.kind})")
        elif state_of(one, archive.recent_published(conn, one.source), last.get(one.source), now) == "quiet":
            reasons.append(f"{name} has been silent for longer than is usual for it")
    return reasons
