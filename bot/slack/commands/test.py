"""`/watch test`: what a watch would have told lately, from what is stored. Nothing is posted, nothing is changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.model import Watch
from bot.plain import pieces, short
from bot.rulebook import FROM_SLACK, rules_of
from bot.slack.commands import targets
from bot.slack.commands.add import widened
from bot.slack.commands.desk import Desk
from bot.slack.commands.grammar import Asked, Line, asked
from bot.slack.commands.standing import Standing, is_of, meant, standing
from bot.slack.commands.wording import block, name, rules
from bot.slack.events import Asker, Reply
from bot.store import archive
from bot.telling import counted
from rules.engine import Engine
from rules.fields import document_passes
from rules.model import Match
from watchers.model import Document

USAGE = ("/watch test TARGET|wN [KEYWORD…]",)
MORE = """*Try it first*
`/watch test AAPL guidance` shows what that would have told lately, from the documents that are stored; `/watch test w7` what a watch does. An address that is new is visited once. Nothing is posted, nothing is changed."""  # noqa: E501 - a paragraph is a line in Slack
CHANGES = False
NEWEST = 300
"""Documents that are looked at."""
AT_ONCE = 25
MOST_QUOTES = 5
QUOTE = 300
"""Characters."""


@dataclass(frozen=True, slots=True)
class _Hit:
    document: Document
    match: Match


async def answer(desk: Desk, asker: Asker, rest: Line) -> Reply:
    now = await standing(desk, asker)
    wanted = asked(rest, now.names, example="test AAPL guidance")
    watch, documents = await _tried(desk, now, wanted)
    engine = Engine(rules_of(watch, desk.config.rules), companies=desk.config.companies)
    hits, looked = await _hits(desk, engine, watch, documents)
    where = "documents that are there now" if documents is not None else "newest stored documents"
    title = f"{name(watch.target)} for {rules(watch.rules, watch.keywords)}"
    if not looked:
        return Reply(f"{title}: nothing of it is stored yet. Nothing was posted or changed.")
    found = len({(hit.document.source, hit.document.key) for hit in hits})
    said = f"{title}: {counted(len(hits), 'match')} in {found} of the {looked} {where}. Nothing was posted or changed."
    return Reply("\n".join([said, *([block(_quotes(hits))] if hits else [])]))


async def _tried(desk: Desk, now: Standing, wanted: Asked) -> tuple[Watch, Sequence[Document] | None]:
    """A watch as it would be, and the documents of an address that is new."""
    if wanted.target.what == "watch":
        watch = await meant(desk, now, wanted.target)
        return (_asking(watch, wanted, desk), None) if wanted.keywords else (watch, None)
    there = next((watch for watch in now.of_here() if is_of(watch, wanted.target, desk)), None)
    if there is not None and not wanted.keywords:
        return there, None
    found = await targets.resolve(desk, wanted.target, now.hidden)
    bare = Watch(
        name="", target=found.target, rules=(), filters=found.filters, channel="", since=desk.clock(), origin=FROM_SLACK
    )
    own = None if found.given is None else [_of(document, found.given.name) for document in found.documents]
    return _asking(bare, wanted, desk), own


def _asking(watch: Watch, wanted: Asked, desk: Desk) -> Watch:
    bare = watch.model_copy(update={"rules": (), "keywords": (), "origin": FROM_SLACK})
    return widened(bare, wanted.keywords, desk)


def _of(document: Document, source: str) -> Document:
    return document.model_copy(update={"source": source})


async def _hits(
    desk: Desk, engine: Engine, watch: Watch, documents: Sequence[Document] | None
) -> tuple[list[_Hit], int]:
    """The newest first, and how many documents were looked at."""
    if documents is not None:
        return await asyncio.to_thread(_scanned, engine, documents), len(documents)
    filters = watch.filters

    def newest(conn: Connection) -> list[int]:
        others = desk.given(conn) - set(filters.sources)
        return archive.newest(conn, companies=filters.companies, sources=filters.sources, without=others, most=NEWEST)

    ids = await desk.database.read(newest)
    hits: list[_Hit] = []
    looked = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        loaded = await desk.database.read(lambda conn, some=some: [archive.load(conn, one) for one in some])  # type: ignore[misc]
        mine = [document for document in loaded if document_passes(filters, document)]
        looked += len(mine)
        hits += await asyncio.to_thread(_scanned, engine, mine)
    return hits, looked


def _scanned(engine: Engine, documents: Sequence[Document]) -> list[_Hit]:
    return [_Hit(document, match) for document in documents for match in engine.scan(document)]


def _quotes(hits: Sequence[_Hit]) -> str:
    """One a sentence, the newest first."""
    shown: dict[tuple[str, str, int, int], str] = {}
    for hit in hits:
        document, match = hit.document, hit.match
        passage = document.passages[match.passage]
        place = document.source, document.key, match.passage, match.sentence_start
        start, end = match.sentence_start, match.sentence_end
        spans = [(match.start - start, match.end - start)]
        words = "".join(words for words, _ in pieces(passage.text[start:end], spans, QUOTE))
        day = f"{document.published:%Y-%m-%d}" if document.published else "undated"
        head = ", ".join(filter(None, (f"{day} {short(document.title or document.key, 100)}", passage.speaker)))
        shown.setdefault(place, f"{head}\n  {words}")
    return "\n".join(list(shown.values())[:MOST_QUOTES])
