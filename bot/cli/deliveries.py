"""`onrecord deliveries`: what is not told yet and why.

`retry ID` puts back what was parked or given up, `draw ID` shows a message as Slack shows it.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from bot.alerts import wording
from bot.cli.session import (
    DEFAULT_CONFIG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    console,
    fail,
    print_json,
    run_async,
    say,
)
from bot.config import Config
from bot.model import Message, MessageState
from bot.plain import one_line, short
from bot.slack.drawing import drawing
from bot.store import outbox
from bot.store.database import Database
from bot.store.threads import thread_of
from bot.telling import counted

app = typer.Typer(invoke_without_command=True, help="What is not told yet, and why; `retry` what was given up.")

OPEN: tuple[MessageState, ...] = tuple(state for state in get_args(MessageState) if state not in {"sent", "folded"})
NOTHING = "Nothing waits to be told, and nothing was given up."
LONGEST = 60
"""Characters of what is to be told, for people."""


@app.callback()
def deliveries(context: typer.Context, config: ConfigPath = DEFAULT_CONFIG, output: OutputFormat = Format.text) -> None:
    """List every message that is not told yet, oldest first."""
    if context.invoked_subcommand is not None:
        return
    listed = run_async(_listed(configured(config)))
    if output is Format.json:
        for message in listed:
            print_json(_as_json(message))
    elif listed:
        _draw(listed)
    else:
        say(NOTHING)


@app.command()
def retry(
    message: Annotated[str, typer.Argument(metavar="ID", help="Of a message, as `onrecord deliveries` shows it.")],
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
) -> None:
    """Put back a message that was parked or given up; one that may have arrived all the same is looked up first."""
    loaded = configured(config)
    now = datetime.now(UTC)
    if not run_async(_retried(loaded, message, now)):
        fail(f"No message {short(message, LONGEST)} is parked or given up. `onrecord deliveries` lists those that are.")
    if output is Format.json:
        print_json({"id": message, "due": now.isoformat()})
    say(f"{message} is due now; a running bot sends it, or `onrecord run --once`.")


@app.command()
def draw(
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Of a message or an alert; without it, the latest that tells an alert."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Where the SVG goes; else to standard output.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
) -> None:
    """Draw a message as Slack shows it, or will: with its updates, and its thread."""
    found = run_async(_thread(configured(config), wanted))
    if found is None:
        where = f"No message and no alert {short(wanted, LONGEST)} is stored" if wanted else "No alert was made yet"
        fail(f"{where}. Log lines `alert.made` and `onrecord deliveries` name them.")
    message, thread = found
    drawn = drawing(message, thread)
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


async def _listed(config: Config) -> list[Message]:
    async with await Database.open(config.database_url) as database:
        return await database.read(lambda conn: outbox.listing(conn, OPEN))


async def _retried(config: Config, message: str, now: datetime) -> bool:
    async with await Database.open(config.database_url) as database:
        return await database.write(lambda conn: outbox.retry(conn, message, now=now))


async def _thread(config: Config, wanted: str | None) -> tuple[Message, list[Message]] | None:
    async with await Database.open(config.database_url) as database:
        return await database.read(lambda conn: thread_of(conn, wanted))


def _as_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "channel": message.channel,
        "operation": message.operation,
        "state": message.state,
        "alert": message.alert.id if message.alert else None,
        "what": _what(message),
        "attempts": message.attempts,
        "due": None if message.state == "dead" else message.due.isoformat(),
        "failing_since": message.failing_since.isoformat() if message.failing_since else None,
        "error": message.error,
    }


def _draw(listed: list[Message]) -> None:
    """Three lines for each: an id is long, and is to be copied."""
    out = console()
    for message in listed:
        due = "" if message.state == "dead" else f", due {message.due:%Y-%m-%d %H:%M} UTC"
        out.print(f"{message.id}  {message.channel}: {message.state}, {counted(message.attempts, 'attempt')}{due}")
        out.print(f"  {short(_what(message), LONGEST)}", soft_wrap=True)
        if message.error:
            out.print(f"  {message.error}", soft_wrap=True)
    stuck = [message for message in listed if message.state in {"parked", "dead"}]
    if stuck:
        say(f"{counted(len(stuck), 'message')} parked or given up: `onrecord deliveries retry ID` tries one again.")


def _what(message: Message) -> str:
    """Whatever it carries, in a line."""
    if message.alert is not None:
        return one_line(message.alert.title or message.alert.source)
    if message.gathering is not None:
        return one_line(wording.gathered(message.gathering))
    if message.file is not None:
        return one_line(message.file.title)
    return one_line(message.notice or "")
