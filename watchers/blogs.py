"""Company blogs: a feed is listed, new entries are taken from it, and a teaser's page is fetched.

The cursor remembers each entry of the listing (`watchers.listing`), so that only what is new or changed goes on. What
cannot be had now (a page that is down) is a follow-up, and the teaser stands in for it meanwhile.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, HttpUrl

from watchers.listing import Mark, departed, known_entries, known_keys, mark
from watchers.model import Body, Document, FollowUp, Json, Pace, PostMeta, Reading, Step, Visit
from watchers.readers import feed, jsonfeed, page
from watchers.robots import Disallowed
from watchers.trouble import Exhausting, Refused, Throttled, Trouble, TroubleRecord, Unreachable, Unreadable

PAGE_AGAIN = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""When a page that could not be had is asked for again; after the last it is given up, which is said."""
UNREADABLE_AGAIN = (timedelta(hours=1), timedelta(days=1))
"""The same for one that came without an article in it."""
PAGES_A_VISIT = 60
"""Pages of one feed that are fetched at once, newest posts first; the rest follow, as many again each time."""
PAGES_APART = timedelta(minutes=10)
FAULTS_OF_A_HOST = 2
"""Faults in a row after which a host is asked no more in this visit."""


class Options(BaseModel):
    """`url`: an RSS, Atom or JSON feed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps: one for all entries whose text is in the feed, one for each page. Raises a `Trouble`."""
    if isinstance(visit.cause, FollowUp):
        yield await _followed(visit, visit.cause)
        return
    options = visit.source.options
    assert isinstance(options, Options)
    response = await visit.get(str(options.url), listing=True)
    if response.body is None:
        yield Step()
        return
    reading = await read_feed(visit, response.body)
    known = known_entries(visit.cursor)
    if known and not reading.documents:
        yield Step(troubles=(*reading.troubles, _emptied(str(options.url), len(known))))
        return
    renamed = known_keys(reading.documents, known)
    entries = [entry.model_copy(update={"key": renamed.get(entry.key, entry.key)}) for entry in reading.documents]
    whole = {renamed.get(key, key) for key in reading.facts.get("called_whole", ())}
    marks = {entry.key: mark(entry, page=_page_was_read(known, entry.key)) for entry in entries}
    # What changed keeps its old mark until its own step is committed.
    cursor = departed(known, marks) | {key: known[key] for key in marks if key in known}
    # Oldest first, so that what was said before is there when the next one is read.
    fresh = [entry for entry in reversed(entries) if known.get(entry.key, {}).get("said") != marks[entry.key]["said"]]
    in_feed = [entry for entry in fresh if not _is_teaser(entry)]
    teasers = [entry for entry in fresh if _is_teaser(entry)]
    at_once, later = teasers[-PAGES_A_VISIT:], teasers[:-PAGES_A_VISIT]
    cursor |= {entry.key: marks[entry.key] for entry in (*in_feed, *later)}
    minutes = reading.facts.get("ttl_minutes")
    yield Step(
        documents=(*in_feed, *(entry for entry in later if not marks[entry.key]["page"])),
        cursor={"entries": dict(cursor)},
        follow_ups=_spread(visit, later, whole),
        done=tuple(entry.key for entry in in_feed if entry.key in known),
        troubles=reading.troubles,
        pace=Pace(not_before=timedelta(minutes=minutes)) if minutes else None,
        shown=tuple(marks),
    )
    pages = _Pages(visit)
    for entry in at_once:
        wanted = _Wanted(entry, had=bool(marks[entry.key]["page"]), whole=entry.key in whole)
        found = await pages.fetch(wanted)
        cursor[entry.key] = marks[entry.key] | {"page": found.read}
        yield found.step.model_copy(update={"cursor": {"entries": dict(cursor)}})


async def read_feed(visit: Visit, body: Body) -> Reading:
    """JSON or XML, by the first character; a server's word only where that says nothing. Raises `Unreadable`."""
    first = body.content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    is_json = first in {b"{", b"["} or (first != b"<" and (body.media_type or "").endswith("json"))
    return await visit.read(jsonfeed.READER if is_json else feed.READER, body)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A page to be had.

    `had`: it was read before, and an edit is the reason to read it again. `whole`: the feed calls the post whole, so
    that a page without an article proves it right.
    """

    entry: Document
    had: bool = False
    whole: bool = False
    attempt: int = 0

    def again(self, at_least: timedelta, visit: Visit) -> FollowUp:
        about = {"draft": self.entry.model_dump(mode="json"), "attempt": self.attempt + 1}
        return FollowUp(
            key=self.entry.key, at=visit.now + at_least, about=about | {"had": self.had, "whole": self.whole}
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A step, and whether the page's text is stored, from now or from before."""

    step: Step
    read: bool


@dataclass(slots=True)
class _Pages:
    """The pages of one visit. `faults`: of each host, in a row, with the last of them."""

    visit: Visit
    faults: dict[str, tuple[int, Trouble]] = field(default_factory=dict)

    async def fetch(self, wanted: _Wanted) -> _Found:
        """The entry with its page's text; or the teaser, the trouble, and when to try again."""
        url = wanted.entry.url
        assert url is not None
        host = urlsplit(url).netloc
        times, last = self.faults.get(host, (0, None))
        if last is not None and times >= FAULTS_OF_A_HOST:
            return self._without(wanted, last, told=False)
        try:
            response = await self.visit.get(url, page=True, again=True)
            if response.body is None:
                raise Unreadable(f"{url}: the server sent no page")
            reading = await self.visit.read(page.READER, response.body, page.Options(draft=wanted.entry))
            self.faults.pop(host, None)
        except (Unreachable, Throttled, Exhausting) as trouble:
            self.faults[host] = (times + 1, trouble)
            return self._without(wanted, trouble)
        except Trouble as trouble:
            if isinstance(trouble, Unreadable):
                self.faults.pop(host, None)  # it answers
            return self._without(wanted, trouble)
        rechecks = _rechecks(self.visit, wanted.entry)
        done = () if rechecks else (wanted.entry.key,)
        return _Found(
            Step(documents=reading.documents, follow_ups=rechecks, troubles=reading.troubles, done=done), read=True
        )

    def _without(self, wanted: _Wanted, trouble: Trouble, *, told: bool = True) -> _Found:
        """`told`: False for what was told of the same host a moment ago."""
        entry = wanted.entry
        if isinstance(trouble, Unreadable) and wanted.whole:
            assert isinstance(entry.meta, PostMeta)
            itself = entry.model_copy(update={"meta": entry.meta.model_copy(update={"teaser": False})})
            return _Found(Step(documents=() if wanted.had else (itself,), done=(entry.key,)), wanted.had)
        # A later try says nothing new of the entry. And where the page was read before, the teaser alone would look as
        # if the words had been taken back.
        documents = (entry,) if wanted.attempt == 0 and not wanted.had else ()
        waits = _waits(trouble)
        if wanted.attempt >= len(waits):
            known = "the page as it was" if wanted.had else "the teaser"
            detail = f"{trouble.detail}; given up, only {known} is known"
            record = TroubleRecord(kind=trouble.kind, detail=detail, mend=trouble.mend)
            return _Found(Step(documents=documents, troubles=(record,), done=(entry.key,)), wanted.had)
        again = wanted.again(max(waits[wanted.attempt], trouble.retry_after or timedelta(0)), self.visit)
        troubles = (trouble.record(),) if told else ()
        return _Found(Step(documents=documents, troubles=troubles, follow_ups=(again,)), wanted.had)


def _waits(trouble: Trouble) -> Sequence[timedelta]:
    if isinstance(trouble, (Refused, Disallowed)):
        return ()
    return UNREADABLE_AGAIN if isinstance(trouble, Unreadable) else PAGE_AGAIN


async def _followed(visit: Visit, follow_up: FollowUp) -> Step:
    about = follow_up.about
    draft = Document.model_validate(about["draft"])
    if "rechecks" in about:
        return await _recheck(visit, draft, [timedelta(seconds=seconds) for seconds in about["rechecks"]])
    wanted = _Wanted(draft, had=about["had"], whole=about["whole"], attempt=int(about["attempt"]))
    found = await _Pages(visit).fetch(wanted)
    known = known_entries(visit.cursor)
    if draft.key not in known:
        return found.step
    entries: dict[str, Json] = {**known, draft.key: {**known[draft.key], "page": found.read}}
    return found.step.model_copy(update={"cursor": {"entries": entries}})


async def _recheck(visit: Visit, draft: Document, left: list[timedelta]) -> Step:
    """The page once more, for silent edits. That it is gone, or has no article any more, is told."""
    assert draft.url is not None
    again = _next_recheck(visit, draft, left)
    done = () if again else (draft.key,)
    try:
        response = await visit.get(draft.url, page=True)
        if response.body is None:
            return Step(follow_ups=again, done=done)
        reading = await visit.read(page.READER, response.body, page.Options(draft=draft))
    except Trouble as trouble:
        detail = f"looking for edits of {draft.title[:100]!r}: {trouble.detail}"
        record = TroubleRecord(kind=trouble.kind, detail=detail, mend=trouble.mend)
        return Step(follow_ups=again, done=done, troubles=(record,))
    return Step(documents=reading.documents, follow_ups=again, done=done, troubles=reading.troubles)


def _rechecks(visit: Visit, entry: Document) -> tuple[FollowUp, ...]:
    """A post that is young enough is looked at again for silent edits; an old one was, or never will be."""
    age = visit.now - entry.published if entry.published else timedelta(0)
    return _next_recheck(visit, entry, [after for after in sorted(visit.source.recheck) if after > age])


def _next_recheck(visit: Visit, entry: Document, left: Sequence[timedelta]) -> tuple[FollowUp, ...]:
    if not left:
        return ()
    since = min(entry.published or visit.now, visit.now)
    at = max(since + left[0], visit.now + timedelta(minutes=1))
    about = {"draft": entry.model_dump(mode="json"), "rechecks": [after.total_seconds() for after in left[1:]]}
    return (FollowUp(key=entry.key, at=at, about=about),)


def _spread(visit: Visit, entries: Sequence[Document], whole: set[str]) -> tuple[FollowUp, ...]:
    """When the pages of a long feed's older teasers are fetched, newest first."""
    follow_ups = []
    for number, entry in enumerate(reversed(entries)):
        had = _page_was_read(known_entries(visit.cursor), entry.key)
        wanted = _Wanted(entry, had=had, whole=entry.key in whole, attempt=-1)
        follow_ups.append(wanted.again(PAGES_APART * (1 + number // PAGES_A_VISIT), visit))
    return tuple(follow_ups)


def _emptied(url: str, before: int) -> TroubleRecord:
    parts = urlsplit(url)
    return TroubleRecord(
        kind="unreadable",
        detail=f"{parts.hostname}{parts.path}: the feed has no entries, where {before} were known",
        mend="Look at the site: it may have moved its feed. What comes back is known.",
    )


def _is_teaser(entry: Document) -> bool:
    return isinstance(entry.meta, PostMeta) and entry.meta.teaser and entry.url is not None


def _page_was_read(known: Mapping[str, Mark], key: str) -> bool:
    return bool(known.get(key, {}).get("page"))
