"""The words and phrases of all rules, found in one scan of a text.

A phrase is a chain of pieces that stand side by side: runs of stems, which an Aho-Corasick automaton finds in the
text's stems (a run between spaces, so that whole words are compared), and prefixes, which are looked up for each word
that the text has. So the cost of a scan does not grow with the number of rules, and a new rule costs a new automaton:
hundredths of a second for ten thousand. A first look asks only for what some rule cannot do without.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from ahocorasick_rs import AhoCorasick

from rules.spans import Span, union
from rules.text import LONGEST_REMEMBERED, MOST_REMEMBERED, Reading, Text, folded_forms, respelled, stem
from rules.tree import Words


@dataclass(frozen=True, slots=True)
class Piece:
    """`atom`: what has to stand there; `offset`: how many words after the first word of the phrase."""

    atom: int
    offset: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A phrase as it is looked for. `exact`: the folded words, where inflection does not count."""

    number: int
    pieces: tuple[Piece, ...]
    length: int
    exact: tuple[str | None, ...] = ()
    rarest: int = 0
    """The atom of the longest piece: without it the phrase cannot be there."""
    weight: int = 0
    """Characters of the longest piece: longer is rarer."""


class Lexicon:
    """Every phrase that is looked for. Give it all of them with `leaf` before the first text is read."""

    def __init__(self) -> None:
        self._leaves: dict[Words, Leaf] = {}
        self._runs: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._atoms = 0
        self._watched: set[int] = set()

    def leaf(self, words: Words) -> Leaf:
        known = self._leaves.get(words)
        if known is None:
            known = self._leaves[words] = self._new_leaf(words)
        return known

    def watch(self, atoms: Iterable[int]) -> None:
        """Atoms that make a text worth a closer look."""
        self._watched.update(atoms)

    @cached_property
    def everything(self) -> "Finder":
        return Finder(self._runs, self._prefixes)

    @cached_property
    def watched(self) -> "Finder":
        """Only what is watched: most texts have none of it, and the words of rules that all texts have are left out."""
        runs, prefixes = (
            {key: atom for key, atom in kind.items() if atom in self._watched} for kind in (self._runs, self._prefixes)
        )
        return Finder(runs, prefixes)

    def _new_leaf(self, words: Words) -> Leaf:
        pieces: list[Piece] = []
        sizes: list[int] = []
        offset = 0
        for is_prefix, group in groupby(words.words, key=lambda word: word.endswith("*")):
            run = list(group)
            if is_prefix:
                for at, prefix in enumerate(run):
                    beginning = respelled(prefix[:-1])
                    pieces.append(Piece(self._atom(self._prefixes, beginning), offset + at))
                    sizes.append(len(beginning))
            else:
                stems = f" {' '.join(map(stem, run))} "
                pieces.append(Piece(self._atom(self._runs, stems), offset))
                sizes.append(len(stems) - 2)
            offset += len(run)
        rarest = max(range(len(pieces)), key=sizes.__getitem__)
        exact = tuple(None if word.endswith("*") else word for word in words.words) if words.exact else ()
        return Leaf(len(self._leaves), tuple(pieces), offset, exact, pieces[rarest].atom, sizes[rarest])

    def _atom(self, kind: dict[str, int], key: str) -> int:
        if key not in kind:
            kind[key] = self._atoms
            self._atoms += 1
        return kind[key]


class Finder:
    """Finds runs of stems and prefixes. Both: from what is found to its atom."""

    def __init__(self, runs: Mapping[str, int], prefixes: Mapping[str, int]) -> None:
        self._atoms = list(runs.values())
        self._find: Callable[..., list[tuple[int, int, int]]] = AhoCorasick(list(runs)).find_matches_as_indexes
        """(index of the run, start, end) of each in a text."""
        self._prefixed = _Prefixed(prefixes) if prefixes else None

    def present(self, text: Text) -> set[int]:
        """The atoms that stand anywhere in a text."""
        found = {self._atoms[hit[0]] for reading in text.readings for hit in self._find(reading.scan, overlapping=True)}
        if self._prefixed is not None:
            found.update(*set(map(self._prefixed.__getitem__, text.words)))
        return found

    def places(self, text: Text, reading: Reading) -> dict[int, list[int]]:
        """By atom, the numbers of the tokens where it begins, in order."""
        found: dict[int, list[int]] = {}
        hits = sorted((start, run) for run, start, _ in self._find(reading.scan, overlapping=True))
        numbers = reading.numbers(start + 1 for start, _ in hits)
        for (_, run), number in zip(hits, numbers, strict=True):
            found.setdefault(self._atoms[run], []).append(number)
        if self._prefixed is not None and any(map(self._prefixed.__getitem__, text.words)):
            for number, token in reading.tokens_of(self._prefixed.__getitem__):
                for atom in self._prefixed.of(token.folded):
                    found.setdefault(atom, []).append(number)
        return found


class Found:
    """One text, and where the phrases stand in it: looked up when they are asked for."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self._text = Text(text)
        self._lexicon = lexicon
        self._leaves: dict[int, list[Span]] = {}

    def watched(self) -> set[int]:
        """The watched atoms that stand in the text."""
        return self._lexicon.watched.present(self._text)

    def leaf(self, leaf: Leaf) -> list[Span]:
        """All places of a phrase, in every reading."""
        spans = self._leaves.get(leaf.number)
        if spans is None:
            found = [
                _places(leaf, reading, atoms)
                for reading, atoms in zip(self._text.readings, self._places, strict=True)
                if leaf.rarest in atoms
            ]
            spans = self._leaves[leaf.number] = union(*found)
        return spans

    @cached_property
    def _places(self) -> list[dict[int, list[int]]]:
        return [self._lexicon.everything.places(self._text, reading) for reading in self._text.readings]


class _Prefixed(dict[str, tuple[int, ...]]):
    """From a written word to the prefixes with which one of its forms begins."""

    def __init__(self, prefixes: Mapping[str, int]) -> None:
        super().__init__()
        self._prefixes = prefixes
        self._lengths = sorted({len(prefix) for prefix in prefixes})

    def of(self, folded: str) -> list[int]:
        word = respelled(folded)
        return [
            self._prefixes[beginning]
            for length in self._lengths
            if length <= len(word) and (beginning := word[:length]) in self._prefixes
        ]

    def __missing__(self, word: str) -> tuple[int, ...]:
        forms = {*folded_forms(word), *folded_forms(word, joined=True)}
        found = tuple(sorted({atom for form in forms for atom in self.of(form)}))
        if len(word) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[word] = found
        return found


def _places(leaf: Leaf, reading: Reading, atoms: dict[int, list[int]]) -> list[Span]:
    begins = atoms.get(leaf.pieces[0].atom, [])
    for piece in leaf.pieces[1:]:
        there = set(atoms.get(piece.atom, ()))
        begins = [at for at in begins if at + piece.offset in there]
    if leaf.exact:
        begins = [at for at in begins if _is_exactly(leaf.exact, reading, at)]
    last = leaf.length - 1
    return [Span(*reading.span(at, at + last)) for at in begins]


def _is_exactly(words: tuple[str | None, ...], reading: Reading, at: int) -> bool:
    return all(word is None or word == reading.token(at + offset).folded for offset, word in enumerate(words))
