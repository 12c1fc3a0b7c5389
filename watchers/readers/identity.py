"""What makes an entry of a feed the same entry tomorrow.

A ladder: the entry's id, its canonical link, its title and date (feedbin/support#604, NetNewsWire#3286, papr#103). Ids
that repeat within one feed do not identify; what cannot be told
apart otherwise is numbered in the order of its content.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id|at_\w+|cmpid|ref_src)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claims:
    """What an entry says of itself. `content`: a digest of its words."""

    feed_id: str | None
    link: str | None
    title: str
    date: str
    content: str


def canonical_link(link: str) -> str:
    """The same address under its many spellings: scheme, `www.`, a trailing slash, tracking parameters, a fragment."""
    try:
        parts = urlsplit(link)
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return link
    host = (parts.hostname or "").removeprefix("www.")
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    return urlunsplit(("", host + port, parts.path.rstrip("/"), query, ""))


def useful_link(link: str | None, base: str) -> str | None:
    """An absolute http(s) address, or None: a link to nowhere (`/blog/` of a local build) leads nobody anywhere."""
    if not link:
        return None
    try:
        absolute = urljoin(base, link.strip())
        parts = urlsplit(absolute)
    except ValueError:
        return None
    return absolute if parts.scheme in {"http", "https"} and parts.hostname else None


def keys(entries: Sequence[Claims]) -> list[str]:
    """A key for each entry: distinct, and the same tomorrow for the same claims."""
    ids: Counter[str | None] = Counter(entry.feed_id for entry in entries if entry.feed_id)
    links = Counter(canonical_link(entry.link) for entry in entries if entry.link)
    found = [_ladder(entry, ids, links) for entry in entries]
    repeated = Counter(found)
    seen: Counter[str] = Counter()
    distinct = []
    for key, entry in zip(found, entries, strict=True):
        if repeated[key] == 1:
            distinct.append(key)
            continue
        one = f"{key}#{entry.content[:12]}"
        seen[one] += 1
        distinct.append(one if seen[one] == 1 else f"{one}.{seen[one]}")
    return distinct


def _ladder(entry: Claims, ids: Counter[str | None], links: Counter[str]) -> str:
    if entry.feed_id and ids[entry.feed_id] == 1:
        return entry.feed_id
    if entry.link and links[canonical_link(entry.link)] == 1:
        return canonical_link(entry.link)
    if entry.title or entry.date:
        return f"{entry.title}@{entry.date}"
    return entry.feed_id or hashlib.sha256(entry.content.encode()).hexdigest()[:16]
