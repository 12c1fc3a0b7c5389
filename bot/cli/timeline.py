"""`onrecord timeline`: what a company said on a question, oldest first."""

from typing import Annotated

import typer

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
)
from bot.config import Config
from bot.model import Statement
from bot.store import statements
from bot.store.database import Database
from bot.timeline import draw_timeline


def timeline(
    company: Annotated[str, typer.Argument(help="A ticker as configured.")],
    facet: Annotated[str | None, typer.Argument(help="A facet, such as paid-access; all of them without it.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
) -> None:
    """Show the statements of a company, oldest first."""
    loaded = configured(config)
    said = run_async(_said(loaded, company, facet))
    if not said:
        known = ", ".join(sorted(one.ticker for one in loaded.companies)) or "none"
        fail(f"No statement of {company}{f' on {facet}' if facet else ''} is stored. Configured companies: {known}.")
    if output is Format.json:
        for statement in said:
            print_json(statement.model_dump(mode="json"))
    else:
        draw_timeline(said, console())


async def _said(config: Config, company: str, facet: str | None) -> list[Statement]:
    tickers = {one.ticker.casefold(): one.ticker for one in config.companies}
    ticker = tickers.get(company.casefold(), company)
    async with await Database.open(config.database_url) as database:
        return await database.read(lambda conn: statements.timeline(conn, ticker, facet))
