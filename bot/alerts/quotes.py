"""From matches to quotes: one for each rule and sentence, cut from the stored text, with the turns around it."""

from collections.abc import Iterable, Sequence

from bot.model import Context, Quote
from rules.model import Match, Severity
from rules.sentence import sentences
from rules.sides import side_of
from watchers.model import Company, Document, Passage

LONGEST_CONTEXT = 600
"""Characters of a turn that are shown as context: whole sentences up to here."""

_RANK: dict[Severity, int] = {"low": 0, "normal": 1, "high": 2}


def quotes_of(document: Document, matches: Iterable[Match], company: Company | None) -> tuple[Quote, ...]:
    """One quote for each rule and sentence, in the order of the document."""
    chosen: dict[tuple[str, int, int], Match] = {}
    for match in sorted(matches, key=lambda m: (m.passage, m.start, m.end)):
        chosen.setdefault((match.rule, match.passage, match.sentence_start), match)
    return tuple(_quote(document, match, company) for match in chosen.values())


def severity_of(quotes: Sequence[Quote]) -> Severity:
    """The highest severity among the quotes."""
    return max((quote.severity for quote in quotes), key=_RANK.__getitem__)


def context_of(document: Document, quotes: Sequence[Quote]) -> tuple[Context, ...]:
    """The analyst's question before the first quote of each turn, and the next speaker's turn after it."""
    if document.kind != "transcript":
        return ()
    passages = document.passages
    shown: dict[int, Context] = {}
    quoted = {quote.passage for quote in quotes}
    for index in sorted(quoted):
        question = _question_before(passages, index)
        if question is not None and question not in quoted:
            shown.setdefault(question, _context("question", passages[question]))
        after = index + 1
        if after < len(passages) and after not in quoted and passages[after].role != "operator":
            shown.setdefault(after, _context("next", passages[after]))
    return tuple(shown[index] for index in sorted(shown))


def _quote(document: Document, match: Match, company: Company | None) -> Quote:
    passage = document.passages[match.passage]
    return Quote(
        rule=match.rule,
        facet=match.facet,
        severity=match.severity,
        text=passage.text[match.sentence_start : match.sentence_end],
        speaker=passage.speaker or getattr(document.meta, "author", None) or getattr(document.meta, "filed_by", None),
        role=passage.role,
        section=passage.section,
        side=side_of(document, passage, company),
        page=passage.page,
        passage=match.passage,
        start=match.start,
        end=match.end,
        text_start=match.sentence_start,
    )


def _question_before(passages: Sequence[Passage], index: int) -> int | None:
    """The nearest analyst's turn before, in the same exchange: the operator's words begin a new one."""
    if passages[index].section != "qa" or passages[index].role == "analyst":
        return None
    for before in range(index - 1, -1, -1):
        if passages[before].role == "analyst":
            return before
        if passages[before].role == "operator":
            return None
    return None


def _context(relation: str, passage: Passage) -> Context:
    text = passage.text
    if len(text) > LONGEST_CONTEXT:
        spans = sentences(text)
        if relation == "question":  # a question's point stands at its end
            start = next((s for s, _ in spans if len(text) - s <= LONGEST_CONTEXT), len(text) - LONGEST_CONTEXT)
            text = text[start:]
        else:
            end = max((e for _, e in spans if e <= LONGEST_CONTEXT), default=LONGEST_CONTEXT)
            text = text[:end]
    return Context(relation="question" if relation == "question" else "next", speaker=passage.speaker, text=text)
