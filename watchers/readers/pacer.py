"""PACER's court RSS: feedparser for the XML, our own reading of what stands in title and description.

A feed holds the last day of a court. An item tells the case, the type of the event and, where there is a document, its
number and its (paid) address:

    <title>3:23-cv-03417 Kadrey et al v. Meta Platforms, Inc.</title>
    <description>[Motion to Compel] (<a href="https://ecf.cand.uscourts.gov/doc1/035024567890?…">482</a>)</description>

Quirks measured on captures of 13 courts: a guid is not unique (one document, two events; byte-identical items), the
document may be missing, a link's text may be a word instead of a number, a case may have no name, appellate courts date
in their own time zone. Events of one document are one entry, types joined with " AND " as juriscraper joins them.

`published` is when the court's clerk entered it, which is not the date of filing (freelawproject/courtlistener#6872):
that is not in the feed, so `date_filed` stays unknown.
"""

import html
import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from watchers.casenumbers import docket_number_core
from watchers.model import Body, Document, EntryMeta, Frozen, Reader, Reading
from watchers.readers.court import entry_alias, filed_by, pacer_doc_id
from watchers.readers.html import one_line, plain
from watchers.trouble import TroubleRecord, Unreadable

LONGEST_ITEM = 20_000
"""Characters of a description that are looked at."""
ECF_NAMES = {"arb": "azb", "uscfc": "cofc", "nebraskab": "neb"}
"""CourtListener's id of a court, where it differs from the name in the court's own address (juriscraper's table)."""

_ASKED_AGAIN = "Nothing to do: it is asked again by itself."
_TITLE = re.compile(
    # The suffix is a defendant's number or a judge's initials: the case is the same.
    r"\s*((?:\d+:)?\d{2,4}-[A-Za-z]{1,4}-\d+|\d{2,4}-\d+)(?:-\w+)*\s*(.*)$",
    re.DOTALL,
)
_GRAND_JURY = re.compile(r"-~\w+-\d+")
_EVENT = re.compile(r"\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\]")
_LINK = re.compile(r"<a\s+[^>]*?href=[\"']?([^\"'\s>]+)[^>]*>\s*([^<]*?)\s*</a>", re.IGNORECASE)
_DOC = re.compile(r"/docs?\d*/(\w+)")
_CASE = re.compile(r"caseid=(\d+)", re.IGNORECASE)
_CASE_AND_SEQUENCE = re.compile(r"DktRpt\.pl\?(\d+)(?:[&-](\d+))?", re.IGNORECASE)
_SEQUENCE = re.compile(r"(?:de_seq_num|partId)=(\d+)", re.IGNORECASE)
_ECF = re.compile(r"(?:ecf|pacer)\.([a-z0-9-]+)\.uscourts\.gov")


class Options(Frozen):
    """`court`: CourtListener's id of the court ("cand"); without it, by the address that the feed itself gives."""

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
    """Docket entries in the order of the feed, newest first. Raises `Unreadable`.

    `facts["built"]` is the feed's `lastBuildDate` as it stands, `facts["whole"]` whether the feed came to its end. A
    feed without items is no trouble: courts sleep.
    """
    where = body.url or "feed"
    if not body.content.strip():
        raise Unreadable(f"{where}: the court answered with an empty page", _ASKED_AGAIN)
    import feedparser

    parsed = feedparser.parse(
        BytesIO(body.content),  # bytes alone would be tried as the name of a file first
        response_headers={"content-type": "application/xml"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not str(parsed.get("version")).startswith("rss"):
        raise Unreadable(f"{where}: not the RSS of a court")
    items, troubles = [], []
    for position, entry in enumerate(parsed.entries, start=1):
        item = _item(entry)
        if item is not None:
            items.append(item)
        elif not _GRAND_JURY.search(
            entry.get("title") or ""
        ):  # such a case is sealed; the court lists its number alone
            detail = f"{where}: item {position} names no case"
            troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=Unreadable.usual_mend))
    whole = b"</rss" in body.content[-200:]
    if not items and (parsed.bozo or not whole):
        raise Unreadable(f"{where}: the RSS of the court is broken", _ASKED_AGAIN)
    if not whole:
        detail = f"{where}: the RSS of the court breaks off; {len(parsed.entries)} items were read"
        troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=_ASKED_AGAIN))
    merged = _merged(items)
    court = options.court or court_at(parsed.feed.get("link") or "")
    documents = tuple(_document(item, court, key) for item, key in zip(merged, _keys(merged, court), strict=True))
    facts = {
        "title": plain(parsed.feed.get("title") or ""),
        "built": parsed.feed.get("updated"),
        "items": len(items),
        "whole": whole,
    }
    return Reading(documents=documents, troubles=tuple(troubles), facts=facts)


def court_at(address: str) -> str | None:
    """CourtListener's id of the court at an ECF address ("https://ecf.cand.uscourts.gov/doc1/…"); None elsewhere."""
    try:
        found = _ECF.fullmatch((urlsplit(address).hostname or "").lower())
    except ValueError:
        return None
    if found is None:
        return None
    name = found.group(1).removesuffix("-mega")
    return next((court for court, ecf in ECF_NAMES.items() if ecf == name), name)


def _item(entry: Any) -> _Item | None:
    named = _TITLE.match(html.unescape(entry.get("title") or "")[:LONGEST_ITEM])
    if named is None:
        return None
    description = html.unescape(entry.get("summary") or "")[:LONGEST_ITEM]
    link = _LINK.search(description)
    address, number = (link.group(1), link.group(2)) if link else ("", "")
    doc = _DOC.search(address)
    doc_id = pacer_doc_id(doc.group(1)) if doc else None
    case_id, sequence = _case_and_sequence((entry.get("link") or "", address, entry.get("id") or ""))
    return _Item(
        docket_number=named.group(1),
        case_name=one_line(named.group(2)),
        case_id=case_id,
        sequence=sequence,
        # Some appellate courts link the word "Document"; there the id is all the number there is.
        document_number=number if number.isdigit() else doc_id,
        doc_id=doc_id,
        link=address or None,
        case_link=entry.get("link") or None,
        events=[one_line(plain(event)) for event in _EVENT.findall(description) if event.strip()],
        at=_moment(entry),
    )


def _case_and_sequence(addresses: Sequence[str]) -> tuple[str | None, str | None]:
    """PACER's number of the case, and the entry's place in it (of several entries, where the court has no number)."""
    case_id = sequence = None
    for address in addresses:
        report, place, case = (
            _CASE_AND_SEQUENCE.search(address),
            _SEQUENCE.search(address),
            _CASE.search(address),
        )
        case_id = case_id or (report.group(1) if report else None) or (case.group(1) if case else None)
        sequence = sequence or (place.group(1) if place else None) or (report.group(2) if report else None)
    return case_id, sequence


def _moment(entry: Any) -> datetime | None:
    """In UTC. Feedparser knows EST and MST as e-mail does; what it cannot read, e-mail's own reader may."""
    value = entry.get("published_parsed")
    if value is not None:
        return datetime.fromtimestamp(timegm(value), UTC)
    try:
        moment = parsedate_to_datetime(entry.get("published") or "")
    except (ValueError, TypeError, IndexError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _merged(items: Iterable[_Item]) -> list[_Item]:
    """One item a document; events without a document are one when they stand at the same place of the docket."""
    found: dict[tuple[Any, ...], _Item] = {}
    for item in items:
        place = (
            (item.doc_id, item.document_number)
            if item.doc_id or item.document_number
            else ("at", item.sequence)
            if item.sequence
            else (*item.events, item.at)
        )
        first = found.setdefault((item.docket_number, item.case_id, *place), item)
        if first is not item:
            # In alphabetical order, as juriscraper joins them: the feed's own order is not kept from day to day.
            first.events = sorted({*first.events, *item.events})
    return list(found.values())


def _keys(items: Sequence[_Item], court: str | None) -> list[str]:
    """A key for each item, distinct. A number is only for what is the same to the letter in all that identifies."""
    seen: Counter[str] = Counter()
    keys = []
    for item in items:
        key = _key(item, court)
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}.{seen[key]}")
    return keys


def _key(item: _Item, court: str | None) -> str:
    """Court, case, and PACER's id of the document, as two documents may stand under one number; else its place."""
    if item.doc_id or item.document_number:
        place = item.doc_id or f"#{item.document_number}"
    elif item.sequence is not None:
        place = f"at{item.sequence}"
    else:
        place = f"{item.at.isoformat() if item.at else 'undated'} {' AND '.join(item.events)}"
    case = docket_number_core(item.docket_number) or item.docket_number
    return ":".join((court or "court", case, item.case_id or "", place))


def _document(item: _Item, court: str | None, key: str) -> Document:
    short = " AND ".join(item.events) or None
    number = f"#{item.document_number} " if item.document_number and item.document_number != item.doc_id else ""
    pacer = (f"pacer:{item.doc_id}",) if item.doc_id else ()
    return Document(
        key=key,
        url=item.link or item.case_link,
        # All words of the item stand in the title, which is a passage: another one would be quoted twice.
        title=f"{item.case_name or item.docket_number} — {number}{short or 'docket entry'}",
        published=item.at,
        language="en",
        meta=EntryMeta(
            court=court,
            docket_number=item.docket_number,
            case_name=item.case_name or None,
            pacer_case_id=item.case_id,
            document_number=item.document_number,
            pacer_doc_id=item.doc_id,
            short_description=short,
            # Types name no party; that the court speaks, they do tell.
            filed_by=filed_by(short or ""),
            state="not-uploaded" if item.link else "text-only",
        ),
        aliases=(*pacer, *entry_alias(court, item.docket_number, item.document_number)),
    )


READER = Reader(name="pacer-rss", version=1, read=read, options=Options)
