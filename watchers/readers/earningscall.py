"""EarningsCall's answers: transcripts at four levels, schema v4 and the one before, and the list of events.

Its speakers' names are guesses and its sections are claims: roles and the start of the questions come from the words.
"""

import json
import re
from datetime import datetime
from typing import Any

from watchers.model import Body, CallMeta, Document, Frozen, Passage, Reader, Reading, Section
from watchers.readers.html import clean
from watchers.readers.turns import passages_of
from watchers.readers.turns.layout import Turn
from watchers.trouble import Unreadable


class Options(Frozen):
    """What was asked for: the answer to level 1 does not say."""

    exchange: str
    symbol: str


def read(body: Body, options: Options) -> Reading:
    """One call; or, for an answer of `/events`, the list of events as a fact. Raises `Unreadable`."""
    where = body.url or "answer"
    try:
        answer = json.loads(body.content)
    except (ValueError, RecursionError):
        raise Unreadable(f"{where}: not JSON") from None
    if not isinstance(answer, dict):
        raise Unreadable(f"{where}: JSON of an unknown form")
    if "events" in answer:
        return Reading(facts={"events": [_event(event) for event in answer["events"] if isinstance(event, dict)]})
    event = _event(answer.get("event") or {})
    turns = _turns(answer)
    if not turns:
        raise Unreadable(f"{where}: a transcript without text")
    return Reading(documents=(_document(turns, event, options),))


def key_of(exchange: str, symbol: str, conference_date: str) -> str:
    """By company and day, not by quarter: providers' quarters contradict the calls themselves."""
    return f"earningscall:{exchange}:{symbol}:{conference_date[:10]}"


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {name: event.get(name) for name in ("year", "quarter", "conference_date")}


def _document(turns: list[Turn], event: dict[str, Any], options: Options) -> Document:
    held = _moment(event["conference_date"])
    year, quarter = event["year"], event["quarter"]
    period = f" Q{quarter} {year}" if quarter and year else ""
    day = (event["conference_date"] or "")[:10]
    return Document(
        key=key_of(options.exchange, options.symbol, day or f"{year}Q{quarter}"),
        url=f"https://earningscall.biz/e/{options.exchange.lower()}/s/{options.symbol.lower()}/y/{year}/q/q{quarter}",
        title=f"{options.symbol}{period} earnings call",
        published=held,
        language="en",
        meta=CallMeta(
            call_date=day or None, quarter=quarter, year=year, symbol=options.symbol, provider="earningscall"
        ),
        passages=_passages(turns),
    )


def _passages(turns: list[Turn]) -> tuple[Passage, ...]:
    if any(turn.speaker for turn in turns):
        return passages_of(turns)
    return tuple(Passage(text=turn.text, section=turn.section) for turn in turns)


def _turns(answer: dict[str, Any]) -> list[Turn]:
    names = answer.get("speaker_name_map_v2")
    spoken = answer.get("speakers")
    if isinstance(spoken, list):
        found = [_turn(one, names if isinstance(names, dict) else {}) for one in spoken if isinstance(one, dict)]
        return [turn for turn in found if turn.text]
    # Levels 1 and 4 give running text without speakers; its sections are the provider's claim, kept where given.
    parts: list[tuple[Any, Section | None]] = [
        (answer.get("prepared_remarks"), "prepared"),
        (answer.get("questions_and_answers"), "qa"),
    ]
    if not any(text for text, _ in parts):
        parts = [(answer.get("text"), None)]
    return [
        Turn(None, paragraph, section=section)
        for text, section in parts
        if isinstance(text, str)
        for paragraph in _paragraphs(text)
    ]


def _turn(one: dict[str, Any], names: dict[str, Any]) -> Turn:
    who = one.get("speaker")
    if isinstance(who, str):  # before v4: an id, with the names beside
        who = names.get(who) or {"name": who}
    who = who if isinstance(who, dict) else {}
    text = one.get("text")
    if not isinstance(text, str):
        text = " ".join(word for word in one.get("words") or [] if isinstance(word, str))
    name, title = who.get("name") or None, who.get("title") or None
    return Turn(clean(name) if name else None, clean(text).strip(), clean(title) if title else None)


def _paragraphs(text: str, longest: int = 900) -> list[str]:
    """Running text in parts of a few sentences, so that a hit has a place."""
    parts: list[str] = []
    begin = 0
    for end in re.finditer(r"[.?!]\s+", clean(text)):
        if end.end() - begin >= longest:
            parts.append(text[begin : end.end()].strip())
            begin = end.end()
    parts.append(text[begin:].strip())
    return [part for part in parts if part]


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


READER = Reader(name="earningscall", version=1, read=read, options=Options)
