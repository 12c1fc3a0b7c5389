"""A court's PACER RSS: free, the last day's entries, types only. The words are in the PDFs, which cost."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl

from watchers.dockets.courts import rss_of
from watchers.dockets.marks import mark, meta_of
from watchers.model import Document, Step, Visit
from watchers.readers import pacer
from watchers.readers.court import docket_number_core


def _a_docket_number(case: str) -> str:
    if docket_number_core(case) is None:
        raise ValueError(f'{case!r} is no docket number; write it as the court does: "3:23-cv-03417"')
    return case


class Options(BaseModel):
    """`court`: CourtListener's id ("cand"); `url` overrides the table of courts.

    `cases`: docket numbers, without which every entry of the court is taken. Office, leading zeros and judges' initials
    do not matter: "3:23-cv-03417-VC" is "23-cv-3417".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    court: str = Field(pattern=r"^[a-z0-9]{2,15}$")
    url: HttpUrl | None = None
    cases: tuple[Annotated[str, AfterValidator(_a_docket_number)], ...] = ()


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """One step: the entries that are new in the feed, oldest first. Raises a `Trouble`.

    The cursor holds the marks of what is in the feed today; what has left it does not come back.
    """
    options = visit.source.options
    assert isinstance(options, Options)
    response = await visit.get(str(options.url or rss_of(options.court)), listing=True)
    if response.body is None:
        yield Step()
        return
    reading = await visit.read(pacer.READER, response.body, pacer.Options(court=options.court))
    built = reading.facts.get("built")
    if built is not None and built == visit.cursor.get("built"):
        yield Step()
        return
    wanted = {docket_number_core(case) for case in options.cases}
    entries = [entry for entry in reading.documents if not wanted or _case(entry) in wanted]
    known: Mapping[str, str] = visit.cursor.get("entries", {})
    marks = {entry.key: mark(entry) for entry in entries}
    fresh = tuple(entry for entry in reversed(entries) if known.get(entry.key) != marks[entry.key])
    yield Step(documents=fresh, cursor={"built": built, "entries": marks}, troubles=reading.troubles)


def _case(entry: Document) -> str | None:
    return docket_number_core(meta_of(entry).docket_number or "")
