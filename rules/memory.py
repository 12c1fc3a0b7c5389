"""What engines remember of texts that were read, by their hash: a page of which a word was edited, and a call that
grows, are mostly such texts.

Remembered is what depends on the text alone. What asks for a speaker, a field or the whole document is asked again.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

MOST_REMEMBERED = 100_000
"""Texts, with all that is kept of each: some fifteen megabytes at most."""
MOST_CHANGES = 16
"""Of the rules, over which what was read before counts."""

Spans = tuple[tuple[int, int], ...]
Answers = Mapping[int, Spans | None]
"""By a rule's serial, what it found; None where it has to be asked. Rules that find nothing there are left out."""

_NOTHING: Answers = {}


class Memory:
    """Shared by engines of which each took the place of another, and used by several threads.

    Whichever rules are in force together have a number, their epoch: what is remembered of a text is what those of its
    epoch found. What was kept first is forgotten first.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, Answers]] = OrderedDict()
        self._epochs: OrderedDict[int, frozenset[int]] = OrderedDict()
        self._next = 0
        self._size = 0
        self._turn = Lock()

    @property
    def size(self) -> int:
        return self._size

    def join(self, rules: frozenset[int]) -> int:
        """The epoch of these rules, by their serials; that of before where they are the same."""
        with self._turn:
            if not self._epochs or self._epochs[self._next - 1] != rules:
                self._epochs[self._next] = rules
                self._next += 1
                if len(self._epochs) > MOST_CHANGES:
                    self._epochs.popitem(last=False)
            return self._next - 1

    def rules_of(self, epoch: int) -> frozenset[int] | None:
        """Their serials; None where that is too long ago."""
        return self._epochs.get(epoch)

    def get(self, text_hash: str) -> tuple[int, Answers] | None:
        """The epoch in which a text was read, and what was found; None where nothing is known of it."""
        return self._known.get(text_hash)

    def keep(self, text_hash: str, epoch: int, answers: Answers) -> None:
        size = _size(answers)
        if size > MOST_REMEMBERED:
            return
        with self._turn:
            before = self._known.pop(text_hash, None)
            if before is not None:
                self._size -= _size(before[1])
            while self._size + size > MOST_REMEMBERED:
                _, (_, forgotten) = self._known.popitem(last=False)
                self._size -= _size(forgotten)
            self._known[text_hash] = epoch, answers or _NOTHING
            self._size += size


def _size(answers: Answers) -> int:
    """A text, and all that is kept of it."""
    return 1 + sum(1 + len(spans or ()) for spans in answers.values())
