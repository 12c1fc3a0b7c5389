"""`onrecord`: the commands, and what becomes of what they raise."""

import sys
from collections.abc import Sequence

import typer

from bot.cli import backtest, check, deliveries, demo, prune, rules, run, session, sources, status, timeline, trying
from bot.config import ConfigError
from bot.store.errors import StoreError

app = typer.Typer(
    name="onrecord",
    help="Watches earnings calls, company blogs and court dockets, and tells you word for word what you asked for.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("check")(check.check)
app.command("try")(trying.try_)
app.command("sources")(sources.sources)
app.command("status")(status.status)
app.command("backtest")(backtest.backtest_)
app.command("timeline")(timeline.timeline)
app.command("prune")(prune.prune)
app.add_typer(rules.app, name="rules")
app.add_typer(deliveries.app, name="deliveries")


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point; always raises `SystemExit`."""
    for stream in (sys.stdout, sys.stderr):
        # Quotes are printed as they stand, whatever the terminal's own encoding is.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="onrecord")
    except ConfigError as error:
        session.say(str(error))
        sys.exit(session.WRONG)
    except StoreError as error:
        session.say(str(error))
        sys.exit(session.FAILED)
    except ExceptionGroup as group:
        # Sources are visited side by side, so a store that fails does so in several of them.
        said, other = group.split(StoreError)
        if said is None or other is not None:
            raise
        for line in dict.fromkeys(_lines(said)):
            session.say(line)
        sys.exit(session.FAILED)


def _lines(group: BaseExceptionGroup[StoreError]) -> list[str]:
    return [
        line
        for error in group.exceptions
        for line in (_lines(error) if isinstance(error, BaseExceptionGroup) else [str(error)])
    ]
