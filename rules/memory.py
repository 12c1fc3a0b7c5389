"""What an engine remembers of texts that it has read, by their hash: a page of which a word was edited, and a call that
grows, are mostly such texts.

Remembered is what depends on the text alone. What asks for a speaker, a field or the whole document is asked again.
"""

from collections.abc import Mapping
from threading import Lock

MOST_REMEMBERED = 100_000
"""Texts, with all that is kept of each: some ten megabytes at most."""

Spans = tuple[tuple[int, int], ...]
Answers = Mapping[int, Spans | None]
"""By a rule's number, what it found; None where it has to be asked. Rules that find nothing there are left out."""

_NOTHING: Answers = {}


class Memory:
    """Used by several threads. What was kept first is forgotten first."""

    def __init__(self) -> None:
        self._answers: dict[str, Answers] = {}
        self._size = 0
        self._keeping = Lock()

    @property
    def size(self) -> int:
        return self._size

    def get(self, text_hash: str) -> Answers | None:
        """None where nothing is known of the text."""
        return self._answers.get(text_hash)

    def keep(self, text_hash: str, answers: Answers) -> None:
        size = _size(answers)
        if size > MOST_REMEMBERED:
            return
        with self._keeping:
            self._forget(text_hash)
            while self._size + size > MOST_REMEMBERED:
                self._forget(next(iter(self._answers)))
            self._answers[text_hash] = answers or _NOTHING
            self._size += size

    def _forget(self, text_hash: str) -> None:
        answers = self._answers.pop(text_hash, None)
        if answers is not None:
            self._size -= _size(answers)


def _size(answers: Answers) -> int:
    """A text, and all that is kept of it."""
    return 1 + sum(1 + len(spans or ()) for spans in answers.values())
