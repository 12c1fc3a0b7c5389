"""RSS and Atom by feedparser: every entry a post."""

import hashlib
import re
from calendar import timegm
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import feedparser

from watchers.model import Body, Document, NoOptions, Passage, PostMeta, Reader, Reading
from watchers.readers.html import clean, decode, one_line, paragraphs, plain
from watchers.readers.identity import Claims, keys, useful_link
from watchers.trouble import Unreadable

TEASER_LENGTH = 600
"""Characters: a third of real feeds have a median entry shorter than this, and they are the teasers."""

_CUT = re.compile(
    r"(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.|\b(?:read|continue|learn) (?:more|reading)\W*)\s*$", re.IGNORECASE
)
_ALTERNATE = re.compile(r"<link[^>]+type=[\"']application/(?:rss|atom|feed)\+(?:xml|json)[\"'][^>]*>", re.IGNORECASE)
_HREF = re.compile(r"href=[\"']([^\"']+)", re.IGNORECASE)


def read(body: Body, _options: NoOptions) -> Reading:
    """Documents of a feed, in its order. Raises `Unreadable`."""
    if not body.content.strip():
        raise Unreadable(f"{body.url or 'feed'}: an empty body, where a feed was")
    # Sanitizing is for those who show markup; we keep words only, and it would take some away.
    feedparser.SANITIZE_HTML = 0
    feedparser.RESOLVE_RELATIVE_URIS = 0
    headers = {"content-location": body.url}
    if body.charset or body.media_type:
        declared = body.media_type if body.media_type and "xml" in body.media_type else "application/xml"
        headers["content-type"] = declared + (f"; charset={body.charset}" if body.charset else "")
    parsed = feedparser.parse(BytesIO(body.content), response_headers=headers)
    if not parsed.get("version") and not parsed.entries:
        raise Unreadable(*_no_feed(body))
    base = parsed.feed.get("link") or body.url
    drafts = [_draft(entry, parsed, base, body.url) for entry in parsed.entries]
    names = keys([claims for claims, _ in drafts])
    documents = tuple(draft.model_copy(update={"key": key}) for key, (_, draft) in zip(names, drafts, strict=True))
    return Reading(documents=documents, facts=_facts(parsed))


def _draft(entry: Any, parsed: Any, base: str, feed_url: str) -> tuple[Claims, Document]:
    text, whole = _text(entry)
    link = useful_link(_link(entry), base) or useful_link(_link(entry), feed_url)
    title = plain(entry.get("title") or "")
    moment = _moment(entry)
    feed_id = one_line(entry.get("id") or "") or None
    said = "\n".join((title, *text))
    claims = Claims(
        feed_id=feed_id,
        link=link,
        title=title,
        date=moment.isoformat() if moment else "",
        content=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    document = Document(
        key="?",
        url=link,
        title=title,
        published=moment,
        language=_language(entry, parsed),
        meta=PostMeta(
            author=plain(entry.get("author") or "") or None,
            feed_id=feed_id,
            teaser=link is not None and is_teaser(text, whole=whole),
        ),
        passages=tuple(Passage(text=part) for part in text),
    )
    return claims, document


def is_teaser(text: list[str], *, whole: bool) -> bool:
    """Whether this is only the beginning. `whole`: the feed calls it content, not summary."""
    length = sum(map(len, text))
    if text and _CUT.search(text[-1]):
        return True
    return length < TEASER_LENGTH or (not whole and length < 2 * TEASER_LENGTH)


def _text(entry: Any) -> tuple[list[str], bool]:
    """The fullest text that the entry brings, in blocks, and whether the feed calls it content."""
    offered = [(content, True) for content in entry.get("content", [])]
    if entry.get("summary_detail"):
        offered.append((entry.summary_detail, False))
    best: tuple[list[str], bool] = ([], False)
    for part, whole in offered:
        value = part.get("value") or ""
        markup = part.get("type") != "text/plain" or re.search(r"<\w+[\s>/]|&\w+;", value)
        text = paragraphs(value) if markup else [one_line(p) for p in re.split(r"\n\s*\n", clean(value)) if p.strip()]
        if sum(map(len, text)) > sum(map(len, best[0])):
            best = (text, whole)
    return best


def _link(entry: Any) -> str | None:
    alternates = [link.get("href") for link in entry.get("links", []) if link.get("rel") == "alternate"]
    link: str | None = next(filter(None, alternates), None) or entry.get("link")
    return link


def _moment(entry: Any) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        value = entry.get(name)
        if value is not None:
            try:
                return datetime.fromtimestamp(timegm(value), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _language(entry: Any, parsed: Any) -> str | None:
    own = next((part.get("language") for part in entry.get("content", []) if part.get("language")), None)
    said = own or (entry.get("title_detail") or {}).get("language") or parsed.feed.get("language")
    return said.strip().lower()[:35] or None if isinstance(said, str) else None


def _facts(parsed: Any) -> dict[str, Any]:
    links = parsed.feed.get("links", [])
    by_rel = {rel: [link.get("href") for link in links if link.get("rel") == rel] for rel in ("hub", "self")}
    ttl = str(parsed.feed.get("ttl") or "")
    return {
        "title": plain(parsed.feed.get("title") or ""),
        "hub": next(iter(by_rel["hub"]), None),
        "self": next(iter(by_rel["self"]), None),
        "ttl_minutes": min(int(ttl), 7 * 24 * 60) if ttl.isdigit() and len(ttl) < 6 else None,
        "built": parsed.feed.get("updated"),
    }


def _no_feed(body: Body) -> tuple[str, str | None]:
    where = body.url or "feed"
    text = decode(body.content[:200_000], body.charset)
    if "<html" not in text[:2000].lower() and "<!doctype html" not in text[:200].lower():
        return f"{where}: neither RSS nor Atom", None
    link = _ALTERNATE.search(text)
    address = _HREF.search(link.group(0)) if link else None
    found = useful_link(address.group(1), body.url) if address else None
    mend = f"Watch its feed instead: {found}" if found else "Give the address of the site's feed."
    return f"{where}: a web page, not a feed", mend


READER = Reader(name="feed", version=1, read=read, options=NoOptions)
