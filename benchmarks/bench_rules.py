"""Scanning with many rules, beside what one would pick instead.

    python benchmarks/bench_rules.py [--rules 10,100,1000,10000] [--megabytes N] [--seconds S]

The rules are phrases of two and three words, which all contenders understand; ours are stemmed and folded on top of
it, those of `re` find the words as they are written (case and white space aside). In the first table one rule in a
hundred, at least one, stands in the text; in the second all are drawn from it, so that far too many hit. What is slow
is stopped after some seconds, at a passage's end, and its rate is that of the text it had read by then (marked ~); the
passages are shuffled, so that this is a fair sample.
"""

import argparse
import os
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.prose import Prose
from benchmarks.tables import figure, machine, table
from rules.engine import Engine
from rules.model import Rule
from watchers.model import CallMeta, Document, Passage

_WORD = re.compile(r"\w+")
_TURN = re.compile(r"^[^:\n]{1,60}: ", re.MULTILINE)
_PASSAGES_OF_A_DOCUMENT = 20
_ONE_STANDS_IN_THE_TEXT = 100
_LONG = 6
"""Letters of a word that says something."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Corpus:
    passages: list[str]
    origin: str

    @property
    def bytes(self) -> int:
        return sum(len(passage.encode()) for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Rate:
    """`whole`: the text was read to its end, once at least."""

    bytes_a_second: float
    hits: int
    whole: bool

    def __str__(self) -> str:
        return ("" if self.whole else "~") + figure(self.bytes_a_second / 1e6)


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


def phrases_beside(text: Corpus, count: int) -> list[str]:
    """Phrases made of the text's own words, as people ask for them: of words that say something; one in a hundred
    stands in the text."""
    chance = random.Random(count)
    words = {word for passage in text.passages for word in _WORD.findall(passage.lower()) if len(word) >= _LONG}
    vocabulary = sorted(words)
    found = dict.fromkeys(phrases_from(text, max(1, count // _ONE_STANDS_IN_THE_TEXT), shortest=_LONG))
    while len(found) < count:
        found[" ".join(chance.sample(vocabulary, chance.choice((2, 3))))] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Contender:
    """`make` builds it from phrases; what it makes reads one unit (a document, a passage) and counts hits."""

    name: str
    make: Callable[[Sequence[str]], Callable[[Any], int]]
    units: Sequence[tuple[Any, int]]
    """Each with its bytes."""


def _engine(phrases: Sequence[str]) -> Callable[[Document], int]:
    made = Engine([Rule(name=phrase, query=f'"{phrase}"') for phrase in phrases])
    made.scan(_document(["Its automaton is made when it is first needed."]))
    return lambda document: len(made.scan(document))


def _one_pattern_a_rule(phrases: Sequence[str]) -> Callable[[str], int]:
    re.purge()
    patterns = [re.compile(_pattern(phrase), re.IGNORECASE) for phrase in phrases]
    return lambda text: sum(1 for pattern in patterns for _ in pattern.finditer(text))


def _one_alternation(phrases: Sequence[str]) -> Callable[[str], int]:
    re.purge()
    pattern = re.compile("|".join(map(_pattern, phrases)), re.IGNORECASE)
    return lambda text: sum(1 for _ in pattern.finditer(text))


def _words_alone(_phrases: Sequence[str]) -> Callable[[str], int]:
    return lambda text: len(_WORD.findall(text))


def _pattern(phrase: str) -> str:
    return r"\b" + r"\s+".join(map(re.escape, phrase.split())) + r"\b"


def _document(passages: Sequence[str]) -> Document:
    return Document(key="call", language="en", meta=CallMeta(), passages=tuple(Passage(text=text) for text in passages))


def contenders(text: Corpus) -> list[Contender]:
    """Ours first. It is given documents, as it is in the program, which are made beforehand."""
    passages = [(passage, len(passage.encode())) for passage in text.passages]
    documents = []
    for start in range(0, len(passages), _PASSAGES_OF_A_DOCUMENT):
        some = passages[start : start + _PASSAGES_OF_A_DOCUMENT]
        documents.append((_document([passage for passage, _ in some]), sum(size for _, size in some)))
    return [
        Contender("onrecord", _engine, documents),
        Contender("re each", _one_pattern_a_rule, passages),
        Contender("re one", _one_alternation, passages),
    ]


def rate(scan: Callable[[Any], int], units: Sequence[tuple[Any, int]], seconds: float) -> Rate:
    """The best of a few rounds within these CPU seconds, as far as it gets."""
    best = hits = 0.0
    began = time.process_time()
    for number in range(_ROUNDS):
        found = read = 0
        start = now = time.process_time()
        for unit, size in units:
            found += scan(unit)
            read += size
            now = time.process_time()
            if now - began > seconds:
                break
        whole = read == sum(size for _, size in units)
        if whole or number == 0:
            best, hits = max(best, read / max(now - start, 1e-6)), found
        if now - began > seconds:
            return Rate(best, int(hits), whole or number > 0)
    return Rate(best, int(hits), whole=True)


def built(contender: Contender, phrases: Sequence[str]) -> tuple[Callable[[Any], int], float]:
    """The scan, and the CPU seconds that it took to make it."""
    start = time.process_time()
    scan = contender.make(phrases)
    return scan, time.process_time() - start


def compared(text: Corpus, sizes: Sequence[int], pick: Callable[[Corpus, int], list[str]], seconds: float) -> str:
    """One table."""
    ours, *others = contenders(text)
    rows = []
    for count in sizes:
        phrases = pick(text, count)
        limit = rate(_words_alone(()), others[0].units, seconds)
        scan, build = built(ours, phrases)
        scan(_document(text.passages[:200]))  # a program that runs has met most words before
        mine = rate(scan, ours.units, seconds)
        ratio = mine.bytes_a_second / limit.bytes_a_second
        row = [f"{count:,}", f"{mine.hits:,}", _seconds(build), str(mine), figure(ratio)]
        for other in others:
            scan, build = built(other, phrases)
            theirs = rate(scan, other.units, seconds)
            row += [_seconds(build), str(theirs), f"{figure(mine.bytes_a_second / theirs.bytes_a_second)}x"]
        rows.append([*row, str(limit)])
    head = ["rules", "hits", "build", "onrecord", r"/ \w+"]
    for other in others:
        head += ["build", other.name, "ours is"]
    return table([*head, r"\w+ alone"], rows)


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 10 else f"{value:.0f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Scanning with many rules, beside what one would pick instead.")
    parser.add_argument("--rules", default="10,100,1000,10000", help="how many, with commas between")
    parser.add_argument("--megabytes", type=float, default=5.0, help="of text")
    parser.add_argument("--seconds", type=float, default=2.0, help="of CPU after which a contender is stopped")
    chosen = parser.parse_args(arguments)
    sizes = [int(size) for size in chosen.rules.split(",")]
    text = corpus(chosen.megabytes)
    print(f"RULES: one scan for all\n{machine()}")
    print(f"{text.bytes / 1e6:.1f} MB in {len(text.passages):,} passages ({text.origin}); MB per CPU second")
    print(f"\nFew hit: one rule in {_ONE_STANDS_IN_THE_TEXT} stands in the text\n")
    print(compared(text, sizes, phrases_beside, chosen.seconds))
    print("\nFar too many hit: every rule is drawn from the text\n")
    print(compared(text, sizes, phrases_from, chosen.seconds))
    print(
        f"\n~ stopped after {chosen.seconds:g} s: the rate of a part of the text. re each: one pattern a rule. re one:"
    )
    print("an alternation, which finds one rule a place. Neither knows inflection and sentences, as onrecord does.")
    print("\\w+ alone: re.findall, which finds no rule: the limit for anything that looks at words in Python.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
