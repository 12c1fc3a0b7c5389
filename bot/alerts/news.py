"""What is new in a document that was seen before.

New is a hit whose folded sentence stands in no earlier version. A sentence whose words were mended (a typo, a number,
a name) or that went on (a turn that grows while the call is live) is the same statement in other words: it changes the
alert that told of it, and does not alert again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rules.model import Match
from rules.text import fold_sentence
from watchers.model import Document

SAME_STATEMENT = 0.8
"""Ratio of `difflib.SequenceMatcher` over words from which two sentences are one statement, mended."""


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that a rule found in the version before, and what became of it (`match` None: it is gone)."""

    rule: str
    before: str
    match: Match | None


@dataclass(frozen=True, slots=True)
class News:
    fresh: tuple[Match, ...]
    changed: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What a document said before. `found` are (rule, sentence) of the matches in any version of it."""

    all_texts: Sequence[str]
    last_texts: Sequence[str]
    """Passages of the version before this one."""
    found: Collection[tuple[str, str]]


def sentence_of(document: Document, match: Match) -> str:
    return document.passages[match.passage].text[match.sentence_start : match.sentence_end]


def news(document: Document, matches: Sequence[Match], past: Past) -> News:
    """Split the matches of a later version into what is new and what only changed."""
    if not matches and not past.found:
        return News(())
    ever, last = _Folded(past.all_texts), _Folded(past.last_texts)
    now = _Folded([passage.text for passage in document.passages])
    # What was gone before the last version (or looks so, because a better reader sees other sentences) is not news.
    stood = {entry: fold_sentence(entry[1]) for entry in past.found if last.hold(fold_sentence(entry[1]))}
    fresh: list[Match] = []
    changed: dict[tuple[str, str], Match] = {}
    settled: set[tuple[str, str]] = set()
    for match in matches:
        sentence = fold_sentence(sentence_of(document, match))
        if (match.rule, sentence) in settled or ever.hold(sentence):
            continue
        same = next(
            (
                entry
                for entry, before in stood.items()
                if entry[0] == match.rule and entry not in changed and _same(before, sentence, now)
            ),
            None,
        )
        if same is None:
            fresh.append(match)
        else:
            changed[same] = match
            settled.add((match.rule, sentence))  # another hit in the same sentence
    gone = [entry for entry, before in stood.items() if entry not in changed and not now.hold(before)]
    return News(
        tuple(fresh),
        (
            *(Change(rule, before, match) for (rule, before), match in changed.items()),
            *(Change(rule, before, None) for rule, before in gone),
        ),
    )


def stands(document: Document, sentence: str) -> bool:
    """Whether the document holds that sentence, folded."""
    return _Folded([passage.text for passage in document.passages]).hold(fold_sentence(sentence))


class _Folded:
    """Texts in which whole folded sentences are looked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [f" {fold_sentence(text)} " for text in texts]

    def hold(self, sentence: str) -> bool:
        return any(f" {sentence} " in text for text in self._texts)


def _same(before: str, now: str, texts: _Folded) -> bool:
    if f" {before} " in f" {now} ":
        return True  # it went on
    return not texts.hold(before) and _alike(before.split(), now.split())


def _alike(before: Sequence[str], now: Sequence[str]) -> bool:
    return SequenceMatcher(None, before, now, autojunk=False).ratio() >= SAME_STATEMENT
