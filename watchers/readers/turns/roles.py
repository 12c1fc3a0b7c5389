"""Who speaks for whom, and where the questions begin: by what is said, since labels are guesses.

The operator may go by a first name, or under an executive's name (EarningsCall labels the operator's words with the IR
director's); providers put Q&A into prepared remarks (DLB_q4_2021, WWE_q2_2021).
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from watchers.model import Role, Section
from watchers.readers.turns.layout import Turn

_OPERATES = re.compile(
    r"\bquestions? (?:comes?|is coming|will come) from|from the line of|your lines? (?:is|are) (?:now )?(?:open|live)|"
    r"listen[- ]only|operator instructions",
    re.IGNORECASE,
)
_QUESTION_CUE = re.compile(
    r"\bquestions?\b(?:.{0,60}?)\b(?:comes?|coming|come|is|are) from\b|from the line of|your line is (?:now )?open|"
    r"\b(?:first|next) question\b|question[- ]and[- ]answer session",
    re.IGNORECASE | re.DOTALL,
)
_INTRODUCED = re.compile(
    r"(?:from|of|to)\s+(?:the\s+)?(?:line\s+of\s+)?((?:[A-Z][\w.'’-]+\s+){1,3}[A-Z][\w.'’-]+)(?:\s*,|\s+(?:with|from|of|at)\b)"
)
_EXECUTIVE = re.compile(
    r"\b(?:C[EFOTIM]O|chief|officer|president|director|head|[SE]?VP|vice|chair\w*|founder|investor relations|treasurer|"
    r"counsel|secretary|manager)\b",
    re.IGNORECASE,
)
_ANALYST = re.compile(r"\banalyst\b|\bresearch\b", re.IGNORECASE)
_QA_HEADING = re.compile(r"question|q&a", re.IGNORECASE)
_SHORT = 1200


def with_roles(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with role and section; an operator under an executive's name is called Operator."""
    operating = [_operates(turn) for turn in turns]
    begin = questions_begin(turns, operating)
    analysts = {name.casefold() for turn, op in zip(turns, operating, strict=True) if op for name in _introduced(turn)}
    company = {
        _name(turn) for index, (turn, op) in enumerate(zip(turns, operating, strict=True)) if not op and index < begin
    }
    done = []
    for index, (turn, op) in enumerate(zip(turns, operating, strict=True)):
        section: Section = "qa" if index >= begin else "prepared"
        role = _role(turn, section, analysts, company) if not op else "operator"
        if op and turn.title is not None and not re.search("operator|moderator", turn.title, re.IGNORECASE):
            turn = replace(turn, speaker="Operator", title=None)  # noqa: PLW2901 - the label is contradicted
        done.append(replace(turn, role=role, section=section))
    return done


def questions_begin(turns: Sequence[Turn], operating: Sequence[bool]) -> int:
    """Index of the first turn of the questions; `len(turns)` where there are none."""
    for index, turn in enumerate(turns):
        if index >= 2 and operating[index] and _QUESTION_CUE.search(turn.text):
            return index
    for index, turn in enumerate(turns):
        if turn.after_heading and _QA_HEADING.search(turn.after_heading):
            return index
    return len(turns)


def _operates(turn: Turn) -> bool:
    label = (turn.speaker or "").casefold()
    if label in {"operator", "moderator", "conference operator"}:
        return True
    if turn.title is not None and _ANALYST.search(turn.title):
        return False
    words = turn.text[:_SHORT]
    if len(turn.text) > _SHORT and "listen" not in words.lower():
        return False
    return _OPERATES.search(words) is not None


def _introduced(turn: Turn) -> list[str]:
    """Names that the operator announces."""
    return [" ".join(name.split()) for name in _INTRODUCED.findall(turn.text)]


def _role(turn: Turn, section: Section, analysts: set[str], company: set[str]) -> Role:
    if turn.title is not None:
        if _ANALYST.search(turn.title):
            return "analyst"
        if _EXECUTIVE.search(turn.title):
            return "executive"
    name = _name(turn)
    if name in company:
        return "executive"
    if name in analysts or any(name and (name in known or known in name) for known in analysts):
        return "analyst"
    return "executive" if section == "prepared" else "unknown"


def _name(turn: Turn) -> str:
    return (turn.speaker or "").casefold()
