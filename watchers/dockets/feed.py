"""One docket by CourtListener's feed, and the PDFs that its entries enclose.

An entry is followed until its PDF is readable: what cannot be had now is asked for again, and what never will be had
(sealed, sold by PACER, needs OCR) is said. An entry that gains its PDF while it is in the feed is a changed entry.
"""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from watchers.dockets.marks import mark, meta_of
from watchers.model import Cursor, Document, EntryState, FollowUp, Json, Step, Visit
from watchers.readers import docketfeed, pdf
from watchers.trouble import Refused, Trouble, TroubleRecord, Unreadable

AWAITED = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), *[timedelta(days=1)] * 15)
"""How long to wait before each further try for a PDF that is not there: uploads lag, and servers fail."""
REPLACED = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))
"""The same for one that came and could not be read: only another upload would help."""

REMEMBERED = timedelta(days=30)
"""How long an entry is known after it has left the feed: when others are deleted, it comes back."""

_Entries = Mapping[str, Mapping[str, Json]]
"""The cursor's `entries`: by key, the `mark`, whether the PDF was `read`, and when it `left` the feed, if it did."""


class Options(BaseModel):
    """`docket`: CourtListener's number of the docket, as in its address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    docket: int = Field(gt=0)


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps: one for all entries without a PDF to be had, then one for each PDF. Raises a `Trouble`."""
    if isinstance(visit.cause, FollowUp):
        yield await _followed(visit, visit.cause)
        return
    options = visit.source.options
    assert isinstance(options, Options)
    base = visit.source.base_url or "https://www.courtlistener.com"
    response = await visit.get(f"{base}/docket/{options.docket}/feed/", listing=True)
    if response.body is None:
        yield Step()
        return
    reading = await visit.read(docketfeed.READER, response.body, docketfeed.Options(docket=options.docket))
    known = _entries(visit.cursor)
    marks = {entry.key: mark(entry) for entry in reading.documents}
    # Of what changed, the old mark stays until its own step is committed.
    entries = _remembered(known, marks, visit.now)
    # Oldest first, so that what was said before is there when the next one is read.
    fresh = [entry for entry in reversed(reading.documents) if known.get(entry.key, {}).get("mark") != marks[entry.key]]
    without = [entry for entry in fresh if meta_of(entry).document_url is None]
    withdrawn = [entry for entry in without if _was_read(known, entry.key)]
    without = [entry for entry in without if entry not in withdrawn]
    entries |= {entry.key: {"mark": marks[entry.key], "read": False} for entry in without}
    entries |= {entry.key: {"mark": marks[entry.key], "read": True} for entry in withdrawn}
    yield Step(
        documents=tuple(without),
        cursor={"entries": dict(entries)},
        done=tuple(entry.key for entry in (*without, *withdrawn) if entry.key in known),
        troubles=(*reading.troubles, *_never_to_be_had(without), *_withdrawn(withdrawn)),
        shown=tuple(marks),
    )
    for entry in fresh:
        if meta_of(entry).document_url is None:
            continue
        found = await _with_pdf(visit, entry, attempt=0, had=_was_read(known, entry.key))
        entries[entry.key] = {"mark": marks[entry.key], "read": found.read}
        yield found.step.model_copy(update={"cursor": {"entries": dict(entries)}})


@dataclass(frozen=True, slots=True)
class _Found:
    """A step, and whether its document has the pages (or an earlier one had)."""

    step: Step
    read: bool


async def _followed(visit: Visit, follow_up: FollowUp) -> Step:
    """One more try for a PDF; the entry's mark stays as the last listing set it."""
    entry = Document.model_validate(follow_up.about["entry"])
    known = _entries(visit.cursor)
    found = await _with_pdf(visit, entry, attempt=int(follow_up.about["attempt"]), had=_was_read(known, entry.key))
    if entry.key not in known:
        return found.step
    remembered = {**known, entry.key: {**known[entry.key], "read": found.read}}
    return found.step.model_copy(update={"cursor": {"entries": remembered}})


async def _with_pdf(visit: Visit, entry: Document, *, attempt: int, had: bool) -> _Found:
    """The entry with its PDF's pages; or without, the trouble, and when to try again.

    `had`: the pages were read before, and an edit of the entry is the reason to read them again. Without them it would
    look as if the words had been taken back, so then nothing is yielded until they are there.
    """
    address = meta_of(entry).document_url
    assert address is not None
    try:
        response = await visit.get(address, again=True)
        if response.body is None:
            raise Unreadable(f"{address}: the server sent no document")
        reading = await visit.read(pdf.READER, response.body, pdf.Options(draft=entry))
    except Trouble as trouble:
        return _Found(_without_pdf(visit, entry, trouble, attempt=attempt, had=had), had)
    return _Found(Step(documents=reading.documents, troubles=reading.troubles, done=(entry.key,)), read=True)


def _without_pdf(visit: Visit, entry: Document, trouble: Trouble, *, attempt: int, had: bool) -> Step:
    waits: Sequence[timedelta] = () if isinstance(trouble, Refused) else AWAITED
    if isinstance(trouble, Unreadable):
        waits = REPLACED
    # A follow-up says nothing new of the entry, and the entry may have left the feed with other words meanwhile.
    documents = (entry,) if attempt == 0 and not had else ()
    if attempt >= len(waits):
        told = TroubleRecord(
            kind=trouble.kind, detail=f"{entry.title}: no PDF; {trouble.detail}; given up", mend="Look for it by hand."
        )
        return Step(documents=documents, troubles=(told,), done=(entry.key,))
    at = visit.now + max(waits[attempt], trouble.retry_after or timedelta(0))
    about = {"entry": entry.model_dump(mode="json"), "attempt": attempt + 1}
    told = TroubleRecord(kind=trouble.kind, detail=f"{entry.title}: no PDF yet; {trouble.detail}", mend=trouble.mend)
    return Step(documents=documents, troubles=(told,), follow_ups=(FollowUp(key=entry.key, at=at, about=about),))


def _withdrawn(entries: Sequence[Document]) -> list[TroubleRecord]:
    """A PDF that is taken from the feed takes no words back: what was filed was said, and what we read stays."""
    return [
        TroubleRecord(
            kind="not-found",
            detail=f"{entry.title}: its PDF is not offered any more; the words that were read are kept",
            mend="Look at the docket: it may have been sealed, or filed again under another number.",
        )
        for entry in entries
    ]


def _never_to_be_had(entries: Sequence[Document]) -> list[TroubleRecord]:
    """What keeps the words of entries from us, one record a reason: a docket may have dozens of them."""
    reasons: list[tuple[EntryState, str, str]] = [
        ("sealed", "under seal", "Nothing to do: the docket is watched, also for their unsealing."),
        (
            "not-uploaded",
            "to be had from PACER alone, which charges for it",
            "Buy it with the RECAP extension, which shares it; or put the PDF into a folder that is watched.",
        ),
    ]
    records = []
    for state, reason, mend in reasons:
        names = [_name(entry) for entry in entries if meta_of(entry).state == state]
        if names:
            shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
            case = meta_of(entries[0]).case_name or "docket"
            detail = f"{case}: the words of {shown} are not seen: {reason}"
            records.append(
                TroubleRecord(kind="plan" if state == "not-uploaded" else "blocked", detail=detail, mend=mend)
            )
    return records


def _name(entry: Document) -> str:
    meta = meta_of(entry)
    return f"#{meta.entry_number}" if meta.entry_number is not None else f"the minute entry of {meta.date_filed}"


def _entries(cursor: Cursor) -> _Entries:
    entries: Any = cursor.get("entries")
    return entries if isinstance(entries, Mapping) else {}


def _remembered(known: _Entries, there: Container[str], now: datetime) -> dict[str, Json]:
    """What the next visit has to know: all that is in the feed, and for a while what was."""
    kept: dict[str, Json] = {}
    for key, entry in known.items():
        if key in there:
            kept[key] = {name: value for name, value in entry.items() if name != "left"}
        else:
            left = entry.get("left") or now.isoformat()
            if now - datetime.fromisoformat(left) <= REMEMBERED:
                kept[key] = {**entry, "left": left}
    return kept


def _was_read(known: _Entries, key: str) -> bool:
    return bool(known.get(key, {}).get("read"))
