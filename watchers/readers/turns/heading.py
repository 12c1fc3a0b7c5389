"""What a call says of itself: title, date, company, quarter. Nothing is invented.

What stands above the call comes first, then the words of whoever opens it. There a date is the call's only if it is
said to be today's: "the year ended December 31" and "a replay until May 28" are others'.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from watchers.readers.turns.layout import Script, Turn

_TOP = 60
"""Lines above the call that are looked at."""
_OPENING_TURNS = 4
_OPENING_TEXT = 3000
"""Characters of each of them."""
_LONGEST_TITLE = 160
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = re.compile(
    rf"\b(?P<m1>{_MONTH})\s(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y1>(?:19|20)\d\d)\b|"
    rf"\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m2>{_MONTH}),?\s(?P<y2>(?:19|20)\d\d)\b|"
    r"\b(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)-(?P<d3>\d\d)\b|"
    r"\b(?P<m4>\d{1,2})/(?P<d4>\d{1,2})/(?P<y4>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_NOT_THE_CALL = re.compile(
    r"\b(?:end(?:ed|ing|s)?|until|through|thru|since|dated|expires?|by|before|after|from|compared \w+|versus)"
    r"(?:\s(?:on|at|the|of|as|end|date|in|\w+day,?)){0,4}\s?$",
    re.IGNORECASE,
)
_IS_TODAY = re.compile(
    r"\b(?:today|today's date is|recorded|(?:call|conference|webcast)(?: is)? (?:being )?held|broadcast live)"
    r"(?:[,\s]{1,2}(?:is|on|the|date|of|today|live|being|\w+day)){0,4}[,\s]{1,2}$",
    re.IGNORECASE,
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_YEAR = r"(?:(?:19|20)\d\d|['’]\d\d)"
_NAMED = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_QUARTER = re.compile(
    rf"\b(?:(?:fiscal|FY)\s?(?:year\s)?)?(?P<y1>{_YEAR})[,\s]{{1,2}}(?:fiscal\s)?(?P<q1>{_NAMED})[ -]quarter\b|"
    rf"\b(?P<q2>{_NAMED})[ -](?:fiscal[ -])?quarter(?:['’]s)?"
    r"(?:\s(?:and|&)\s(?:full|fiscal)[ -]year|\s(?:earnings|results))?"
    rf"(?:,?\s(?:of\s)?(?:the\s)?(?:(?:full|fiscal)[ -])?(?:year\s)?(?:FY\s?)?(?P<y2>{_YEAR}|FY\d\d))?|"
    rf"\bQ(?P<q3>[1-4])(?:[\s,-]{{0,2}}(?:of\s)?(?:FY\s?|fiscal\s(?:year\s)?|calendar\s(?:year\s)?)?"
    rf"(?P<y3>{_YEAR}|(?<=FY)\d\d\b|FY\s?\d\d\b))?\b|"
    rf"\b(?P<y4>(?:FY\s?)?(?:19|20)\d\d)[\s-]?Q(?P<q4>[1-4])\b|"
    rf"\b(?P<y5>FY\d\d)[,\s]{{1,2}}(?P<q5>{_NAMED})[ -]quarter\b|"
    r"\b(?P<q6>[1-4])Q[ '’]?(?P<y6>\d\d(?:\d\d)?)\b",
    re.IGNORECASE,
)
_CALL_FOLLOWS = re.compile(
    r"[^.?!]{0,40}\b(?:call|conference|webcast|results|earnings|presentation|briefing)\b", re.IGNORECASE
)
_NAMES_A_CALL = re.compile(r"\b(?:results|earnings)\b", re.IGNORECASE)
_CALL_PRECEDES = re.compile(
    r"\b(?:call|conference|webcast|results|earnings|presentation|briefing)\b[^.?!]{0,25}\b(?:for|of|on|discuss)\b[^.?!]{0,25}$",
    re.IGNORECASE,
)
_OF_ANOTHER_CALL = re.compile(
    r"\b(?:previous|prior|last|did|earlier|compared|versus|from)\b[^.?!]{0,40}$", re.IGNORECASE
)
_OPENS = re.compile(
    r"\bwelcome\b|\bjoin(?:ing|ed)?\b|\bthank you for\b|\bgood (?:morning|afternoon|evening|day)\b", re.IGNORECASE
)
_SYMBOL = re.compile(r"\((?:(?:NASDAQ|NYSE|NYSEARCA|AMEX|LSE|TSX)\s?:\s?)?([A-Z]{1,5}(?:\.[A-Z]{1,2})?)\)")
_NO_SYMBOL = frozenset({"FY", "IR", "CEO", "CFO", "COO", "CTO", "EPS", "ET", "PT", "EST", "EDT", "PST", "PDT", "GAAP"})
_TITLE = re.compile(
    r"\b(?:earnings|results|conference|investor)\b.{0,60}\b(?:call|transcript)\b|\btranscript\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Heading:
    """`call_date`: ISO date. `year` is the one that the quarter is counted in, often the company's fiscal year."""

    title: str | None = None
    call_date: str | None = None
    quarter: int | None = None
    year: int | None = None
    symbol: str | None = None

    @property
    def published(self) -> datetime | None:
        """Midnight UTC of the call's day: no heading says when."""
        return datetime.fromisoformat(self.call_date).replace(tzinfo=UTC) if self.call_date else None

    def over(self, claim: "Heading") -> "Heading":
        """These words, and a provider's claim where they say nothing. Quarter and year are one statement."""
        quarter, year = self.quarter, self.year
        if quarter is None or (quarter == claim.quarter and year is None):
            quarter, year = claim.quarter, claim.year
        return replace(
            self,
            title=self.title or claim.title,
            call_date=self.call_date or claim.call_date,
            quarter=quarter,
            year=year,
            symbol=self.symbol or claim.symbol,
        )


def heading_of(script: Script) -> Heading:
    above = [line.text for line in script.above if line.text][:_TOP]
    title = next((text for text in above[:15] if _is_title(text)), None)
    top = "\n".join(above)
    spoken = spoken_in(script.turns)
    quarter, year = next(
        (found for text in (title or "", top) if (found := _quarter(text, near_call=False))[0]), (None, None)
    )
    if quarter is None:
        quarter, year = spoken.quarter, spoken.year
    elif year is None and quarter == spoken.quarter:
        year = spoken.year
    day = _date(title or "") or _date(top)
    return Heading(
        title=title,
        call_date=day.isoformat() if day else spoken.call_date,
        quarter=quarter,
        year=year,
        symbol=_symbol(title or "") or _symbol(top),
    )


def spoken_in(turns: Sequence[Turn]) -> Heading:
    """What the opening words of a call say of it."""
    opening = [turn.text[:_OPENING_TEXT].replace("\n", " ") for turn in turns[:_OPENING_TURNS]]
    quarters = [_quarter(text, near_call=True) for text in opening if _OPENS.search(text)]
    quarter, year = next(
        (found for found in quarters if found[0] and found[1]), next((f for f in quarters if f[0]), (None, None))
    )
    day = next((found for text in opening if (found := _date(text, today=True))), None)
    return Heading(call_date=day.isoformat() if day else None, quarter=quarter, year=year)


def _is_title(text: str) -> bool:
    return len(text) <= _LONGEST_TITLE and ":" not in text[:25] and len(text) > 12 and _TITLE.search(text) is not None


def _symbol(text: str) -> str | None:
    return next((found for found in _SYMBOL.findall(text) if found not in _NO_SYMBOL), None)


def _date(text: str, *, today: bool = False) -> date | None:
    for match in _DATE.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        if (_IS_TODAY.search(before) is None) if today else (_NOT_THE_CALL.search(before) is not None):
            continue
        parts = {name[0]: value for name, value in match.groupdict().items() if value}
        month = parts["m"]
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
        try:
            return date(int(parts["y"]), number, int(parts["d"]))
        except ValueError:
            continue
    return None


def _quarter(text: str, *, near_call: bool) -> tuple[int | None, int | None]:
    """The first quarter named with its year; else the first that is named. `near_call`: only beside words of a call."""
    found: tuple[int | None, int | None] = (None, None)
    for quarter, year, start, end in _quarters(text):
        if near_call and not _is_the_calls(text[max(0, start - 80) : start], text[start:end], text[end : end + 60]):
            continue
        if year is not None:
            return (quarter, year) if found[0] in {None, quarter} else found
        found = found if found[0] else (quarter, None)
    return found


def _is_the_calls(before: str, named: str, after: str) -> bool:
    if _OF_ANOTHER_CALL.search(before):
        return False
    follows = _NAMES_A_CALL.search(named) or _CALL_FOLLOWS.match(after)
    return follows is not None or _CALL_PRECEDES.search(before) is not None


def _quarters(text: str) -> Iterator[tuple[int, int | None, int, int]]:
    for match in _QUARTER.finditer(text):
        parts = {name[0]: value for name, value in match.groupdict().items() if value}
        named = parts["q"].lower()
        year = re.sub(r"\D", "", parts.get("y", ""))
        number = int(year) if year else None
        if number is not None and number < 100:
            number += 2000
        yield int(named) if named.isdigit() else _ORDINALS[named], number, match.start(), match.end()
