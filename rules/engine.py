"""Many rules, one scan.

All words and phrases of all rules are found together (`rules.finder`); a rule is asked only about passages that have
what it cannot do without. So a scan costs what the text costs, and then only what is found.
"""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.evaluate import Judge, View, judge, set_scene
from rules.fields import document_passes, passage_passes
from rules.model import Match, Rule
from rules.phrases import Lexicon
from rules.query import QueryError, canonical, parse
from rules.sentence import sentences
from rules.tree import Query
from rules.triggers import Trigger, triggers
from watchers.model import Document

VERSION = 1
"""Raise it when the same query finds something else than before: every rule gets a new revision by it."""

MOST_MATCHES = 1000
"""Of one rule in one document, the first. A page may say a million times what is watched; no alert could say more."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule in force. `query` is canonical; `revision` changes with whatever decides what matches."""

    rule: Rule
    query: str
    revision: str
    judge: Judge = field(repr=False, compare=False)


class Engine:
    """Raises `QueryError`, in the rule's name, for the first rule that cannot be understood. Scans in any thread."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._lexicon = Lexicon()
        self._triggers: list[tuple[Trigger, ...]] = []
        self._first: dict[int, list[int]] = defaultdict(list)
        """By atom of their rarest trigger, the numbers of rules."""
        compiled: list[Compiled] = []
        for number, rule in enumerate(rules):
            query = _parsed(rule)
            needed = triggers(query.root, self._lexicon)
            assert needed, "the parser refuses what can be true without words"
            for atom in needed[0].atoms:
                self._first[atom].append(number)
            self._triggers.append(needed)
            self._lexicon.watch(atom for trigger in needed for atom in trigger.atoms)
            text = canonical(query)
            compiled.append(Compiled(rule, text, revision(rule, text), judge(query.root, self._lexicon)))
        self.compiled: tuple[Compiled, ...] = tuple(compiled)

    def scan(self, document: Document) -> tuple[Match, ...]:
        """The hits of all rules, in the order of the document: at most `MOST_MATCHES` of each rule."""
        scene = set_scene(document, self._lexicon)
        passes: dict[int, bool] = {}
        room: dict[int, int] = defaultdict(lambda: MOST_MATCHES)
        found: list[Match] = []
        for view in scene.views:
            hits: list[tuple[int, int, int]] = []
            for number in self._worth_asking(view):
                if number not in passes:
                    passes[number] = document_passes(self.compiled[number].rule.filters, document)
                if passes[number] and room[number]:
                    spans = self._hits(number, view)[: room[number]]
                    room[number] -= len(spans)
                    hits += [(start, end, number) for start, end in spans]
            found += self._matches(view, sorted(hits))
        return tuple(found)

    def _worth_asking(self, view: View) -> set[int]:
        present = view.found.watched()
        first = {number for atom in present if atom in self._first for number in self._first[atom]}
        return {
            number
            for number in first
            if not any(trigger.atoms.isdisjoint(present) for trigger in self._triggers[number][1:])
        }

    def _hits(self, number: int, view: View) -> list[tuple[int, int]]:
        compiled = self.compiled[number]
        if not passage_passes(compiled.rule.filters, view.scene.document, view.passage):
            return []
        return [(span.start, span.end) for span in compiled.judge(view) or ()]

    def _matches(self, view: View, hits: list[tuple[int, int, int]]) -> list[Match]:
        if not hits:
            return []
        spans = sentences(view.passage.text)
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        return [
            Match(
                rule=compiled.rule.name,
                query=compiled.query,
                revision=compiled.revision,
                facet=compiled.rule.facet,
                severity=compiled.rule.severity,
                passage=view.number,
                start=start,
                end=end,
                sentence_start=starts[bisect_right(starts, start) - 1],
                sentence_end=ends[bisect_left(ends, end)],
            )
            for start, end, number in hits
            for compiled in [self.compiled[number]]
        ]


def revision(rule: Rule, query: str) -> str:
    """Twelve hex digits over all that decides what a rule finds and how it counts."""
    # A filter that came later counts where it is used: by an empty one every rule of before would be new.
    unused = set() if rule.filters.dockets else {"dockets"}
    decisive = [VERSION, query, rule.facet, rule.filters.model_dump(mode="json", exclude=unused)]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]


def _parsed(rule: Rule) -> Query:
    try:
        return parse(rule.query)
    except QueryError as error:
        raise error.of(rule.name) from None
