"""What a step brings, made fit for the archive and read by the rules; run beside the event loop."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic_core import PydanticSerializationError

from bot.rulebook import RuleBook
from bot.visits import Hands
from rules.engine import MOST_MATCHES
from rules.model import Match
from watchers.model import Body, Document
from watchers.trouble import TroubleRecord

log = structlog.get_logger()

_UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps in a text: PostgreSQL no NUL, none of them half of a surrogate pair."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A document with the bytes it was read from and what the rules found in it."""

    document: Document
    body: Body | None
    matches: tuple[Match, ...]
    trouble: TroubleRecord | None = None
    """Why the rules could not read it, or not to its end; it is kept all the same."""


def scan(book: RuleBook, documents: Sequence[Document], hands: Hands) -> list[Scanned]:
    return [_scanned(book, document, hands) for document in documents]


def _scanned(book: RuleBook, given: Document, hands: Hands) -> Scanned:
    document = sound(hands.own(given))
    body = hands.body_of(document)
    try:
        matches = once(book.engine.scan(document))
        return Scanned(document, body, matches, _told_in_part(document, matches))
    except Exception as error:
        # One document that the rules stumble over must not keep all that comes after it out of the archive.
        log.exception("scan.failed", source=document.source, document=document.key)
        detail = f"{document.title or document.key}: the rules failed on it ({type(error).__name__})"
        trouble = TroubleRecord(kind="unreadable", detail=detail, mend="The log holds the whole story; report it.")
        return Scanned(document, body, (), trouble)


def once(found: Sequence[Match]) -> tuple[Match, ...]:
    """Two watches may ask the same of sources that overlap: then one query is found twice at one place."""
    places: dict[tuple[str, str, int, int, int], Match] = {}
    for match in found:
        places.setdefault((match.rule, match.query, match.passage, match.start, match.end), match)
    return tuple(places.values())


def _told_in_part(document: Document, matches: Sequence[Match]) -> TroubleRecord | None:
    times = Counter(match.rule for match in matches)
    full = [rule for rule, number in times.items() if number == MOST_MATCHES]
    if not full:
        return None
    detail = f"{document.title or document.key}: {MOST_MATCHES:,} matches of {', '.join(full)}; no more are kept"
    return TroubleRecord(kind="unreadable", detail=detail, mend="Look at the document: it repeats itself on purpose.")


def sound(document: Document) -> Document:
    """The document with U+FFFD for what cannot be kept: one character for one, so that offsets stay."""
    try:
        told = document.model_dump_json()
    except PydanticSerializationError:
        pass  # half of a pair is no UTF-8
    else:
        if "\\u0000" not in told:
            return document
    return Document.model_validate(_without_unkept(document.model_dump(mode="json")))


def _without_unkept(value: Any) -> Any:
    if isinstance(value, str):
        return _UNKEPT.sub("�", value)
    if isinstance(value, list):
        return [_without_unkept(item) for item in value]
    if isinstance(value, dict):
        return {_without_unkept(key): _without_unkept(item) for key, item in value.items()}
    return value
