"""A court's PACER RSS: free, the last day's entries, types only. The words are in the PDFs, which cost."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl

from watchers.casenumbers import docket_number_core, same_case
from watchers.dockets.courts import rss_of
from watchers.dockets.marks import mark, meta_of
from watchers.model import Document, Step, Visit
from watchers.readers import pacer


def _a_docket_number(case: str) -> str:
    if docket_number_core(case) is None:
        raise ValueError(f'{case!r} is no docket number; write it as the court does: "3:23-cv-03417"')
    return case


class Options(BaseModel):
    """`court`: CourtListener's id ("cand"); `url` overrides the table of courts.

    `cases`: docket numbers, without which every entry of the court is taken. Leading zeros and judges' initials do not
    matter, and an office only where both sides name one: "3:23-cv-03417-VC" is "23-cv-3417".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    court: str = Field(pattern=r"^[a-z0-9]{2,15}$")
    url: HttpUrl | None = None
    cases: tuple[Annotated[str, AfterValidator(_a_docket_number)], ...] = ()


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """One step: the entries that are new in the feed, oldest first. Raises a `Trouble`.

    The cursor holds the marks of what is in the feed today (what has left it does not come back), the feed's own date,
    and the cases asked for: with other cases the same feed holds other news.
    """
    options = visit.source.options
    assert isinstance(options, Options)
    asked = sorted(options.cases)
    same_question = visit.cursor.get("cases") == asked
    response = await visit.get(str(options.url or rss_of(options.court)), listing=True, again=not same_question)
    if response.body is None:
        yield Step()
        return
    reading = await visit.read(pacer.READER, response.body, pacer.Options(court=options.court))
    built = reading.facts.get("built")
    if same_question and built is not None and built == visit.cursor.get("built"):
        yield Step()
        return
    entries = [entry for entry in reading.documents if _is_asked_for(entry, asked)]
    known: Mapping[str, str] = visit.cursor.get("entries", {})
    marks = {entry.key: mark(entry) for entry in entries}
    fresh = tuple(entry for entry in reversed(entries) if known.get(entry.key) != marks[entry.key])
    if not reading.facts["whole"]:
        # The rest comes with the same date when the court has finished writing it.
        marks, built = {**known, **marks}, None
    cursor = {"built": built, "cases": asked, "entries": marks}
    yield Step(documents=fresh, cursor=cursor, troubles=reading.troubles, shown=tuple(marks))


def _is_asked_for(entry: Document, cases: Sequence[str]) -> bool:
    number = meta_of(entry).docket_number or ""
    return not cases or any(same_case(case, number) for case in cases)
