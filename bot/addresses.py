"""What an address is of: a docket, a court, or something of the web; and how a source is called that is known by it."""

import re
from urllib.parse import urlsplit

from pydantic import HttpUrl

from watchers import blogs
from watchers.dockets import feed as docket_feed
from watchers.dockets import pacer as pacer_rss
from watchers.model import Source

LONGEST_NAME = 60

ECF = re.compile(r"(?:^|//)ecf\.([a-z0-9]+)\.uscourts\.gov", re.IGNORECASE)
"""A court's own server: its id, for most courts."""
_COURTLISTENER = re.compile(r"/docket/(\d+)(?:/|$)")
_NOT_IN_NAME = re.compile(r"[^a-z0-9.]+")


def source_at(url: str) -> Source | None:
    """A docket or a court, which its address tells; None for everything else."""
    docket = docket_of(url)
    if docket is not None:
        return Source(
            name=url, kind="docket", provider="courtlistener-feed", options=docket_feed.Options(docket=docket)
        )
    parts = urlsplit(url)
    court = ECF.match(parts.hostname or "")
    if court and not parts.path.endswith(".pdf"):
        options = pacer_rss.Options(court=court.group(1).lower(), url=HttpUrl(url))
        return Source(name=url, kind="docket", provider="pacer-rss", options=options)
    return None


def docket_of(url: str) -> int | None:
    """CourtListener's number of a docket, of an address there."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    docket = _COURTLISTENER.match(parts.path)
    if docket and (host == "courtlistener.com" or host.endswith(".courtlistener.com")):
        return int(docket.group(1))
    return None


def feed_source(url: str) -> Source:
    """A feed. Raises `ValueError` for what is no http or https address."""
    return Source(name=url, kind="blog", options=blogs.Options(url=HttpUrl(url)))


def is_at(source: Source, url: str) -> bool:
    """Whether a source is the one of that address."""
    docket = docket_of(url)
    if docket is not None:
        return getattr(source.options, "docket", None) == docket
    known = getattr(source.options, "url", None)
    return known is not None and _comparable(str(known)) == _comparable(url)


def name_for(url: str) -> str:
    """What a source of that address is called: `acme.example-news`, `docket-67569326`.

    Its query is left out: names stand in logs and in answers, and a query may hold a key.
    """
    docket = docket_of(url)
    if docket is not None:
        return f"docket-{docket}"
    parts = urlsplit(url)
    words = f"{(parts.hostname or '').removeprefix('www.')} {parts.path}".lower()
    return _NOT_IN_NAME.sub("-", words).strip("-.")[:LONGEST_NAME].rstrip("-.") or "source"


def _comparable(url: str) -> str:
    """Without what makes no difference: the scheme, the case of the host, a slash at the end, a fragment."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    except ValueError:
        return url
    return f"{(parts.hostname or '').rstrip('.')}{port}{parts.path.rstrip('/')}?{parts.query}"
