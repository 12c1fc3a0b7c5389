"""`onrecord check`: every problem at once, each with its line and its mend."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.app import fetch_settings, reading_pool
from bot.cli.session import (
    DEFAULT_CONFIG,
    FAILED,
    WRONG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    progress,
    run_async,
    say,
)
from bot.config import Config, ConfigError, Problem
from bot.config.examples import wrong
from bot.inforce import made_in_slack
from bot.left import left_behind
from bot.notifier import Shut
from bot.store.errors import StoreError
from bot.telling import counted
from bot.trying import Trial
from watchers.fetch import Fetcher
from watchers.model import Source

SLACK_MENDS = {
    "SLACK_BOT_TOKEN": "Install the app again and set the token that Slack shows then; scopes: slack/manifest.yaml.",
    "SLACK_APP_TOKEN": "Make a new app-level token with the scope connections:write, and set it.",
}


def check(
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Ask neither the sources nor Slack.")] = False,
) -> None:
    """Validate the configuration, the rules, the tokens and whether every source can be reached."""
    try:
        loaded = configured(config)
    except ConfigError as error:
        _tell(error.problems, output)
        raise typer.Exit(WRONG) from None
    failing = wrong(loaded)
    tokens, unreachable = ([], []) if offline else run_async(_ask(loaded))
    _tell([*loaded.warnings, *failing, *_left_behind(loaded), *tokens, *unreachable], output)
    if tokens or failing:
        raise typer.Exit(WRONG)
    if unreachable:
        raise typer.Exit(FAILED)
    if output is Format.text:
        asked = "not asked" if offline else "answering"
        rules = len({rule.name for rule in loaded.rules})
        say(f"{config}: {counted(len(loaded.sources), 'source')} {asked}, {counted(rules, 'rule')}, no problem.")


def _left_behind(config: Config) -> list[Problem]:
    """Watches that people made on what the file has no more; a store that cannot be read has its own commands."""
    try:
        watches, given = run_async(made_in_slack(config))
    except StoreError as error:
        say(f"Watches that were made in Slack are not checked. {error}")
        return []
    return left_behind(config, watches, [source.name for source in given])


async def _ask(config: Config) -> tuple[list[Problem], list[Problem]]:
    """(tokens that are refused, what does not answer)."""
    from bot.hearing import refusals  # every command comes by here, and few need Slack's library

    refused, silent = [], []
    for variable, problem in (await refusals(config)).items():
        if isinstance(problem, Shut):
            refused.append(Problem("environment", None, variable, problem.detail, SLACK_MENDS[variable]))
        else:
            mend = "Try again; Slack may be out of reach."
            silent.append(Problem(str(config.path), config.places.line(("slack",)), "slack", problem.detail, mend))
    async with Fetcher(fetch_settings(config), config.secrets.providers()) as fetcher, reading_pool() as pool:
        trial = Trial(fetcher, pool, now=datetime.now(UTC))
        with progress("asked", len(config.sources)) as advance:
            for source in config.sources:
                silent += await _reached(trial, source, config)
                advance()
    return refused, silent


async def _reached(trial: Trial, source: Source, config: Config) -> list[Problem]:
    """Whether the source answers with something that can be read: its first step is enough."""
    attempt = await trial.source(source, most_steps=1)
    if attempt.trouble is None:
        return []
    trouble = attempt.trouble
    line = config.line_of_source(source.name)
    return [Problem(str(config.path), line, f"source.{source.name}", f"{trouble.kind}: {trouble.detail}", trouble.mend)]


def _tell(problems: Sequence[Problem], output: Format) -> None:
    for problem in problems:
        sys.stdout.write((problem.as_json() if output is Format.json else str(problem)) + "\n")
