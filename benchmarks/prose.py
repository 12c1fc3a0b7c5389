"""Text for benchmarks where no real text is at hand: made-up words, as often as words of a language are."""

import random
from itertools import accumulate

_SYLLABLES = [
    onset + vowel + coda
    for onset in ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl")
    for vowel in "aeiou"
    for coda in ("", "n", "r", "s", "t", "l")
]
_SMALL = "the of and to a in that we is for our it on as with this are you at be have from or by an was not but".split()  # noqa: SIM905 - a line of words reads best as one


class Prose:
    """The same words for the same seed. The n-th word of the vocabulary is n times rarer than the first (Zipf)."""

    def __init__(self, seed: int = 1, *, words: int = 8000) -> None:
        self._random = random.Random(seed)
        made = dict.fromkeys(_SMALL)
        while len(made) < words:
            made["".join(self._random.choices(_SYLLABLES, k=self._random.choice((1, 2, 2, 3))))] = None
        self.vocabulary = list(made)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(words)))

    def sentence(self) -> str:
        said = self._random.choices(self.vocabulary, cum_weights=self._weights, k=self._random.randint(6, 28))
        return " ".join(said).capitalize() + "."

    def paragraph(self, characters: int) -> str:
        """Sentences until there are so many characters."""
        told = ""
        while len(told) < characters:
            told = f"{told} {self.sentence()}" if told else self.sentence()
        return told
