"""Company blogs: a feed is listed, new entries are taken from it, and a teaser's page is fetched.

The cursor remembers each entry of the listing by its fingerprint, so that only what is new or changed goes on. What
cannot be had now (a page that is down) is a follow-up, and the teaser stands in for it meanwhile.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, HttpUrl

from watchers.model import Body, Document, FollowUp, Pace, PostMeta, Reading, Step, Visit
from watchers.readers import feed, jsonfeed, page
from watchers.trouble import Blocked, Trouble, TroubleRecord

PAGE_AGAIN = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""When a page that could not be had is asked for again; after the last it is given up, which is said."""
IDS_CHANGED = 0.5
"""From this part of a feed's entries on, new ids over known contents mean that the ids changed, not the posts."""


class Options(BaseModel):
    """`url`: an RSS, Atom or JSON feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps: one for all entries whose text is in the feed, one for each page."""
    if visit.cause is not None and isinstance(visit.cause, FollowUp):
        yield await _again(visit, visit.cause)
        return
    options = visit.source.options
    assert isinstance(options, Options)
    response = await visit.get(str(options.url), listing=True)
    if response.body is None:
        yield Step()
        return
    reading = await read_feed(visit, response.body)
    entries = _under_known_keys(reading.documents, visit.cursor)
    seen = {entry.key: {"fingerprint": fingerprint(entry), "same": _same(entry)} for entry in entries}
    known: Mapping[str, Any] = visit.cursor.get("entries", {})
    cursor = {key: known[key] for key in seen if key in known}
    fresh = [
        entry for entry in entries if known.get(entry.key, {}).get("fingerprint") != seen[entry.key]["fingerprint"]
    ]
    in_feed = [entry for entry in fresh if not _is_teaser(entry)]
    cursor |= {entry.key: seen[entry.key] for entry in in_feed}
    minutes = reading.facts.get("ttl_minutes")
    yield Step(
        documents=tuple(in_feed),
        cursor={"entries": dict(cursor)},
        follow_ups=tuple(follow for entry in in_feed for follow in _rechecks(visit, entry)),
        troubles=reading.troubles,
        pace=Pace(not_before=timedelta(minutes=minutes)) if minutes else None,
    )
    for entry in (entry for entry in fresh if _is_teaser(entry)):
        step = await _page(visit, entry, attempt=0)
        cursor[entry.key] = seen[entry.key]
        yield step.model_copy(update={"cursor": {"entries": dict(cursor)}})


async def read_feed(visit: Visit, body: Body) -> Reading:
    """JSON or XML, by the server's word or the first byte. Raises `Unreadable`."""
    is_json = (body.media_type or "").endswith("json") or body.content.lstrip()[:1] == b"{"
    return await visit.read(jsonfeed.READER if is_json else feed.READER, body)


async def _page(visit: Visit, entry: Document, *, attempt: int) -> Step:
    """The entry with its page's text; or the teaser, the trouble, and when to try again."""
    assert entry.url is not None
    try:
        response = await visit.get(entry.url, page=True, again=True)
        assert response.body is not None
        reading = await visit.read(page.READER, response.body, page.Options(draft=entry))
    except Trouble as trouble:
        return _without_page(visit, entry, trouble, attempt)
    return Step(documents=reading.documents, follow_ups=tuple(_rechecks(visit, entry)), troubles=reading.troubles)


def _without_page(visit: Visit, entry: Document, trouble: Trouble, attempt: int) -> Step:
    if attempt >= len(PAGE_AGAIN) or (isinstance(trouble, Blocked) and "robots.txt" in trouble.detail):
        told = TroubleRecord(kind=trouble.kind, detail=f"{trouble.detail}; only the teaser is known", mend=trouble.mend)
        return Step(documents=(entry,), troubles=(told,), done=(entry.key,))
    at = visit.now + max(PAGE_AGAIN[attempt], trouble.retry_after or timedelta(0))
    about = {"draft": entry.model_dump(mode="json"), "attempt": attempt + 1}
    return Step(
        documents=(entry,), troubles=(trouble.record(),), follow_ups=(FollowUp(key=entry.key, at=at, about=about),)
    )


async def _again(visit: Visit, follow_up: FollowUp) -> Step:
    draft = Document.model_validate(follow_up.about["draft"])
    if "rechecks" not in follow_up.about:
        step = await _page(visit, draft, attempt=int(follow_up.about["attempt"]))
        return step if step.follow_ups else step.model_copy(update={"done": (follow_up.key,)})
    response = await visit.get(str(draft.url), page=True)
    left = [timedelta(seconds=seconds) for seconds in follow_up.about["rechecks"]]
    again = _recheck(visit, draft, left)
    if response.body is None:
        return Step(follow_ups=again, done=() if again else (follow_up.key,))
    reading = await visit.read(page.READER, response.body, page.Options(draft=draft))
    return Step(documents=reading.documents, follow_ups=again, done=() if again else (follow_up.key,))


def _rechecks(visit: Visit, entry: Document) -> tuple[FollowUp, ...]:
    """A post that is young enough is looked at again for silent edits; an old one was, or never will be."""
    age = visit.now - entry.published if entry.published else timedelta(0)
    return _recheck(visit, entry, [after for after in visit.source.recheck if after > age])


def _recheck(visit: Visit, entry: Document, left: list[timedelta]) -> tuple[FollowUp, ...]:
    if not left or entry.url is None or not _is_teaser(entry):
        return ()
    since = entry.published or visit.now
    at = max(since + left[0], visit.now + timedelta(minutes=1))
    about = {"draft": entry.model_dump(mode="json"), "rechecks": [after.total_seconds() for after in left[1:]]}
    return (FollowUp(key=entry.key, at=at, about=about),)


def fingerprint(entry: Document) -> str:
    """Of what the feed says of an entry."""
    said = entry.model_dump_json(include={"url", "title", "published", "meta", "passages"})
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _same(entry: Document) -> str:
    """Of what stays when a site gives its entries new ids: link or title, and the words."""
    said = entry.model_dump_json(include={"url", "title", "passages"})
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _is_teaser(entry: Document) -> bool:
    return isinstance(entry.meta, PostMeta) and entry.meta.teaser and entry.url is not None


def _under_known_keys(entries: tuple[Document, ...], cursor: Mapping[str, Any]) -> list[Document]:
    """The entries, under the keys they had when most ids changed at once and the contents did not.

    Static sites regenerate their ids at every build (newrelic/docs-website#1271, liferea#1195, FreshRSS#5909).
    """
    known: Mapping[str, Any] = cursor.get("entries", {})
    by_content = {entry["same"]: key for key, entry in known.items()}
    strangers = [entry for entry in entries if entry.key not in known]
    renamed = {entry.key: by_content[_same(entry)] for entry in strangers if _same(entry) in by_content}
    if not entries or len(renamed) < 2 or len(renamed) < IDS_CHANGED * len(entries):
        return list(entries)
    return [entry.model_copy(update={"key": renamed.get(entry.key, entry.key)}) for entry in entries]
