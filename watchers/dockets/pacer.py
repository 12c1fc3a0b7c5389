"""A court's PACER RSS: free, the last day's entries, types only. The words are in the PDFs, which cost."""

from collections.abc import AsyncIterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from watchers.blogs import fingerprint
from watchers.dockets.courts import rss_of
from watchers.model import Document, EntryMeta, Step, Visit
from watchers.readers import pacer
from watchers.readers.court import docket_number_core


class Options(BaseModel):
    """`court`: its id ("cand"); `url` overrides the table of courts; without `cases` every entry of the court."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    court: str = Field(pattern=r"^[a-z0-9]{2,12}$")
    url: HttpUrl | None = None
    cases: tuple[str, ...] = ()


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """One step: the entries that are new in the feed."""
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
    wanted = {docket_number_core(case) or case for case in options.cases}
    entries = [entry for entry in reading.documents if not wanted or _case(entry) in wanted]
    known: Mapping[str, str] = visit.cursor.get("entries", {})
    seen = {entry.key: fingerprint(entry) for entry in entries}
    fresh = tuple(entry for entry in entries if known.get(entry.key) != seen[entry.key])
    yield Step(documents=fresh, cursor={"built": built, "entries": seen}, troubles=reading.troubles)


def _case(entry: Document) -> str | None:
    assert isinstance(entry.meta, EntryMeta)
    number = entry.meta.docket_number or ""
    return docket_number_core(number) or number
