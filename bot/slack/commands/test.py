"""`/watch test`: what a watch would have told lately, from what is stored. Nothing is posted, nothing is changed."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from bot.model import Watch
from bot.readback import read_back
from bot.rulebook import FROM_SLACK, named, rules_of
from bot.slack.commands import targets
from bot.slack.commands.add import More, widened
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Asked, Line, asked
from bot.slack.commands.named import rule_names
from bot.slack.commands.preview import MOST_QUOTES, heard, patience, quote_of
from bot.slack.commands.standing import Standing, is_of, meant, standing
from bot.slack.commands.wording import block, name, rules
from bot.slack.events import Asker, Reply
from bot.telling import counted
from rules.engine import Engine
from rules.fields import document_passes
from rules.model import Filters, Match
from watchers.model import Document

USAGE = ("/watch test TARGET|wN [KEYWORD…]",)
MORE = """*Try it first*
`/watch test AAPL guidance` shows what that would have told lately, from the documents that are stored; `/watch test w7` what a watch does. An address that is new is visited once. Nothing is posted, nothing is changed."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = False


@dataclass(frozen=True, slots=True)
class _Hit:
    document: Document
    match: Match


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    wanted = asked(rest, now.names, example="test AAPL guidance")
    watch, documents = await _tried(desk, now, wanted)
    known = named(desk.config.rules, now.watches)
    engine = await asyncio.to_thread(
        lambda: Engine(rules_of(watch, known), companies=desk.config.companies, before=desk.in_force.book().engine)
    )
    hits, looked = await _hits(desk, engine, watch.filters, documents)
    where = "documents that are there now" if documents is not None else "newest stored documents"
    title = f"{name(watch.target)} for {rules(watch.rules, watch.keywords)}"
    if not looked:
        return Reply(f"{title}: nothing of it is stored yet. Nothing was posted or changed.")
    found = len({(hit.document.source, hit.document.key) for hit in hits})
    said = f"{title}: {counted(len(hits), 'match')} in {found} of the {looked} {where}. Nothing was posted or changed."
    return Reply("\n".join([said, *([block(_quotes(hits))] if hits else [])]))


async def _tried(desk: Desk, now: Standing, wanted: Asked) -> tuple[Watch, Sequence[Document] | None]:
    """A watch as it would be, and the documents of an address that is new."""
    more = More(wanted.keywords, await rule_names(desk, now, wanted.rules, channels=now.here.names, private=False))
    if wanted.target.what == "watch":
        watch = await meant(desk, now, wanted.target)
        return (_asking(watch, more, desk) if more else watch), None
    there = next((watch for watch in now.of_here() if is_of(watch, wanted.target, desk)), None)
    if there is not None and not more:
        return there, None
    found = await targets.resolve(desk, wanted.target)
    bare = Watch(
        name="", target=found.target, rules=(), filters=found.filters, channel="", since=desk.clock(), origin=FROM_SLACK
    )
    own = None if found.given is None else [_of(document, found.given.name) for document in found.documents]
    return _asking(bare, more, desk), own


def _asking(watch: Watch, more: More, desk: Desk) -> Watch:
    bare = watch.model_copy(update={"rules": (), "keywords": (), "made": None, "origin": FROM_SLACK})
    return widened(bare, more, desk)


def _of(document: Document, source: str) -> Document:
    return document.model_copy(update={"source": source})


async def _hits(
    desk: Desk, engine: Engine, filters: Filters, documents: Sequence[Document] | None
) -> tuple[list[_Hit], int]:
    """The newest first, and how many documents were looked at."""
    if documents is not None:
        return await asyncio.to_thread(_scanned, engine, documents), len(documents)
    ids = await desk.database.read(lambda conn: heard(conn, desk, filters))
    hits: list[_Hit] = []
    looked = 0
    async with aclosing(read_back(desk.database, engine, ids, enough=patience(desk))) as reads:
        async for read in reads:
            if document_passes(filters, read.document):
                looked += 1
                hits += [_Hit(read.document, match) for match in read.matches]
    return hits, looked


def _scanned(engine: Engine, documents: Sequence[Document]) -> list[_Hit]:
    return [_Hit(document, match) for document in documents for match in engine.scan(document)]


def _quotes(hits: Sequence[_Hit]) -> str:
    """One a sentence, the newest first."""
    shown: dict[tuple[str, str, int, int], str] = {}
    for hit in hits:
        document, match = hit.document, hit.match
        passage = document.passages[match.passage]
        start, end = match.sentence_start, match.sentence_end
        place = document.source, document.key, match.passage, start
        spans = [(match.start - start, match.end - start)]
        shown.setdefault(place, quote_of(document, passage.speaker, passage.text[start:end], spans))
    return "\n".join(list(shown.values())[:MOST_QUOTES])
