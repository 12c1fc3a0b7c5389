"""From lines to turns: who begins to speak where.

Layouts met in real files: `Name: text`, `Name:text`, `Name -- Title` and `Name, Title` on a line of their own, a bare
`Operator`, `Speaker 3:`. A line with a colon is a speaker's only if the name is listed, recurs, or looks like one:
"Duration: 58 minutes" is not.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchers.model import Role, Section
from watchers.readers.turns.lines import Line

_COLON = re.compile(r"^([^:\n]{1,80}?)\s*:\s*(.*)$", re.DOTALL)
_DASHED = re.compile(r"^([^:\n]{2,60}?)\s*(?:--|—|–| - )\s*([^:\n]{2,90})$")
_COMMA = re.compile(r"^([^:,\n]{3,50}(?:,\s*(?:Jr|Sr|II|III|IV)\.?)?),\s+([^:\n]{2,90})$")
_TITLE_WORDS = re.compile(
    r"\b(?:C[EFOTIM]O|chief|officer|president|director|head|VP|SVP|EVP|vice|chair(?:man|woman|person)?|founder|analyst|"
    r"investor relations|treasurer|counsel|secretary|manager|operator|moderator|partner|research)\b",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"^(?:duration|date|time|call participants?|participants?|prepared remarks|questions?(?: (?:and|&) answers?)?|q&a|"
    r"contents|note|disclaimer|source|company|ticker|symbol|operator instructions|more \w+ analysis|image source|"
    r"presentation|corporate participants|conference call participants|executives|analysts|copyright|transcript|"
    r"title|subject|web|phone|email|call date|location|https?|example|first|second|third|finally|question|answer)$",
    re.IGNORECASE,
)
_NAME_TOKEN = re.compile(
    r"^[\"“'(]?[A-Z][\w.'’\u2019-]*[\"”')]?,?$|^(?:de|van|von|der|den|la|le|du|di|da|bin|al|Jr\.?|Sr\.?)$"
)
_NUMBERED = re.compile(r"^(?:speaker|unknown speaker|participant)\s*\d*$", re.IGNORECASE)
_GENERIC = re.compile(
    r"^(?:operator|moderator|unidentified \w+(?: \w+)?|unknown (?:executive|analyst|speaker|attendee|participant)|"
    r"company representative|q|a)$",
    re.IGNORECASE,
)
_SECTIONS = re.compile(r"^(?:prepared remarks|questions?(?:\s*(?:and|&)\s*answers?)?|q&a)\W*$", re.IGNORECASE)
_AFTERWORD = re.compile(r"^(?:duration:\s*\d+|call participants\W*$|more \w+ analysis\W*$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    speaker: str | None
    text: str
    title: str | None = None
    page: int | None = None
    role: Role = "unknown"
    section: Section | None = None
    after_heading: str | None = None
    """The heading that stands before the turn ("Questions and Answers")."""


@dataclass(frozen=True, slots=True)
class _Start:
    speaker: str
    title: str | None
    rest: str


def turns_of(lines: Sequence[Line]) -> list[Turn]:
    """Turns in order; none for a text that is no transcript."""
    listed, named = _listed(lines), _recurring(lines)
    own_line = _own_line_layout(lines)
    turns: list[Turn] = []
    spoken: list[str] = []
    current: Turn | None = None
    heading: str | None = None

    def close() -> None:
        text = "\n".join(spoken).strip()
        spoken.clear()
        if current is not None and text:
            turns.append(replace(current, text=text))

    for line in lines:
        text = line.text
        if _SECTIONS.match(text):
            heading = text
            continue
        if _AFTERWORD.match(text):
            close()
            current = None
            continue
        start = _start(text, listed, named, own_line=own_line)
        if start is None:
            if text:
                spoken.append(text)
            continue
        close()
        current = Turn(start.speaker, "", start.title, line.page, after_heading=heading)
        heading = None
        if start.rest:
            spoken.append(start.rest)
    close()
    return turns


def _start(text: str, listed: set[str], named: Counter[str], *, own_line: bool) -> _Start | None:
    if own_line:
        if text.lower() == "operator":
            return _Start(text, None, "")
        alone = _alone(text)
        if alone is not None:
            return alone
    colon = _COLON.match(text)
    if colon is None:
        return None
    name, rest = colon.group(1).strip(), colon.group(2)
    if _is_speaker(name, listed, named):
        return _Start(name, None, rest)
    titled = _DASHED.match(name) or _COMMA.match(name)
    if titled is not None and _TITLE_WORDS.search(titled.group(2)) and _looks_like_name(titled.group(1)):
        return _Start(titled.group(1).strip(), titled.group(2).strip(), rest)
    return None


def _alone(text: str) -> _Start | None:
    """A speaker on a line of its own, with a title or a firm behind."""
    if len(text) > 140:
        return None
    parts = _DASHED.match(text)
    if parts is not None and _looks_like_name(parts.group(1)):
        return _Start(parts.group(1).strip(), parts.group(2).strip(" -–—"), "")
    parts = _COMMA.match(text)
    if parts is not None and _looks_like_name(parts.group(1)) and _TITLE_WORDS.search(parts.group(2)):
        if text.endswith((".", "?", "!")) and not text.endswith(("Jr.", "Sr.", "Inc.", "Co.")):
            return None
        return _Start(parts.group(1).strip(), parts.group(2).strip(), "")
    return None


def _own_line_layout(lines: Sequence[Line]) -> bool:
    return sum(_alone(line.text) is not None for line in lines) >= 2


def _is_speaker(name: str, listed: set[str], named: Counter[str]) -> bool:
    if _NO_NAME.match(name) or len(name.split()) > 9:
        return False
    if _NUMBERED.match(name) or _GENERIC.match(name) or name.casefold() in listed:
        return True
    if not name[:1].isupper() and name[:1] not in '"“':
        return False
    return _looks_like_name(name) or (named[name] >= 2 and len(name.split()) <= 4 and name[:1].isupper())


def _looks_like_name(name: str) -> bool:
    tokens = re.sub(r"\([^)]*\)", "", name).split()
    if not 2 <= len(tokens) <= 7 or _NO_NAME.match(name):
        return False
    return all(_NAME_TOKEN.match(token) for token in tokens)


def _listed(lines: Sequence[Line]) -> set[str]:
    """Names in lists of participants."""
    names: set[str] = set()
    for line in lines:
        parts = _DASHED.match(line.text)
        if parts is None:
            continue
        for one, other in (parts.groups(), parts.groups()[::-1]):
            if _looks_like_name(one) and _TITLE_WORDS.search(other):
                names.add(one.strip().casefold())
    return names


def _recurring(lines: Sequence[Line]) -> Counter[str]:
    return Counter(match.group(1).strip() for line in lines if (match := _COLON.match(line.text)))
