"""`onrecord deliveries`: what is not told yet and why.

`retry ID` puts back what was parked or given up, `draw ID` shows a message as Slack shows it.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, get_args

import typer

from bot.alerts import wording
from bot.cli import drawing
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
from bot.store import outbox
from bot.store.database import Database
from bot.telling import counted

HELP = "What is not told yet, and why; `retry` what was given up; `draw` a message as Slack shows it."
app = typer.Typer(invoke_without_command=True, help=HELP)

OPEN: tuple[MessageState, ...] = tuple(state for state in get_args(MessageState) if state not in {"sent", "folded"})
NOTHING = "Nothing waits to be told, and nothing was given up."
LONGEST = 60
"""Characters of what is to be told, for people."""


app.command("draw")(drawing.draw)


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


async def _listed(config: Config) -> list[Message]:
    async with await Database.open(config.database_url) as database:
        return await database.read(lambda conn: outbox.listing(conn, OPEN))


async def _retried(config: Config, message: str, now: datetime) -> bool:
    async with await Database.open(config.database_url) as database:
        return await database.write(lambda conn: outbox.retry(conn, message, now=now))


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
