"""The clause around a hit, as words, and the cues that stand in it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rules.cues import ENGLISH, MALAY, Cues
from rules.sentence import sentences
from rules.text import Text

_CONTRACTED = {"n't": "not", "'ll": "will", "'d": "would", "'re": "are", "'ve": "have", "'m": "am"}
_STEMS_OF_NOT = {"wo": "will", "ca": "can", "sha": "shall", "ai": "is"}
_WITHOUT_MARK = {"isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt", "hasnt", "havent", "wouldnt", "couldnt"}
"""As scraped pages and speech recognition write them; "cant" and "wont" are words of their own."""
_IS = {f"{word}'s" for word in ("it", "that", "there", "this", "he", "she", "what", "who", "here", "how")}
_TAG = re.compile(r"[,;–—-]\s*(?:right|okay|ok|correct|yes|no|you know)\s*\?\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int
    comma: bool
    """Something that parts clauses stands before it: a comma, a dash, a bracket."""
    stop: bool
    """Something stronger does: a colon, a semicolon."""


@dataclass(frozen=True, slots=True)
class Cue:
    kind: str
    start: int
    end: int
    """Word indices; `end` is exclusive."""


class Finder:
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

    def at(self, words: Sequence[Word], place: int) -> Cue | None:
        word = words[place].text
        candidates = list(self._exact.get(word, ()))
        if self._beginnings and word.startswith(self._beginnings):
            for length in self._lengths:
                candidates += self._begun.get(word[:length], ())
        best: Cue | None = None
        for kind, rest in candidates:
            end = place + 1 + len(rest)
            if best is not None and end <= best.end:
                continue
            if all(_same(words, place + 1 + at, wanted) for at, wanted in enumerate(rest)):
                best = Cue(kind, place, end)
        return best

    def within(self, words: Sequence[Word], start: int, end: int) -> Iterator[Cue]:
        """Cues that begin from `start` to `end`, in order; what belongs to one is not looked at again."""
        place = start
        while place < end:
            cue = self.at(words, place)
            if cue is not None:
                yield cue
            place = cue.end if cue is not None else place + 1


def _same(words: Sequence[Word], place: int, wanted: str) -> bool:
    if place >= len(words):
        return False
    word = words[place].text
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


@dataclass(frozen=True, slots=True)
class Lexicon:
    signs: Finder
    """What bears on polarity."""
    moods: Finder
    find: Callable[[str], Finder]
    """The finder of one kind alone."""


@cache
def lexicon_for(*, english: bool) -> Lexicon:
    cues = ENGLISH if english else ENGLISH | MALAY
    signs = ("not_negations", "free", "doubts", "negations", "absences", "refusals", "endings", "shields", "rulings",
             "sizes")  # fmt: skip
    return Lexicon(
        signs=Finder(cues, signs),
        moods=Finder(cues, ("plans", "possibilities")),
        find=cache(lambda kind: Finder(cues, (kind,))),
    )


@dataclass(frozen=True, slots=True)
class Clause:
    """The words from `start` to `end`, and among them those of the hit, from `first` to `last` (inclusive)."""

    words: Sequence[Word]
    start: int
    first: int
    last: int
    end: int
    asks: bool
    lexicon: Lexicon

    @classmethod
    def around(cls, text: str, hit: tuple[int, int], lexicon: Lexicon) -> "Clause | None":
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
        closing = (place for place in range(self.first, self.start, -1) if self._closes_a_condition(place))
        return self.has("conditions", next(closing, self.start), self.first)

    def word(self, place: int) -> str:
        """The word at a place of the text, in the clause or not; empty beyond the ends."""
        return self.words[place].text if 0 <= place < len(self.words) else ""

    def paused(self, place: int) -> bool:
        """Whether a mark that parts clauses stands before a place."""
        return place < len(self.words) and (self.words[place].comma or self.words[place].stop)

    def cues(self, kind: str, start: int, end: int) -> Iterator[Cue]:
        """Cues of one kind that begin from `start` to `end`, in the clause."""
        return self.lexicon.find(kind).within(self.words, start, min(end, self.end))

    def has(self, kind: str, start: int, end: int) -> bool:
        return next(self.cues(kind, start, end), None) is not None

    def signs(self, start: int, end: int) -> Iterator[Cue]:
        """What bears on polarity, in order, the longest reading of each place."""
        return self.lexicon.signs.within(self.words, start, min(end, self.end))

    def moods(self) -> Iterator[Cue]:
        """What bears on modality, in all of the clause."""
        return self.lexicon.moods.within(self.words, self.start, self.end)

    def _closes_a_condition(self, place: int) -> bool:
        return self.words[place].comma or self.words[place].text == "then"


def _sentences_over(text: str, hit: tuple[int, int]) -> tuple[int, int]:
    """The span of the sentences that a hit touches; all of the text where it touches none."""
    touched = [(start, end) for start, end in sentences(text) if start < max(hit) and end > min(hit)]
    return (touched[0][0], touched[-1][1]) if touched else (0, len(text))


def _words(text: str, begin: int, end: int) -> Iterator[Word]:
    """Folded words with their places; a contraction is two words in one place."""
    said = text[begin:end]
    before = 0
    for token in Text(said).readings[-1].tokens:
        gap = said[before : token.start]
        before = token.end
        comma = any(mark in gap for mark in ",–—()[]…") or "--" in gap or " - " in gap
        stop = any(mark in gap for mark in ";:!?")
        for index, part in enumerate(_expanded(token.folded)):
            yield Word(part, begin + token.start, begin + token.end, comma and not index, stop and not index)


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


def _parts(words: Sequence[Word], place: int, lexicon: Lexicon, *, after: bool = False) -> bool:
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
