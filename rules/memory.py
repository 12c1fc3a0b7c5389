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
    """Used by several threads. What was kept first is forgotten first.

    `before`: another's, whose rules go on under other numbers (`numbers`: new ones by old ones). What it remembers of
    them is not asked again; it goes on as it is. Texts that nobody met while it was in force are forgotten with it.
    """

    def __init__(self, before: "Memory | None" = None, numbers: Mapping[int, int] | None = None) -> None:
        self._answers: dict[str, Answers] = {}
        self._size = 0
        self._keeping = Lock()
        self._before: Mapping[str, Answers] = {} if before is None else before._answers  # noqa: SLF001 - one of us
        self._numbers = numbers or {}

    @property
    def size(self) -> int:
        return self._size

    def get(self, text_hash: str) -> Answers | None:
        """None where nothing is known of the text."""
        return self._answers.get(text_hash)

    def from_before(self, text_hash: str) -> Answers | None:
        """What the rules that went on found there; None where the text was not met before."""
        answers = self._before.get(text_hash)
        if answers is None:
            return None
        return {self._numbers[number]: spans for number, spans in answers.items() if number in self._numbers}

    def keep(self, text_hash: str, answers: Answers) -> None:
        size = _size(answers)
        if size > MOST_REMEMBERED:
            return
        with self._keeping:
            self._forget(text_hash)
            while self._size + size > MOST_REMEMBERED:
                self._before = {}
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
