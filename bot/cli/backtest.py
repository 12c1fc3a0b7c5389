"""`onrecord backtest`: what a rule would have flagged in the stored archive."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.bar import Bar
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.backtest import Backtest, Count, Sample, backtest
from bot.cli.session import (
    DEFAULT_CONFIG,
    WRONG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    console,
    fail,
    parsed,
    print_json,
    progress,
    run_async,
    say,
)
from bot.config import Config
from bot.config.problems import mend_by
from bot.inforce import made_in_slack
from bot.plain import one_line, pieces
from bot.rulebook import in_force
from bot.store import archive
from bot.store.database import Database
from bot.telling import counted

_BAR = 30
"""Characters of the longest bar."""
_QUOTE = 400
"""Characters of a sentence that are shown."""
_MOST_COMPANIES = 20
_DATES = ["%Y-%m-%d", "%Y-%m", "%Y"]


def backtest_(
    query: Annotated[str, typer.Argument(help="A query, in quotes of your shell.")],
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
    *,
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DATE", formats=_DATES, help="From then on: 2026-01-31, 2026-01 or 2026."),
    ] = None,
    company: Annotated[str | None, typer.Option("--company", help="A ticker as configured.")] = None,
    samples: Annotated[int, typer.Option("--samples", min=0, max=1000, help="How many sentences are shown.")] = 5,
) -> None:
    """Show what a rule would have flagged in what is stored; nothing is stored, nothing is sent."""
    parsed(query)
    begin = since.replace(tzinfo=UTC) if since is not None else None
    made = run_async(_tried(configured(config), query, begin, company, samples))
    if output is Format.json:
        _print(made)
    else:
        _draw(made)
    if not made.documents:
        say("Nothing is stored of that time and company.")
    elif not made.found.matches:
        say("Nothing was found. `onrecord rules explain` says why that may be.")


async def _tried(config: Config, query: str, since: datetime | None, company: str | None, samples: int) -> Backtest:
    watches, _ = await made_in_slack(config)
    async with await Database.open(config.database_url) as database:
        ticker = await _ticker(config, database, company) if company is not None else None
        ids = await database.read(lambda conn: archive.ids(conn, company=ticker, since=since))
        with progress("documents", len(ids)) as advance:
            return await backtest(
                database,
                query,
                in_force(config.rules, watches),
                ids[::-1],
                companies=config.companies,
                samples=samples,
                advance=advance,
            )


async def _ticker(config: Config, database: Database, company: str) -> str:
    stored = await database.read(archive.companies)
    known = {ticker.casefold(): ticker for ticker in (*stored, *(one.ticker for one in config.companies))}
    ticker = known.get(company.casefold())
    if ticker is None:
        fail(f"There is no company {company!r}. {mend_by(company, known.values(), 'Companies:')}", WRONG)
    return ticker


def _print(made: Backtest) -> None:
    for (month, company), count in sorted(made.places.items(), key=_in_order):
        print_json({"month": month, "company": company, "documents": count.documents, "matches": count.matches})
    for sample in made.samples:
        document = sample.document
        print_json(
            {
                "date": f"{document.published:%Y-%m-%d}" if document.published is not None else None,
                "company": document.company,
                "kind": document.kind,
                "title": document.title,
                "url": document.url,
                "speaker": sample.passage.speaker,
                "quote": sample.text,
                "rules": list(sample.rules),
            }
        )
    print_json(
        {
            "query": made.query,
            "documents": made.documents,
            "passages": made.passages,
            "matching_documents": made.found.documents,
            "matching_passages": made.matching_passages,
            "matches": made.found.matches,
            "found_too": [{"rule": rule, "matches": count} for rule, count in made.found_too.most_common()],
            "only_here": made.only_here,
            "judged": [
                {"rule": rule, "verdict": verdict, "reason": reason, "matches": count}
                for (rule, verdict, reason), count in made.judged.most_common()
            ],
        }
    )


def _in_order(place: tuple[tuple[str, str | None], Count]) -> tuple[str, bool, str]:
    (month, company), _ = place
    return month, company is None, company or ""


def _draw(made: Backtest) -> None:
    out = console()
    out.print(Text(made.query, style="bold"), soft_wrap=True)
    found = f"{counted(made.found.matches, 'match')} in {made.found.documents} of {counted(made.documents, 'document')}"
    out.print(f"{found}, {made.matching_passages} of {counted(made.passages, 'passage')}.", soft_wrap=True)
    if not made.found.matches:
        return
    out.print()
    out.print(_chart("month", made.by_month()))
    out.print()
    companies = {company or "none": count for company, count in made.by_company().items()}
    out.print(_chart("company", dict(list(companies.items())[:_MOST_COMPANIES])))
    if len(companies) > _MOST_COMPANIES:
        out.print(f"and {len(companies) - _MOST_COMPANIES} more", soft_wrap=True)
    for sample in made.samples:
        _draw_sample(sample)
    out.print()
    for rule, count in made.found_too.most_common():
        out.print(f"{counted(count, 'match')} in sentences that {rule} finds too.", soft_wrap=True)
    out.print(f"{counted(made.only_here, 'match')} in sentences that no rule in force finds.", soft_wrap=True)
    for (rule, verdict, reason), count in made.judged.most_common():
        said = f"{verdict.replace('-', ' ')}{f' ({reason})' if reason else ''}"
        out.print(f"{counted(count, 'match')} in what {rule} told and somebody called {said}.", soft_wrap=True)


def _chart(of: str, counts: dict[str, Count]) -> Table:
    table = Table(of, "documents", "matches", "", box=None, pad_edge=False)
    for column in table.columns[1:3]:
        column.justify = "right"
    most = max(count.matches for count in counts.values())
    for name, count in counts.items():
        bar = Bar(most, 0, count.matches, width=_BAR, color="cyan")
        table.add_row(one_line(name), str(count.documents), str(count.matches), bar)
    return table


def _draw_sample(sample: Sample) -> None:
    document = sample.document
    day = f"{document.published:%Y-%m-%d}" if document.published is not None else "undated"
    facts = [
        day,
        document.company or "",
        one_line(document.title or document.key),
        one_line(sample.passage.speaker or ""),
    ]
    out = console()
    out.print()
    out.print(Text(" · ".join(map(one_line, filter(None, facts))), style="dim"), soft_wrap=True)
    quote = Text()
    for words, is_hit in pieces(sample.text, [sample.hit], _QUOTE):
        quote.append(words, style="reverse" if is_hit else "")
    out.print(Padding(quote, (0, 0, 0, 2), expand=False))
