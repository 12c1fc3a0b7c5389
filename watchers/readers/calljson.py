"""Calls as providers' JSON has them, saved as files: FMP's, Alpha Vantage's, EarningsCall's.

What a provider says of the call besides its words (quarter, year, date) is a claim, and stands where the words say
nothing.
"""

import json
from datetime import date
from typing import Any

from watchers.model import Body, Document, Reader, Reading
from watchers.readers import earningscall
from watchers.readers.html import clean, decode
from watchers.readers.turns import FEWEST_TURNS, Options, document_of
from watchers.readers.turns.heading import Heading, heading_of
from watchers.readers.turns.layout import Script, Turn, script_of
from watchers.readers.turns.lines import Line
from watchers.trouble import TroubleRecord, Unreadable

_KNOWN = "Known: FMP, Alpha Vantage, EarningsCall, or `try --format json`."


def read(body: Body, options: Options) -> Reading:
    """One or more calls; one of many that cannot be read is a trouble. Raises `Unreadable` where none can."""
    where = body.url or "document"
    try:
        answer = json.loads(decode(body.content, body.charset).lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise Unreadable(f"{where}: not JSON") from None
    if isinstance(answer, dict) and isinstance(answer.get("transcript"), list):
        return Reading(documents=(_alpha_vantage(answer, options, where),))
    if earningscall.is_transcript(answer):
        told = earningscall.Options(exchange="", symbol=options.symbol or "", key=options.key or where)
        return earningscall.read(body, told)
    if isinstance(answer, list) and answer and all(isinstance(one, dict) and "content" in one for one in answer):
        return _fmp(answer, options, where)
    if isinstance(answer, dict) and not answer.keys().isdisjoint({"Note", "Information", "Error Message"}):
        # Its words may hold the key that was used.
        raise Unreadable(f"{where}: Alpha Vantage's refusal, not a transcript", "Ask it again; its limit may be spent.")
    raise Unreadable(f"{where}: JSON of an unknown form", _KNOWN)


def _fmp(answer: list[dict[str, Any]], options: Options, where: str) -> Reading:
    """FMP answers with a list, of one call or of a year's. Each is known by its day, whatever its place in the list."""
    documents: dict[str, Document] = {}
    troubles: list[TroubleRecord] = []
    for number, one in enumerate(answer, start=1):
        try:
            document = _fmp_call(one, options, where)
        except Unreadable as trouble:
            troubles.append(trouble.record())
            continue
        key = document.key if document.key not in documents else f"{document.key}#{number}"
        documents[key] = document.model_copy(update={"key": key})
    if not documents:
        raise Unreadable(troubles[0].detail, troubles[0].mend)
    return Reading(documents=tuple(documents.values()), troubles=tuple(troubles))


def _fmp_call(one: dict[str, Any], options: Options, where: str) -> Document:
    claim = Heading(
        call_date=_day(one.get("date")),
        quarter=_number(one.get("period") or one.get("quarter"), 1, 4),
        year=_number(one.get("year") or one.get("fiscalYear"), 1900, 2200),
        symbol=_text(one.get("symbol")),
    )
    told_apart = f"{claim.symbol or ''}@{claim.call_date or f'{claim.year}Q{claim.quarter}'}"
    content = one["content"] if isinstance(one["content"], str) else ""
    script = script_of([Line(line.strip()) for line in clean(content).splitlines()])
    if len(script.turns) < FEWEST_TURNS:
        raise Unreadable(f"{where}: no speaker turns found in `content` of {told_apart}")
    told = options.model_copy(update={"provider": "fmp"})
    document = document_of(script, heading_of(script).over(claim), told, where)
    return document.model_copy(update={"key": f"{document.key}#{told_apart}"})


def _alpha_vantage(answer: dict[str, Any], options: Options, where: str) -> Document:
    turns = tuple(
        Turn(_text(one.get("speaker")), clean(one["content"]).strip(), _text(one.get("title")))
        for one in answer["transcript"]
        if isinstance(one, dict) and isinstance(one.get("content"), str) and one["content"].strip()
    )
    if len(turns) < FEWEST_TURNS:
        raise Unreadable(f"{where}: an empty transcript")
    year, _, quarter = (_text(answer.get("quarter")) or "").partition("Q")
    claim = Heading(symbol=_text(answer.get("symbol")), year=_number(year, 1900, 2200), quarter=_number(quarter, 1, 4))
    script = Script(turns=turns)
    told = options.model_copy(update={"provider": "alphavantage"})
    return document_of(script, heading_of(script).over(claim), told, where)


def _text(value: object) -> str | None:
    return " ".join(clean(value[:200]).split()) or None if isinstance(value, str) else None


def _number(value: object, least: int, most: int) -> int | None:
    """FMP writes a quarter as 3, "3" or "Q3"."""
    digits = str(value)[:8].removeprefix("Q")
    return int(digits) if digits.isdecimal() and least <= int(digits) <= most else None


def _day(value: object) -> str | None:
    """The day of "2025-07-31" or "2025-07-31 17:00:00", if it is one."""
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None


READER = Reader(name="call-json", version=1, read=read, options=Options)
