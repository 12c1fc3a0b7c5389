"""Onrecord's engine, and what one would pick instead. Each is made from phrases, reads text and counts hits.

A scanner that is not installed is left out, and said.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.corpus import Corpus
from rules.engine import Engine
from rules.model import Rule
from watchers.model import CallMeta, Document, Passage

Scan = Callable[[Any], int]
"""Reads one unit (a document, a passage) and counts the hits in it."""

_WORD = re.compile(r"\w+")
_PASSAGES_OF_A_DOCUMENT = 20


@dataclass(frozen=True, slots=True)
class Scanner:
    """`make`: from phrases to what gives, quickly, scans that have read nothing yet."""

    name: str
    make: Callable[[Sequence[str]], Callable[[], Scan]]
    units: Sequence[tuple[Any, int]]
    """Each with its bytes."""
    needs: str = ""
    """The module that has to be installed."""

    @property
    def is_here(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None


def scanners(text: Corpus) -> list[Scanner]:
    """Ours first. It is given documents, as it is in the program, which are made beforehand."""
    passages = [(passage, len(passage.encode())) for passage in text.passages]
    documents = []
    for start in range(0, len(passages), _PASSAGES_OF_A_DOCUMENT):
        some = passages[start : start + _PASSAGES_OF_A_DOCUMENT]
        documents.append((document([passage for passage, _ in some]), sum(size for _, size in some)))
    encoded = [(passage.encode(), size) for passage, size in passages]
    return [
        Scanner("onrecord", _engine, documents),
        Scanner("pyahocorasick", _aho_corasick, passages, needs="ahocorasick"),
        Scanner("hyperscan", _hyperscan, encoded, needs="hyperscan"),
        Scanner("re each", _one_pattern_a_rule, passages),
        Scanner("re one", _one_alternation, passages),
    ]


def words_alone(text: Corpus) -> Scanner:
    """The limit for anything that looks at words in Python; it finds no rule."""
    units = [(passage, len(passage.encode())) for passage in text.passages]
    return Scanner(r"\w+", lambda _: lambda: lambda passage: len(_WORD.findall(passage)), units)


def rule(phrase: str) -> Rule:
    return Rule(name=phrase, query=f'"{phrase}"')


def document(passages: Sequence[str]) -> Document:
    return Document(key="call", language="en", meta=CallMeta(), passages=tuple(Passage(text=text) for text in passages))


def _engine(phrases: Sequence[str]) -> Callable[[], Scan]:
    rules = [rule(phrase) for phrase in phrases]
    made = Engine(rules)

    def anew() -> Scan:
        fresh = Engine(rules, before=made, apart=True)  # one that remembers no text
        return lambda document: len(fresh.scan(document))

    return anew


def _aho_corasick(phrases: Sequence[str]) -> Callable[[], Scan]:
    """Whole words, case aside, with single spaces between."""
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for phrase in phrases:
        automaton.add_word(phrase, len(phrase))
    automaton.make_automaton()

    def scan(passage: str) -> int:
        text = passage.lower()
        hits = ((last + 1 - length, last + 1) for last, length in automaton.iter(text))
        return sum(
            not (text[end : end + 1].isalnum() or text[max(0, start - 1) : start].isalnum()) for start, end in hits
        )

    return lambda: scan


def _hyperscan(phrases: Sequence[str]) -> Callable[[], Scan]:
    """With the start of each match, as a quote needs it; single spaces alone, or it takes minutes more to be made."""
    import hyperscan

    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SOM_LEFTMOST
    database = hyperscan.Database()
    patterns = [rf"\b{phrase}\b".encode() for phrase in phrases]
    database.compile(expressions=patterns, ids=range(len(patterns)), elements=len(patterns), flags=flags)
    found = 0

    def hit(*_: object) -> None:
        nonlocal found
        found += 1

    def scan(passage: bytes) -> int:
        before = found
        database.scan(passage, match_event_handler=hit)
        return found - before

    return lambda: scan


def _one_pattern_a_rule(phrases: Sequence[str]) -> Callable[[], Scan]:
    re.purge()
    patterns = [re.compile(_pattern(phrase), re.IGNORECASE) for phrase in phrases]
    return lambda: lambda text: sum(1 for pattern in patterns for _ in pattern.finditer(text))


def _one_alternation(phrases: Sequence[str]) -> Callable[[], Scan]:
    """One rule a place."""
    re.purge()
    pattern = re.compile("|".join(map(_pattern, phrases)), re.IGNORECASE)
    return lambda: lambda text: sum(1 for _ in pattern.finditer(text))


def _pattern(phrase: str) -> str:
    return r"\b" + r"\s+".join(map(re.escape, phrase.split())) + r"\b"
