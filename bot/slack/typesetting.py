"""Runs of text set in lines of a width, without a font: by the widths of Helvetica, which Arial and Lato resemble."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
"""From space to tilde, in thousandths of the size (Adobe's font metrics of Helvetica and Helvetica-Bold)."""
_OTHERS = {"“": 333, "”": 333, "‘": 222, "’": 222, "…": 1000, "–": 556, "—": 1000, "·": 278, "•": 350, "\u2011": 333}
_USUAL = 556
_WIDE = 1000
_TABLES = {
    bold: dict(zip(map(chr, range(32, 127)), map(int, table.split()), strict=True)) | _OTHERS
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}
_TOKEN = re.compile(r"\n| +|[^ \n]+")


@dataclass(frozen=True, slots=True)
class Run:
    """Some text of one look; `emoji` is the name of a picture that stands in its place."""

    text: str
    size: float = 15
    colour: str = "#1d1c1d"
    bold: bool = False
    italic: bool = False
    strike: bool = False
    emoji: str | None = None

    @property
    def width(self) -> float:
        return self.size * 1.25 if self.emoji else width(self.text, self.size, bold=self.bold)


Line = list[Run]


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text, in the unit of `size`."""
    table = _TABLES[bold]
    return sum(table.get(character) or _of_other(character) for character in text) * size / 1000


def wrapped(runs: Iterable[Run], room: float) -> list[Line]:
    """Lines no wider than `room`, broken between words, and inside a word only where it has a line to itself."""
    lines: list[Line] = [[]]
    left = room
    for run in runs:
        for token in _tokens(run):
            if token.text == "\n":
                lines.append([])
                left = room
                continue
            if token.width > left and lines[-1] and not token.text.isspace():
                lines.append([])
                left = room
            if token.text.isspace() and not lines[-1]:
                continue  # a space where a line was broken is not shown
            parts = _broken(token, room) if token.width > room else [token]
            for part in parts[:-1]:
                lines[-1].append(part)
                lines.append([])
                left = room
            lines[-1].append(parts[-1])
            left -= parts[-1].width
    return [_joined(line) for line in lines]


def _of_other(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _USUAL


def _tokens(run: Run) -> Iterable[Run]:
    if run.emoji:
        return [run]
    return [replace(run, text=token) for token in _TOKEN.findall(run.text)]


def _broken(run: Run, room: float) -> list[Run]:
    """A word that is wider than a line, in pieces that are not."""
    parts, piece = [], ""
    for character in run.text:
        if piece and width(piece + character, run.size, bold=run.bold) > room:
            parts.append(piece)
            piece = ""
        piece += character
    return [replace(run, text=text) for text in [*parts, piece]]


def _joined(line: Line) -> Line:
    """Neighbours of one look as one run; no space at the end."""
    joined: Line = []
    for run in line:
        if joined and not run.emoji and not joined[-1].emoji and replace(run, text="") == replace(joined[-1], text=""):
            joined[-1] = replace(joined[-1], text=joined[-1].text + run.text)
        else:
            joined.append(run)
    if joined and not joined[-1].emoji:
        joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip())
    return [run for run in joined if run.text or run.emoji]
