"""Does a sentence say yes or no to what a rule found in it, and does it speak of a fact, a plan or a possibility?

Clause-scoped negation by word lists (`rules.cues`), after NegEx and ConText: a negation reaches forward to the hit
within its clause, a negated copula reaches back ("selling access isn't our business model"), and two different ways
of saying no undo each other ("we have not ended it"). It is right about most sentences and sure of none: what it
decides is which quotes stand first, never whether they are shown.
"""

from dataclasses import dataclass
from typing import Literal

from rules.clauses import Clause, Cue, lexicon_for

Polarity = Literal["affirms", "denies", "unclear"]
Modality = Literal["fact", "plan", "possible", "unclear"]

_BEFORE_A_MONTH = frozenset(
    {"in", "of", "since", "by", "until", "last", "this", "next", "early", "late", "mid", "from"}
)

# How far, in words, a cue reaches. Tuned on sentences of our own.
_ENDING_REACH = 4
_ABSENCE_REACH = 6
_FREE_REACH = 4
_MERELY_REACH = 2
_SIZE_REACH = 6
_COPULA_REACH = 12
_COMPLEMENT_REACH = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """`polarity`: what the words say of the hit. "royalty-free" denies: nothing is taken for it.

    `modality`: whether it is so, is meant to be, or may be.
    """

    polarity: Polarity
    modality: Modality


def judge(text: str, hit: tuple[int, int], language: str | None) -> Judgement:
    """Judge the clause around a hit.

    `text` is a sentence or some; `hit` counts characters of it and is clamped to it. `language` is BCP 47 or None; a
    document that is not declared to be English is read with the Malay words too. Never raises; linear in the text.
    """
    clause = Clause.around(text, hit, lexicon_for(english=(language or "").casefold().startswith("en")))
    if clause is None or clause.asks:
        return Judgement("unclear", "unclear")
    if clause.conditional():
        return Judgement("unclear", "possible")
    return Judgement(_polarity(clause), _modality(clause))


def _modality(clause: Clause) -> Modality:
    moods = {cue.kind for cue in clause.moods() if not _is_a_month(clause, cue)}
    if "possibilities" in moods:
        return "possible"
    return "plan" if "plans" in moods else "fact"


def _is_a_month(clause: Clause, cue: Cue) -> bool:
    return clause.word(cue.start) == "may" and (
        clause.word(cue.start - 1) in _BEFORE_A_MONTH or clause.word(cue.end).isdigit()
    )


def _polarity(clause: Clause) -> Polarity:
    ways = _ways_of_no(clause)
    if "doubts" in ways:
        return "unclear"
    if "merely" in ways:
        # "They don't just get a free license": that they pay is what is said.
        ways = ways - {"merely"} | ({"negations"} if "free" in ways else set())
    if "negations" in ways and clause.has("sizes", clause.last + 1, clause.last + 1 + _SIZE_REACH):
        ways -= {"negations"}
    if "sizes" in ways:
        return "unclear" if "negations" in ways else _parity(ways - {"sizes"})
    return _parity(ways)


def _parity(ways: set[str]) -> Polarity:
    return "denies" if len(ways) % 2 else "affirms"


def _ways_of_no(clause: Clause) -> set[str]:
    """The different ways in which the clause says no. Each counts once: "do not and will not" is one no."""
    ways: set[str] = set()
    for cue in clause.signs(clause.start, clause.last + 1 + _FREE_REACH):
        if cue.kind == "free":
            ways |= {"free"} if cue.end > clause.first - _FREE_REACH else set()
        elif cue.start >= clause.first and cue.kind in {"shields", "rulings", "sizes"}:
            continue  # these turn aside what comes before the hit; in the hit they are its subject
        elif cue.start <= clause.last:
            ways = _turned(ways, clause, cue)
    return (ways | _ways_after(clause)) - {"not_negations"}


def _turned(ways: set[str], clause: Clause, cue: Cue) -> set[str]:
    """What the ways of saying no become with one more cue before the hit or in it."""
    if cue.kind == "shields":
        return set()
    if cue.kind == "rulings":
        return ways - {"refusals"}
    if cue.kind == "sizes":
        return ways | {"sizes"} if "negations" in ways else ways
    if not _reaches(clause, cue):
        return ways
    merely = cue.kind == "negations" and clause.has("merely", cue.end, cue.end + _MERELY_REACH)
    return ways | {"merely" if merely else cue.kind}


def _reaches(clause: Clause, cue: Cue) -> bool:
    """Whether a cue that stands before the hit, or in it, speaks of it."""
    between = clause.first - cue.end
    if cue.kind == "negations":
        # "No, we share it" answers a question; "No. 5" and "No 5" count.
        plain_no = clause.word(cue.start) == "no" and cue.end - cue.start == 1
        return not (plain_no and (clause.paused(cue.end) or clause.word(cue.end).isdigit()))
    if cue.kind == "refusals":
        return not clause.word(cue.end).isdigit()  # "revenue declined to 5 million" refuses nothing
    if cue.kind == "absences":
        # "Rather than a fee we take a share": the subject begins what is said instead.
        return between <= _ABSENCE_REACH and not clause.has("subjects", cue.end, clause.first)
    if cue.kind == "endings":
        return between <= _ENDING_REACH and not clause.has("periods", cue.end, clause.first)
    return True


def _ways_after(clause: Clause) -> set[str]:
    """A no that stands after the hit and reaches back to it."""
    after, reach = clause.last + 1, clause.last + 1 + _COPULA_REACH
    ways: set[str] = set()
    if any(
        not clause.has("negations", max(after, cue.start - 3), cue.start) for cue in clause.cues("ended", after, reach)
    ):
        ways.add("endings")
    for cue in clause.signs(after, reach):
        if cue.kind == "negations" and _after_copula(clause, cue) and _has_complement(clause, cue):
            ways.add("negations")
    return ways


def _after_copula(clause: Clause, negation: Cue) -> bool:
    if clause.word(negation.start).startswith("bukan"):
        return True  # Malay "bukan" is the negated copula itself
    return clause.has("copulas", max(clause.last + 1, negation.start - 2), negation.start)


def _has_complement(clause: Clause, negation: Cue) -> bool:
    """As in "isn't our business", not as in "isn't included in our outlook"."""
    reach = negation.end + _COMPLEMENT_REACH
    shield = next(clause.cues("shields", negation.end, reach), None)
    return clause.has("complements", negation.end, shield.start if shield else reach)
