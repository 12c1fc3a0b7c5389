"""`onrecord rules explain`: how a query is read, how much it finds, and why it finds nothing."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.session import (
    DEFAULT_CONFIG,
    ConfigPath,
    Format,
    OutputFormat,
    configured,
    console,
    parsed,
    print_json,
    progress,
    run_async,
    say,
)
from bot.config import Config
from bot.store.database import Database
from bot.store.errors import NoStoreYet, StoreError
from bot.survey import Survey, survey
from bot.telling import counted
from rules.advice import contradictions
from rules.query import canonical
from rules.reading import reading


def explain(
    query: Annotated[str, typer.Argument(help="A query, in quotes of your shell.")],
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
) -> None:
    """Show how a query is read, and what is amiss with it by what is stored."""
    tree = parsed(query)
    surveyed, unknown = _surveyed(query, config)
    advice = [*contradictions(tree), *(surveyed.advice if surveyed is not None else ())]
    if output is Format.json:
        print_json(
            {
                "query": query,
                "canonical": canonical(tree),
                "reading": reading(tree),
                "warnings": [
                    {"problem": one.problem, "mend": one.mend, "start": start, "end": end}
                    for one in advice
                    for start, end in [one.place or (0, len(query))]
                ],
                "archive": None if surveyed is None else _as_json(surveyed),
            }
        )
    else:
        out = console()
        out.print(canonical(tree), soft_wrap=True)
        out.print(reading(tree), soft_wrap=True)
        if surveyed is not None:
            out.print(_rate(surveyed), soft_wrap=True)
        for one in advice:
            out.print(f"\nwarning: {one.pointed(query)}", soft_wrap=True)
    if unknown:
        say(unknown)


def _surveyed(query: str, path: Path) -> tuple[Survey | None, str]:
    """How the query does on the archive; None, and why, where there is none."""
    if path == DEFAULT_CONFIG and not path.exists():
        return None, f"There is no {path}, and so no archive: how much the query finds is not known."
    config = configured(path)
    try:
        return run_async(_survey(query, config)), ""
    except NoStoreYet:
        return None, "Nothing is stored yet, so how much the query finds is not known. Run `onrecord run` first."
    except StoreError as error:
        return None, f"How much the query finds is not known. {error}"


async def _survey(query: str, config: Config) -> Survey:
    with ExitStack() as stack:
        async with await Database.open(config.database_url) as database:
            return await survey(
                database, query, config.companies, lambda total: stack.enter_context(progress("documents", total))
            )


def _rate(surveyed: Survey) -> str:
    found, read = surveyed.found, surveyed.read
    newest = "newest " if read.documents < surveyed.stored else ""
    part = f" ({found.documents / read.documents:.1%})" if read.documents else ""
    return (
        f"In the archive: {found.documents}{part} of the {newest}{counted(read.documents, 'document')}, "
        f"{found.passages} of {counted(read.passages, 'passage')}."
    )


def _as_json(surveyed: Survey) -> dict[str, int]:
    return {
        "stored": surveyed.stored,
        "documents": surveyed.read.documents,
        "passages": surveyed.read.passages,
        "matching_documents": surveyed.found.documents,
        "matching_passages": surveyed.found.passages,
    }
