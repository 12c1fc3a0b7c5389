"""Whether the bot does its work, in reasons; and the numbers that Prometheus asks for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import Gauge, generate_latest
from sqlalchemy import Connection

from bot import metrics
from bot.silence import quiet
from bot.store import outbox, roster, steering, watched_sources
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.roster import Standing
from bot.telling import HIDDEN

OVERDUE = timedelta(minutes=10)
"""A source that is due for longer is not being visited: the bot hangs, or has too much to do."""
NO_SUCCESS = timedelta(days=1)
MOST_SOURCES = 20
"""Sources that an answer spells out: after an outage every one is overdue."""


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


async def measured(database: Database, now: datetime) -> bytes:
    """Prometheus' text format, with the gauges read from the store now, whichever worker is asked."""
    try:
        standing, silent, counts = await database.read(lambda conn: _counted(conn, now))
    except StoreError:
        metrics.STORE.set(0)
        return generate_latest()
    metrics.STORE.set(1)
    _set(metrics.TROUBLED, Counter(one.trouble.kind for one in standing if one.trouble is not None), "kind")
    of_documents = Counter(trouble.kind for one in standing for trouble in one.document_troubles)
    _set(metrics.DOCUMENTS_TROUBLED, of_documents, "kind")
    metrics.QUIET.set(silent)
    _set(metrics.MESSAGES, asdict(counts), "state")
    return generate_latest()


def _counted(conn: Connection, now: datetime) -> tuple[list[Standing], int, outbox.Counts]:
    standing = roster.standing(conn)
    return standing, len(quiet(conn, standing, now)), outbox.counts(conn)


def _set(gauge: Gauge, values: Mapping[Any, int], label: str) -> None:
    """What is no more is not shown as it was."""
    gauge.clear()
    for name, count in values.items():
        gauge.labels(**{label: name}).set(count)


def _silent(conn: Connection, now: datetime) -> list[str]:
    """Sources that tell us less than they should. Anybody may ask who reaches the port."""
    hidden = watched_sources.hidden(conn)
    standing = roster.standing(conn)
    silent = quiet(conn, standing, now)
    reasons = []
    for one in standing:
        name = HIDDEN if one.source in hidden else one.source
        if now - one.next_visit > OVERDUE:
            reasons.append(f"{name} has been due since {one.next_visit:%Y-%m-%d %H:%M} UTC")
        elif one.trouble is not None and now - (one.last_success or one.since) > NO_SUCCESS:
            reasons.append(f"{name} has not come through for over a day ({one.trouble.kind})")
        elif one.source in silent:
            reasons.append(f"{name} has been silent for longer than is usual for it")
    left = len(reasons) - MOST_SOURCES
    return [*reasons[:MOST_SOURCES], *([f"{left} more: see `onrecord status`"] if left > 0 else [])]
