"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from watchers.model import Body, NoOptions, Reader, Reading
from watchers.readers.discovery import is_page, meant_feed
from watchers.readers.html import clean, decode, one_line, paragraphs, plain
from watchers.readers.identity import useful_link
from watchers.readers.post import Said, language_tag, reading_of, sensible
from watchers.trouble import Unreadable

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]|$)")
_BLANK = re.compile(r"\n\s*\n")


class _Author(BaseModel):
    name: str | None = None


class _Item(BaseModel):
    """What we read of an item; a member that is not what it should be counts as missing, as feeds go."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: datetime | None = None
    date_modified: datetime | None = None
    author: _Author | None = None
    authors: list[_Author] = []
    language: str | None = None

    @field_validator("*", mode="wrap")
    @classmethod
    def _odd_is_missing(cls, value: Any, handler: Any, info: ValidationInfo) -> Any:
        try:
            return handler(value)
        except ValidationError:
            return [] if info.field_name == "authors" else None

    @field_validator("date_published", "date_modified", mode="before")
    @classmethod
    def _dates_are_written_out(cls, value: Any) -> Any:
        """RFC 3339, or nothing: pydantic would take "2010" for seconds of 1970."""
        return value if isinstance(value, str) and _DATE.match(value.strip()) else None


def read(body: Body, _options: NoOptions) -> Reading:
    """Documents of a JSON feed, in its order. Raises `Unreadable`; an item that is none is a trouble of its own."""
    where = body.url or "feed"
    feed = _feed(body, where)
    items = [_Item.model_validate(raw) if isinstance(raw, dict) else _Item() for raw in feed["items"]]
    hubs = [_text(hub.get("url")) for hub in _list(feed.get("hubs")) if isinstance(hub, dict)]
    facts = {
        "title": plain(_text(feed.get("title"))),
        "hub": next(filter(None, hubs), None),
        "self": _text(feed.get("feed_url")) or None,
    }
    return reading_of([_said(item, feed, body.url) for item in items], where, facts)


def _feed(body: Body, where: str) -> dict[str, Any]:
    try:
        feed = json.loads(body.content)
    except (ValueError, RecursionError):
        text = decode(body.content[:500_000], body.charset)
        if is_page(text):
            found = meant_feed(text, body.url)
            mend = f"Watch its feed instead: {found}" if found else "Give the address of the site's feed."
            raise Unreadable(f"{where}: a web page, not a feed", mend) from None
        raise Unreadable(f"{where}: not JSON") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise Unreadable(f"{where}: JSON, but no JSON Feed (no list of items)")
    return feed


def _said(item: _Item, feed: dict[str, Any], feed_url: str) -> Said:
    if item.content_html:
        text = paragraphs(item.content_html)
    else:
        blocks = _BLANK.split(clean(item.content_text or item.summary or ""))
        text = [block for block in map(one_line, blocks) if block.strip()]
    site = useful_link(_text(feed.get("home_page_url")), feed_url) or feed_url
    links = (useful_link(link, site) for link in (item.url, item.external_url))
    by = [*item.authors, item.author] if item.authors or item.author else _feed_authors(feed)
    names = [plain(author.name or "") for author in by if author is not None]
    return Said(
        feed_id=one_line(item.id or "") or None,
        link=next(filter(None, links), None),
        title=plain(item.title or ""),
        text=tuple(text),
        whole=bool(item.content_html or item.content_text),
        published=_moment(item),
        language=language_tag(item.language) or language_tag(feed.get("language")),
        author=", ".join(dict.fromkeys(filter(None, names))) or None,
    )


def _moment(item: _Item) -> datetime | None:
    for moment in (item.date_published, item.date_modified):
        found = sensible(moment)
        if found is not None:
            return found.astimezone(UTC)
    return None


def _feed_authors(feed: dict[str, Any]) -> list[_Author]:
    """1.1: the feed's authors are those of its items that name none."""
    named = [*_list(feed.get("authors")), feed.get("author")]
    return [_Author(name=author["name"]) for author in named if isinstance(author, dict) and _text(author.get("name"))]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""


READER = Reader(name="json-feed", version=1, read=read, options=NoOptions)
