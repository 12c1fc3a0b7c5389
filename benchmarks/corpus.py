"""What the rules are benchmarked on: passages of real calls, and phrases of two and three words beside them."""

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

from benchmarks.prose import Prose

ONE_STANDS_IN_THE_TEXT = 100
_WORD = re.compile(r"\w+")
_TURN = re.compile(r"^[^:\n]{1,60}: ", re.MULTILINE)
_LONG = 6
"""Letters of a word that says something."""


@dataclass(frozen=True, slots=True)
class Corpus:
    passages: list[str]
    origin: str

    @property
    def bytes(self) -> int:
        return sum(len(passage.encode()) for passage in self.passages)


def corpus(megabytes: float) -> Corpus:
    """Turns of real calls where they are at hand, else made-up ones; shuffled, so that the first are a fair sample."""
    folder = Path(os.environ.get("ONRECORD_TEST_DATA", "")) / "transcripts" / "rev_nlp_text"
    files = sorted(folder.glob("*.txt")) if os.environ.get("ONRECORD_TEST_DATA") else []
    most = int(megabytes * 1e6)
    if files:
        turns = [turn.strip() for file in files for turn in _TURN.split(file.read_text("utf-8")) if turn.strip()]
        origin = f"turns of {len(files)} real calls"
    else:
        prose = Prose()
        turns = [prose.paragraph(800) for _ in range(most // 800)]
        origin = "made-up text: set ONRECORD_TEST_DATA to measure on real calls"
    random.Random(1).shuffle(turns)
    read, passages = 0, []
    for turn in turns:
        if read >= most:
            break
        passages.append(turn)
        read += len(turn.encode())
    return Corpus(passages, origin)


def phrases_from(text: Corpus, count: int, *, shortest: int = 1) -> list[str]:
    """Phrases of two and three words that stand in the text, each word of so many letters at least."""
    chance = random.Random(count)
    found: dict[str, None] = {}
    while len(found) < count:
        words = _WORD.findall(chance.choice(text.passages).lower())
        length = chance.choice((2, 3))
        at = chance.randrange(max(1, len(words) - length))
        phrase = words[at : at + length]
        if len(phrase) == length and all(len(word) >= shortest for word in phrase):
            found[" ".join(phrase)] = None
    return list(found)


def phrases_beside(text: Corpus, count: int, *, standing: int | None = None) -> list[str]:
    """Phrases made of the text's own words, as people ask for them: of words that say something.

    `standing`: how many of them stand in the text, the same ones whatever the count; else one in a hundred.
    """
    chance = random.Random(count)
    words = {word for passage in text.passages for word in _WORD.findall(passage.lower()) if len(word) >= _LONG}
    vocabulary = sorted(words)
    found = dict.fromkeys(phrases_from(text, standing or max(1, count // ONE_STANDS_IN_THE_TEXT), shortest=_LONG))
    while len(found) < count:
        found[" ".join(chance.sample(vocabulary, chance.choice((2, 3))))] = None
    return list(found)
