"""Where phrases stand in one text: looked up when they are asked for, and only then."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rules.figures import Said, figures, span_of
from rules.finder import Finder
from rules.phrases import Leaf, Piece
from rules.sentence import sentences
from rules.spans import Span, union
from rules.text import Reading, Text


@dataclass(frozen=True, slots=True)
class Finders:
    """`watched` finds what makes a text worth a closer look: most texts have none of it. The other finds everything."""

    watched: Finder
    everything: Finder


class Found:
    def __init__(self, text: str, finders: Finders) -> None:
        self._written = text
        self._finders = finders
        self._leaves: dict[int, list[Span]] = {}

    @cached_property
    def _text(self) -> Text:
        return Text(self._written)

    @cached_property
    def figures(self) -> list[tuple[Said, Span]]:
        """All figures of the text, with their places."""
        return [(said, span_of(said, self._text.starts)) for said in figures(self._text.text)]

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        return sentences(self._text.text)

    def watched(self) -> set[int]:
        """The watched atoms that stand in the text."""
        return self._finders.watched.present(self._text)

    def leaf(self, leaf: Leaf) -> list[Span]:
        """All places of a phrase, in every reading."""
        spans = self._leaves.get(leaf.number)
        if spans is None:
            spans = self._leaves[leaf.number] = union(*(row.places(leaf) for row in self._rows))
        return spans

    def any_of(self, leaves: Iterable[Leaf]) -> list[Span]:
        """All places of any of these phrases."""
        runs = self._runs
        there = (leaf for leaf in leaves if leaf.rarest.is_prefix or leaf.rarest.atom in runs)
        found = [spans for leaf in there if (spans := self.leaf(leaf))]
        return union(*found) if len(found) > 1 else found[0] if found else []

    @cached_property
    def _runs(self) -> set[int]:
        """Atoms of whole words that stand in the text, in any reading."""
        return set().union(*(row.runs for row in self._rows))

    @cached_property
    def _rows(self) -> list["_Row"]:
        return [_Row(reading, self._finders.everything) for reading in self._text.readings]


class _Row:
    """One reading of the text, and where atoms stand in it."""

    def __init__(self, reading: Reading, finder: Finder) -> None:
        self._reading = reading
        self._finder = finder
        self.runs = finder.runs(reading)

    def places(self, leaf: Leaf) -> list[Span]:
        if not self._places(leaf.rarest):
            return []
        reading = self._reading
        begins = self._numbers(leaf.pieces[0])
        for piece in leaf.pieces[1:]:
            there = set(self._numbers(piece))
            begins = [at for at in begins if at + piece.offset in there]
        if leaf.exact:
            begins = [at for at in begins if _is_exactly(leaf.exact, reading, at)]
        last = leaf.length - 1
        return [Span(*reading.span(at, at + last)) for at in begins]

    @cached_property
    def _prefixes(self) -> dict[int, list[int]]:
        return self._finder.prefixes(self._reading)

    def _places(self, piece: Piece) -> list[int]:
        return (self._prefixes if piece.is_prefix else self.runs).get(piece.atom, [])

    def _numbers(self, piece: Piece) -> list[int]:
        """The numbers of the tokens where a piece begins."""
        places = self._places(piece)
        return places if piece.is_prefix else [*map(self._reading.number, places)]


def _is_exactly(words: tuple[str | None, ...], reading: Reading, at: int) -> bool:
    return all(word is None or word == reading.folded(at + offset) for offset, word in enumerate(words))
