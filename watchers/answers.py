"""What an answer means: a response, or a trouble. Pure; `watchers.fetch` asks the questions."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from yarl import URL

from watchers.challenge import recognise
from watchers.model import Body, Credential, Response, Validators
from watchers.trouble import (
    Blocked,
    CredentialsMissing,
    NotFound,
    PlanTooSmall,
    Throttled,
    Trouble,
    Unreachable,
    Unreadable,
)

REDIRECTING = {301, 302, 303, 307, 308}
LONGEST_WAIT = timedelta(days=7)
"""Whatever a server asks for."""

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What would begin a line of its own in a log ("%0a" in a redirect), or turn the rest around."""


class Passing(Unreachable):
    """A fault that may pass by itself within seconds: tried again at once, a few times."""


class Odd(Unreadable):
    """A status that says nothing about the document."""

    def __init__(self, detail: str, status: int) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    url: URL
    status: int
    headers: Mapping[str, str]
    content: bytes
    charset: str | None


def response_of(answer: Answer, asked: URL, validators: Validators | None) -> Response:
    """`asked`: the address before any redirect. `validators`: what was known before. The body is None where nothing
    changed since.
    """
    shown = without_login(answer.url)
    fresh_for = max_age_of(answer.headers.get("cache-control", ""))
    if answer.status == 304:
        kept = validators or Validators()
        return Response(shown, 304, None, kept, fresh_for, answer.headers)
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = Body(answer.content, url=shown, media_type=content_type or None, charset=answer.charset)
    digest = hashlib.sha256(answer.content).hexdigest()
    renewed = Validators(body_hash=digest)
    # A query that a redirect made up is often a signature: another at every visit, and maybe a secret. Who gave these
    # validators could not be told again, and nobody else is to get them.
    if answer.url == asked or not answer.url.query:
        renewed = Validators(
            given_by=shown,
            etag=answer.headers.get("etag"),
            last_modified=answer.headers.get("last-modified"),
            body_hash=digest,
        )
    same = validators is not None and validators.body_hash == digest
    return Response(shown, answer.status, None if same else body, renewed, fresh_for, answer.headers)


def raise_for(answer: Answer, credential: Credential | None, now: datetime) -> None:
    """Statuses, and pages that stand in for others, as troubles."""
    status, shown = answer.status, place(answer.url)
    retry_after = retry_after_of(answer.headers.get("retry-after"), now)
    if status == 429 or (status == 503 and retry_after is not None):
        raise Throttled(f"{shown}: asked to come back later ({status})", retry_after=retry_after)
    stands_in = recognise(status, answer.headers, answer.content)
    if stands_in is not None:
        raise Blocked(f"{shown}: a {stands_in} stands in for the document ({status})")
    if status in REDIRECTING or status in {200, 203, 304}:
        return
    raise trouble_of(status, shown, credential)


def trouble_of(status: int, shown: str, credential: Credential | None) -> Trouble:
    if status in {404, 410}:
        return NotFound(f"{shown}: {'gone' if status == 410 else 'not found'} ({status})")
    if credential is not None and status == 401:
        return CredentialsMissing(f"{shown}: the key for {credential.name} is refused ({status})")
    if credential is not None and status in {402, 403}:
        return PlanTooSmall(f"{shown}: the plan of this {credential.name} key does not include it ({status})")
    if status in {401, 402, 403, 451}:
        return Blocked(f"{shown}: kept out ({status})")
    if status >= 500:
        return Passing(f"{shown}: the server failed ({status})")
    return Odd(f"{shown}: an answer that means nothing here ({status})", status)


def retry_after_of(value: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)


def max_age_of(value: str) -> timedelta | None:
    """Cache-Control's `max-age` (RFC 9111, 5.2.2.1)."""
    for part in value.lower().split(","):
        name, _, given = part.strip().partition("=")
        if name == "max-age":
            return _seconds(given.strip('"'))
    return None


def _seconds(value: str) -> timedelta | None:
    digits = value.strip()
    # Other scripts have digits too, and "²" is one that int() does not know.
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return min(timedelta(seconds=int(digits[:9])), LONGEST_WAIT)


def without_login(url: URL) -> str:
    """The address as it is kept: without user and password."""
    return str(url.with_user(None))


def place(url: URL) -> str:
    """The address for people: host and path, not without end; what stands in a query may be secret."""
    return _UNPRINTABLE.sub("\ufffd", f"{url.host}{url.path}"[:500])
