"""Calls as text: a transcript in text, HTML or PDF becomes speaker turns."""

from watchers.model import Body, CallMeta, Document, Frozen, Passage, Reader, Reading
from watchers.readers.turns.heading import Heading, heading_of
from watchers.readers.turns.layout import Turn, turns_of
from watchers.readers.turns.lines import lines_of
from watchers.readers.turns.roles import with_roles
from watchers.trouble import Unreadable

FEWEST_TURNS = 2


class Options(Frozen):
    """What is known besides the text; each is used where the text itself says nothing."""

    key: str | None = None
    title: str | None = None
    symbol: str | None = None
    provider: str | None = None


def read(body: Body, options: Options) -> Reading:
    """One transcript. Raises `Unreadable` where no speaker turns are found."""
    lines = lines_of(body)
    heading, turns = heading_of(lines), turns_of(lines)
    where = body.url or "document"
    if len(turns) < FEWEST_TURNS:
        raise Unreadable(
            f"{where}: no speaker turns found",
            "Tried `Name: text`, `Name -- Title` and `Name, Title` on a line of its own.",
        )
    return Reading(documents=(document_of(turns, heading, options, where),))


def document_of(turns: list[Turn], heading: Heading, options: Options, where: str) -> Document:
    symbol = options.symbol or heading.symbol
    made_title = " ".join(
        filter(None, (symbol, f"Q{heading.quarter} {heading.year}" if heading.quarter and heading.year else None))
    )
    title = (
        heading.title or options.title or (f"{made_title} earnings call" if made_title else where.rpartition("/")[2])
    )
    return Document(
        key=options.key or where,
        url=where if where.startswith(("http://", "https://")) else None,
        title=title,
        published=heading.published,
        language="en",
        meta=CallMeta(
            call_date=heading.call_date,
            quarter=heading.quarter,
            year=heading.year,
            symbol=symbol,
            provider=options.provider,
        ),
        passages=passages_of(turns),
    )


def passages_of(turns: list[Turn]) -> tuple[Passage, ...]:
    return tuple(
        Passage(
            text=turn.text, speaker=turn.speaker, role=turn.role, title=turn.title, section=turn.section, page=turn.page
        )
        for turn in with_roles(turns)
    )


READER = Reader(name="turns", version=1, read=read, options=Options)
