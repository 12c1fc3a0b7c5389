"""What an engine remembers of texts that it has read, by their hash: a page of which a word was edited, and a call that
grows, are mostly such texts.

Remembered is what depends on the text alone. What asks for a speaker, a field or the whole document is asked again.
"""

from collections.abc import Mapping

MOST_REMEMBERED = 100_000
"""Texts, with all that is kept of each: some ten megabytes at most."""

Spans = tuple[tuple[int, int], ...]
Answers = Mapping[int, Spans | None]
"""By a rule's number, what it found; None where it has to be asked. Rules that find nothing there are left out."""

_NOTHING: Answers = {}


class Memory:
    """Used by several threads: whoever comes second keeps the same."""

    def __init__(self) -> None:
        self._answers: dict[str, Answers] = {}
        self._size = 0

    @property
    def size(self) -> int:
        return self._size

    def get(self, text_hash: str) -> Answers | None:
        """None where nothing is known of the text."""
        return self._answers.get(text_hash)

    def keep(self, text_hash: str, answers: Answers) -> None:
        size = 1 + sum(1 + len(spans or ()) for spans in answers.values())
        if self._size + size > MOST_REMEMBERED:
            self._answers.clear()
            self._size = 0
        self._size += size
        self._answers[text_hash] = answers or _NOTHING
