"""JSON Feed 1 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from watchers.model import Body, Document, NoOptions, Passage, PostMeta, Reader, Reading
from watchers.readers.feed import is_teaser
from watchers.readers.html import clean, one_line, paragraphs, plain
from watchers.readers.identity import Claims, keys, useful_link
from watchers.trouble import TroubleRecord, Unreadable


class _Author(BaseModel):
    name: str | None = None


class _Item(BaseModel):
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

    @field_validator("date_published", "date_modified", mode="wrap")
    @classmethod
    def _odd_dates_are_none(cls, value: Any, handler: Any) -> datetime | None:
        try:
            moment: datetime | None = handler(value)
        except ValidationError:
            return None
        return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def read(body: Body, _options: NoOptions) -> Reading:
    """Documents of a JSON feed, in its order. Raises `Unreadable`; an item that is none is a trouble of its own."""
    try:
        feed = json.loads(body.content)
    except (ValueError, RecursionError):
        raise Unreadable(f"{body.url or 'feed'}: not JSON") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise Unreadable(f"{body.url or 'feed'}: JSON, but no JSON Feed (no list of items)")
    drafts, troubles = [], []
    for position, raw in enumerate(feed["items"], start=1):
        try:
            drafts.append(_draft(_Item.model_validate(raw), feed, body.url))
        except ValidationError:
            detail = f"{body.url or 'feed'}: item {position} is no JSON Feed item"
            troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend=Unreadable.usual_mend))
    names = keys([claims for claims, _ in drafts])
    documents = tuple(draft.model_copy(update={"key": key}) for key, (_, draft) in zip(names, drafts, strict=True))
    hubs = [hub.get("url") for hub in feed.get("hubs") or [] if isinstance(hub, dict)]
    facts = {"title": plain(str(feed.get("title") or "")), "hub": next(iter(hubs), None), "self": feed.get("feed_url")}
    return Reading(documents=documents, troubles=tuple(troubles), facts=facts)


def _draft(item: _Item, feed: dict[str, Any], feed_url: str) -> tuple[Claims, Document]:
    whole = item.content_html is not None or item.content_text is not None
    if item.content_html is not None:
        text = paragraphs(item.content_html)
    else:
        text = [one for part in clean(item.content_text or item.summary or "").split("\n\n") if (one := one_line(part))]
    moment = item.date_published or item.date_modified
    link = useful_link(item.url or item.external_url, str(feed.get("home_page_url") or feed_url))
    title = plain(item.title or "")
    said = "\n".join((title, *text))
    claims = Claims(
        feed_id=item.id,
        link=link,
        title=title,
        date=moment.isoformat() if moment else "",
        content=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest(),
    )
    authors = [author.name for author in (*item.authors, item.author) if author is not None and author.name]
    language = item.language or feed.get("language")
    document = Document(
        key="?",
        url=link,
        title=title,
        published=moment,
        language=language.lower()[:35] if isinstance(language, str) and language else None,
        meta=PostMeta(
            author=", ".join(dict.fromkeys(map(one_line, authors))) or None,
            feed_id=item.id,
            teaser=link is not None and is_teaser(text, whole=whole),
        ),
        passages=tuple(Passage(text=part) for part in text),
    )
    return claims, document


READER = Reader(name="json-feed", version=1, read=read, options=NoOptions)
