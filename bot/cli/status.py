"""`onrecord status`: how every source stands, and what waits to be delivered."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text
from sqlalchemy import Connection

from bot.budgets import quota_of
from bot.cli.session import (
    DEFAULT_CONFIG,
    WRONG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    console,
    fail,
    print_json,
    run_async,
)
from bot.config import Config
from bot.config.problems import mend_by
from bot.readiness import paused_words
from bot.standing import as_json, state_of
from bot.store import archive, outbox, roster, steering, workers
from bot.store.database import Database
from bot.timings import Timings
from bot.why import explain, quota_words
from bot.worker import ABSENT_AFTER, NOBODY_DOES
from watchers.trouble import TroubleRecord

_COLOUR = {"ok": "green", "quiet": "yellow", "throttled": "yellow", "paused": "dim"}


def status(
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
    *,
    why: Annotated[
        str | None, typer.Option("--why", metavar="SOURCE", help="Tell one source's state in words.")
    ] = None,
) -> None:
    """Show how every source stands."""
    loaded = configured(config)
    listed, deliveries, there, pause = run_async(_read(loaded))
    if why is not None:
        _why(listed, why, output)
    elif output is Format.json:
        for one, _ in listed:
            print_json(one)
        paused = {} if pause is None else {"paused": {"by": pause.by, "since": pause.since.isoformat()}}
        print_json({"deliveries": deliveries, "workers": there, **paused})
    else:
        _draw([one for one, _ in listed], deliveries, there)
        if pause is not None:
            console().print(f"Note: {paused_words(pause)}.", soft_wrap=True)


Told = tuple[list[tuple[Mapping[str, Any], str]], dict[str, int], list[dict[str, Any]], steering.Pause | None]
"""(JSON object, the same in words) of each source, the counts of the outbox, the workers that are there, and who
paused all alerts.
"""


async def _read(config: Config) -> Told:
    now = datetime.now(UTC)
    seen_since = now - ABSENT_AFTER * Timings().presence

    def read(conn: Connection) -> Told:
        listed = []
        for standing in roster.standing(conn):
            state = state_of(standing, archive.recent_published(conn, standing.source), now)
            source = config.source(standing.source)
            quota = quota_of(conn, source.provider if source is not None else None, now=now)
            told = (as_json(standing, state, quota), explain(standing, state, now, quota))
            listed.append(told)
        there = [_worker(worker) for worker in workers.listing(conn, seen_since=seen_since, now=now)]
        return listed, asdict(outbox.counts(conn)), there, steering.paused(conn)

    async with await Database.open(config.database_url) as database:
        return await database.read(read)


def _why(listed: list[tuple[Mapping[str, Any], str]], name: str, output: Format) -> None:
    known = {one["source"]: (one, words) for one, words in listed}
    if name not in known:
        fail(f"There is no source {name!r}. {mend_by(name, known, 'Known:')}", WRONG)
    one, words = known[name]
    if output is Format.json:
        print_json(one)
    else:
        console().print(words)


def _worker(worker: workers.Worker) -> dict[str, Any]:
    told = {"id": worker.id, "host": worker.host, "pid": worker.pid, "roles": list(worker.roles)}
    moments = {"since": worker.since.isoformat(), "seen": worker.seen.isoformat()}
    return told | moments | {"troubles": list(worker.troubles)}


def _draw(listed: list[Mapping[str, Any]], deliveries: Mapping[str, int], there: list[dict[str, Any]]) -> None:
    out = console()
    # The name is what `--why` wants: it may be folded, never cut.
    name = Column("source", overflow="fold", min_width=max((len(one["source"]) for one in listed), default=0))
    table = Table(name, "state", "since", "last visit", "last document", "next visit", box=None, pad_edge=False)
    for one in listed:
        state = Text(one["state"], _COLOUR.get(one["state"], "bold red"))
        moments = [_short(one[name]) for name in ("since", "last_visit", "last_document", "next_visit")]
        table.add_row(Text(one["source"]), state, *moments)
    out.print(table)
    for one in listed:
        if one["quota"] is not None:
            out.print(f"\n{one['source']}: {quota_words(one['quota'])}", soft_wrap=True)
        if one["trouble"] is not None:
            out.print(f"\n{one['source']}: {TroubleRecord(**one['trouble'])}", soft_wrap=True)
    counts = ", ".join(f"{count} {state}" for state, count in deliveries.items())
    out.print(f"\nDeliveries: {counts}.")
    for worker in there:
        roles = ", ".join(worker["roles"])
        out.print(f"Worker {worker['host']}:{worker['pid']}, since {_short(worker['since'])}: {roles}.")
        for trouble in worker["troubles"]:
            out.print(Text(f"  {trouble}", "bold red"), soft_wrap=True)
    if not there:
        out.print("No worker runs now.")
        return
    done = {role for worker in there for role in worker["roles"]}
    for role, undone in NOBODY_DOES.items():
        if role not in done:
            out.print(Text(f"No worker that runs now has the role {role}: {undone}.", "bold red"))


def _short(moment: str | None) -> str:
    return "" if moment is None else datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M")
