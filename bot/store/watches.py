"""Watches: what people asked for, since when, and who changed what.

Those of the configuration are named `config:…`; those of `/watch` are `w1`, `w2`, … and no number is given twice. Every
change raises the generation of the steering, so that every worker learns of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.model import Watch
from bot.store import steering
from bot.store.dialect import insert_new
from bot.store.schema import watch_changes, watches

_CONFIGURED = "config:"
_MADE = watches.c.name.not_like(f"{_CONFIGURED}%")


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a watch, when, and by which words. `before` None: it was made; `after` None: it was removed."""

    at: datetime
    by: str
    said: str
    before: Watch | None
    after: Watch | None


def sync(conn: Connection, configured: Sequence[Watch], *, now: datetime) -> list[Watch]:
    """The configured watches with the time from which each has been there; one that is new is there from now."""
    insert_new(
        conn,
        watches,
        [{"name": w.name, "since": now, "watch": w.model_dump(mode="json"), "active": True} for w in configured],
    )
    names = [watch.name for watch in configured]
    gone = watches.c.name.not_in(names) & watches.c.name.like(f"{_CONFIGURED}%")
    conn.execute(update(watches).where(gone).values(active=False))
    rows = {row.name: row for row in conn.execute(select(watches).where(watches.c.name.in_(names)))}
    kept = []
    for watch in configured:
        row = rows[watch.name]
        current = watch.model_copy(update={"since": row.since if row.active else now, "muted_until": _muted_until(row)})
        _keep(conn, current, active=True)
        kept.append(current)
    return kept


def listing(conn: Connection, configured: Sequence[Watch]) -> list[Watch]:
    """The configured watches as they stand, and all that were made in Slack, in the order they were made."""
    rows = {row.name: row for row in conn.execute(select(watches).where(watches.c.active))}
    kept = [
        watch.model_copy(update={"since": row.since, "muted_until": _muted_until(row)})
        if (row := rows.get(watch.name)) is not None
        else watch  # another program's configuration has none of that name
        for watch in configured
    ]
    made = [Watch.model_validate(row.watch) for name, row in rows.items() if not name.startswith(_CONFIGURED)]
    return kept + sorted(made, key=lambda watch: _number(watch.name))


def owners(conn: Connection, channel: str) -> list[str]:
    """Slack's ids of those who made what is watched in a channel."""
    made = (
        Watch.model_validate(watch)
        for watch in conn.execute(select(watches.c.watch).where(_MADE, watches.c.active)).scalars()
    )
    return sorted({watch.owner for watch in made if watch.channel == channel and watch.owner})


def find(conn: Connection, name: str) -> Watch | None:
    """A watch that is there, by its name."""
    row = conn.execute(select(watches.c.watch).where(watches.c.name == name, watches.c.active)).first()
    return None if row is None else Watch.model_validate(row.watch)


def add(conn: Connection, watch: Watch, *, by: str, said: str, now: datetime) -> Watch:
    """Keep a new watch under the next number; the name that it was given does not count."""
    steering.raise_generation(conn)
    numbers = map(_number, conn.execute(select(watches.c.name).where(_MADE)).scalars())
    named = watch.model_copy(update={"name": f"w{max(numbers, default=0) + 1}", "since": now})
    if named.made is not None:
        named = named.model_copy(update={"rules": (named.own_rule,)})
    row = {"name": named.name, "since": now, "watch": named.model_dump(mode="json"), "active": True}
    conn.execute(watches.insert().values(row))
    _note(conn, named.name, None, named, by=by, said=said, now=now)
    return named


def change(conn: Connection, before: Watch, after: Watch, *, by: str, said: str, now: datetime) -> None:
    """Keep a watch as it is from now on."""
    steering.raise_generation(conn)
    _keep(conn, after, active=True)
    _note(conn, before.name, before, after, by=by, said=said, now=now)


def remove(conn: Connection, watch: Watch, *, by: str, said: str, now: datetime) -> None:
    steering.raise_generation(conn)
    _keep(conn, watch, active=False)
    _note(conn, watch.name, watch, None, by=by, said=said, now=now)


def removed(conn: Connection, name: str) -> Watch | None:
    """A watch that was there, as it was when it was removed."""
    last = changes(conn, name)[-1:]
    return last[0].before if last and last[0].after is None else None


def restore(conn: Connection, watch: Watch, *, by: str, said: str, now: datetime) -> Watch:
    """Watch again what was removed, under its own name."""
    steering.raise_generation(conn)
    again = watch.model_copy(update={"since": now})
    _keep(conn, again, active=True)
    _note(conn, watch.name, None, again, by=by, said=said, now=now)
    return again


def mute(
    conn: Connection, name: str, until: datetime | None, by: str, now: datetime, *, said: str = "(a button)"
) -> Watch | None:
    """Keep the matches of a watch to itself until then; None: tell them again. None where there is no such watch.

    `bot.model.FOREVER`: until somebody says otherwise. One of the configuration can be muted too.
    """
    steering.hold(conn)
    before = find(conn, name)
    if before is None:
        return None
    after = before.model_copy(update={"muted_until": until})
    change(conn, before, after, by=by, said=said, now=now)
    return after


def changes(conn: Connection, name: str) -> list[Change]:
    """What befell a watch, oldest first."""
    rows = conn.execute(select(watch_changes).where(watch_changes.c.watch == name).order_by(watch_changes.c.id))
    return [Change(row.at, row.by, row.said, _watch(row.before), _watch(row.after)) for row in rows]


def _keep(conn: Connection, watch: Watch, *, active: bool) -> None:
    values = {"since": watch.since, "active": active, "watch": watch.model_dump(mode="json")}
    conn.execute(update(watches).where(watches.c.name == watch.name).values(values))


def _note(
    conn: Connection, name: str, before: Watch | None, after: Watch | None, *, by: str, said: str, now: datetime
) -> None:
    row = {
        "watch": name,
        "at": now,
        "by": by,
        "said": said,
        "before": before.model_dump(mode="json") if before else None,
        "after": after.model_dump(mode="json") if after else None,
    }
    conn.execute(watch_changes.insert().values(row))


def _muted_until(row: Any) -> datetime | None:
    muted = row.watch.get("muted_until") if row.active else None
    return None if muted is None else datetime.fromisoformat(muted)


def _watch(kept: Any) -> Watch | None:
    return None if kept is None else Watch.model_validate(kept)


def _number(name: str) -> int:
    return int(name.removeprefix("w"))
