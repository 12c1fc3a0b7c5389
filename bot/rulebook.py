"""What is asked for and where it is looked for, as one value that is replaced whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import structlog

from bot.model import Watch
from rules import packs
from rules.engine import Engine
from rules.model import Filters, Rule
from rules.query import QueryError, parse
from watchers.model import Company, Source

log = structlog.get_logger()

FROM_SLACK = "/watch"
"""Where rules and watches come from that people made in Slack: their `origin`."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """What is asked for, now. A commit that finds another book than it scanned with scans again.

    `generation`: that of the steering (`bot.store.steering`) of which it was read.
    """

    engine: Engine
    watches: tuple[Watch, ...]
    sources: Mapping[str, Source]
    given: frozenset[str] = frozenset()
    """Names of those sources that people gave."""
    generation: int = 0

    @classmethod
    def of(
        cls,
        rules: Sequence[Rule],
        watches: Sequence[Watch],
        sources: Iterable[Source] = (),
        *,
        companies: Iterable[Company] = (),
        given: Iterable[Source] = (),
        generation: int = 0,
        before: "RuleBook | None" = None,
    ) -> "RuleBook":
        """`rules`, `sources`: of the configuration; what the watches bring themselves and what people gave is added.

        `before`: the book that this one replaces; what stayed the same is taken from there.
        """
        of_people = {source.name: source for source in given}
        of_file = {source.name: source for source in sources}
        engine = Engine(
            in_force(rules, watches), companies=companies, before=before.engine if before is not None else None
        )
        only_given = frozenset(of_people.keys() - of_file.keys())
        return cls(engine, tuple(watches), of_people | of_file, only_given, generation)

    def listening(self, source: str) -> Sequence[Watch]:
        """The watches that may hear of what comes from there.

        A source that people gave is heard by those that name it: it may have been given in a private channel.
        """
        if source not in self.given:
            return self.watches
        return [watch for watch in self.watches if source in watch.filters.sources]


def in_force(configured: Sequence[Rule], watches: Sequence[Watch]) -> list[Rule]:
    """The configured rules, and those of the watches that people made. What asks the same of the same stands once."""
    rules = list(configured)
    of_people = [watch for watch in watches if watch.origin == FROM_SLACK]
    known = named(configured, of_people) if of_people else {}
    asked = named(configured, ()) if of_people else {}
    for watch in of_people:
        for rule in rules_of(watch, known):
            there = asked.setdefault(rule.name, [])
            everywhere = rule.model_copy(update={"filters": Filters()})
            if not any(_same(other, one) for other in there for one in (rule, everywhere)):
                there.append(rule)
                rules.append(rule)
    return rules


def _same(one: Rule, other: Rule) -> bool:
    """Whether both find the same and count it alike, wherever they were written."""
    return _told(one) == _told(other)


def _told(rule: Rule) -> tuple[object, ...]:
    return rule.query, rule.facet, rule.severity, rule.filters


def named(configured: Sequence[Rule], watches: Iterable[Watch]) -> dict[str, list[Rule]]:
    """By name, the rules that a watch may name, packs aside: of the configuration, and those that people made."""
    known: dict[str, list[Rule]] = {}
    for rule in configured:
        known.setdefault(rule.name, []).append(rule)
    for watch in watches:
        made = watch.made
        if made is not None and _is_readable(made.query, watch):
            rule = Rule(
                name=watch.own_rule, query=made.query, facet=made.facet, severity=made.severity, origin=FROM_SLACK
            )
            known[rule.name] = [rule]
    return known


def rules_of(watch: Watch, known: Mapping[str, Sequence[Rule]]) -> list[Rule]:
    """The rules of a watch, bounded to where it listens. What cannot be read any more is left out, and logged.

    `known`: what it may name (`named`).
    """
    return [rule for name in watch.rules for rule in _called(name, watch, known)]


def defaults(names: Sequence[str]) -> tuple[str, ...]:
    """The rules of a watch that names none: those that the configuration chose, else every pack."""
    return tuple(names) or packs.names()


def _called(name: str, watch: Watch, known: Mapping[str, Sequence[Rule]]) -> Iterator[Rule]:
    if any(keyword.query == name for keyword in watch.keywords):
        if _is_readable(name, watch):
            yield Rule(name=name, query=name, origin=FROM_SLACK, filters=watch.filters)
        return
    rules = known.get(name, ())
    if not rules and name in packs.names():
        rules = packs.load(name).rules(name, severity="normal", filters=Filters())
    if not rules:
        log.error("watch.rule-gone", watch=watch.name, rule=name)
    for rule in rules:
        yield rule.model_copy(update={"filters": watch.filters})


def _is_readable(query: str, watch: Watch) -> bool:
    """It could be read when it was kept: by an older program, perhaps."""
    problem = _problem(query)
    if problem is not None:
        log.error("watch.query-refused", watch=watch.name, query=query, reason=problem)
    return problem is None


@lru_cache(20_000)
def _problem(query: str) -> str | None:
    """Why a query cannot be read. It is asked again at each change, of every query."""
    try:
        parse(query)
    except QueryError as error:
        return error.problem
    return None
