"""PACER's court RSS: feedparser for the XML, our own reading of what stands in title and description.

Quirks measured on captures of 13 courts: a guid is not unique (one document, two events; byte-identical items), the
link may be missing, a link's text may be a word instead of a number, appellate courts date in their local zone. Events
of one document are one entry, their types joined with " AND ", as juriscraper joins them.
"""

import html
import re
from calendar import timegm
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser

from watchers.model import Body, Document, EntryMeta, Frozen, Passage, Reader, Reading
from watchers.readers.html import one_line, plain
from watchers.trouble import TroubleRecord, Unreadable

_TITLE = re.compile(
    # The suffix is a defendant's number or a judge's initials: the case is the same.
    r"^\s*((?:\d+:)?\d{2,4}-[A-Za-z]{1,4}-\d+|\d{2,4}-\d+)(?:-\w+)*\s*(.*)$",
    re.DOTALL,
)
_GRAND_JURY = re.compile(r"-~\w+-\d+")
_EVENT = re.compile(r"\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\]")
_LINK = re.compile(r"<a\s+[^>]*href=[\"']?([^\"'\s>]+)[\"']?[^>]*>\s*([^<]*?)\s*</a>", re.IGNORECASE)
_DOC = re.compile(r"/doc[s]?\d*/(\w+)")
_CASE = re.compile(r"(?:DktRpt\.pl\?|caseid=|caseId=|casenum=)(\d+)", re.IGNORECASE)
_SEQUENCE = re.compile(r"(?:de_seq_num=|DktRpt\.pl\?\d+[&-])(\d+)", re.IGNORECASE)


class Options(Frozen):
    """`court`: CourtListener's id of the court ("cand")."""

    court: str | None = None


@dataclass(slots=True)
class _Item:
    docket_number: str
    case_name: str
    case_id: str | None
    sequence: str | None
    document_number: str | None
    doc_id: str | None
    link: str | None
    case_link: str | None
    events: list[str]
    at: datetime | None


def read(body: Body, options: Options) -> Reading:
    """Docket entries in the order of the feed. Raises `Unreadable`."""
    if not body.content.strip():
        raise Unreadable(f"{body.url or 'feed'}: the court answered with an empty page", "It is asked again by itself.")
    feedparser.SANITIZE_HTML = 0
    feedparser.RESOLVE_RELATIVE_URIS = 0
    parsed = feedparser.parse(body.content, response_headers={"content-type": "application/xml"})
    if not parsed.get("version"):
        raise Unreadable(f"{body.url or 'feed'}: not the RSS of a court")
    items, troubles = [], []
    for position, entry in enumerate(parsed.entries, start=1):
        item = _item(entry)
        if item is None and _GRAND_JURY.search(entry.get("title") or ""):
            continue  # sealed from the start; the court lists the number alone
        if item is None:
            detail = f"{body.url or 'feed'}: item {position} names no case"
            troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=Unreadable.usual_mend))
        else:
            items.append(item)
    merged = _merged(items)
    court = options.court or _court_of(parsed.feed.get("link") or "")
    facts = {
        "title": one_line(parsed.feed.get("title") or ""),
        "built": parsed.feed.get("updated"),
        "items": len(items),
    }
    documents = tuple(_document(item, court, key) for item, key in zip(merged, _keys(merged, court), strict=True))
    return Reading(documents=documents, troubles=tuple(troubles), facts=facts)


def _item(entry: Any) -> _Item | None:
    title = html.unescape(entry.get("title") or "")
    named = _TITLE.match(title)
    if named is None:
        return None
    description = html.unescape(entry.get("summary") or entry.get("description") or "")
    link = _LINK.search(description)
    case_link = entry.get("link") or ""
    doc = _DOC.search(link.group(1)) if link else None
    places = " ".join(filter(None, (case_link, link.group(1) if link else "", entry.get("id") or "")))
    case_id, sequence = _CASE.search(places), _SEQUENCE.search(places)
    number = link.group(2) if link else ""
    doc_id = _doc_id(doc.group(1)) if doc else None
    return _Item(
        docket_number=named.group(1),
        case_name=one_line(named.group(2)),
        case_id=case_id.group(1) if case_id else None,
        sequence=sequence.group(1) if sequence else None,
        # Appellate courts link the word "Document"; there the id is all the number there is.
        document_number=number if number.isdigit() else doc_id,
        doc_id=doc_id,
        link=link.group(1) if link else None,
        case_link=case_link or None,
        events=[one_line(plain(event)) for event in _EVENT.findall(description) if event.strip()],
        at=_moment(entry),
    )


def _doc_id(given: str) -> str:
    """With the fourth digit 0: PACER writes the same document with 0 or 1 there."""
    return f"{given[:3]}0{given[4:]}" if len(given) > 8 and given.isdigit() else given


def _moment(entry: Any) -> datetime | None:
    """Feedparser knows EST and MST as e-mail does; what it cannot read, e-mail's own reader may."""
    value = entry.get("published_parsed") or entry.get("updated_parsed")
    if value is not None:
        return datetime.fromtimestamp(timegm(value), UTC)
    try:
        moment = parsedate_to_datetime(entry.get("published") or "")
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _merged(items: Iterable[_Item]) -> list[_Item]:
    """One item a document; items without one stay apart unless they are the same to the letter."""
    found: dict[tuple[Any, ...], _Item] = {}
    for item in items:
        key: tuple[Any, ...]
        if item.doc_id or item.document_number:
            key = (item.docket_number, item.case_id, item.doc_id, item.document_number)
        else:
            key = (item.docket_number, item.case_id, item.sequence, tuple(item.events), item.at)
        first = found.setdefault(key, item)
        if first is not item:
            # In alphabetical order, as juriscraper joins them: the feed's own order is not kept from day to day.
            first.events = sorted({*first.events, *item.events})
    return list(found.values())


def _keys(items: list[_Item], court: str | None) -> list[str]:
    seen: dict[str, int] = {}
    keys = []
    for item in items:
        place = item.document_number or item.doc_id or (f"seq{item.sequence}" if item.sequence else None)
        if place is None or item.document_number is None:
            moment = item.at.isoformat() if item.at else "undated"
            place = place or f"{moment}:{'|'.join(item.events)}"
        key = f"{court or 'court'}:{item.docket_number}:{item.case_id or ''}:{place}"
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key}.{seen[key]}")
    return keys


def _document(item: _Item, court: str | None, key: str) -> Document:
    short = " AND ".join(item.events) or None
    number = f"#{item.document_number} " if item.document_number else ""
    title = f"{item.case_name or item.docket_number} — {number}{short or 'docket entry'}"
    return Document(
        key=key,
        url=item.link or item.case_link,
        title=title,
        published=item.at,
        meta=EntryMeta(
            court=court,
            docket_number=item.docket_number,
            case_name=item.case_name or None,
            pacer_case_id=item.case_id,
            document_number=item.document_number,
            pacer_doc_id=item.doc_id,
            short_description=short,
            state="not-uploaded" if item.link else "text-only",
        ),
        passages=(Passage(text=short),) if short else (),
        aliases=(f"pacer:{item.doc_id}",) if item.doc_id else (),
    )


def _court_of(link: str) -> str | None:
    """From the court's own address: "ecf.cand.uscourts.gov"."""
    parts = (urlsplit(link).hostname or "").split(".")
    if len(parts) >= 4 and parts[-2:] == ["uscourts", "gov"]:
        return parts[-3]
    return None


READER = Reader(name="pacer-rss", version=1, read=read, options=Options)
