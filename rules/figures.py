"""Amounts of money and percentages as they stand in a text: "$1.2 billion", "RM1.5 million", "€ 30 Mio", "30 percent".

An amount has a currency, or millions or more ("4 million of profit share"); a bare number has neither. Of "20 to 30
percent" and of "between $5 and $10 million" both ends count. A comma or a space before three digits groups them, and so
does a stop that stands twice; a single stop is a decimal one. Signs do not count: "down 5%" is five percent.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from rules.currencies import AFTER, BEFORE, code
from rules.numerals import SCALES, SHORT_SCALES, SIGNS, WRITTEN, number, spelled
from rules.spans import Span
from rules.tree import Figure, Measure


class Said(NamedTuple):
    """What a text says: characters `start` to `end`, a value from `low` to `high`. `currency`: ISO 4217, if told."""

    measure: Measure
    low: Decimal
    high: Decimal
    currency: str | None
    start: int
    end: int


_GAP = r"(?:\s{0,3}|-)"
_PERCENT = r"(?i:percent|per\s{1,3}cent|pct|peratus|persen|prozent|procent|pour\s{1,3}cent|por\s{1,3}ciento)(?!\w)"
_UNIT = re.compile(
    rf"{_GAP}(?P<percent>[%\uff05\u066a]|{_PERCENT})"
    rf"|(?:{_GAP}(?:(?P<scale>(?i:mio|mrd|mn)\.|(?i:{'|'.join(SCALES)})(?!\w)|[{SIGNS}])"
    rf"|(?P<short>(?i:{'|'.join(SHORT_SCALES)})(?!\w))))?(?:{_GAP}(?P<currency>{AFTER}))?"
)
_BEFORE = re.compile(rf"(?:{BEFORE})\s?$")
_FURTHEST_BEFORE = 8
"""Characters that a currency before a number takes at most."""
_ABOUT = r"(?:(?i:about|around|approximately|roughly|some|sekitar|etwa)\s)?"
_TO = re.compile(rf"\s?(?:-|\u2013|\u2014|(?i:to|hingga|bis))\s?{_ABOUT}(?:{BEFORE})?\s?")
_AND = re.compile(rf"\s?(?i:and|dan|und)\s?{_ABOUT}(?:{BEFORE})?\s?")
_BETWEEN = re.compile(rf"\b(?i:between|antara|zwischen)\s?{_ABOUT}$")
_LONGEST_BETWEEN = 25
LEAST_POWER = 6
"""Of ten: from millions on a number is an amount although no currency is told."""


class _Number(NamedTuple):
    """`start`: with its currency."""

    value: Decimal
    currency: str | None
    start: int
    digits: int
    end: int


def figures(text: str) -> tuple[Said, ...]:
    """All of them, in order. No two overlap."""
    said: list[Said] = []
    bare: _Number | None = None
    for one in _numbers(text):
        unit = _UNIT.match(text, one.end)
        assert unit is not None, "it may be empty"
        found = _said(one, unit, bare) if bare is not None and _is_range(text, bare, one, unit) else None
        found = found or _said(one, unit, one)
        if found is not None:
            while said and said[-1].end > found.start:  # where the range begins was taken for all there is
                said.pop()
            if said and _lie_between(text, said[-1], found, one.digits):
                found = found._replace(low=said[-1].low, start=said.pop().start)
            said.append(found)
        bare = one if unit.end() == one.end else None
    return tuple(said)


def fits(asked: Figure, said: Said) -> bool:
    """Whether what is said may be what is asked for."""
    if asked.measure != said.measure or (asked.currency is not None and asked.currency != said.currency):
        return False
    match asked.bound:
        case ">":
            return said.high > asked.low
        case ">=":
            return said.high >= asked.low
        case "<":
            return said.low < asked.low
        case "<=":
            return said.low <= asked.low
        case ":":
            return said.low <= asked.high and said.high >= asked.low


def span_of(said: Said, starts: list[int]) -> Span:
    """Its place. `starts`: where each word of the text begins."""
    last = bisect_left(starts, said.end) - 1
    return Span(said.start, said.end, min(bisect_left(starts, said.start), last), last)


def _numbers(text: str) -> Iterator[_Number]:
    for found in WRITTEN.finditer(text):
        start = found.start()
        if found["word"] is not None:
            yield _Number(spelled(found["word"]), None, start, start, found.end())
            continue
        currency = _BEFORE.search(text, max(0, start - _FURTHEST_BEFORE), start)
        if currency is not None:
            yield _Number(number(found[0]), code(currency[0]), currency.start(), start, found.end())
        elif not text[start - 1 : start].isalnum():  # "Q3", "M2"
            yield _Number(number(found[0]), None, start, start, found.end())


def _is_range(text: str, low: _Number, high: _Number, unit: re.Match[str]) -> bool:
    """Whether the first is told without a unit of its own, for it has that of the second."""
    if low.value >= high.value or (high.currency is not None and low.currency not in {None, high.currency}):
        return False
    if _TO.fullmatch(text, low.end, high.digits) is not None:
        return True
    has_unit = high.currency is not None or any(unit.groupdict().values())
    return has_unit and _is_between(text, low.start, low.end, high.digits)


def _lie_between(text: str, low: Said, high: Said, digits: int) -> bool:
    """Whether what is meant lies between two figures. "From 5% to 10%" tells of a change, and is two."""
    alike = low.measure == high.measure and low.currency == high.currency
    single = low.low == low.high < high.low == high.high
    return alike and single and _is_between(text, low.start, low.end, digits)


def _is_between(text: str, start: int, end: int, digits: int) -> bool:
    between = _BETWEEN.search(text, max(0, start - _LONGEST_BETWEEN), start)
    return between is not None and _AND.fullmatch(text, end, digits) is not None


def _said(one: _Number, unit: re.Match[str], low: _Number) -> Said | None:
    """`low`: where a range begins, which is of the same size; else the number itself."""
    end = unit.end()
    currency = one.currency or low.currency
    if unit["percent"] is not None:
        return Said("percent", low.value, one.value, None, low.start, end) if currency is None else None
    if unit["currency"] is not None:
        told = code(unit["currency"])
        if currency is not None and currency != told:
            end = unit.start("currency")
        currency = currency or told
    power = _power(unit)
    if currency is None and (unit["short"] is not None or power < LEAST_POWER):
        return None
    return Said("amount", low.value.scaleb(power), one.value.scaleb(power), currency, low.start, end)


def _power(unit: re.Match[str]) -> int:
    if unit["scale"] is not None:
        return SCALES[unit["scale"].lower().rstrip(".")]
    return SHORT_SCALES[unit["short"].lower()] if unit["short"] is not None else 0
