"""Many rules, one scan.

All words and phrases of all rules are found together (`rules.finder`); a rule is asked only about passages that have
what it cannot do without. So a scan costs what the text costs, and then only what is found.
"""

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from rules.evaluate import Judge, View, judge, set_scene
from rules.fields import document_passes, passage_passes
from rules.found import Finders
from rules.memory import Memory, Spans
from rules.model import Match, Rule
from rules.phrases import Lexicon
from rules.query import QueryError, canonical, parse
from rules.sentence import sentences_around
from rules.tree import Doc, Field, Query, all_of, words_of
from rules.triggers import Trigger, triggers
from watchers.model import Company, Document

_SERIALS = count()

VERSION = 3
"""Raise it when the same query finds something else than before: every rule gets a new revision by it."""

MOST_MATCHES = 1000
"""Of one rule in one document, the first. A page may say a million times what is watched; no alert could say more."""


Open = Mapping[int, Spans | None]
"""By a rule's number, what it found in a passage; None where it has to be asked."""

STALE = 2
"""How many times the atoms in use an engine's lexicon may hold before the next engine begins anew."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule in force. `query` is canonical; `revision` changes with whatever decides what matches."""

    rule: Rule
    query: str
    revision: str
    judge: Judge = field(repr=False, compare=False)
    triggers: tuple[Trigger, ...] = field(repr=False, compare=False)
    atoms: tuple[int, ...] = field(repr=False, compare=False)
    """All that is looked for on its behalf, each once: a set of them would take ten times the room."""
    by_text: bool = field(repr=False, compare=False)
    """Whether what it finds in a passage depends on the text alone, filters aside."""
    serial: int = field(repr=False, compare=False)
    """No other has it, whichever engine it is in."""


class Engine:
    """Raises `QueryError`, in the rule's name, for the first rule that cannot be understood. Scans in any thread.

    `companies`: as configured; whose words a passage holds (`side:`) is judged by them.
    `before`: another one, whose rules are taken over where they are the same: one rule more or less than ten thousand
    then costs hundredths of a second, and of a text that those have read only the new one is asked. It goes on as it
    is. `apart`: what is read is remembered for this one alone, which takes nobody's place.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        companies: Iterable[Company] = (),
        before: "Engine | None" = None,
        apart: bool = False,
    ) -> None:
        self._companies = {company.ticker: company for company in companies}
        if before is not None and before.lexicon.atoms > STALE * len(before.atoms):
            before = None
        self.lexicon: Lexicon = Lexicon() if before is None else before.lexicon
        known = _Known(() if before is None else before.compiled)
        with self.lexicon.turn:
            self.compiled: tuple[Compiled, ...] = tuple(
                known.of(rule) or _compiled(rule, self.lexicon) for rule in rules
            )
            self.atoms: frozenset[int] = frozenset[int]().union(*(one.atoms for one in self.compiled))
            watched = frozenset[int]().union(*(trigger.atoms for one in self.compiled for trigger in one.triggers))
            everything = self.lexicon.finder(self.atoms)
            self._finders = Finders(everything if watched == self.atoms else self.lexicon.finder(watched), everything)
        self._first: dict[int, list[int]] = defaultdict(list)
        """By atom of their rarest trigger, the numbers of rules."""
        for number, one in enumerate(self.compiled):
            for atom in one.triggers[0].atoms:
                self._first[atom].append(number)
        self._place = {one.serial: number for number, one in enumerate(self.compiled)}
        self.memory: Memory = Memory() if before is None or apart else before.memory
        self._epoch = self.memory.join(frozenset(self._place))
        self._came_since: dict[int, frozenset[int]] = {}
        """By epoch, the numbers of the rules that were not there yet."""

    def scan(self, document: Document) -> tuple[Match, ...]:
        """The hits of all rules, in the order of the document: at most `MOST_MATCHES` of each rule."""
        scene = set_scene(document, self._companies.get(document.company or ""), self._finders)
        passes: dict[int, bool] = {}
        room: dict[int, int] = defaultdict(lambda: MOST_MATCHES)
        found: list[Match] = []
        for view in scene.views:
            answers, known = self._known(view)
            if not answers:  # as of most texts
                if not known:
                    self.memory.keep(view.passage.hash, self._epoch, {})
                continue
            learned: dict[int, Spans] = {}
            hits: list[tuple[int, int, int]] = []
            for number, spans in answers.items():
                if number not in passes:
                    passes[number] = document_passes(self.compiled[number].rule.filters, document)
                if not (passes[number] and room[number] and self._passes(number, view)):
                    continue
                if spans is None:
                    spans = self._hits(number, view)  # noqa: PLW2901 - it is what was not known
                    if self.compiled[number].by_text:
                        learned[number] = spans
                told = spans[: room[number]]
                room[number] -= len(told)
                hits += [(start, end, number) for start, end in told]
            if not known or learned:
                self.memory.keep(view.passage.hash, self._epoch, self._to_keep(answers, learned))
            found += self._matches(view, sorted(hits))
        return tuple(found)

    def _known(self, view: View) -> tuple[Open, bool]:
        """What is known of a text, and whether that is all that can be."""
        met = self.memory.get(view.passage.hash)
        if met is None:
            return dict.fromkeys(self._worth_asking(view)), False
        epoch, answers = met
        if epoch == self._epoch:
            return {self._place[serial]: spans for serial, spans in answers.items()} if answers else {}, True
        worth, since = self._worth_asking(view), self._since(epoch)
        if since is None:
            return dict.fromkeys(worth), False
        here = {self._place[serial]: spans for serial, spans in answers.items() if serial in self._place}
        return here | dict.fromkeys(since & worth), False

    def _since(self, epoch: int) -> frozenset[int] | None:
        """The numbers of the rules that came after an epoch; None where that is too long ago."""
        if epoch not in self._came_since:
            then = self.memory.rules_of(epoch)
            if then is None:
                return None
            self._came_since[epoch] = frozenset(number for serial, number in self._place.items() if serial not in then)
        return self._came_since[epoch]

    def _to_keep(self, answers: Open, learned: Mapping[int, Spans]) -> dict[int, Spans | None]:
        """By serial, the answers with what was learned; who found nothing need not be asked again."""
        now = {self.compiled[number].serial: learned.get(number, spans) for number, spans in answers.items()}
        return {serial: spans for serial, spans in now.items() if spans is None or spans}

    def _worth_asking(self, view: View) -> set[int]:
        present = view.found.watched()
        first = {number for atom in present if atom in self._first for number in self._first[atom]}
        return {
            number
            for number in first
            if not any(trigger.atoms.isdisjoint(present) for trigger in self.compiled[number].triggers[1:])
        }

    def _passes(self, number: int, view: View) -> bool:
        return passage_passes(self.compiled[number].rule.filters, view.scene.document, view.passage)

    def _hits(self, number: int, view: View) -> Spans:
        spans = self.compiled[number].judge(view) or ()
        return tuple((span.start, span.end) for span in spans[:MOST_MATCHES])

    def _matches(self, view: View, hits: list[tuple[int, int, int]]) -> list[Match]:
        if not hits:
            return []
        places = sorted({place for start, end, _ in hits for place in (start, end - 1)})
        spans = sentences_around(view.passage.text, places)
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


class _Known:
    """What is compiled, by its rule. To hash ten thousand whole rules takes longer than to make their automaton."""

    def __init__(self, compiled: Sequence[Compiled]) -> None:
        self._compiled = {self._key(one.rule): one for one in compiled}

    def of(self, rule: Rule) -> Compiled | None:
        key = self._key(rule)
        one = self._compiled.get(key)
        if one is None or not (one.rule is rule or one.rule == rule):
            return None
        return self._compiled.pop(key)  # of two that are the same each has its own answers

    @staticmethod
    def _key(rule: Rule) -> tuple[object, ...]:
        filters = rule.filters
        return rule.name, rule.query, filters.companies, filters.sources, filters.dockets


def revision(rule: Rule, query: str) -> str:
    """Twelve hex digits over all that decides what a rule finds and how it counts."""
    # A filter that came later counts where it is used: by an empty one every rule of before would be new.
    unused = set() if rule.filters.dockets else {"dockets"}
    decisive = [VERSION, query, rule.facet, rule.filters.model_dump(mode="json", exclude=unused)]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]


def _compiled(rule: Rule, lexicon: Lexicon) -> Compiled:
    query = _parsed(rule)
    needed = triggers(query.root, lexicon)
    assert needed, "the parser refuses what can be true without words"
    leaves = (leaf for words in words_of(query.root) for leaf in lexicon.leaves(words))
    atoms = tuple({piece.atom for leaf in leaves for piece in leaf.pieces})
    text = canonical(query)
    by_text = not any(isinstance(node, Field | Doc) for node in all_of(query.root))
    judged = judge(query.root, lexicon)
    return Compiled(rule, text, revision(rule, text), judged, needed, atoms, by_text, next(_SERIALS))


def _parsed(rule: Rule) -> Query:
    try:
        return parse(rule.query)
    except QueryError as error:
        raise error.of(rule.name) from None
