"""Does a sentence say yes or no to what a rule found in it, and does it speak of a fact, a plan or a possibility?

Clause-scoped negation by word lists (`rules.cues`), after NegEx and ConText: a negation reaches forward to the hit
within its clause, a negated copula reaches back ("selling access isn't our business model"), and two different ways
of saying no undo each other ("we have not ended it"). It is right about most sentences and sure of none: what it
decides is which quotes stand first, never whether they are shown.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rules.cues import ENGLISH, MALAY, Cues
from rules.sentence import sentences
from rules.text import Text

Polarity = Literal["affirms", "denies", "unclear"]
Modality = Literal["fact", "plan", "possible", "unclear"]

_CONTRACTED = {"n't": "not", "'ll": "will", "'d": "would", "'re": "are", "'ve": "have", "'m": "am"}
_STEMS_OF_NOT = {"wo": "will", "ca": "can", "sha": "shall", "ai": "is"}
_WITHOUT_MARK = {"isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt", "hasnt", "havent", "wouldnt", "couldnt"}
"""As scraped pages and speech recognition write them; "cant" and "wont" are words of their own."""
_IS = {f"{word}'s" for word in ("it", "that", "there", "this", "he", "she", "what", "who", "here", "how")}
_TAG = re.compile(r"[,;–—-]\s*(?:right|okay|ok|correct|yes|no|you know)\s*\?\W*$", re.IGNORECASE)
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
    clause = _Clause.around(text, hit, _lexicon(english=(language or "").casefold().startswith("en")))
    if clause is None:
        return Judgement("unclear", "unclear")
    if clause.asks:
        return Judgement("unclear", "unclear")
    if clause.conditional():
        return Judgement("unclear", "possible")
    return Judgement(clause.polarity(), clause.modality())


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    comma: bool
    """Something that parts clauses stands before it: a comma, a dash, a bracket."""
    stop: bool
    """Something stronger does: a colon, a semicolon."""


@dataclass(frozen=True, slots=True)
class _Cue:
    kind: str
    start: int
    end: int
    """Word indices; `end` is exclusive."""


class _Finder:
    """Finds the longest run of words of some kinds at a place."""

    def __init__(self, cues: Cues, kinds: Iterable[str]) -> None:
        self._exact: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        self._begun: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for kind in kinds:
            for run in getattr(cues, kind):
                first, *rest = run.split()
                where = self._begun if first.endswith("*") else self._exact
                where.setdefault(first.removesuffix("*"), []).append((kind, tuple(rest)))
        self._beginnings = tuple(self._begun)
        self._lengths = sorted({len(beginning) for beginning in self._begun})

    def at(self, words: Sequence[_Word], place: int) -> _Cue | None:
        word = words[place].text
        candidates = list(self._exact.get(word, ()))
        if self._beginnings and word.startswith(self._beginnings):
            for length in self._lengths:
                candidates += self._begun.get(word[:length], ())
        best: _Cue | None = None
        for kind, rest in candidates:
            end = place + 1 + len(rest)
            if best is not None and end <= best.end:
                continue
            if all(_same(words, place + 1 + at, wanted) for at, wanted in enumerate(rest)):
                best = _Cue(kind, place, end)
        return best

    def within(self, words: Sequence[_Word], start: int, end: int) -> Iterator[_Cue]:
        """Cues that begin from `start` to `end`, in order; what belongs to one is not looked at again."""
        place = start
        while place < end:
            cue = self.at(words, place)
            if cue is not None:
                yield cue
            place = cue.end if cue is not None else place + 1


def _same(words: Sequence[_Word], place: int, wanted: str) -> bool:
    if place >= len(words):
        return False
    word = words[place].text
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


@dataclass(frozen=True, slots=True)
class _Lexicon:
    cues: Cues
    signs: _Finder
    """What bears on polarity."""
    moods: _Finder
    find: Callable[[str], _Finder]
    """The finder of one kind alone."""


@cache
def _lexicon(*, english: bool) -> _Lexicon:
    cues = ENGLISH if english else ENGLISH | MALAY
    signs = ("not_negations", "free", "doubts", "negations", "absences", "refusals", "endings", "shields", "rulings",
             "sizes")  # fmt: skip
    return _Lexicon(
        cues=cues,
        signs=_Finder(cues, signs),
        moods=_Finder(cues, ("plans", "possibilities")),
        find=cache(lambda kind: _Finder(cues, (kind,))),
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    """The words from `start` to `end`, and among them those of the hit, from `first` to `last` (inclusive)."""

    words: Sequence[_Word]
    start: int
    first: int
    last: int
    end: int
    asks: bool
    lexicon: _Lexicon

    @classmethod
    def around(cls, text: str, hit: tuple[int, int], lexicon: _Lexicon) -> "_Clause | None":
        begin, end = _sentences_over(text, hit)
        words = list(_words(text, begin, end))
        inside = [index for index, word in enumerate(words) if word.start < max(hit) and word.end > min(hit)]
        if not inside:
            return None
        first, last = inside[0], inside[-1]
        said = text[begin:end].rstrip(" \t\r\n\"'”’»)")
        start = next((place for place in range(first, 0, -1) if _parts(words, place, lexicon)), 0)
        stop = next((place for place in range(last + 1, len(words)) if _parts(words, place, lexicon, after=True)),
                    len(words))  # fmt: skip
        return cls(words, start, first, last, stop, said.endswith("?") and not _TAG.search(said), lexicon)

    def conditional(self) -> bool:
        """The hit stands in the "if" part, which a comma or a "then" would have closed."""
        closed = next(
            (place for place in range(self.first, self.start, -1) if self._closes_a_condition(place)), self.start
        )
        return next(self.lexicon.find("conditions").within(self.words, closed, self.first), None) is not None

    def _closes_a_condition(self, place: int) -> bool:
        return self.words[place].comma or self.words[place].text == "then"

    def modality(self) -> Modality:
        moods = {
            cue.kind for cue in self.lexicon.moods.within(self.words, self.start, self.end) if not self._month(cue)
        }
        if "possibilities" in moods:
            return "possible"
        return "plan" if "plans" in moods else "fact"

    def polarity(self) -> Polarity:
        ways = self._ways_of_no()
        if "doubts" in ways:
            return "unclear"
        if "merely" in ways:
            # "They don't just get a free license": that they pay is what is said.
            ways = ways - {"merely"} | ({"negations"} if "free" in ways else set())
        if "negations" in ways and self._size_follows():
            ways -= {"negations"}
        if "sizes" in ways:
            return "unclear" if "negations" in ways else _parity(ways - {"sizes"})
        return _parity(ways)

    def _ways_of_no(self) -> set[str]:
        """The different ways in which the clause says no. Each counts once: "do not and will not" is one no."""
        ways: set[str] = set()
        for cue in self.lexicon.signs.within(self.words, self.start, min(self.last + 1 + _FREE_REACH, self.end)):
            if cue.kind == "free":
                ways |= {"free"} if cue.end > self.first - _FREE_REACH else set()
            elif cue.start >= self.first and cue.kind in {"shields", "rulings", "sizes"}:
                continue  # these turn aside what comes before the hit; in the hit they are its subject
            elif cue.start <= self.last:
                ways = self._turned(ways, cue)
        return (ways | self._ways_after()) - {"not_negations"}

    def _turned(self, ways: set[str], cue: _Cue) -> set[str]:
        """What the ways of saying no become with one more cue before the hit or in it."""
        if cue.kind == "shields":
            return set()
        if cue.kind == "rulings":
            return ways - {"refusals"}
        if cue.kind == "sizes":
            return ways | {"sizes"} if "negations" in ways else ways
        if not self._reaches(cue):
            return ways
        return ways | {"merely" if cue.kind == "negations" and self._merely(cue) else cue.kind}

    def _reaches(self, cue: _Cue) -> bool:
        between = self.first - cue.end
        following = self.words[cue.end] if cue.end < len(self.words) else None
        if cue.kind == "negations":
            # "No, we share it" answers a question; "No. 5" and "No 5" count.
            plain_no = self.words[cue.start].text == "no" and cue.end - cue.start == 1
            return not (plain_no and following and (following.comma or following.stop or following.text.isdigit()))
        if cue.kind == "refusals":
            # "Revenue declined to 5 million" refuses nothing.
            return not (following is not None and following.text.isdigit())
        if cue.kind == "absences":
            return between <= _ABSENCE_REACH and not self._subject_between(cue.end)
        if cue.kind == "endings":
            periods = self.lexicon.find("periods")
            return between <= _ENDING_REACH and next(periods.within(self.words, cue.end, self.first), None) is None
        return True

    def _subject_between(self, start: int) -> bool:
        """The subject begins what is said instead: "rather than a fee we take a share"."""
        subjects = self.lexicon.find("subjects")
        return next(subjects.within(self.words, start, self.first), None) is not None

    def _merely(self, cue: _Cue) -> bool:
        near = range(cue.end, min(cue.end + _MERELY_REACH, len(self.words)))
        return any(self.lexicon.find("merely").at(self.words, place) for place in near)

    def _ways_after(self) -> set[str]:
        """A no that stands after the hit and reaches back to it."""
        reach = min(self.last + 1 + _COPULA_REACH, self.end)
        ways: set[str] = set()
        if any(not self._negated(cue) for cue in self.lexicon.find("ended").within(self.words, self.last + 1, reach)):
            ways.add("endings")
        for negation in self.lexicon.signs.within(self.words, self.last + 1, reach):
            if negation.kind == "negations" and self._after_copula(negation) and self._has_complement(negation):
                ways.add("negations")
        return ways

    def _negated(self, cue: _Cue) -> bool:
        before = range(max(self.last + 1, cue.start - 3), cue.start)
        return any(self.lexicon.find("negations").at(self.words, place) for place in before)

    def _after_copula(self, negation: _Cue) -> bool:
        if self.words[negation.start].text.startswith("bukan"):
            return True  # Malay "bukan" is the negated copula itself
        before = range(max(self.last + 1, negation.start - 2), negation.start)
        return any(self.lexicon.find("copulas").at(self.words, place) for place in before)

    def _has_complement(self, negation: _Cue) -> bool:
        """As in "isn't our business", not as in "isn't included in our outlook"."""
        for place in range(negation.end, min(negation.end + _COMPLEMENT_REACH, self.end)):
            if self.lexicon.find("shields").at(self.words, place):
                return False
            if self.lexicon.find("complements").at(self.words, place):
                return True
        return False

    def _size_follows(self) -> bool:
        near = range(self.last + 1, min(self.last + 1 + _SIZE_REACH, self.end))
        return any(self.lexicon.find("sizes").at(self.words, place) for place in near)

    def _month(self, cue: _Cue) -> bool:
        if self.words[cue.start].text != "may":
            return False
        before = self.words[cue.start - 1].text if cue.start else ""
        following = self.words[cue.end].text if cue.end < len(self.words) else ""
        return before in _BEFORE_A_MONTH or following.isdigit()


def _parity(ways: set[str]) -> Polarity:
    return "denies" if len(ways) % 2 else "affirms"


def _sentences_over(text: str, hit: tuple[int, int]) -> tuple[int, int]:
    """The span of the sentences that a hit touches; all of the text where it touches none."""
    touched = [(start, end) for start, end in sentences(text) if start < max(hit) and end > min(hit)]
    return (touched[0][0], touched[-1][1]) if touched else (0, len(text))


def _words(text: str, begin: int, end: int) -> Iterator[_Word]:
    """Folded words with their places; a contraction is two words in one place."""
    said = text[begin:end]
    before = 0
    for token in Text(said).readings[-1].tokens:
        gap = said[before : token.start]
        before = token.end
        comma = any(mark in gap for mark in ",–—()[]…") or "--" in gap or " - " in gap
        stop = any(mark in gap for mark in ";:!?")
        for index, part in enumerate(_expanded(token.folded)):
            yield _Word(part, begin + token.start, begin + token.end, comma and not index, stop and not index)


def _expanded(word: str) -> tuple[str, ...]:
    if word == "cannot":
        return ("can", "not")
    if word in _WITHOUT_MARK:
        return (word[:-2], "not")
    if word in _IS:
        return (word.removesuffix("'s"), "is")
    for ending, full in _CONTRACTED.items():
        stem = word.removesuffix(ending)
        if stem and stem != word:
            return (_STEMS_OF_NOT.get(stem, stem), full) if full == "not" else (stem, full)
    return (word,)


def _parts(words: Sequence[_Word], place: int, lexicon: _Lexicon, *, after: bool = False) -> bool:
    """Whether a new clause begins with this word. After the hit, a relative clause is a new one too."""
    word = words[place]
    if word.stop or lexicon.find("breaks").at(words, place):
        return True
    if after and lexicon.find("relatives").at(words, place):
        return True
    if word.comma and lexicon.find("subjects").at(words, place):
        return True
    if lexicon.find("joins").at(words, place) and place + 1 < len(words):
        return bool(lexicon.find("subjects").at(words, place + 1) or lexicon.find("auxiliaries").at(words, place + 1))
    return False
