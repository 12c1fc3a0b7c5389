"""What a rule would have flagged lately, as `onrecord backtest` counts it: bounded in documents and in time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from bot.backtest import Backtest, Sample, backtest
from bot.model import Watch
from bot.plain import pieces, short
from bot.rulebook import in_force
from bot.slack.commands.desk import Desk
from bot.slack.commands.wording import block, name
from bot.store import archive
from bot.telling import counted
from rules.advice import BROAD, FEWEST
from rules.model import Filters
from watchers.model import Document

NEWEST = 300
"""Documents that are looked at."""
LONGEST = timedelta(seconds=20)
"""How long whoever asks waits for it."""
MOST_QUOTES = 5
QUOTE = 300
"""Characters."""
MOST_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Preview:
    tried: Backtest

    @property
    def is_broad(self) -> bool:
        found, looked = self.tried.found.documents, self.tried.documents
        return looked >= FEWEST and found >= BROAD * looked

    def said(self) -> str:
        """In mrkdwn: a sentence or two, and the newest quotes."""
        tried = self.tried
        if not tried.documents:
            return "Nothing is stored yet on which it could be tried."
        where = f"{tried.found.documents} of the {tried.documents} newest stored documents"
        said = f"It would have found {counted(tried.found.matches, 'match')} in {where}"
        if not tried.found.matches:
            return f"{said}."
        said += f" ({_by_month(tried)}). {_overlap(tried)}"
        return f"{said}\n{block(_quotes(tried.samples))}"


async def preview(desk: Desk, query: str, visible: Iterable[Watch]) -> Preview:
    """`visible`: watches of which whoever asks may know. Raises `StoreError`."""
    ids = await desk.database.read(lambda conn: heard(conn, desk, Filters()))
    tried = await backtest(
        desk.database,
        query,
        in_force(desk.config.rules, list(visible)),
        ids,
        companies=desk.config.companies,
        samples=MOST_QUOTES,
        enough=patience(desk),
        before=desk.in_force.book().engine,
    )
    return Preview(tried)


def heard(conn: Connection, desk: Desk, filters: Filters) -> Sequence[int]:
    """The newest documents that a watch with these bounds would have heard of.

    What comes from a source that people gave, perhaps in a private channel, only those hear that name it.
    """
    return archive.newest(
        conn,
        companies=filters.companies,
        sources=filters.sources,
        without=desk.given(conn) - set(filters.sources),
        most=NEWEST,
    )


def patience(desk: Desk) -> Callable[[], bool]:
    """Whether whoever asks has waited long enough, from now on."""
    until = desk.clock() + LONGEST
    return lambda: desk.clock() >= until


def quote_of(document: Document, speaker: str | None, words: str, hits: Sequence[tuple[int, int]]) -> str:
    """Who said when what, in two lines. `hits`: offsets in the words."""
    day = f"{document.published:%Y-%m-%d}" if document.published else "undated"
    head = ", ".join(filter(None, (f"{day} {short(document.title or document.key, 100)}", speaker)))
    return f"{head}\n  {''.join(shown for shown, _ in pieces(words, hits, QUOTE))}"


def _quotes(samples: Sequence[Sample]) -> str:
    return "\n".join(quote_of(one.document, one.passage.speaker, one.text, [one.hit]) for one in samples)


def _by_month(tried: Backtest) -> str:
    """The latest months; what is undated counts as one."""
    months = list(tried.by_month().items())
    told = [f"{month}: {count.matches}" for month, count in months[-MOST_MONTHS:]]
    return ", ".join([*(["…"] if len(months) > MOST_MONTHS else []), *told])


def _overlap(tried: Backtest) -> str:
    others = ", ".join(f"{name(rule)} {count}" for rule, count in tried.found_too.most_common(3))
    alone = f"{tried.only_here} of them in sentences that no rule finds yet"
    return f"{alone}; found too: {others}." if others else f"{alone}."
