"""What is new in a document that was seen before.

New is a hit whose folded sentence stands in no earlier version. A sentence whose words were mended (a typo, a number,
a name) is the same statement in other words: it changes the alert that told of it, and does not alert again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rules.model import Match
from rules.text import fold_sentence
from watchers.model import Document

SAME_STATEMENT = 0.8
"""Ratio of `difflib.SequenceMatcher` over words from which two sentences are one statement, mended."""


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence of an earlier version that was told of, and what became of it (`match` None: it is gone)."""

    rule: str
    before: str
    match: Match | None


@dataclass(frozen=True, slots=True)
class News:
    fresh: tuple[Match, ...]
    changed: tuple[Change, ...]


def sentence_of(document: Document, match: Match) -> str:
    return document.passages[match.passage].text[match.sentence_start : match.sentence_end]


def news(
    document: Document, matches: Sequence[Match], earlier_texts: Sequence[str], told: Sequence[tuple[str, str]]
) -> News:
    """Split the matches of a later version into what is new and what only changed.

    `earlier_texts` are the passages of all earlier versions; `told` are (rule, sentence) of quotes that stand in
    alerts about this document.
    """
    old = [fold_sentence(text) for text in earlier_texts]
    now = [fold_sentence(passage.text) for passage in document.passages]
    gone = [(rule, sentence) for rule, sentence in told if not _stands(fold_sentence(sentence), now)]
    fresh: list[Match] = []
    changed: list[Change] = []
    for match in matches:
        sentence = fold_sentence(sentence_of(document, match))
        if _stands(sentence, old):
            continue
        mended = next((entry for entry in gone if entry[0] == match.rule and _alike(entry[1], sentence)), None)
        if mended is None:
            fresh.append(match)
        else:
            changed.append(Change(rule=match.rule, before=mended[1], match=match))
    kept = {(change.rule, change.before) for change in changed}
    changed += [
        Change(rule=rule, before=sentence, match=None) for rule, sentence in gone if (rule, sentence) not in kept
    ]
    return News(tuple(fresh), tuple(changed))


def _stands(sentence: str, texts: Sequence[str]) -> bool:
    return any(sentence in text for text in texts)


def _alike(before: str, now: str) -> bool:
    words = fold_sentence(before).split(), now.split()
    return SequenceMatcher(None, *words, autojunk=False).ratio() >= SAME_STATEMENT
