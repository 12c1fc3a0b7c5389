"""A post from what a feed says of it, whatever the feed's format: its key, its words, and whether these are all."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from watchers.model import Document, Json, Passage, PostMeta, Reading
from watchers.readers.identity import Claims, keys
from watchers.trouble import TroubleRecord, Unreadable

TEASER_LENGTH = 600
"""Characters: a third of real feeds have a median entry shorter than this, and they are the teasers."""
CERTAINLY_SHORT = 200
"""Characters below which not even what a feed calls the content is believed to be all."""
MOST_ENTRIES = 2000
"""Of one feed, the newest: there are feeds that hold a whole archive, but what is news stands among these."""

_CUT = re.compile(
    r"(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\."
    r"|\b(?:read|continue|learn) (?:the )?(?:full |whole )?(?:more|reading|story|article|post|topic|entry)\b[^.]{0,40}"
    r"|\b(?:keep reading|seguir leyendo|leer más|weiterlesen|mehr lesen|lire la suite|leggi tutto|continua a leggere"
    r"|lees verder|baca selengkapnya|baca selanjutnya|baca lagi|selanjutnya)\b\W*)\s*(?:[→»›>]+\s*)?$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:The post .{1,500} (?:appeared first on|first appeared on) |Source: )", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}")


@dataclass(frozen=True, slots=True)
class Said:
    """What a feed says of one entry. `whole`: it calls the text the content, not a summary."""

    feed_id: str | None
    link: str | None
    title: str
    text: tuple[str, ...]
    whole: bool
    published: datetime | None
    language: str | None
    author: str | None

    @property
    def says_something(self) -> bool:
        return bool(self.feed_id or self.link or self.title or self.text or self.published)


def reading_of(entries: Sequence[Said], where: str, facts: Mapping[str, Json]) -> Reading:
    """A document for each entry, in order; what is said twice, word for word, is one, and what says nothing is told.

    `where`: the feed's address, for the troubles. Adds to the facts, as `called_whole`, the keys of posts that the feed
    calls whole although they are short enough to be teasers.
    """
    distinct, left_out = _newest(list(dict.fromkeys(entry for entry in entries if entry.says_something)))
    names = keys([_claims(entry) for entry in distinct])
    documents = tuple(_document(key, entry) for key, entry in zip(names, distinct, strict=True))
    called_whole = [
        key
        for key, entry in zip(names, distinct, strict=True)
        if entry.whole and not is_cut(entry.text) and sum(map(len, entry.text)) >= CERTAINLY_SHORT
    ]
    told = [
        (f"entry {position} has no words, link or id", Unreadable.usual_mend)
        for position, entry in enumerate(entries, start=1)
        if not entry.says_something
    ]
    if left_out:
        told.insert(
            0, (f"the {left_out:,} oldest of its entries were left out", "Nothing to do: they are too old to be news.")
        )
    troubles = tuple(TroubleRecord(kind="unreadable", detail=f"{where}: {detail}", mend=mend) for detail, mend in told)
    return Reading(documents=documents, troubles=troubles, facts={**facts, "called_whole": called_whole})


def _newest(entries: Sequence[Said]) -> tuple[Sequence[Said], int]:
    """In the order of the feed, and how many are left out. What has no date counts as older the later it stands."""
    if len(entries) <= MOST_ENTRIES:
        return entries, 0
    dated = any(entry.published for entry in entries)
    by_date = (
        sorted(range(len(entries)), key=lambda at: _date(entries[at]), reverse=True) if dated else range(MOST_ENTRIES)
    )
    return [entries[at] for at in sorted(by_date[:MOST_ENTRIES])], len(entries) - MOST_ENTRIES


def _date(entry: Said) -> datetime:
    return entry.published or datetime.min.replace(tzinfo=UTC)


def is_teaser(text: Sequence[str], *, whole: bool) -> bool:
    """Whether this is only the beginning, for all that can be told: the page has more, or shows that there is none."""
    length = sum(map(len, text))
    return is_cut(text) or length < TEASER_LENGTH or (not whole and length < 2 * TEASER_LENGTH)


def is_cut(text: Sequence[str]) -> bool:
    """Whether the text says itself that there is more of it."""
    said = [part for part in text[-3:] if not _SIGNATURE.match(part)]
    return bool(said) and _CUT.search(said[-1][-200:]) is not None


def sensible(moment: datetime | None) -> datetime | None:
    """The moment in UTC, or None where a program wrote its zero for want of a date (the year 1, 1970-01-01)."""
    if moment is None:
        return None
    try:
        moment = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None
    return moment if 1900 <= moment.year < 2200 and moment.timestamp() != 0 else None


def language_tag(said: object) -> str | None:
    """BCP 47 in lower case, or None for what is no such tag."""
    tag = said.strip().lower().replace("_", "-") if isinstance(said, str) else ""
    return tag if _LANGUAGE.fullmatch(tag) else None


def _claims(entry: Said) -> Claims:
    words = "\n".join((entry.title, *entry.text))
    return Claims(
        feed_id=entry.feed_id,
        link=entry.link,
        title=entry.title,
        date=entry.published.isoformat() if entry.published else "",
        content=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _document(key: str, entry: Said) -> Document:
    return Document(
        key=key,
        url=entry.link,
        title=entry.title,
        published=entry.published,
        language=entry.language,
        meta=PostMeta(
            author=entry.author,
            feed_id=entry.feed_id,
            teaser=entry.link is not None and is_teaser(entry.text, whole=entry.whole),
        ),
        passages=tuple(Passage(text=part) for part in entry.text),
    )
