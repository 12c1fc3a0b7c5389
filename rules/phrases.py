"""What all rules look for, taken apart.

A phrase is a chain of pieces that stand side by side: runs of stems, and prefixes. Each piece is an atom, a number that
is the same for all rules. A phrase with a number is two: of "1,000" a text may make one word or two.
"""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from threading import Lock

from rules.finder import Finder
from rules.text import respelled, stem
from rules.tree import Words

_DIGIT = re.compile("[0-9]")
_GROUPS = re.compile(r"(?<!\S)[1-9]\d{0,2}(?: \d{3})+(?!\S)", re.ASCII)
_WHOLE = re.compile(r"(?<!\S)[1-9]\d{3,14}(?!\S)", re.ASCII)
_EVERY_THIRD = re.compile(r"(?<=\d)(?=(?:\d{3})+$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Piece:
    """`atom`: what has to stand there, a run or a prefix; `offset`: how many words after the first of the phrase."""

    atom: int
    offset: int
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """A phrase as it is looked for. `exact`: the folded words, where inflection does not count."""

    number: int
    pieces: tuple[Piece, ...]
    length: int
    exact: tuple[str | None, ...]
    rarest: Piece
    """The longest piece: without it the phrase cannot be there."""
    weight: int
    """Characters of the longest piece: longer is rarer."""


class Lexicon:
    """Every phrase that is looked for. It only grows, so that what was made with it stays good.

    Whoever looks anything up holds `turn`: engines are made in several threads.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[tuple[str, ...], bool], Leaf] = {}
        self._runs: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self.atoms = 0
        """How many there are."""
        self.turn = Lock()

    def leaves(self, words: Words) -> tuple[Leaf, ...]:
        """The ways in which a phrase may be written: one, unless it holds a number."""
        return tuple(self._leaf(way, exact=words.exact) for way in _ways(words.words))

    def finder(self, atoms: AbstractSet[int]) -> Finder:
        """Finds these, and no others."""
        return Finder(
            *({key: atom for key, atom in kind.items() if atom in atoms} for kind in (self._runs, self._prefixes))
        )

    def _leaf(self, words: tuple[str, ...], *, exact: bool) -> Leaf:
        known = self._made.get((words, exact))
        if known is None:
            known = self._made[words, exact] = self._new_leaf(words, exact=exact)
        return known

    def _new_leaf(self, words: tuple[str, ...], *, exact: bool) -> Leaf:
        pieces: list[Piece] = []
        sizes: list[int] = []
        offset = 0
        for is_prefix, group in groupby(words, key=lambda word: word.endswith("*")):
            run = list(group)
            if is_prefix:
                for at, prefix in enumerate(run):
                    beginning = respelled(prefix[:-1])
                    pieces.append(Piece(self._atom(self._prefixes, beginning), offset + at, is_prefix))
                    sizes.append(len(beginning))
            else:
                stems = " ".join(map(stem, run))
                pieces.append(Piece(self._atom(self._runs, stems), offset, is_prefix))
                sizes.append(len(stems))
            offset += len(run)
        rarest = max(range(len(pieces)), key=sizes.__getitem__)
        written = tuple(None if word.endswith("*") else word for word in words) if exact else ()
        return Leaf(len(self._made), tuple(pieces), offset, written, pieces[rarest], sizes[rarest])

    def _atom(self, kind: dict[str, int], key: str) -> int:
        if key not in kind:
            kind[key] = self.atoms
            self.atoms += 1
        return kind[key]


def _ways(words: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """As it is asked for, with all numbers in one piece, and with all of them in groups of three digits."""
    text = " ".join(words)
    if _DIGIT.search(text) is None:
        return (words,)
    whole = _GROUPS.sub(lambda number: number[0].replace(" ", ""), text)
    apart = _WHOLE.sub(lambda number: _EVERY_THIRD.sub(" ", number[0]), whole)
    return tuple(tuple(way.split(" ")) for way in dict.fromkeys((text, whole, apart)))
