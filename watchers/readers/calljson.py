"""Calls as other providers' JSON has them: FMP's list with `content`, Alpha Vantage's `transcript`, EarningsCall's."""

import json
from typing import Any

from watchers.model import Body, Document, Reader, Reading
from watchers.readers import earningscall
from watchers.readers.html import clean
from watchers.readers.turns import FEWEST_TURNS, Options, document_of
from watchers.readers.turns.heading import Heading
from watchers.readers.turns.layout import Turn, turns_of
from watchers.readers.turns.lines import Line
from watchers.trouble import Unreadable


def read(body: Body, options: Options) -> Reading:
    """One or more calls. Raises `Unreadable`."""
    where = body.url or "document"
    try:
        answer = json.loads(body.content)
    except (ValueError, RecursionError):
        raise Unreadable(f"{where}: not JSON") from None
    if isinstance(answer, dict) and ("speakers" in answer or "event" in answer):
        told = earningscall.Options(exchange="", symbol=options.symbol or "")
        documents = earningscall.read(body, told).documents
        return Reading(documents=tuple(d.model_copy(update={"key": options.key or d.key}) for d in documents))
    if isinstance(answer, dict) and isinstance(answer.get("transcript"), list):
        return Reading(documents=(_alpha_vantage(answer, options, where),))
    if isinstance(answer, list) and answer and all(isinstance(one, dict) and "content" in one for one in answer):
        return Reading(documents=tuple(_fmp(one, options, where) for one in answer))
    raise Unreadable(
        f"{where}: JSON of an unknown form", "Known: FMP, Alpha Vantage, EarningsCall, or `try --format json`."
    )


def _fmp(one: dict[str, Any], options: Options, where: str) -> Document:
    turns = turns_of([Line(line.strip()) for line in clean(str(one["content"])).splitlines()])
    if len(turns) < FEWEST_TURNS:
        raise Unreadable(f"{where}: no speaker turns found in `content`")
    period = str(one.get("period") or one.get("quarter") or "").removeprefix("Q")
    year = str(one.get("year") or one.get("fiscalYear") or "")
    heading = Heading(
        call_date=str(one["date"])[:10] if one.get("date") else None,
        quarter=int(period) if period.isdigit() else None,
        year=int(year) if year.isdigit() else None,
        symbol=one.get("symbol"),
    )
    return document_of(turns, heading, options.model_copy(update={"provider": "fmp"}), where)


def _alpha_vantage(answer: dict[str, Any], options: Options, where: str) -> Document:
    turns = [
        Turn(
            clean(str(one.get("speaker") or "")) or None, clean(str(one.get("content") or "")), one.get("title") or None
        )
        for one in answer["transcript"]
        if isinstance(one, dict)
    ]
    if len(turns) < FEWEST_TURNS:
        raise Unreadable(f"{where}: an empty transcript")
    year, _, quarter = str(answer.get("quarter") or "").partition("Q")
    heading = Heading(
        symbol=answer.get("symbol"),
        year=int(year) if year.isdigit() else None,
        quarter=int(quarter) if quarter.isdigit() else None,
    )
    return document_of(turns, heading, options.model_copy(update={"provider": "alphavantage"}), where)


READER = Reader(name="call-json", version=1, read=read, options=Options)
