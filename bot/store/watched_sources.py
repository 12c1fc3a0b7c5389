"""Sources that people gave in Slack, by an address: the same as those of the configuration, but for their place."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection, select, update

from bot.store import roster, watches
from bot.store.dialect import upsert
from bot.store.schema import watched_sources
from watchers import registry
from watchers.model import Source

log = structlog.get_logger()


def listing(conn: Connection, *, resting: bool = False) -> list[Source]:
    """Those that are watched, by name. `resting`: and those that were."""
    wanted = select(watched_sources.c.source).order_by(watched_sources.c.name)
    if not resting:
        wanted = wanted.where(watched_sources.c.active)
    return [source for row in conn.execute(wanted).scalars() if (source := _source(row)) is not None]


def names(conn: Connection) -> frozenset[str]:
    """Of all that people ever gave."""
    return frozenset(conn.execute(select(watched_sources.c.name)).scalars())


def hidden(conn: Connection, *, here: Collection[str] = ()) -> frozenset[str]:
    """Names of those that were given in private channels alone: elsewhere nobody may learn of them.

    `here`: all names of a channel, where what was given in that one may be known.
    """
    given = names(conn)
    return given and given - _told_of(conn, here)


def is_hidden(conn: Connection, name: str) -> bool:
    """Whether a source was given in private channels alone."""
    given = conn.execute(select(watched_sources.c.name).where(watched_sources.c.name == name)).first() is not None
    return given and name not in _told_of(conn, ())


def add(conn: Connection, source: Source, *, by: str, now: datetime) -> None:
    """Watch a source from now on; its first visit, which is quiet, is due at once."""
    told = source.model_dump(mode="json", include={"name", "kind", "provider", "options"})
    upsert(conn, watched_sources, [{"name": source.name, "source": told, "by": by, "at": now, "active": True}])
    roster.begin(conn, source, now=now)


def rest(conn: Connection, name: str) -> bool:
    """Watch it no more. False where nobody gave such a source: one of the configuration stays."""
    known = update(watched_sources).where(watched_sources.c.name == name, watched_sources.c.active)
    if conn.execute(known.values(active=False)).rowcount != 1:
        return False
    roster.rest(conn, [name])
    return True


def _told_of(conn: Connection, here: Collection[str]) -> set[str]:
    """Sources that a watch names which is no secret. `here`: nor is one of that channel."""
    open_to_all = (watch for watch in watches.listing(conn, ()) if not watch.private or watch.channel in here)
    return {source for watch in open_to_all for source in watch.filters.sources}


def _source(kept: Mapping[str, Any]) -> Source | None:
    """None, and a line in the log, for what no watcher of this program understands."""
    try:
        options = registry.find(kept["kind"], kept["provider"]).Options.model_validate(kept["options"])
    except (registry.UnknownWatcher, ValidationError):
        log.error("source.not-understood", source=kept["name"], kind=kept["kind"])  # noqa: TRY400 - it says it all
        return None
    return Source(name=kept["name"], kind=kept["kind"], provider=kept["provider"], options=options)
