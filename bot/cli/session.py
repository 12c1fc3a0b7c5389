"""What every command shares: its options, how it prints, and how it fails.

Exit status: 0 done, 1 something failed and is named, 2 wrong usage or configuration.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress

from bot import logs
from bot.config import Config, load
from bot.plain import json_line, safe
from rules.query import QueryError, parse
from rules.tree import Query

T = TypeVar("T")

FAILED = 1
WRONG = 2


class Format(StrEnum):
    text = "text"
    json = "json"


ConfigPath = Annotated[
    Path, typer.Option("--config", envvar="ONRECORD_CONFIG", help="The configuration.", show_default=True)
]
OutputFormat = Annotated[Format, typer.Option("--format", help="For people, or one JSON object a line.")]

DEFAULT_CONFIG = Path("config.toml")


def configured(path: Path, *, level: int = logging.WARNING) -> Config:
    """The configuration, with logs set up so that none of its secrets shows. Raises `ConfigError`."""
    config = load(path, os.environ)
    logs.configure(config.secrets, level=level)
    return config


def run_async(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def print_json(value: Mapping[str, Any]) -> None:
    """One object, one line, whatever a document put into it."""
    sys.stdout.write(json_line(value) + "\n")


def say(text: str) -> None:
    """A notice: it is no object, so it goes to standard error."""
    sys.stderr.write(f"{safe(text)}\n")
    sys.stderr.flush()


def fail(text: str, status: int = FAILED) -> NoReturn:
    say(text)
    raise typer.Exit(status)


def parsed(query: str) -> Query:
    """A query that somebody typed; what cannot be read is pointed at, and ends the command."""
    try:
        return parse(query)
    except QueryError as error:
        fail(f"{error.problem}\n{error.pointed(query)}\n{error.mend}", WRONG)


def console() -> Console:
    """For what a person reads; text of documents is never markup."""
    return Console(markup=False, highlight=False, emoji=False)


@contextmanager
def progress(done: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error while something takes long; nothing where that is no terminal."""
    err = Console(stderr=True)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(done, total=total)
        yield lambda: bar.advance(task)
