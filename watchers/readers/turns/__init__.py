"""Calls as text: a transcript in text, HTML or PDF becomes speaker turns."""

from collections.abc import Iterable
from itertools import islice

from watchers.model import Body, CallMeta, Document, Frozen, Passage, Reader, Reading
from watchers.readers.turns.heading import Heading, heading_of
from watchers.readers.turns.layout import Script, script_of
from watchers.readers.turns.lines import lines_of
from watchers.readers.turns.roles import with_roles
from watchers.trouble import Unreadable

FEWEST_TURNS = 2
_COMMON_ENGLISH = frozenset(
    "the of and to in a we is that for our you this are on it with as i have".split()  # noqa: SIM905 - a list of words reads best as words
)


class Options(Frozen):
    """What is known besides the text; each is used where the text itself says nothing."""

    key: str | None = None
    title: str | None = None
    symbol: str | None = None
    provider: str | None = None


def read(body: Body, options: Options) -> Reading:
    """One transcript. Raises `Unreadable` where no speaker turns are found."""
    script = script_of(lines_of(body))
    where = body.url or "document"
    if len(script.turns) < FEWEST_TURNS:
        raise Unreadable(
            f"{where}: no speaker turns found",
            "Tried `Name: text`, `Name -- Title` and `Name, Title` on a line of its own.",
        )
    return Reading(documents=(document_of(script, heading_of(script), options, where),))


def document_of(script: Script, heading: Heading, options: Options, where: str) -> Document:
    """A call of given labels. `where`: its address or its file's name."""
    return Document(
        key=options.key or where,
        url=where if where.startswith(("http://", "https://")) else None,
        title=title_of(heading, options.symbol) or options.title or where.rpartition("/")[2],
        published=heading.published,
        language=language_of(turn.text for turn in script.turns),
        meta=meta_of(heading, options.symbol, options.provider),
        passages=passages_of(script),
    )


def title_of(heading: Heading, symbol: str | None) -> str:
    """The document's own title, or one of what is known of the call; empty where that is nothing."""
    if heading.title:
        return heading.title
    period = f"Q{heading.quarter} {heading.year}" if heading.quarter and heading.year else None
    named = " ".join(filter(None, (symbol or heading.symbol, period)))
    return f"{named} earnings call" if named else ""


def language_of(texts: Iterable[str]) -> str | None:
    """English ("en") by the commonest words (real calls: 24 to 35 in a hundred); None for what cannot be told so."""
    words = [word for text in islice(texts, 200) for word in text[:2000].casefold().split()]
    common = sum(word in _COMMON_ENGLISH for word in words)
    return "en" if common * 6 >= len(words) > 0 else None


def meta_of(heading: Heading, symbol: str | None, provider: str | None) -> CallMeta:
    return CallMeta(
        call_date=heading.call_date,
        quarter=heading.quarter,
        year=heading.year,
        symbol=symbol or heading.symbol,
        provider=provider,
    )


def passages_of(script: Script, *, guessed: bool = False) -> tuple[Passage, ...]:
    """A passage for each turn. `guessed`: the labels are a provider's guesses."""
    return tuple(
        Passage(
            text=turn.text, speaker=turn.speaker, role=turn.role, title=turn.title, section=turn.section, page=turn.page
        )
        for turn in with_roles(script.turns, script.participants, guessed=guessed)
    )


READER = Reader(name="turns", version=1, read=read, options=Options)
