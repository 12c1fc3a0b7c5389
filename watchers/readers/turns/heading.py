"""What stands above a call: its title, its date, company and quarter. Nothing is invented."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from watchers.readers.turns.lines import Line

_TOP = 60
"""Lines that are looked at: a heading, a list of participants, the operator's welcome."""
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = (
    re.compile(rf"\b(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m>{_MONTH}),?\s+(?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>(?:19|20)\d\d)\b"),
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_QUARTERS = (
    re.compile(
        r"\b(?P<q>first|second|third|fourth)[ -]quarter"
        r"(?:\s+(?:of\s+)?(?:fiscal\s+(?:year\s+)?)?(?P<y>(?:19|20)\d\d))?",
        re.IGNORECASE,
    ),
    re.compile(r"\bQ(?P<q>[1-4])[\s,]*(?:FY|fiscal)?\s*(?P<y>(?:19|20)\d\d)?\b", re.IGNORECASE),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)\s*Q(?P<q>[1-4])\b", re.IGNORECASE),
)
_SYMBOL = re.compile(r"\((?:(?:NASDAQ|NYSE|NYSEARCA|AMEX|LSE|TSX)\s*:\s*)?([A-Z]{1,5}(?:\.[A-Z]{1,2})?)\)")
_TITLE = re.compile(
    r"\b(?:earnings|results|conference|investor)\b.{0,60}\b(?:call|transcript)\b|\btranscript\b", re.IGNORECASE
)
_LONGEST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Heading:
    title: str | None = None
    call_date: str | None = None
    quarter: int | None = None
    year: int | None = None
    symbol: str | None = None

    @property
    def published(self) -> datetime | None:
        """Midnight UTC of the call's day: no heading says when."""
        return datetime.fromisoformat(self.call_date).replace(tzinfo=UTC) if self.call_date else None


def heading_of(lines: Sequence[Line]) -> Heading:
    top = [line.text for line in lines if line.text][:_TOP]
    title = next((t for t in top[:15] if len(t) <= _LONGEST_TITLE and _TITLE.search(t) and ":" not in t[:25]), None)
    words = "\n".join(top)[:6000]
    quarter, year = _quarter(title or "") if title and _quarter(title)[0] else _quarter(words)
    symbol = _SYMBOL.search(title or "") or _SYMBOL.search(words)
    day = _date(title or "") or _date(words)
    return Heading(
        title=title,
        call_date=day.isoformat() if day else None,
        quarter=quarter,
        year=year,
        symbol=symbol.group(1) if symbol else None,
    )


def _date(text: str) -> date | None:
    found = [(match.start(), match) for pattern in _DATES for match in pattern.finditer(text)]
    for _, match in sorted(found, key=lambda pair: pair[0]):
        month = match.group("m")
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
        try:
            return date(int(match.group("y")), number, int(match.group("d")))
        except ValueError:
            continue
    return None


def _quarter(text: str) -> tuple[int | None, int | None]:
    for pattern in _QUARTERS:
        match = pattern.search(text)
        if match is not None:
            named = match.group("q")
            number = int(named) if named.isdigit() else _ORDINALS[named.lower()]
            return number, int(match.group("y")) if match.group("y") else None
    return None, None
