"""RSS and Atom by feedparser: every entry a post.

Run it under TZ=UTC, as the children of `watchers.child` are: feedparser's last resort for a date is local time.
"""

import re
from calendar import timegm
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.sax import SAXException

from watchers.model import Body, NoOptions, Reader, Reading
from watchers.readers.discovery import is_page, meant_feed
from watchers.readers.html import clean, decode, has_markup, one_line, paragraphs, plain
from watchers.readers.identity import useful_link
from watchers.readers.post import Said, language_tag, reading_of, sensible
from watchers.readers.xmlrepair import repaired
from watchers.trouble import TroubleRecord, Unreadable

_TEXT_TYPES = {"text/plain", "text/html", "application/xhtml+xml", "application/octet-stream"}
"""The last is how Atom sends any of the others in Base64, which feedparser has undone."""
_MARKUP_TYPES = {"text/html", "application/xhtml+xml"}
_BLANK = re.compile(r"\n\s*\n")
_ROOT_CLOSED = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z][\w:.-]{0,40})[\s>]")
_ENTRY = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)\b[^>]*?(/?)>", re.IGNORECASE)


def read(body: Body, _options: NoOptions) -> Reading:
    """Documents of a feed, in its order. Raises `Unreadable`; a feed that breaks off is a trouble beside them."""
    where = body.url or "feed"
    if not body.content.strip():
        raise Unreadable(f"{where}: an empty body, where a feed was")
    parsed = _parsed(body.content, body.charset)
    if parsed is None or isinstance(parsed.get("bozo_exception"), SAXException):
        parsed = _parsed(repaired(decode(body.content, body.charset)).encode("utf-8", "replace"), "utf-8")
    if parsed is None:
        raise Unreadable(f"{where}: the feed is broken beyond repair")
    if not parsed.get("version") and not parsed.entries:
        raise Unreadable(*_no_feed(body, where))
    entries, broken_off = _whole_entries(body, parsed)
    if broken_off and not entries:
        raise Unreadable(f"{where}: the feed breaks off before its first entry ends", _CUT_OFF)
    reading = reading_of([_said(entry, parsed, body.url) for entry in entries], where, _facts(parsed))
    if broken_off:
        detail = f"{where}: the feed breaks off; of its entries these many are whole: {len(entries)}"
        cut = TroubleRecord(kind="unreadable", detail=detail, mend=_CUT_OFF)
        return reading.model_copy(update={"troubles": (*reading.troubles, cut)})
    return reading


def _parsed(content: bytes, charset: str | None) -> Any:
    import feedparser

    try:
        return feedparser.parse(
            BytesIO(content),  # bytes alone would be tried as the name of a file first
            # What a server says of the type is often wrong, and says nothing that the first line does not say.
            response_headers={"content-type": "application/xml" + (f"; charset={charset}" if charset else "")},
            # Sanitizing is for those who show markup; we keep words only, and it would take some away.
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, OverflowError):
        return None  # a reference to a character that there is not (&#xD800;), where it has to guess


_CUT_OFF = "Nothing to do if it was a bad moment; if it stays, tell the site that its feed is cut off."


def _whole_entries(body: Body, parsed: Any) -> tuple[list[Any], bool]:
    """The entries that have an end, and whether the feed broke off: half an entry would be quoted as if it were all."""
    entries = list(parsed.entries)
    if not parsed.bozo:
        return entries, False
    text = decode(body.content, body.charset)
    if _ROOT_CLOSED.search(text):
        return entries, False
    marks = [mark for mark in _ENTRY.finditer(text) if not mark.group(2)]
    if marks and not marks[-1].group(1):
        return entries[:-1], True
    return entries, bool(marks)


def _said(entry: Any, parsed: Any, feed_url: str) -> Said:
    text, whole = _text(entry, atom=_is_atom(parsed))
    return Said(
        feed_id=one_line(entry.get("id") or "") or None,
        link=_link(entry, parsed, feed_url),
        title=_title(entry, atom=_is_atom(parsed)),
        text=tuple(text),
        whole=whole,
        published=_moment(entry),
        language=_language(entry, parsed),
        author=_author(entry, parsed),
    )


def _title(entry: Any, *, atom: bool) -> str:
    detail = entry.get("title_detail") or {}
    value = entry.get("title") or ""
    if detail.get("type") in _MARKUP_TYPES:
        return one_line(" ".join(paragraphs(value)))
    return one_line(value) if atom else plain(value)


def _text(entry: Any, *, atom: bool) -> tuple[list[str], bool]:
    """The fullest text that the entry brings, in blocks, and whether the feed calls it content."""
    offered = [(content, True) for content in entry.get("content", [])]
    if entry.get("summary_detail"):
        offered.append((entry.summary_detail, False))
    best: tuple[list[str], bool] = ([], False)
    for part, whole in offered:
        kind, value = part.get("type") or "text/plain", part.get("value") or ""
        if kind not in _TEXT_TYPES:
            continue
        # In Atom a type means what it says; in RSS it is feedparser's guess, for nobody says what a description is.
        literal = kind == "text/plain" if atom else kind != "application/xhtml+xml" and not has_markup(value)
        text = [one_line(block) for block in _BLANK.split(clean(value))] if literal else paragraphs(value)
        text = [block for block in text if block.strip()]
        if sum(map(len, text)) > sum(map(len, best[0])):
            best = (text, whole)
    return best


def _link(entry: Any, parsed: Any, feed_url: str) -> str | None:
    """Where the post is. A relative address stands against the site's in RSS, against the feed's in Atom."""
    links = [link.get("href") for link in entry.get("links", []) if link.get("rel") == "alternate"]
    site = None if _is_atom(parsed) else useful_link(parsed.feed.get("link"), feed_url)
    for link in (*links, entry.get("link")):
        # An RSS guid counts as a link unless it says that it is none; few of those that do not are addresses.
        if link and link == entry.get("id") and entry.get("guidislink") and "://" not in link:
            continue
        found = useful_link(link, site or feed_url) or useful_link(link, feed_url)
        if found:
            return found
    return None


def _moment(entry: Any) -> datetime | None:
    # Not by `entry.get`: feedparser lets the names stand in for each other there, with a warning.
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        value = dict.get(entry, name)
        if value is not None:
            with suppress(ValueError, OverflowError, OSError):
                moment = sensible(datetime.fromtimestamp(timegm(value), UTC))
                if moment is not None:
                    return moment
    return None


def _language(entry: Any, parsed: Any) -> str | None:
    said: Iterator[Any] = (part.get("language") for part in entry.get("content", []))
    return language_tag(
        next(filter(None, said), None)
        or (entry.get("summary_detail") or {}).get("language")
        or (entry.get("title_detail") or {}).get("language")
        or entry.get("language")
        or parsed.feed.get("language")
    )


def _author(entry: Any, parsed: Any) -> str | None:
    """Names where there are any. An Atom feed's authors are those of its entries that name none (RFC 4287, 4.2.1)."""
    for holder in (entry, *([parsed.feed] if _is_atom(parsed) else [])):
        people = [*holder.get("authors", []), holder.get("author_detail") or {}]
        names = [plain(person.get("name") or person.get("email") or "") for person in people]
        found = ", ".join(dict.fromkeys(filter(None, names))) or plain(holder.get("author") or "")
        if found:
            return found
    return None


def _facts(parsed: Any) -> dict[str, Any]:
    links = parsed.feed.get("links", [])
    by_rel = {rel: [link.get("href") for link in links if link.get("rel") == rel] for rel in ("hub", "self")}
    ttl = str(parsed.feed.get("ttl") or "").strip()
    return {
        "title": plain(parsed.feed.get("title") or ""),
        "hub": next(iter(by_rel["hub"]), None),
        "self": next(iter(by_rel["self"]), None),
        "ttl_minutes": min(int(ttl), 7 * 24 * 60) if ttl.isdecimal() and len(ttl) < 6 else None,
        "built": dict.get(parsed.feed, "updated"),
    }


def _is_atom(parsed: Any) -> bool:
    return str(parsed.get("version")).startswith("atom")


def _no_feed(body: Body, where: str) -> tuple[str, str | None]:
    text = decode(body.content[:500_000], body.charset)
    if not is_page(text):
        root = _ROOT.search(text[:5000])
        return f"{where}: neither RSS nor Atom" + (f" (it is a <{root.group(1)}>)" if root else ""), None
    found = meant_feed(text, body.url)
    mend = f"Watch its feed instead: {found}" if found else "Give the address of the site's feed."
    return f"{where}: a web page, not a feed", mend


READER = Reader(name="feed", version=1, read=read, options=NoOptions)
