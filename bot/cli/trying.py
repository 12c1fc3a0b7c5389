"""`onrecord try`: what a source, an address or a file yields now."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.padding import Padding
from rich.text import Text

from bot.app import default_rules, fetch_settings, reading_pool
from bot.cli.session import (
    DEFAULT_CONFIG,
    WRONG,
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
from bot.config.problems import nearest
from bot.plain import one_line
from bot.telling import counted
from bot.trying import Attempt, Trial, as_json, scanned
from rules.engine import Engine
from rules.model import Match
from watchers.fetch import Fetcher, FetchSettings
from watchers.model import Document, Kind

_LINE = 160
"""Characters of a passage that are shown; a match is shown with its whole sentence."""


def try_(
    target: Annotated[str, typer.Argument(metavar="SOURCE|URL|FILE")],
    config: ConfigPath = DEFAULT_CONFIG,
    output: OutputFormat = Format.text,
    kind: Annotated[
        Literal["transcript", "post", "docket-entry", "filing"] | None,
        typer.Option("--kind", help="What a file is, where that cannot be found out."),
    ] = None,
) -> None:
    """Show what one source yields now; nothing is stored, nothing is sent."""
    loaded = configured(config) if config.exists() or config != DEFAULT_CONFIG else None
    if loaded is None:
        say(f"There is no {config}; the shipped rule packs are used.")
    _must_be_something(target, loaded)
    try:
        attempt = run_async(_attempt(target, loaded, kind))
    except OSError as error:
        fail(f"{target}: {error.strerror or type(error).__name__}. Check the file and who may read it.")
    engine = Engine(loaded.rules, companies=loaded.companies) if loaded is not None else Engine(default_rules())
    found = scanned(attempt.documents, engine)
    nothing = attempt.trouble or (attempt.troubles[0] if attempt.troubles and not found else None)
    for trouble in attempt.troubles:
        if trouble is not nothing:
            say(f"{attempt.source}: {trouble}")
    if output is Format.json:
        for document, matches in found:
            print_json(as_json(document, matches))
    else:
        for document, matches in found:
            _draw(document, matches, whole=len(found) == 1)
    if nothing is not None:
        if output is Format.json:
            print_json({"source": attempt.source, "trouble": nothing.model_dump(mode="json")})
        fail(f"{attempt.source}: {nothing}")
    documents, hits = counted(len(found), "document"), counted(sum(len(matches) for _, matches in found), "match")
    say(f"{attempt.source}: {documents}, {hits}. Nothing was stored or sent.")


async def _attempt(target: str, config: Config | None, kind: Kind | None) -> Attempt:
    settings = fetch_settings(config) if config is not None else FetchSettings(user_agent="onrecord")
    secrets = config.secrets.providers() if config is not None else {}
    async with Fetcher(settings, secrets) as fetcher, reading_pool(1) as pool:
        trial = Trial(fetcher, pool, now=datetime.now(UTC))
        source = config.source(target) if config is not None else None
        if source is not None:
            return await trial.source(source)
        if target.startswith(("http://", "https://")):
            return await trial.address(target)
        return await trial.file(Path(target), kind)


def _must_be_something(target: str, config: Config | None) -> None:
    known = {source.name for source in config.sources} if config is not None else set()
    if target in known or target.startswith(("http://", "https://")) or Path(target).is_file():
        return
    near = nearest(target, known)
    hint = f"Did you mean {near!r}?" if near else "Give a source of the configuration, an http address, or a file."
    fail(f"There is no source, address or file {target!r}. {hint}", WRONG)


def _draw(document: Document, matches: tuple[Match, ...], *, whole: bool) -> None:
    """`whole`: every passage on a line; else only those in which something matched."""
    out = console()
    head = Text(one_line(document.title or document.key), style="bold")
    facts = [document.kind, f"{document.published:%Y-%m-%d %H:%M} UTC" if document.published else "undated"]
    facts += [document.company or "", counted(len(document.passages), "passage"), counted(len(matches), "match")]
    out.print(head, Text(" · ".join(filter(None, facts)), style="dim"), sep="\n", soft_wrap=True)
    if document.url:
        out.print(Text(document.url, style="blue"), soft_wrap=True)
    hits: dict[int, list[Match]] = {}
    for match in matches:
        hits.setdefault(match.passage, []).append(match)
    for index, passage in enumerate(document.passages):
        if passage.section == "title" or not (whole or index in hits):
            continue
        who = passage.speaker or (f"page {passage.page}" if passage.page else "")
        line = Text()
        line.append(f"{one_line(who)}: " if who else "", style="bold")
        line.append(_short(one_line(passage.text)))
        out.print(Padding(line, (0, 0, 0, 2)))
    for match in matches:
        text = document.passages[match.passage].text
        quote = Text()
        quote.append(f"{match.rule}: ", style="bold yellow")
        quote.append(one_line(text[match.sentence_start : match.start]))
        quote.append(one_line(text[match.start : match.end]), style="reverse")
        quote.append(one_line(text[match.end : match.sentence_end]))
        out.print(Padding(quote, (0, 0, 0, 4)))
    out.print()
    sys.stdout.flush()


def _short(text: str) -> str:
    return text if len(text) <= _LINE else text[: _LINE - 1] + "…"
