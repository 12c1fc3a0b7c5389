"""What a rule would have flagged in the stored archive, beside what other rules find there and what people said."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.readback import Read, read_back
from bot.store import judgements
from bot.store.database import Database
from bot.store.judgements import Judged
from rules.engine import Engine
from rules.model import Match, Rule
from rules.query import canonical, parse
from watchers.model import Company, Document, Passage

UNDATED = "undated"
_TRIED = "\0tried"
"""The rule that is tried: no name in a configuration can be this."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence with a hit. `rules`: those in force that find something in it too."""

    document: Document
    passage: Passage
    start: int
    end: int
    """The sentence's offsets in the passage."""
    hit: tuple[int, int]
    """Offsets in the sentence."""
    rules: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(slots=True)
class Count:
    documents: int = 0
    matches: int = 0


@dataclass(slots=True)
class Backtest:
    """`places`: by (month, company). `found_too`: matches in sentences in which a rule in force finds something too.
    `judged`: matches in sentences of which people said what they think, by (rule, verdict, reason).
    """

    query: str
    documents: int = 0
    passages: int = 0
    found: Count = field(default_factory=Count)
    matching_passages: int = 0
    places: dict[tuple[str, str | None], Count] = field(default_factory=lambda: defaultdict(Count))
    found_too: Counter[str] = field(default_factory=Counter)
    only_here: int = 0
    judged: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    """The first ones that were read."""
    most_samples: int = 5

    def by_month(self) -> dict[str, Count]:
        """In order; the undated last."""
        return _summed(self.places, lambda place: place[0])

    def by_company(self) -> dict[str, Count]:
        """The most matches first; "" is for documents of none."""
        summed = _summed(self.places, lambda place: place[1] or "")
        return dict(sorted(summed.items(), key=lambda pair: -pair[1].matches))

    def add(self, read: Read, said: Sequence[Judged]) -> None:
        """One document. `said`: what people said of alerts about it."""
        document = read.document
        self.documents += 1
        self.passages += len(document.passages)
        mine = [match for match in read.matches if match.rule == _TRIED]
        if not mine:
            return
        month = f"{document.published:%Y-%m}" if document.published is not None else UNDATED
        for count in (self.found, self.places[month, document.company]):
            count.documents += 1
            count.matches += len(mine)
        self.matching_passages += len({match.passage for match in mine})
        others = defaultdict[int, list[Match]](list)
        for match in read.matches:
            if match.rule != _TRIED:
                others[match.passage].append(match)
        shown = set[tuple[int, int]]()
        for match in mine:
            rules = tuple(dict.fromkeys(other.rule for other in others[match.passage] if _shares(match, other)))
            self.found_too.update(rules)
            self.only_here += not rules
            sample = _sample(document, match, rules)
            self.judged.update({(one.rule, one.verdict, one.reason) for one in said if one.is_of(sample.text)})
            if len(self.samples) < self.most_samples and (match.passage, match.sentence_start) not in shown:
                shown.add((match.passage, match.sentence_start))
                self.samples.append(sample)


async def backtest(
    database: Database,
    query: str,
    in_force: Iterable[Rule],
    ids: Sequence[int],
    *,
    companies: Iterable[Company] = (),
    samples: int = 5,
    advance: Callable[[], None] = lambda: None,
    enough: Callable[[], bool] = lambda: False,
    before: Engine | None = None,
) -> Backtest:
    """Read these documents with the query. Raises `QueryError`, `StoreError`.

    `ids`: the newest first, if samples of these are wanted. `advance`: called for each. `enough`: whether to leave the
    rest. `before`: an engine with most of these rules.
    """
    made = Backtest(canonical(parse(query)), most_samples=samples)
    rules = [*in_force, Rule(name=_TRIED, query=query)]
    engine = await asyncio.to_thread(lambda: Engine(rules, companies=companies, before=before, apart=True))
    async for read in read_back(database, engine, ids, advance, enough):
        found = any(match.rule == _TRIED for match in read.matches)
        said = await database.read(lambda conn, read=read: _said(conn, read)) if found else []  # type: ignore[misc]
        made.add(read, said)
    return made


def _said(conn: Connection, read: Read) -> list[Judged]:
    return judgements.of_document(conn, read.document_id)


def _shares(match: Match, other: Match) -> bool:
    """Whether both stand in the same sentence."""
    return match.sentence_start < other.sentence_end and other.sentence_start < match.sentence_end


def _sample(document: Document, match: Match, rules: tuple[str, ...]) -> Sample:
    start = match.sentence_start
    hit = match.start - start, match.end - start
    return Sample(document, document.passages[match.passage], start, match.sentence_end, hit, rules)


def _summed(
    places: dict[tuple[str, str | None], Count], key: Callable[[tuple[str, str | None]], str]
) -> dict[str, Count]:
    summed = defaultdict[str, Count](Count)
    for place, count in sorted(places.items(), key=lambda pair: pair[0][0]):
        summed[key(place)].documents += count.documents
        summed[key(place)].matches += count.matches
    return summed
