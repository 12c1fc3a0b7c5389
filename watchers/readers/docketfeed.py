"""CourtListener's feed of one docket (`/docket/ID/feed/`, Atom): its newest 30 entries, and where their PDFs are.

An entry has a number, or is a minute entry under CourtListener's own id. `published` is midnight, Pacific time, of the
date of filing; there is no time of a change. The enclosure is a PDF that costs nothing (CourtListener's storage, the
Internet Archive) or a page of PACER, which does.
"""

import re
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from watchers.model import Body, Document, EntryMeta, EntryState, Frozen, Passage, Reader, Reading
from watchers.readers.court import entry_alias, filed_by, is_sealed, pacer_doc_id, short_of
from watchers.readers.html import paragraphs, plain
from watchers.readers.pacer import court_at
from watchers.trouble import TroubleRecord, Unreadable

_ANCHOR = re.compile(r"#(entry-(\d{1,12})|minute-entry-(\d+))$")
_DOCKET = re.compile(r"/docket/(\d+)/")
_FEED_TITLE = re.compile(r"Docket updates for (?P<name>.*?)(?:, (?P<number>[\d:]*\d+-[\w~-]*\d[\w-]*))?$", re.DOTALL)
_STORED = re.compile(r"gov\.uscourts\.([a-z0-9]+)\.([\w-]+?)[/.]")
_PACER_DOC = re.compile(r"/docs?\d*/(\w+)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?=T|$)")
_LONGEST_TITLE = 1000
_ASKED_AGAIN = "Nothing to do: it is asked again by itself."


class Options(Frozen):
    """`docket`: CourtListener's id."""

    docket: int


def read(body: Body, options: Options) -> Reading:
    """Docket entries, newest first as in the feed. Raises `Unreadable`."""
    import feedparser

    where = body.url or "feed"
    parsed = feedparser.parse(
        BytesIO(body.content),  # bytes alone would be tried as the name of a file first
        response_headers={"content-type": "application/xml", "content-location": body.url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not str(parsed.get("version")).startswith("atom"):
        raise Unreadable(f"{where}: not the Atom feed of a docket")
    title = plain((parsed.feed.get("title") or "")[:_LONGEST_TITLE])
    named = _FEED_TITLE.match(title)
    case_name, number = (named.group("name"), named.group("number")) if named else (title or None, None)
    found, troubles = [], []
    for position, entry in enumerate(parsed.entries, start=1):
        document = _document(entry, options, case_name, number)
        if document is None:
            detail = f"{where}: entry {position} has neither number nor id"
            troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=Unreadable.usual_mend))
        else:
            found.append(document)
    whole = b"</feed" in body.content[-200:]
    if not found and (parsed.bozo or not whole):
        raise Unreadable(f"{where}: the feed of the docket is broken", _ASKED_AGAIN)
    if not whole:
        detail = f"{where}: the feed of the docket breaks off; {len(parsed.entries)} entries were read"
        troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=_ASKED_AGAIN))
    # The court is known from the address of any PDF; then it is that of all entries.
    court = next((entry.meta.court for entry in found if isinstance(entry.meta, EntryMeta) and entry.meta.court), None)
    documents = tuple(_in_court(entry, court) for entry in _distinct(found))
    return Reading(
        documents=documents, troubles=tuple(troubles), facts={"case_name": case_name, "docket_number": number}
    )


def _document(entry: Any, options: Options, case_name: str | None, number: str | None) -> Document | None:
    address = entry.get("id") or entry.get("link") or ""
    anchor = _ANCHOR.search(address)
    if anchor is None:
        return None
    description = "\n".join(paragraphs(entry.get("summary") or ""))
    enclosure = _enclosure(entry)
    state, free = _state(enclosure, description)
    court, case_id, doc_id = _where_from(enclosure or "")
    entry_number = int(anchor.group(2)) if anchor.group(2) else None
    short = short_of(description)
    what = f"#{entry_number} {short or ''}".strip() if entry_number is not None else short or "Minute entry"
    moment = entry.get("published_parsed")
    filed = _DATE.match(entry.get("published") or "")
    docket = _DOCKET.search(address)
    return Document(
        # The slug before the anchor changes with the case's name; id and anchor do not.
        key=f"{docket.group(1) if docket else options.docket}:{anchor.group(1)}",
        url=entry.get("link") or address,
        title=f"{case_name or 'Docket'} — {what}",
        published=datetime.fromtimestamp(timegm(moment), UTC) if moment else None,
        language="en",
        meta=EntryMeta(
            court=court,
            docket_number=number,
            case_name=case_name,
            pacer_case_id=case_id,
            entry_number=entry_number,
            document_number=str(entry_number) if entry_number is not None else None,
            pacer_doc_id=doc_id,
            short_description=short,
            description=description or None,
            date_filed=filed.group() if filed else None,
            filed_by=filed_by(description),
            state=state,
            document_url=free,
        ),
        passages=(Passage(text=description),) if description else (),
        aliases=(f"pacer:{doc_id}",) if doc_id else (),
    )


def _enclosure(entry: Any) -> str | None:
    """Where the entry's PDF is, free or not: some dockets enclose recordings of hearings too."""
    for link in entry.get("links", []):
        address, kind = link.get("href") or "", link.get("type") or "application/pdf"
        if link.get("rel") == "enclosure" and "pdf" in kind and address.startswith(("https://", "http://")):
            return str(address)
    return None


def _state(enclosure: str | None, description: str) -> tuple[EntryState, str | None]:
    """What is known of the PDF, and its address where it costs nothing."""
    if enclosure is None:
        return ("sealed" if is_sealed(description) else "text-only"), None
    if _costs(enclosure):
        return "not-uploaded", None
    return "available", enclosure


def _costs(address: str) -> bool:
    """Whether PACER offers it; what cannot be understood is not fetched either."""
    try:
        host = (urlsplit(address).hostname or "").rstrip(".").lower()
    except ValueError:
        return True
    return not host or host == "uscourts.gov" or host.endswith(".uscourts.gov")


def _where_from(enclosure: str) -> tuple[str | None, str | None, str | None]:
    """Court, PACER's number of the case, and PACER's id of the document, as far as an address tells."""
    stored = _STORED.search(enclosure)
    if stored is not None:
        return stored.group(1), stored.group(2), None
    court, doc = court_at(enclosure), _PACER_DOC.search(enclosure)
    return court, None, pacer_doc_id(doc.group(1)) if court and doc else None


def _in_court(entry: Document, court: str | None) -> Document:
    meta = entry.meta
    assert isinstance(meta, EntryMeta)
    meta = meta.model_copy(update={"court": meta.court or court})
    aliases = (*entry.aliases, *entry_alias(meta.court, meta.docket_number, meta.document_number))
    return entry.model_copy(update={"meta": meta, "aliases": aliases})


def _distinct(entries: list[Document]) -> list[Document]:
    """Entries under one number (stub and full twin, freelawproject/recap#409): the one with most to say stands."""
    times = Counter(entry.key for entry in entries)
    best: dict[str, Document] = {}
    for entry in entries:
        other = best.get(entry.key)
        if times[entry.key] == 1 or other is None or _weight(entry) > _weight(other):
            best[entry.key] = entry
    return list(best.values())


def _weight(entry: Document) -> tuple[bool, int]:
    assert isinstance(entry.meta, EntryMeta)
    return entry.meta.document_url is not None, len(entry.meta.description or "")


READER = Reader(name="docket-feed", version=1, read=read, options=Options)
