"""CourtListener's feed of one docket (`/docket/ID/feed/`, Atom): entries, minute entries, and their PDFs."""

import re
from calendar import timegm
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser

from watchers.model import Body, Document, EntryMeta, EntryState, Frozen, Passage, Reader, Reading
from watchers.readers.court import filed_by, is_sealed, short_of
from watchers.readers.html import paragraphs, plain
from watchers.trouble import TroubleRecord, Unreadable

_ENTRY = re.compile(r"#(entry-(\d+)|minute-entry-(\d+))$")
_DOCKET = re.compile(r"/docket/(\d+)/")
_FEED_TITLE = re.compile(r"^Docket updates for (?P<name>.*?)(?:, (?P<number>[^,]*\d[^,]*))?$", re.DOTALL)
_STORED = re.compile(r"gov\.uscourts\.([a-z]+\d*[a-z]*)\.(\d+)")
_FREE_HOSTS = {"storage.courtlistener.com", "archive.org", "www.archive.org"}


class Options(Frozen):
    """`docket`: CourtListener's id. `free_hosts`: further hosts whose PDFs cost nothing (a mirror, a test)."""

    docket: int
    free_hosts: tuple[str, ...] = ()


def read(body: Body, options: Options) -> Reading:
    """Docket entries, newest first as in the feed. Raises `Unreadable`."""
    parsed = feedparser.parse(
        body.content, response_headers={"content-type": "application/xml", "content-location": body.url}
    )
    if not str(parsed.get("version")).startswith("atom"):
        raise Unreadable(f"{body.url or 'feed'}: not the Atom feed of a docket")
    named = _FEED_TITLE.match(plain(parsed.feed.get("title") or ""))
    case_name = named.group("name") if named else None
    number = named.group("number") if named else None
    documents, troubles = [], []
    for position, entry in enumerate(parsed.entries, start=1):
        document = _document(entry, options, case_name, number)
        if document is None:
            detail = f"{body.url or 'feed'}: entry {position} has neither number nor id"
            troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=Unreadable.usual_mend))
        else:
            documents.append(document)
    court = next((d.meta.court for d in documents if isinstance(d.meta, EntryMeta) and d.meta.court), None)
    return Reading(
        documents=tuple(_in_court(document, court) for document in documents),
        troubles=tuple(troubles),
        facts={"case_name": case_name, "docket_number": number},
    )


def _document(entry: Any, options: Options, case_name: str | None, number: str | None) -> Document | None:
    address = entry.get("id") or entry.get("link") or ""
    anchor = _ENTRY.search(address)
    if anchor is None:
        return None
    description = "\n".join(paragraphs(entry.get("summary") or ""))
    enclosure = next((link.get("href") for link in entry.get("links", []) if link.get("rel") == "enclosure"), None)
    state, free = _state(enclosure, description, options)
    stored = _STORED.search(enclosure or "")
    entry_number = int(anchor.group(2)) if anchor.group(2) else None
    short = short_of(description)
    what = f"#{entry_number}" if entry_number is not None else "Minute entry"
    title = f"{case_name or 'Docket'} — {what}{f' {short}' if short else ''}"
    moment = entry.get("published_parsed")
    docket = _DOCKET.search(address)
    return Document(
        # The slug before the anchor changes with the case's name; id and anchor do not.
        key=f"{docket.group(1) if docket else options.docket}:{anchor.group(1)}",
        url=entry.get("link") or address,
        title=title,
        published=datetime.fromtimestamp(timegm(moment), UTC) if moment else None,
        language="en",
        meta=EntryMeta(
            court=stored.group(1) if stored else None,
            docket_number=number,
            case_name=case_name,
            pacer_case_id=stored.group(2) if stored else None,
            entry_number=entry_number,
            document_number=str(entry_number) if entry_number is not None else None,
            short_description=short,
            description=description or None,
            date_filed=(entry.get("published") or "")[:10] or None,
            filed_by=filed_by(description),
            state=state,
            document_url=free,
        ),
        passages=(Passage(text=description),) if description else (),
    )


def _state(enclosure: str | None, description: str, options: Options) -> tuple[EntryState, str | None]:
    """What is known of the PDF, and its address where it costs nothing."""
    if enclosure is not None:
        host = urlsplit(enclosure).hostname or ""
        if host in _FREE_HOSTS or host.endswith(".archive.org") or host in options.free_hosts:
            return "available", enclosure
        return "not-uploaded", None
    return ("sealed" if is_sealed(description) else "text-only"), None


def _in_court(document: Document, court: str | None) -> Document:
    meta = document.meta
    if court is None or not isinstance(meta, EntryMeta) or meta.court is not None:
        return document
    return document.model_copy(update={"meta": meta.model_copy(update={"court": court})})


READER = Reader(name="docket-feed", version=1, read=read, options=Options)
