"""What courts print on the pages of a filing: the stamp of the case at an edge, and the line numbers of pleading paper.

Every court has its own stamp. Seen in real filings:

    Case 3:23-cv-03417-VC Document 482 Filed 03/20/25 Page 1 of 40          district courts
    Case3:08-cv-02820-CRB Document27 Filed10/10/08 Page1 of 2               N.D. Cal., until 2010
    Case: 1:17-cv-05720 Document #: 12 Filed: 05/01/18 Page 1 of 3 PageID #:34
    Case 17-25147 Doc 1 Filed 08/22/17 Entered 08/22/17 20:15:20 Desc Main  (and on a line of its own:)
     Document Page 1 of 68                                                  bankruptcy courts
    Case 17-3510, Document 1-1, 10/31/2017, 2161300, Page1 of 2             2d Cir.
    Appeal: 17-2218 Doc: 17 Filed: 10/31/2017 Pg: 1 of 1                    4th Cir.
    Case: 20-16276, 08/05/2020, ID: 11778722, DktEntry: 19, Page 1 of 15    9th Cir.
    Case: 14-1326 Document: 3 Page: 1 Filed: 03/18/2014                     Fed. Cir.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

LONGEST_STAMP = 250
"""Characters of a line; a longer one is prose (and is not looked at, so that no line costs more than this)."""
FEWEST_NUMBERED_LINES = 20
"""Pleading paper has 24 to 28 numbered lines; a list or a table that counts from 1 this far is rare."""

_CASE = re.compile(
    r"(?:^|Case|Appeal|USCA\d*)[^\w]{0,6}(?:(?:Case|Appeal|No)\b[^\w]{0,4})?"
    r"(?P<number>(?:\d{1,2}:)?\d{2,4}-(?:[A-Za-z]{1,4}-)?\d{1,8}(?:-[A-Za-z]\w*)*)"
)
_DOCUMENT = re.compile(r"(?:Document|Doc|DktEntry|Dkt|ECF No)[ .:#]{0,4}(?P<number>\d+(?:[.-]\d+)?)")
_PLACE = re.compile(r"Page|Pg|Filed|Entered")
_FILED = re.compile(r"(?:Filed|Docket)(?: in \w+ on)?:? ?(?P<date>\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))\b")
_DATE = re.compile(r"(?P<date>\b\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))\b")
_PAGE = re.compile(
    r"\s*(?:(?:Main )?Document\s+)?(?:-\s*)?(?:page\s*:?\s*|pg\.?\s*)?\d+(?:\s*of\s*\d+)?(?:\s*-)?\s*",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"[ \t]*(\d{1,2})(?:[ \t]+|$)")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says. `document`: as printed ("482", "482-1", "28.1"); `filed`: ISO date."""

    docket_number: str
    document: str
    filed: str | None


def stamp_on(page: str) -> Stamp | None:
    """The last stamp on a page: a document that was an exhibit elsewhere before carries that court's stamp too."""
    found = None
    for line in page.split("\n"):
        found = _stamp(line) or found
    return found


def has_court_stamp(text: str) -> bool:
    return stamp_on(text) is not None


def without_stamps(page: str) -> str:
    """A page's text without stamps and bare page numbers, for judging whether it says anything."""
    return "\n".join(line for line in page.split("\n") if len(line) > LONGEST_STAMP or not _is_stamp(line))


def without_line_numbers(page: str) -> str:
    """A page of pleading paper without the numbers in its margin; any other page as it is.

    pdfium gives the numbers before the text, each on its own line or all on one, or each at the head of the line that
    it counts.
    """
    lines = page.split("\n")
    runs = [run for run in _runs(lines) if len(run) >= FEWEST_NUMBERED_LINES]
    if runs:
        longest = max(len(run) for run in runs)
        numbered = set(next(run for run in runs if len(run) == longest))
        left = (_COUNTED.sub("", line, count=1) if at in numbered else line for at, line in enumerate(lines))
        return "\n".join(line for at, line in enumerate(left) if line or at not in numbered)
    return "\n".join(line for line in lines if not _counts_up(line))


def _is_stamp(line: str) -> bool:
    return _PAGE.fullmatch(line) is not None or _stamp(line) is not None


def _stamp(line: str) -> Stamp | None:
    if len(line) > LONGEST_STAMP or _PLACE.search(line) is None:
        return None
    case, document = _CASE.search(line), _DOCUMENT.search(line)
    if case is None or document is None or document.start() < case.start():
        return None
    filed = _FILED.search(line) or _DATE.search(line)
    return Stamp(case.group("number"), document.group("number"), _iso(filed.group("date")) if filed else None)


def _iso(american: str) -> str | None:
    month, day, year = map(int, american.split("/"))
    try:
        return date(year + 2000 if year < 100 else year, month, day).isoformat()
    except ValueError:
        return None


def _runs(lines: Sequence[str]) -> list[list[int]]:
    """Indices of the lines that begin with 1, 2, 3, … in this order, a run for each line that begins with 1."""
    runs: list[list[int]] = []
    for at, line in enumerate(lines):
        counted = _COUNTED.match(line)
        if counted is None:
            continue
        number = int(counted.group(1))
        if number == 1:
            runs.append([])
        for run in runs[-3:]:
            if number == len(run) + 1:
                run.append(at)
    return runs


def _counts_up(line: str) -> bool:
    """Whether a line holds the whole margin: "1 2 3 … 28"."""
    words = line.split() if len(line) <= LONGEST_STAMP else []
    return len(words) >= FEWEST_NUMBERED_LINES and words == [str(n) for n in range(1, len(words) + 1)]
