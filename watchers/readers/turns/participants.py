"""Who takes part, as the document lists them: above the call, or below it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchers.model import Role
from watchers.readers.turns.lines import Line
from watchers.readers.turns.names import has_title_word, label_of, looks_like_name, side_of

_LIST = re.compile(
    r"^\W{0,3}(?:(?P<company>(?:corporate|company|management) participants|executives|management)|"
    r"(?P<others>(?:conference )?call participants|analysts|other participants|participants))\W{0,3}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Participant:
    """`side`: what the list says; "unknown" for a list of everybody."""

    name: str
    title: str | None
    side: Role


def participants_of(lines: Sequence[Line]) -> dict[str, Participant]:
    """By name, in small letters. `Name -- Title` counts anywhere, `Title — Name` and bare names only in a list."""
    found: dict[str, Participant] = {}
    heading: Role | None = None
    for line in lines:
        if not line.text or len(line.text) > 140:
            heading = heading if not line.text else None
            continue
        begins = _LIST.match(line.text)
        if begins is not None:
            whole = begins.group("others") is not None and "analysts" not in begins.group("others").casefold()
            heading = "executive" if begins.group("company") else "unknown" if whole else "analyst"
            continue
        entry = _entry(line.text, heading)
        if entry is not None:
            found.setdefault(entry.name.casefold(), entry)
    return found


def is_list_heading(text: str) -> bool:
    return len(text) < 60 and _LIST.match(text) is not None


def _entry(text: str, heading: Role | None) -> Participant | None:
    label = label_of(text)
    if label is None or ":" in text:
        return None
    if label.title is None:
        if heading not in {"executive", "analyst"} or not looks_like_name(label.name):
            return None
        return Participant(label.name, None, heading)
    dashed = text[len(label.name) :].lstrip()[:1] in {"-", "—", "–"}
    if looks_like_name(label.name) and has_title_word(label.title) and not has_title_word(label.name):
        return Participant(label.name, label.title, _side(label.title, heading)) if dashed or heading else None
    if dashed and has_title_word(label.name) and looks_like_name(label.title) and not has_title_word(label.title):
        return Participant(label.title, label.name, _side(label.name, heading))
    return None


def _side(title: str, heading: Role | None) -> Role:
    return heading if heading in {"executive", "analyst"} else side_of(title)
