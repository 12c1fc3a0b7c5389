"""Many runs of stems and prefixes, found in one scan.

An Aho-Corasick automaton finds the runs (each between spaces, so that whole words are compared) in the stems of a text;
prefixes are looked up for each word that the text has. So the cost does not grow with their number, and a new rule
costs a new automaton: hundredths of a second for ten thousand.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping

from ahocorasick_rs import AhoCorasick

from rules.text import LONGEST_REMEMBERED, MOST_REMEMBERED, Reading, Text, folded_forms, respelled


class Finder:
    """`runs`: stems with single spaces between; `prefixes`: beginnings of folded words. Both lead to their atoms."""

    def __init__(self, runs: Mapping[str, int], prefixes: Mapping[str, int]) -> None:
        self._atoms = list(runs.values())
        self._find: Callable[..., list[tuple[int, int, int]]] = AhoCorasick(
            [f" {run} " for run in runs]
        ).find_matches_as_indexes
        """(index of the run, start, end) of each in a text."""
        self._prefixed = _Prefixed(prefixes)
        self._has_prefixes = bool(prefixes)

    def present(self, text: Text) -> set[int]:
        """The atoms that stand anywhere in a text."""
        found = {self._atoms[hit[0]] for reading in text.readings for hit in self._find(reading.scan, overlapping=True)}
        if self._has_prefixes:
            found.update(*set(map(self._prefixed.__getitem__, text.words)))
        return found

    def runs(self, reading: Reading) -> dict[int, list[int]]:
        """By atom, where in the scan of a reading its stems begin, in order."""
        found: dict[int, list[int]] = defaultdict(list)
        for run, start, _ in self._find(reading.scan, overlapping=True):
            found[self._atoms[run]].append(start + 1)
        return found

    def prefixes(self, reading: Reading) -> dict[int, list[int]]:
        """By atom, the numbers of the tokens that begin so, in order."""
        found: dict[int, list[int]] = defaultdict(list)
        if self._has_prefixes:
            for number, token in reading.tokens_of(self._prefixed.__getitem__):
                for atom in self._prefixed.of(token.folded):
                    found[atom].append(number)
        return found


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
