"""From lines to turns: who begins to speak where.

Layouts met in real files: `Name: text`, `Name:text`, `Name (Firm):` and `NAME:` with the text below, `Name -- Title`
and `Name, Title` on a line of their own, a bare `Operator`, `Speaker 3:`. A label is a speaker's only if the name is
listed, recurs, or looks like one: "Duration: 58 minutes" is not. Where every block begins with a label, and labels
recur, a first name is enough.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from watchers.model import Role, Section
from watchers.readers.turns.lines import Line
from watchers.readers.turns.names import (
    LONGEST_LABEL,
    Label,
    has_title_word,
    is_generic,
    label_of,
    looks_like_name,
    looks_like_title,
    may_be_first_name,
    plain,
)
from watchers.readers.turns.participants import Participant, is_list_heading, participants_of

_LONGEST_HEADING = 150
_SECTIONS = re.compile(
    r"^\W{0,3}(?:prepared remarks|presentation|management discussion section|"
    r"questions?(?:[ -](?:and|&)[ -]answers?(?: session| section)?)?|q ?& ?a(?: session)?)\W{0,3}$",
    re.IGNORECASE,
)
_AFTERWORD = re.compile(
    r"^\W{0,3}(?:duration:\s?\d+|more [\w.]+ analysis\b|all earnings call transcripts|read next|"
    r"this (?:article|transcript) (?:is|was|represents)\b|\d+ stocks we like better|copyright\b|©|"
    r"\[?end of (?:call|transcript|document))",
    re.IGNORECASE,
)
_EDITORIAL_END = re.compile(r"^\W{0,3}full conference call transcript\W{0,3}$", re.IGNORECASE)
_SPOKEN = 40
"""Characters from which a line below a list of participants is speech again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's words until another speaks: lines as they stand, trimmed, joined by line feeds, none empty."""

    speaker: str | None
    text: str
    title: str | None = None
    page: int | None = None
    role: Role = "unknown"
    section: Section | None = None
    after_heading: str | None = None
    """The heading that stands before the turn ("Questions and Answers")."""


@dataclass(frozen=True, slots=True)
class Script:
    """A transcript taken apart. `above`: the lines before anybody speaks; no turns: it is no transcript."""

    above: tuple[Line, ...] = ()
    turns: tuple[Turn, ...] = ()
    participants: Mapping[str, Participant] = field(default_factory=dict)
    unsaid: int = 0
    """Characters that nobody speaks, besides headings and lists of participants."""


@dataclass(frozen=True, slots=True)
class _Start:
    label: Label
    rest: str = ""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the whole document says about how its turns begin."""

    participants: Mapping[str, Participant]
    recurring: Mapping[str, int]
    labelled: bool
    dashed: bool
    titled: bool
    bare: frozenset[str]


def script_of(lines: Sequence[Line]) -> Script:
    """What stands above, turns and participants.

    Editorial summaries above a transcript repeat its quotes, and not always rightly: they are above, not spoken.
    """
    cut = next((at for at, line in enumerate(lines) if _EDITORIAL_END.match(line.text[:60])), -1)
    body = lines[cut + 1 :]
    layout = _layout_of(lines, body)
    turns, begin, unsaid = _turns(body, layout)
    return Script((*lines[: max(cut, 0)], *body[:begin]), tuple(turns), layout.participants, unsaid)


def _turns(lines: Sequence[Line], layout: _Layout) -> tuple[list[Turn], int, int]:
    """Turns, the index of the first line of the first, and how many characters nobody speaks."""
    cut = _Cut()
    first = len(lines)
    listing = False
    for at, line in enumerate(lines):
        text = line.text
        if not text:
            continue
        ends = _ends(text)
        if ends is not None:
            cut.close()
            listing = ends == "list"
            cut.heading = text if ends == "section" else cut.heading
            continue
        start = _start(text, layout, after_operator=cut.after_operator)
        if start is None:
            cut.say(text, counts=not listing)
        elif not listing or _speaks(start, lines, at, layout):
            listing = False
            first = min(first, at)
            cut.begin(start, line.page)
    cut.close()
    return cut.turns, first, cut.unsaid


def _ends(text: str) -> Literal["section", "list"] | None:
    """What ends a turn besides the next: a heading, a list of participants, the end of the call."""
    short = len(text) <= _LONGEST_HEADING
    if short and _SECTIONS.match(text):
        return "section"
    if short and is_list_heading(text):
        return "list"
    return "list" if _AFTERWORD.match(text[:80]) else None


class _Cut:
    """Turns as they are cut off the lines."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.heading: str | None = None
        self.unsaid = 0
        self._spoken: list[str] = []
        self._current: Turn | None = None

    def begin(self, start: _Start, page: int | None) -> None:
        self.close()
        self._current = Turn(start.label.name, "", start.label.title, page, after_heading=self.heading)
        self.heading = None
        self.say(start.rest)

    def say(self, text: str, *, counts: bool = True) -> None:
        if self._current is None:
            self.unsaid += len(text) * counts
        elif text:
            self._spoken.append(text)

    def close(self) -> None:
        if self._current is not None and self._spoken:
            self.turns.append(replace(self._current, text="\n".join(self._spoken)))
        self._spoken.clear()
        self._current = None

    @property
    def after_operator(self) -> bool:
        last = self._current or (self.turns[-1] if self.turns else None)
        return last is not None and (last.speaker or "").casefold() in {"operator", "moderator"}


def _start(text: str, layout: _Layout, *, after_operator: bool) -> _Start | None:
    colon = plain(text[: LONGEST_LABEL + 1]).find(":")
    if colon > 0:
        label, rest = label_of(text[:colon]), text[colon + 1 :].strip()
        if label is not None and not rest.startswith("//") and _is_speaker(label, layout):
            return _Start(label, rest)
        return None
    return _alone(text, layout, after_operator=after_operator)


def _alone(text: str, layout: _Layout, *, after_operator: bool) -> _Start | None:
    """A speaker on a line of its own."""
    label = label_of(text) if len(text) <= _LONGEST_HEADING else None
    if label is None:
        return None
    if label.title is None:
        name = label.name.casefold()
        if name in {"operator", "moderator"} or name in layout.bare:
            return _Start(label)
        return None
    if not looks_like_name(label.name):
        return None
    if _is_dashed(text, label):
        known = label.name.casefold() in layout.participants or has_title_word(label.title) or after_operator
        return _Start(label) if layout.dashed and known else None
    return _Start(label) if layout.titled and looks_like_title(label.title) else None


def _is_speaker(label: Label, layout: _Layout) -> bool:
    name = label.name
    if is_generic(name) or name.casefold() in layout.participants:
        return True
    if looks_like_name(name):
        return True
    if label.title is not None and not has_title_word(label.title):
        return False
    if not may_be_first_name(name):
        return False
    return layout.labelled or layout.recurring[name.casefold()] >= 2


def _speaks(start: _Start, lines: Sequence[Line], at: int, layout: _Layout) -> bool:
    """Whether somebody speaks here, below a list of participants: words follow, not another entry."""
    following = start.rest or next((line.text for line in lines[at + 1 : at + 4] if line.text), "")
    return len(following) > _SPOKEN and (bool(start.rest) or _start(following, layout, after_operator=False) is None)


def _layout_of(lines: Sequence[Line], body: Sequence[Line]) -> _Layout:
    participants = participants_of(lines)
    recurring: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    dashed = titled = 0
    for line in body:
        colon = plain(line.text[: LONGEST_LABEL + 1]).find(":")
        if colon > 0:
            label = label_of(line.text[:colon])
            if label is not None:
                recurring[label.name.casefold()] += 1
            continue
        label = label_of(line.text) if len(line.text) <= _LONGEST_HEADING else None
        if label is None:
            continue
        if label.title is None:
            alone[label.name.casefold()] += 1
        elif looks_like_name(label.name):
            if _is_dashed(line.text, label):
                dashed += 1
            elif looks_like_title(label.title):
                titled += 1
    bare = frozenset(name for name in alone if name in participants and alone[name] >= 2)
    return _Layout(participants, recurring, _is_labelled(body), dashed >= 2, titled >= 2, bare)


def _is_labelled(lines: Sequence[Line]) -> bool:
    """Whether (nearly) every block begins with a label, and labels recur: a glossary's do not."""
    blocks = [line.text for at, line in enumerate(lines) if line.text and (at == 0 or not lines[at - 1].text)]
    if len(blocks) < 4:  # no empty lines between turns
        blocks = [line.text for line in lines if line.text]
    labels: Counter[str] = Counter()
    for text in blocks:
        colon = plain(text[:60]).find(":")
        label = label_of(text[:colon]) if colon > 0 else None
        if label is not None and (is_generic(label.name) or may_be_first_name(label.name)):
            labels[label.name.casefold()] += 1
    return labels.total() >= max(4, 0.9 * len(blocks)) and len(labels) <= 0.7 * labels.total()


def _is_dashed(text: str, label: Label) -> bool:
    return plain(text)[len(label.name) :].lstrip()[:1] in {"-", "—", "–"}
