"""Who speaks for whom, and where the questions begin: by what is said in the same document, since labels are guesses.

The operator may go by a first name, or under an executive's name (EarningsCall labels the operator's words with the IR
director's, and the director's as the operator's); providers put questions into prepared remarks (DLB_q4_2021,
WWE_q2_2021). What no evidence tells stays "unknown".
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from watchers.model import Role
from watchers.readers.turns.layout import Turn
from watchers.readers.turns.names import is_generic, side_of
from watchers.readers.turns.participants import Participant

_OPERATORS = frozenset({"operator", "moderator", "coordinator", "conference operator", "conference moderator"})
_OPERATES = re.compile(
    r"\bquestions? (?:\w+ ){0,2}(?:comes?|is coming|will (?:come|be)|is|are) (?:\w+ )?(?:from|by|at)\b|"
    r"from the line of|\byour lines? (?:is|are) (?:now )?(?:open|live|unmuted)|listen[- ]only|operator instructions|"
    r"\bpress(?:ing)? (?:the )?(?:\*|star|pound|#|hash|zero|one)|"
    r"\bthis (?:concludes|does conclude|will conclude) (?:today's|the|our|your) .{0,30}\b(?:call|conference|webcast)|"
    r"\byou may (?:now )?disconnect|\btouch[- ]?tone\b|\bin the (?:question )?queue\b",
    re.IGNORECASE,
)
_MAY_OPERATE = re.compile(
    r"\bstanding by\b|\b(?:no|any) (?:further|more|other) questions\b|\bone moment\b|\b(?:please )?go ahead\b|"
    r"^\W*(?:thank you|certainly|sure|yes)\W*$|^\W*(?:good \w+,? (?:\w+,? ){0,4})?(?:and )?welcome to\b",
    re.IGNORECASE,
)
"""What others say too; it counts for one whose other words are an operator's."""
_ASKS_NEXT = re.compile(
    r"\bquestions? (?:\w+[- ]){0,3}(?:comes?|coming|come|is|are|be) (?:\w+ )?(?:from|by)\b|from the line of|"
    r"\byour lines? (?:is|are) (?:now )?(?:open|live|unmuted)|"
    r"\b(?:next|first)(?:,)? (?:\w+ ){0,4}(?:question|hear from)\b|"
    r"\bgo (?:next |now )?to (?:the line of )?[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+)* (?:with|from|of|at)\b",
)
_QUESTION_CUE = re.compile(
    r"\bquestions?\b.{0,60}?\b(?:comes?|coming|come|is|are|be) (?:from|by)\b|from the line of|"
    r"\byour lines? (?:is|are) (?:now )?(?:open|live|unmuted)|\b(?:first|next) question\b|"
    r"\b(?:question[- ]and[- ]answers?|Q ?& ?A) (?:session|portion|part|period)\b|"
    r"\b(?:open|opened) (?:\w+ ){0,4}(?:for|to) (?:\w+ ){0,2}questions\b|\bto ask a question\b",
    re.IGNORECASE | re.DOTALL,
)
_PROCEEDS = re.compile(
    r"\b(?:proceed|move|go|turn|now have|begin|start|open) (?:\w+ ){0,5}(?:Q ?(?:and|&) ?A\b|questions?\b)",
    re.IGNORECASE,
)
_ASKER = re.compile(
    r"\b(?:tak(?:e|ing) (?:my|the|our) questions?|my (?:first )?question|thanks for (?:the )?question)\b", re.IGNORECASE
)
_NAME = r"[A-Z][\w.'’-]{0,40}(?:\s(?:[A-Z][\w.'’-]{0,40}|de|van|von|der|la|le|du|di|da)){1,4}"
_INTRODUCED = re.compile(
    rf"\b(?:from|of|to|is|with|by)\s(?:the\s)?(?:line\sof\s)?(?:Mr\.?\s|Ms\.?\s|Mrs\.?\s)?(?P<name>{_NAME})"
    r"(?:,|\.|\s(?:with|from|of|at|representing|on)\b)"
)
_TITLED = re.compile(rf"(?P<name>{_NAME})(?:,?\s(?:our|the|its|who is|is our)\s|,\s)(?P<title>[\w&' -]{{2,60}})")
_QA_HEADING = re.compile(r"question|q ?& ?a", re.IGNORECASE)
_SHORT = 1200
_OPENING = 3


def with_roles(
    turns: Sequence[Turn], participants: Mapping[str, Participant] | None = None, *, guessed: bool = False
) -> list[Turn]:
    """The turns with role and section, and with the title that the document gives the speaker elsewhere.

    `guessed`: the labels are a provider's guesses; where the words contradict one, it goes.
    """
    told = _titled(_relabelled(turns) if guessed else turns, participants or {})
    operating = _operating(told)
    begin = questions_begin(told, operating)
    roles = _roles(told, operating, begin, participants or {})
    return [
        replace(turn, role=role, section="qa" if at >= begin else "prepared")
        for at, (turn, role) in enumerate(zip(told, roles, strict=True))
    ]


def questions_begin(turns: Sequence[Turn], operating: Sequence[bool]) -> int:
    """Index of the first turn of the questions; `len(turns)` where there are none."""
    for at, turn in enumerate(turns):
        if at >= 2 and operating[at] and _QUESTION_CUE.search(turn.text):
            return at
    for at, turn in enumerate(turns):
        if turn.after_heading and _QA_HEADING.search(turn.after_heading):
            return at
    for at, turn in enumerate(turns):
        # Without an operator: whoever leads the call opens the floor, or somebody asks.
        if (
            at >= 2
            and not operating[at]
            and len(turn.text) < _SHORT
            and (_ASKS_NEXT.search(turn.text) or _PROCEEDS.search(turn.text))
        ):
            return at
        if at >= 2 and _ASKER.search(turn.text[:300]):
            return at
    return len(turns)


def _titled(turns: Sequence[Turn], participants: Mapping[str, Participant]) -> list[Turn]:
    titles = {name: participant.title for name, participant in participants.items() if participant.title}
    for turn in turns:
        if turn.title is not None:
            titles.setdefault(_name(turn), turn.title)
    return [replace(turn, title=turn.title or titles.get(_name(turn))) for turn in turns]


def _operating(turns: Sequence[Turn]) -> list[bool]:
    """Whose words are the operator's: by the label, by what is said, and then by the label's usual words."""
    said = [_operates(turn) for turn in turns]
    sure: Counter[str] = Counter()
    maybe: Counter[str] = Counter()
    spoken: Counter[str] = Counter()
    for turn, one in zip(turns, said, strict=True):
        label = _name(turn)
        spoken[label] += 1
        sure[label] += one
        maybe[label] += one or (len(turn.text) < _SHORT and _MAY_OPERATE.search(turn.text) is not None)
    usual = {label for label in spoken if label and sure[label] and maybe[label] >= max(2, spoken[label] / 2)}
    # A person with a title who calls the next questioner is no operator: many calls are led by the company itself.
    led = {_name(turn) for turn in turns if turn.title is not None and side_of(turn.title) != "unknown"}
    return [
        label in _OPERATORS or (label not in led and (label in usual or one))
        for turn, one in zip(turns, said, strict=True)
        for label in [_name(turn)]
    ]


def _operates(turn: Turn) -> bool:
    if _name(turn) in _OPERATORS:
        return True
    words = turn.text[:_SHORT]
    if len(turn.text) > _SHORT and "listen" not in words.lower():
        return False
    return _OPERATES.search(words) is not None


def _relabelled(turns: Sequence[Turn]) -> list[Turn]:
    """Guessed labels, mended where the words contradict them.

    Somebody who says the operator's words is the operator. If "Operator" then is somebody else's label, that person is
    whom the operator introduces, where that is the very name that stood on the operator's words; else nobody.
    """
    said: dict[str, list[bool]] = defaultdict(list)
    for turn in turns:
        said[_name(turn)].append(_OPERATES.search(turn.text[:_SHORT]) is not None)
    real = {
        label
        for label, found in said.items()
        if label and label not in _OPERATORS and sum(found) >= 2 and sum(found) >= 0.5 * len(found)
    }
    if not real:
        return list(turns)
    false = not any(any(found) for label, found in said.items() if label in _OPERATORS)
    swapped = next((turn for turn in turns if _name(turn) in real and turn.title), None) if false else None
    introduced = swapped is not None and any(
        turn.text.find(swapped.speaker or "") >= 0 for turn in turns[:_OPENING] if _name(turn) in real
    )
    mended = []
    for turn in turns:
        if _name(turn) in real:
            mended.append(replace(turn, speaker="Operator", title=None))
        elif false and _name(turn) in _OPERATORS:
            one = swapped if introduced else None
            mended.append(replace(turn, speaker=one.speaker if one else None, title=one.title if one else None))
        else:
            mended.append(turn)
    return mended


@dataclass(slots=True)
class _Evidence:
    """What the document says of its people, by name in small letters; `surnames` for names that are given in part."""

    company: set[str] = field(default_factory=set)
    asking: set[str] = field(default_factory=set)
    titled: dict[str, Role] = field(default_factory=dict)


def _roles(
    turns: Sequence[Turn], operating: Sequence[bool], begin: int, participants: Mapping[str, Participant]
) -> list[Role]:
    known = _evidence(turns, operating, begin, participants)
    return ["operator" if op else _role(turn, known) for turn, op in zip(turns, operating, strict=True)]


def _evidence(
    turns: Sequence[Turn], operating: Sequence[bool], begin: int, participants: Mapping[str, Participant]
) -> _Evidence:
    known = _Evidence()
    for name, participant in participants.items():
        if participant.side != "unknown":
            known.titled[name] = participant.side
    asked = False
    for at, (turn, op) in enumerate(zip(turns, operating, strict=True)):
        name = _name(turn)
        if at < begin < len(turns) and not op:
            known.company.add(name)
        if at < begin:
            for match in _TITLED.finditer(turn.text[:6000]):
                side = side_of(match.group("title"))
                if side == "executive":
                    known.titled.setdefault(match.group("name").casefold(), side)
        if op and at >= begin:
            known.asking.update(found.casefold() for found in _INTRODUCED.findall(turn.text[:_SHORT]))
        if asked and not op and name not in known.company:
            known.asking.add(name)
        asked = at >= begin and (_ASKS_NEXT.search(turn.text[-_SHORT:]) is not None if op or at == begin else False)
    return known


def _role(turn: Turn, known: _Evidence) -> Role:
    name = _name(turn)
    if not name:
        return "unknown"
    if name in known.company:
        return "executive"
    by_title = side_of(turn.title) if turn.title is not None else "unknown"
    if by_title == "analyst" or name in known.asking or known.titled.get(name) == "analyst":
        return "analyst"
    if by_title == "executive" or known.titled.get(name) == "executive":
        return "executive"
    return side_of(name) if is_generic(name) else "unknown"


def _name(turn: Turn) -> str:
    return (turn.speaker or "").casefold()
