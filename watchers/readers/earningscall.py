"""EarningsCall's answers: transcripts at four levels, schema v4 and the one before, and the list of events.

Its speakers' names are guesses and its quarters and sections are claims: roles, the start of the questions, and which
quarter it is, come from the words where they say so.
"""

import json
import re
from datetime import datetime
from typing import Any

from watchers.model import Body, CallMeta, Document, Frozen, Passage, Reader, Reading, Section
from watchers.readers.html import clean
from watchers.readers.turns import language_of, passages_of
from watchers.readers.turns.heading import Heading, spoken_in
from watchers.readers.turns.layout import Script, Turn
from watchers.trouble import Unreadable

LONGEST_PART = 900
"""Characters of running text from which the next sentence begins a new passage."""
_SENTENCE_ENDS = re.compile(r"[.?!]\s+")
_SPEAKER_ID = re.compile(r"^spk0*(\d{1,4})$")


class Options(Frozen):
    """What was asked for, which older answers do not say; empty where it is not known.

    `key`: under which the call is known already.
    """

    exchange: str
    symbol: str
    key: str | None = None


def read(body: Body, options: Options) -> Reading:
    """One call; or, for an answer of `/events`, the list of events as a fact. Raises `Unreadable`."""
    where = body.url or "answer"
    try:
        answer = json.loads(body.content)
    except (ValueError, RecursionError):
        raise Unreadable(f"{where}: not JSON") from None
    if isinstance(answer, dict) and isinstance(answer.get("events"), list):
        return Reading(facts={"events": [_event(event) for event in answer["events"] if isinstance(event, dict)]})
    if not is_transcript(answer):
        raise Unreadable(f"{where}: JSON of an unknown form")
    event = _event(answer["event"] if isinstance(answer.get("event"), dict) else {})
    turns = _turns(answer)
    if not turns:
        raise Unreadable(f"{where}: a transcript without text", "Wait: it may still be made.")
    named = {name: _text(answer.get(name)) or "" for name in ("exchange", "symbol")}
    told = options.model_copy(update={name: value for name, value in named.items() if not getattr(options, name)})
    return Reading(documents=(_document(turns, event, told),))


def is_transcript(answer: Any) -> bool:
    return isinstance(answer, dict) and not answer.keys().isdisjoint(
        {"speakers", "text", "prepared_remarks", "questions_and_answers"}
    )


def key_of(exchange: str, symbol: str, conference_date: str) -> str:
    """By company and day, not by quarter: providers' quarters contradict the calls themselves."""
    return f"earningscall:{exchange}:{symbol}:{conference_date[:10]}"


def _event(event: dict[str, Any]) -> dict[str, Any]:
    moment = event.get("conference_date")
    return {
        "year": _number(event.get("year"), 1900, 2200),
        "quarter": _number(event.get("quarter"), 1, 4),
        "conference_date": moment if isinstance(moment, str) and _moment(moment) else None,
    }


def _document(turns: list[Turn], event: dict[str, Any], options: Options) -> Document:
    """The moment is the provider's; quarter and year are its claim, and give way to the call's own words."""
    day = (event["conference_date"] or "")[:10]
    claim = Heading(call_date=day or None, quarter=event["quarter"], year=event["year"], symbol=options.symbol or None)
    heading = spoken_in(turns).over(claim)
    period = f"Q{heading.quarter} {heading.year}" if heading.quarter and heading.year else None
    named = " ".join(filter(None, (options.symbol, period)))
    return Document(
        key=options.key or key_of(options.exchange, options.symbol, day or f"{claim.year}Q{claim.quarter}"),
        url=_address(options, claim),
        title=f"{named} earnings call" if named else "Earnings call",
        published=_moment(event["conference_date"]),
        language=language_of(turn.text for turn in turns),
        meta=CallMeta(
            call_date=heading.call_date,
            quarter=heading.quarter,
            year=heading.year,
            symbol=heading.symbol,
            provider="earningscall",
        ),
        passages=_passages(turns),
    )


def _address(options: Options, claim: Heading) -> str | None:
    """The provider's own page of the call, under the provider's own labels."""
    if not (options.exchange and options.symbol and claim.year and claim.quarter):
        return None
    exchange, symbol = options.exchange.lower(), options.symbol.lower()
    return f"https://earningscall.biz/e/{exchange}/s/{symbol}/y/{claim.year}/q/q{claim.quarter}"


def _passages(turns: list[Turn]) -> tuple[Passage, ...]:
    if any(turn.speaker for turn in turns):
        return passages_of(Script(turns=tuple(turns)), guessed=True)
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
    if not any(isinstance(text, str) and text.strip() for text, _ in parts):
        parts = [(answer.get("text"), None)]
    return [
        Turn(None, paragraph, section=section)
        for text, section in parts
        if isinstance(text, str)
        for paragraph in _paragraphs(text)
    ]


def _turn(one: dict[str, Any], names: dict[str, Any]) -> Turn:
    who = one.get("speaker")
    if isinstance(who, str):  # before v4: an id, with the names beside, if any
        who = names.get(who) or {"name": _SPEAKER_ID.sub(r"Speaker \1", who)}
    who = who if isinstance(who, dict) else {}
    text = one.get("text")
    if not isinstance(text, str):
        words = one.get("words")
        text = " ".join(word for word in words if isinstance(word, str)) if isinstance(words, list) else ""
    return Turn(_text(who.get("name")), clean(text).strip(), _text(who.get("title")))


def _paragraphs(text: str) -> list[str]:
    """Running text in parts of a few sentences, so that a hit has a place. A text that grows keeps its first parts."""
    text = clean(text)
    parts: list[str] = []
    begin = 0
    for end in _SENTENCE_ENDS.finditer(text):
        if end.end() - begin >= LONGEST_PART:
            parts.append(text[begin : end.end()].strip())
            begin = end.end()
    parts.append(text[begin:].strip())
    return [part for part in parts if part]


def _text(value: object) -> str | None:
    return " ".join(clean(value[:200]).split()) or None if isinstance(value, str) else None


def _number(value: object, least: int, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


READER = Reader(name="earningscall", version=1, read=read, options=Options)
