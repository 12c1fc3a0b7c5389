"""What was said: a match with a facet becomes a statement, and finds the ones before it."""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.alerts.quotes import quotes_of
from bot.model import Earlier, Relation, Statement
from rules.model import Match
from rules.polarity import judge
from watchers.model import CallMeta, Company, Document, EntryMeta


def date_of(document: Document, seen: date) -> str:
    """The ISO date on which it was said, by the document's own word; the day it was first seen if it gives none."""
    meta = document.meta
    if isinstance(meta, CallMeta) and meta.call_date:
        return meta.call_date
    if isinstance(meta, EntryMeta) and meta.date_filed:
        return meta.date_filed
    return (document.published.date() if document.published else seen).isoformat()


def statements_of(
    document: Document, matches: Iterable[Match], company: Company | None, *, seen: date
) -> tuple[Statement, ...]:
    """One statement for each facet and sentence; `rule` is the first that found it."""
    made: dict[tuple[str, int, str], Statement] = {}
    for quote in quotes_of(document, matches, company):
        if quote.facet is None:
            continue
        judgement = judge(quote.text, quote.hit(), document.language)
        made.setdefault(
            (quote.facet, quote.passage, quote.text),
            Statement(
                date=date_of(document, seen),
                company=document.company,
                facet=quote.facet,
                kind=document.kind,
                speaker=quote.speaker,
                role=quote.role,
                side=quote.side,
                quote=quote.text,
                url=document.url,
                polarity=judgement.polarity,
                modality=judgement.modality,
                rule=quote.rule,
            ),
        )
    return tuple(made.values())


def earlier_beside(now: Sequence[Statement], before: Sequence[Statement]) -> tuple[Earlier, ...]:
    """The earlier statements of one facet as an alert shows them, each with its relation to what is said now."""
    polarities: set[str] = {statement.polarity for statement in now if statement.polarity != "unclear"}
    return tuple(
        Earlier(
            date=statement.date,
            kind=statement.kind,
            speaker=statement.speaker,
            quote=statement.quote,
            url=statement.url,
            relation=_relation(polarities, statement),
        )
        for statement in before
    )


def _relation(polarities: set[str], statement: Statement) -> Relation:
    if statement.polarity == "unclear" or len(polarities) != 1:
        return "unclear"
    return "same" if statement.polarity in polarities else "opposite"
