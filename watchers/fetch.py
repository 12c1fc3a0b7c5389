"""One polite session: the only way to the network.

Conditional, bounded, guarded, typed. Everything that can go wrong is a `Trouble` that names the address without its
secrets and says what to do. Validators are opaque: kept byte for byte, replaced by those of every 200, dropped when a
200 brings none, and sent to no other address after a redirect (newsboat#3340, NetNewsWire#4345).
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

import aiohttp
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random
from yarl import URL

from watchers.challenge import recognise
from watchers.guard import ForbiddenAddress, check_url, socket_factory
from watchers.model import Body, Credential, Response, Validators
from watchers.robots import Robots
from watchers.trouble import (
    Blocked,
    CredentialsMissing,
    NotFound,
    PlanTooSmall,
    Refused,
    Throttled,
    Trouble,
    Unreachable,
    Unreadable,
)
from watchers.unpack import TooLarge, Unpacker

REDIRECTS = 10
_REDIRECT = {301, 302, 303, 307, 308}
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """`max_bytes` bounds the decompressed body; `timeout` the whole of one request, however slowly it drips."""

    user_agent: str
    concurrency: int = 64
    per_host: int = 2
    timeout: timedelta = timedelta(seconds=20)
    max_bytes: int = 25_000_000
    allow_private_addresses: bool = False
    attempts: int = 3


class _Passing(Unreachable):
    """A fault that may pass by itself within seconds: tried again at once, a few times."""


@dataclass(frozen=True, slots=True)
class _Answer:
    url: URL
    status: int
    headers: Mapping[str, str]
    content: bytes
    charset: str | None


class Fetcher:
    """An async context manager. `secrets`: by the name that a `Credential` carries; they never leave the request."""

    def __init__(
        self,
        settings: FetchSettings,
        secrets: Mapping[str, SecretStr] | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolver: aiohttp.abc.AbstractResolver | None = None,
    ) -> None:
        self._settings = settings
        self._secrets = dict(secrets or {})
        self._clock = clock
        self._sleep = sleep
        self._resolver = resolver
        self._all = asyncio.Semaphore(settings.concurrency)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._left_alone: dict[str, datetime] = {}
        self._robots = Robots(settings.user_agent, self._robots_text, clock)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._settings.concurrency,
            resolver=self._resolver,
            socket_factory=socket_factory(allow_private=self._settings.allow_private_addresses),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,  # our own, bounded: a bomb is cut off, not swallowed
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": self._settings.user_agent, "Accept-Encoding": Unpacker.ACCEPTED},
            max_field_size=16_384,
            max_headers=256,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        page: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        credential: Credential | None = None,
    ) -> Response:
        """Fetch one address. Raises a `Trouble`; `Response.body` is None where nothing changed."""
        target = _parse(url).update_query(dict(params or {}))
        check_url(target)
        if page:
            await self._robots.check(target)
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.attempts),
            wait=wait_exponential(multiplier=0.5, max=10) + wait_random(0, 0.5),
            retry=retry_if_exception_type(_Passing),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: _Answer = await retrying(self._follow, target, validators, dict(headers or {}), credential)
        except _Passing as fault:
            raise Unreachable(fault.detail, fault.mend) from None
        return _response(answer, validators)

    async def _follow(
        self, target: URL, validators: Validators | None, headers: dict[str, str], credential: Credential | None
    ) -> _Answer:
        """Redirects by hand: every hop is checked, and neither validators nor secrets go to another place."""
        url = target
        for hop in range(REDIRECTS + 1):
            check_url(url)
            first = hop == 0
            same_host = url.origin() == target.origin()
            sent = dict(headers) if same_host else {}
            if first and validators is not None:
                sent |= _conditions(validators)
            answer = await self._limited(url, sent, credential if same_host else None)
            if answer.status not in _REDIRECT:
                return answer
            location = answer.headers.get("location")
            if not location:
                raise Unreadable(f"{_shown(url)}: a redirect ({answer.status}) without an address")
            url = url.join(_parse(location))
        raise Unreachable(f"{_shown(target)}: more than {REDIRECTS} redirects", "The site runs in a circle; report it.")

    async def _limited(self, url: URL, headers: dict[str, str], credential: Credential | None) -> _Answer:
        host = url.host or ""
        until = self._left_alone.get(host)
        if until is not None and until > self._clock():
            raise Throttled(f"{host} asked to be left alone", retry_after=until - self._clock())
        async with self._hosts.setdefault(host, asyncio.Semaphore(self._settings.per_host)), self._all:
            answer = await self._request(url, headers, credential)
        try:
            _raise_for(answer, credential)
        except Throttled as throttled:
            wait = throttled.retry_after or timedelta(minutes=1)
            self._left_alone[host] = self._clock() + wait
            raise
        return answer

    async def _request(self, url: URL, headers: dict[str, str], credential: Credential | None) -> _Answer:
        assert self._session is not None
        seconds = self._settings.timeout.total_seconds()
        asked, sent = self._with_secret(url, headers, credential)
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.get(
                    asked, headers=sent, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=None)
                ) as answer,
            ):
                received = {name.lower(): value for name, value in answer.headers.items()}
                content = b"" if answer.status in _REDIRECT else await self._content(url, answer)
                return _Answer(url, answer.status, received, content, answer.charset)
        except TimeoutError:
            raise _Passing(f"{_shown(url)}: no whole answer within {seconds:g} s") from None
        except TooLarge as large:
            raise Unreadable(
                f"{_shown(url)}: {large}", "Raise fetch.max_bytes if the document is really that large."
            ) from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddress):
                raise Refused(f"{_shown(url)}: {error.os_error.address} is not a public address") from None
            raise _Passing(f"{_shown(url)}: {_cause(error)}") from None
        except aiohttp.ClientPayloadError:
            raise _Passing(f"{_shown(url)}: the answer was cut off") from None
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise _Passing(f"{_shown(url)}: {_cause(error)}") from None
        except (aiohttp.ClientError, ValueError) as error:
            raise Unreadable(f"{_shown(url)}: the answer breaks HTTP ({type(error).__name__})") from None

    async def _content(self, url: URL, answer: aiohttp.ClientResponse) -> bytes:
        unpacker = Unpacker(answer.headers.get("Content-Encoding", ""), self._settings.max_bytes)
        try:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                unpacker.feed(chunk)
            return unpacker.finish()
        except ValueError as error:
            raise Unreadable(f"{_shown(url)}: {error}") from None

    def _with_secret(
        self, url: URL, headers: dict[str, str], credential: Credential | None
    ) -> tuple[URL, dict[str, str]]:
        if credential is None:
            return url, headers
        known = self._secrets.get(credential.name)
        value = known.get_secret_value() if known is not None else credential.fallback
        if value is None:
            raise CredentialsMissing(
                f"{_shown(url)} needs a key for {credential.name}",
                f"Set ONRECORD_{credential.name.upper()}_API_KEY or ONRECORD_{credential.name.upper()}_TOKEN.",
            )
        if credential.query is not None:
            url = url.update_query({credential.query: value})
        if credential.header is not None:
            headers = {**headers, credential.header: credential.prefix + value}
        return url, headers

    async def _robots_text(self, url: str) -> bytes:
        answer = await self._follow(_parse(url), None, {}, None)
        return answer.content


def _parse(url: str) -> URL:
    try:
        return URL(url)
    except ValueError:
        raise Refused(f"{url[:200]!r} is no address") from None


def _conditions(validators: Validators) -> dict[str, str]:
    sent = {}
    if validators.etag is not None:
        sent["If-None-Match"] = validators.etag
    if validators.last_modified is not None:
        sent["If-Modified-Since"] = validators.last_modified
    return sent


def _response(answer: _Answer, validators: Validators | None) -> Response:
    shown = str(answer.url.with_user(None)) if answer.url.user else str(answer.url)
    fresh_for = _max_age(answer.headers.get("cache-control", ""))
    if answer.status == 304:
        kept = validators or Validators()
        return Response(shown, 304, None, kept, fresh_for, answer.headers)
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = Body(answer.content, url=shown, media_type=content_type or None, charset=answer.charset)
    digest = hashlib.sha256(answer.content).hexdigest()
    renewed = Validators(
        etag=answer.headers.get("etag"), last_modified=answer.headers.get("last-modified"), body_hash=digest
    )
    same = validators is not None and validators.body_hash == digest
    return Response(shown, answer.status, None if same else body, renewed, fresh_for, answer.headers)


def _raise_for(answer: _Answer, credential: Credential | None) -> None:
    """Statuses, and pages that stand in for others, as troubles."""
    status, shown = answer.status, _shown(answer.url)
    retry_after = _retry_after(answer.headers.get("retry-after"))
    if status == 429 or (status == 503 and retry_after is not None):
        raise Throttled(f"{shown}: asked to come back later ({status})", retry_after=retry_after)
    stands_in = recognise(status, answer.headers, answer.content)
    if stands_in is not None:
        raise Blocked(f"{shown}: a {stands_in} stands in for the document ({status})")
    if status in _REDIRECT or status in {200, 203, 206, 304}:
        return
    raise _trouble_of(status, shown, credential)


def _trouble_of(status: int, shown: str, credential: Credential | None) -> Trouble:
    if status in {404, 410}:
        return NotFound(f"{shown}: {'gone' if status == 410 else 'not found'} ({status})")
    if credential is not None and status == 401:
        return CredentialsMissing(f"{shown}: the key for {credential.name} is refused ({status})")
    if credential is not None and status in {402, 403}:
        return PlanTooSmall(f"{shown}: the plan of this {credential.name} key does not include it ({status})")
    if status in {401, 402, 403, 451}:
        return Blocked(f"{shown}: kept out ({status})")
    if status >= 500:
        return _Passing(f"{shown}: the server failed ({status})")
    return Unreadable(f"{shown}: an answer that means nothing here ({status})")


def _retry_after(value: str | None) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdigit():
        return timedelta(seconds=min(int(value.strip()[:9]), 7 * 86_400))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - datetime.now(UTC), timedelta(0)), timedelta(days=7))


def _max_age(value: str) -> timedelta | None:
    for part in value.lower().split(","):
        name, _, seconds = part.strip().partition("=")
        if name == "max-age" and seconds.strip('"').isdigit():
            return timedelta(seconds=min(int(seconds.strip('"')[:9]), 7 * 86_400))
    return None


def _shown(url: URL) -> str:
    """The address for people: host and path; what stands in a query may be secret."""
    return f"{url.host}{url.path}"


def _cause(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name is not known (DNS)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not valid"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "no TLS connection"
    return "no connection" if isinstance(error, aiohttp.ClientConnectorError) else "the connection broke"
