"""One docket by CourtListener's feed, and the PDFs that its entries enclose.

An entry is followed until its PDF is readable: what cannot be had now is asked for again, and what never will be had
(sealed, paid, needs OCR) is said.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from watchers.blogs import fingerprint
from watchers.model import Document, EntryMeta, FollowUp, Step, Visit
from watchers.readers import docketfeed, pdf
from watchers.trouble import Trouble, TroubleRecord

PDF_AGAIN = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    *(timedelta(days=day) for day in range(1, 15)),
)
"""When a PDF that could not be had is asked for again, counted from one try to the next."""


class Options(BaseModel):
    """`docket`: CourtListener's number of the docket, as in its address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    docket: int = Field(gt=0)


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps: one for all entries without a PDF to be had, one for each PDF."""
    if isinstance(visit.cause, FollowUp):
        draft = Document.model_validate(visit.cause.about["draft"])
        yield await _with_pdf(visit, draft, attempt=int(visit.cause.about["attempt"]))
        return
    options = visit.source.options
    assert isinstance(options, Options)
    base = visit.source.base_url or "https://www.courtlistener.com"
    response = await visit.get(f"{base}/docket/{options.docket}/feed/", listing=True)
    if response.body is None:
        yield Step()
        return
    # A mirror of CourtListener, named by base_url, keeps its PDFs where it keeps its feed.
    mirror = (urlsplit(base).hostname or "",) if visit.source.base_url else ()
    told = docketfeed.Options(docket=options.docket, free_hosts=mirror)
    reading = await visit.read(docketfeed.READER, response.body, told)
    known: Mapping[str, str] = visit.cursor.get("entries", {})
    seen = {entry.key: fingerprint(entry) for entry in reading.documents}
    cursor = {key: known[key] for key in seen if key in known}
    # Oldest first, so that what was said before is there when the next one is read.
    fresh = [entry for entry in reversed(reading.documents) if known.get(entry.key) != seen[entry.key]]
    plain = [entry for entry in fresh if _pdf_of(entry) is None]
    cursor |= {entry.key: seen[entry.key] for entry in plain}
    sealed = tuple(_said_of(entry) for entry in plain if _meta(entry).state == "sealed")
    yield Step(documents=tuple(plain), cursor={"entries": dict(cursor)}, troubles=(*reading.troubles, *sealed))
    for entry in (entry for entry in fresh if _pdf_of(entry) is not None):
        step = await _with_pdf(visit, entry, attempt=0)
        cursor[entry.key] = seen[entry.key]
        yield step.model_copy(update={"cursor": {"entries": dict(cursor)}})


async def _with_pdf(visit: Visit, entry: Document, *, attempt: int) -> Step:
    """The entry with its PDF's pages; or without, the trouble, and when to try again."""
    address = _pdf_of(entry)
    assert address is not None
    try:
        response = await visit.get(address, again=True)
        assert response.body is not None
        reading = await visit.read(pdf.READER, response.body, pdf.Options(draft=entry))
    except Trouble as trouble:
        if attempt >= len(PDF_AGAIN):
            told = TroubleRecord(kind=trouble.kind, detail=f"{trouble.detail}; given up", mend="Look for it by hand.")
            return Step(documents=(entry,), troubles=(told,), done=(entry.key,))
        at = visit.now + max(PDF_AGAIN[attempt], trouble.retry_after or timedelta(0))
        about = {"draft": entry.model_dump(mode="json"), "attempt": attempt + 1}
        again = FollowUp(key=entry.key, at=at, about=about)
        return Step(documents=(entry,), troubles=(trouble.record(),), follow_ups=(again,))
    return Step(documents=reading.documents, troubles=reading.troubles, done=(entry.key,))


def _meta(entry: Document) -> EntryMeta:
    assert isinstance(entry.meta, EntryMeta)
    return entry.meta


def _pdf_of(entry: Document) -> str | None:
    return _meta(entry).document_url


def _said_of(entry: Document) -> TroubleRecord:
    return TroubleRecord(
        kind="unreadable", detail=f"{entry.title}: under seal", mend="Wait for its unsealing; the entry is watched."
    )
