"""`onrecord run`: the bot; `--once` a single round."""

import asyncio
import logging
import signal
from collections import Counter
from contextlib import suppress
from typing import Annotated

import typer

from bot.app import App, notifier_for, opened
from bot.cli.session import (
    DEFAULT_CONFIG,
    FAILED,
    WRONG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    fail,
    progress,
    run_async,
    say,
)
from bot.config import Config
from bot.config.problems import mend_by
from bot.telling import counted
from bot.worker import ROLES, Role


def run(
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Visit every source once, due or not, deliver what is pending, and exit.")
    ] = False,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="ROLES", help=f"Only parts of the work, with commas: {', '.join(ROLES)}."),
    ] = None,
) -> None:
    """Watch and alert until stopped."""
    roles = _roles(only)
    if once and only is not None:
        fail("--once does everything once; --only is for workers that go on.", WRONG)
    # A single round names its troubles itself, in the end.
    loaded = configured(config, level=logging.ERROR if once else logging.INFO)
    for warning in loaded.warnings:
        say(str(warning))
    as_json = output is Format.json
    if once:
        run_async(_once(loaded, as_json=as_json))
    else:
        run_async(_run(loaded, roles, as_json=as_json))


async def _once(config: Config, *, as_json: bool) -> None:
    async with opened(config, notifier_for(config, as_json=as_json)) as app:
        with progress("visited", len(config.sources)) as advance:
            report = await app.once(visited=advance)
    failed = False
    for visited in sorted(report.reports, key=lambda visited: visited.source):
        if visited.trouble is not None:
            failed = True
            say(f"{visited.source}: {visited.trouble}")
        for trouble, count in Counter(visited.troubles).items():
            say(f"{visited.source}: {'one document' if count == 1 else f'{count} documents'}: {trouble}")
    for name in report.held:
        failed = True
        say(f"{name}: another worker visits it now.")
    if report.shut is not None:
        failed = True
        say(f"Nothing could be sent: {report.shut}. What is to be told is kept.")
    left = report.left
    if left.waiting or left.unknown or left.parked or left.dead:
        failed = failed or bool(left.dead or left.parked or left.unknown)
        counts = f"{left.waiting} waiting, {left.unknown} in doubt, {left.parked} parked, {left.dead} given up"
        say(f"Not delivered: {counts}.")
    if failed:
        raise typer.Exit(FAILED)


def _roles(only: str | None) -> tuple[Role, ...]:
    if only is None:
        return ROLES
    named = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in named if name not in ROLES]
    if unknown or not named:
        wrong = unknown[0] if unknown else only
        fail(f"There is no role {wrong!r}. {mend_by(wrong, ROLES, 'Roles:')}", WRONG)
    return tuple(role for role in ROLES if role in named)


async def _run(config: Config, roles: tuple[Role, ...], *, as_json: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            loop.add_signal_handler(name, stop.set)
    async with opened(config, notifier_for(config, as_json=as_json), patient=stop) as app:
        _greet(config, app)
        if app.database.is_sqlite:
            _say_what_nobody_does(roles)
        await app.run(stop, roles)


def _say_what_nobody_does(roles: tuple[Role, ...]) -> None:
    """Of what one worker on a file leaves to others, though there can be none."""
    undone = {"visit": "no source is visited", "deliver": "nothing is told"}
    left = [words for role, words in undone.items() if role not in roles]
    if left:
        say(f"With this --only {' and '.join(left)}: a database file has one worker. Several want PostgreSQL.")


def _greet(config: Config, app: App) -> None:
    where = "Slack" if config.slack_on else "this terminal"
    sources = counted(len(config.sources), "source")
    rules = counted(len({rule.name for rule in config.rules}), "rule")
    say(f"Watching {sources} by {rules}; alerts go to {where}. Stop with Ctrl-C.")
    say(f"The store is {app.database.shown}.")
