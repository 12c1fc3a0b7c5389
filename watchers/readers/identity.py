"""What makes an entry of a feed the same entry tomorrow.

A ladder: the entry's id, its canonical link, its title and date (feedbin/support#604, NetNewsWire#3286, papr#103). Ids
that repeat within one feed do not identify (brief-rss#428); what cannot be told apart otherwise is told by its content.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from watchers.readers.html import clean

LONGEST = 300
"""Characters of a key; some feeds have whole posts for ids."""
LONGEST_LINK = 8000
"""Characters that a server should take at least (RFC 9110, 4.1)."""

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id|at_\w+|cmpid|ref_src)$", re.IGNORECASE)
_BREAK = re.compile(r"[\t\r\n]")
_OWN_MACHINE = re.compile(r"localhost|127(?:\.\d+){3}|0\.0\.0\.0|::1")


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
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return link
    host = (parts.hostname or "").removeprefix("www.")
    kept = urlencode([(name, value) for name, value in query if not _TRACKING.match(name)], errors="replace")
    return urlunsplit(("", host + port, parts.path.rstrip("/"), kept, ""))


def useful_link(link: str | None, base: str) -> str | None:
    """An absolute http(s) address, or None where it leads nobody anywhere.

    An address on the author's own machine (`http://localhost:4000/post`, left by a local build) is meant on the site.
    """
    if not link or len(link) > LONGEST_LINK:
        return None
    try:
        absolute = urljoin(base, _BREAK.sub("", clean(link)).strip().replace(" ", "%20"))
        parts, site = urlsplit(absolute), urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        if _is_own_machine(parts.hostname) and site.hostname and not _is_own_machine(site.hostname):
            return urlunsplit(parts._replace(scheme=site.scheme, netloc=site.netloc))
    except ValueError:
        return None
    return absolute


def keys(entries: Sequence[Claims]) -> list[str]:
    """A key for each entry: distinct, and the same tomorrow for the same claims."""
    ids: Counter[str | None] = Counter(entry.feed_id for entry in entries if entry.feed_id)
    links = Counter(canonical_link(entry.link) for entry in entries if entry.link)
    found = [_bounded(_ladder(entry, ids, links)) for entry in entries]
    repeated = Counter(found)
    taken = {key for key in found if repeated[key] == 1}
    distinct = []
    for key, entry in zip(found, entries, strict=True):
        one = key if repeated[key] == 1 else f"{key}#{entry.content[:12]}"
        number = 1
        while repeated[key] > 1 and one in taken:
            number += 1
            one = f"{key}#{entry.content[:12]}.{number}"
        taken.add(one)
        distinct.append(one)
    return distinct


def _ladder(entry: Claims, ids: Counter[str | None], links: Counter[str]) -> str:
    if entry.feed_id and ids[entry.feed_id] == 1:
        return entry.feed_id
    if entry.link and links[canonical_link(entry.link)] == 1:
        return canonical_link(entry.link)
    if entry.title or entry.date:
        return f"{entry.title}@{entry.date}"
    return entry.feed_id or hashlib.sha256(entry.content.encode()).hexdigest()[:16]


def _bounded(key: str) -> str:
    if len(key) <= LONGEST:
        return key
    return f"{key[:200]}#{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _is_own_machine(host: str) -> bool:
    return _OWN_MACHINE.fullmatch(host) is not None or host.endswith(".localhost")
