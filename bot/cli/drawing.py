"""`onrecord deliveries draw`: a message of the outbox as Slack shows it, or will."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.alerts.gathering import Folding, Lately, fold
from bot.app import folding_of
from bot.cli.session import (
    DEFAULT_CONFIG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    fail,
    print_json,
    run_async,
    say,
)
from bot.config import Config
from bot.delivery import MOST_FOLDED
from bot.model import Message
from bot.plain import short
from bot.store import gathered
from bot.store.database import Database
from bot.store.threads import thread_of

LONGEST = 60
"""Characters of an ID that is not known."""

Thread = tuple[Message, Sequence[Message]]
"""A message, and what it stands among: see `bot.store.threads.thread_of`."""


def draw(
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Of a message or an alert; without it, the latest that tells an alert."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Where the SVG goes; else to standard output.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
) -> None:
    """Draw a message as Slack shows it, or will: with its updates, its thread and what is told together with it."""
    found = run_async(_found(configured(config), wanted))
    if found is None:
        named = short(wanted or "", LONGEST) or "without an ID"
        none = "No alert was made yet" if wanted is None else f"No message and no alert {named} is stored"
        fail(f"{none}. Log lines `alert.made` and `onrecord deliveries` name them.")
    from bot.slack.drawing import drawing  # whoever draws nothing need not hold it in memory

    message, (shown, thread) = found
    drawn = drawing(shown, thread)
    if file is not None:
        try:
            file.write_text(drawn.svg, encoding="utf-8")
        except OSError as error:
            fail(f"{file}: {error.strerror or type(error).__name__}. Name a file that may be written.")
    if output is Format.json:
        told = {"id": message.id, "channel": message.channel, "state": message.state}
        print_json(told | ({"svg": drawn.svg} if file is None else {"file": str(file)}))
    elif file is None:
        sys.stdout.write(drawn.svg)
    if drawn.left_out:
        say(f"Left out of its thread: {drawn.left_out}. Each is drawn by its own ID.")


async def _found(config: Config, wanted: str | None) -> tuple[Message, Thread] | None:
    """What was asked for, and what is drawn of it."""
    folding = folding_of(config)

    def read(conn: Connection) -> tuple[Message, Thread] | None:
        found = thread_of(conn, wanted)
        if found is None:
            return None
        together = foreseen(conn, found[0], folding, now=datetime.now(UTC)) if folding is not None else None
        return found[0], together or found

    async with await Database.open(config.database_url) as database:
        return await database.read(read)


def foreseen(conn: Connection, message: Message, folding: Folding, *, now: datetime) -> Thread | None:
    """What will be told instead of an alert that waits, by what waits with it now.

    That is the page of a digest that carries it, or itself in the thread in which it will stand. None where it will be
    told by itself, or was.
    """
    if message.state != "waiting" or message.last_try is not None or message.alert is None:
        return None
    at = max(now, message.due)
    waiting = gathered.untried(conn, message.channel, now=at, limit=MOST_FOLDED)
    lately = Lately(*gathered.lately(conn, message.channel, since=at - folding.window))
    folded = fold(waiting, lately, folding, now=at)
    made = {one.id: one for one in folded.new}
    if message.id in folded.carried:
        page = made[folded.carried[message.id]]
        first = page.parent or page.id
        return page, [made[first], *(one for one in folded.new if one.parent == first)]
    if message.id not in folded.threaded:
        return None
    head = folded.threaded[message.id]
    there = thread_of(conn, head)
    above = [made[head]] if there is None else [*there[1], *(one for one in folded.new if one.parent == head)]
    broadcast = message.id in folded.broadcast
    reply = message.model_copy(update={"operation": "reply", "parent": head, "broadcast": broadcast})
    return reply, [*above, reply]
