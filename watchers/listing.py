"""What a blog's cursor remembers of its feed: which entry is which, and which of them is news. Pure.

Ids change where posts do not: they are made anew at every build of a static site (newrelic/docs-website#1271), follow
the path structure (liferea#1195), alternate with the address (FreshRSS#5909), turn from http to https. Dates are edited
afterwards (go-neb#84). So an entry under an unknown id is looked for among those whose ids have gone.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from watchers.model import Cursor, Document, Json
from watchers.readers.identity import canonical_link

MOST_ANEW = 0.5
"""From this part of a feed's entries on, new ids and links over the same words are new ids, not new posts."""
KEPT = 100
"""Entries that have left the feed and are still remembered: some servers take turns with older copies of it."""

Mark = Mapping[str, Json]
"""Digests of what the feed says of one entry, and under `page` whether its page was read."""
Signature = Callable[[Mark], tuple[str, ...] | None]


def mark(entry: Document, *, page: bool = False) -> dict[str, Json]:
    """Without id and date: what changes in them alone is no news, and some servers change them at every answer."""
    words = "\n".join(passage.text for passage in entry.passages if passage.section != "title")
    link = canonical_link(entry.url) if entry.url else ""
    said = entry.model_dump_json(include={"language", "meta", "passages"}, exclude={"meta": {"feed_id"}})
    return {
        "said": _digest(f"{link}\n{entry.title}\n{said}"),
        "link": _digest(link),
        "title": _digest(entry.title),
        "words": _digest(words),
        "page": page,
    }


def known_entries(cursor: Cursor) -> Mapping[str, Mark]:
    """By key, oldest first."""
    entries: Json = cursor.get("entries")
    return entries if isinstance(entries, Mapping) else {}


def departed(known: Mapping[str, Mark], here: Iterable[str]) -> dict[str, Mark]:
    """The entries that have left the feed, as far as they are still remembered."""
    gone = [key for key in known if key not in set(here)]
    return {key: known[key] for key in gone[-KEPT:]}


def known_keys(entries: Sequence[Document], known: Mapping[str, Mark]) -> dict[str, str]:
    """For entries under a new key: the key under which they are known already."""
    here = {entry.key for entry in entries}
    gone = {key: mark for key, mark in known.items() if key not in here}
    if not gone:
        return {}
    strangers = {entry.key: mark(entry) for entry in entries if entry.key not in known}
    found: dict[str, str] = {}
    for signature in (_link_and_title, _link_and_words, _words_without_link):
        found |= _pairs(strangers, gone, signature, found)
    anew = _pairs(strangers, gone, _words, found)
    if len(found) + len(anew) >= max(2, MOST_ANEW * len(entries)):
        found |= anew
    return found


def _pairs(
    strangers: Mapping[str, Mark], gone: Mapping[str, Mark], signature: Signature, found: Mapping[str, str]
) -> dict[str, str]:
    """Who has the same signature as one that is gone; what two of them share tells nothing."""
    left = {key: signature(mark) for key, mark in strangers.items() if key not in found}
    taken = set(found.values())
    there = {key: signature(mark) for key, mark in gone.items() if key not in taken}
    ours, theirs = Counter(left.values()), Counter(there.values())
    known_as = {sign: key for key, sign in there.items() if theirs[sign] == 1}
    return {key: known_as[sign] for key, sign in left.items() if sign and ours[sign] == 1 and sign in known_as}


def _link_and_title(mark: Mark) -> tuple[str, ...] | None:
    return (mark["link"], mark["title"]) if mark["link"] and mark["title"] else None


def _link_and_words(mark: Mark) -> tuple[str, ...] | None:
    return (mark["link"], mark["words"]) if mark["link"] and mark["words"] else None


def _words_without_link(mark: Mark) -> tuple[str, ...] | None:
    return _words(mark) if not mark["link"] else None


def _words(mark: Mark) -> tuple[str, ...] | None:
    return (mark["title"], mark["words"]) if mark["title"] or mark["words"] else None


def _digest(text: str) -> str:
    """Short, and empty for nothing."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12] if text else ""
