"""One polite session: the only way to the network.

Conditional, bounded, guarded, typed. Everything that can go wrong is a `Trouble` that names the address without its
secrets and says what to do. Validators are opaque: kept byte for byte, replaced by those of every 200, dropped when a
200 brings none, and sent to the one address that gave them, behind whatever redirects (newsboat#3340,
NetNewsWire#4345).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import unquote, unquote_plus

import aiohttp
from multidict import CIMultiDictProxy
from pydantic import SecretStr
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential, wait_random
from yarl import URL

from watchers.answers import REDIRECTING, Answer, Odd, Passing, place, raise_for, response_of, without_login
from watchers.guard import ForbiddenAddress, check_url, socket_factory
from watchers.hosts import Hosts, LocalHosts
from watchers.model import Credential, Response, Validators
from watchers.robots import Robots
from watchers.trouble import (
    CredentialsMissing,
    NotFound,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from watchers.unpack import TooLarge, Unpacker

Charge = Callable[[], Awaitable[None]]
"""Takes a request from a budget. Raises `QuotaSpent`."""

REDIRECTS = 10
_CHUNK = 64 * 1024
_ERROR_PAGE = 1_000_000
KEPT_OPEN = 2.0
"""Seconds that a connection waits for the next request to its host: pages of one visit follow at once. Most hosts are
asked once in many minutes, and a thousand of them held open are a thousand files and ten megabytes."""
LONGEST_ADDRESS = 8000
"""Characters: what a server should take at least (RFC 9110, 4.1), and hardly any takes more."""


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
        hosts: Hosts | None = None,
    ) -> None:
        self._settings = settings
        self._secrets = dict(secrets or {})
        self._clock = clock
        self._sleep = sleep
        self._resolver = resolver
        self._all = asyncio.Semaphore(settings.concurrency)
        self._hosts = hosts or LocalHosts(settings.per_host, clock)
        self._robots = Robots(settings.user_agent, self._robots_text, clock)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._settings.concurrency,
            keepalive_timeout=KEPT_OPEN,
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
        charge: Charge | None = None,
    ) -> Response:
        """Fetch one address. Raises a `Trouble`; `Response.body` is None where nothing changed.

        `charge` is called before each request to the address's own host, tries after a fault included.
        """
        target = _parse(url).update_query(dict(params or {}))
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.attempts),
            wait=wait_exponential(multiplier=0.5, max=10) + wait_random(0, 0.5),
            retry=retry_if_exception_type(Passing),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: Answer = await retrying(
                self._follow, target, validators, dict(headers or {}), credential, page=page, charge=charge
            )
        except Passing as fault:
            raise Unreachable(fault.detail, fault.mend) from None
        return response_of(answer, target, validators)

    async def _follow(
        self,
        target: URL,
        validators: Validators | None,
        headers: dict[str, str],
        credential: Credential | None,
        *,
        page: bool = False,
        charge: Charge | None = None,
    ) -> Answer:
        """Redirects by hand: every hop is checked. Secrets stay with the first place, validators with who gave them."""
        url = target
        for hop in range(REDIRECTS + 1):
            check_url(url)
            if page:
                await self._robots.check(url)
            same_host = url.origin() == target.origin()
            sent = dict(headers) if same_host else {}
            conditions = _conditions(validators, url, first=hop == 0) if validators is not None else {}
            answer = await self._limited(
                url, sent | conditions, credential if same_host else None, charge if same_host else None
            )
            if answer.status == 304 and not conditions:
                raise Unreadable(f'{place(url)}: "not modified" (304), though nothing was known of it')
            if answer.status not in REDIRECTING:
                return answer
            url = self._next_hop(url, answer, credential)
        raise Unreachable(f"{place(target)}: more than {REDIRECTS} redirects", "The site runs in a circle; report it.")

    def _next_hop(self, url: URL, answer: Answer, credential: Credential | None) -> URL:
        """Where a redirect leads. A server that answers with our own address may not carry the key on with it."""
        location = answer.headers.get("location")
        if not location:
            raise Unreadable(f"{place(url)}: a redirect ({answer.status}) without an address")
        following = url.join(_parse(location))
        if credential is None:
            return following
        if credential.query is not None:
            following = following.without_query_params(credential.query)
        known = self._secrets.get(credential.name)
        spelled = (unquote(str(following)), unquote_plus(str(following)))
        if known is not None and any(known.get_secret_value() in spelling for spelling in spelled):
            raise Refused(
                f"{place(url)}: a redirect whose address holds the key for {credential.name}", "Tell the provider."
            )
        return following

    async def _limited(
        self, url: URL, headers: dict[str, str], credential: Credential | None, charge: Charge | None
    ) -> Answer:
        host = url.host or ""
        async with self._hosts.slot(host):
            async with self._all:
                answer = await self._request(url, headers, credential, charge)
            try:
                raise_for(answer, credential, self._clock())
            except Throttled as throttled:
                # Told while the slot is ours: whoever waits for it must not ask in between.
                wait = throttled.retry_after or timedelta(minutes=1)
                await self._hosts.leave_alone(host, self._clock() + wait)
                raise
        return answer

    async def _request(
        self, url: URL, headers: dict[str, str], credential: Credential | None, charge: Charge | None
    ) -> Answer:
        assert self._session is not None
        seconds = self._settings.timeout.total_seconds()
        asked, sent = self._with_secret(url, headers, credential)
        if charge is not None:
            await charge()
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.get(
                    asked, headers=sent, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=None)
                ) as answer,
            ):
                content = b"" if answer.status in REDIRECTING else await self._content(url, answer)
                return Answer(url, answer.status, _headers(answer.headers), content, answer.charset)
        except TimeoutError:
            raise Passing(f"{place(url)}: no whole answer within {seconds:g} s") from None
        except TooLarge as large:
            raise Unreadable(
                f"{place(url)}: {large}", "Raise fetch.max_bytes if the document is really that large."
            ) from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddress):
                raise Refused(f"{place(url)}: {error.os_error.address} is not a public address") from None
            raise Passing(f"{place(url)}: {_cause(error)}") from None
        except aiohttp.ClientPayloadError:
            raise Passing(f"{place(url)}: the answer was cut off") from None
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise Passing(f"{place(url)}: {_cause(error)}") from None
        except aiohttp.InvalidURL:
            raise Refused(f"{place(url)} is no address of a host") from None  # "127.1", "0177.0.0.1"
        except (aiohttp.ClientError, ValueError) as error:
            raise Unreadable(f"{place(url)}: the answer breaks HTTP ({type(error).__name__})") from None

    async def _content(self, url: URL, answer: aiohttp.ClientResponse) -> bytes:
        most = self._settings.max_bytes if answer.status < 400 else min(_ERROR_PAGE, self._settings.max_bytes)
        try:
            unpacker = Unpacker(",".join(answer.headers.getall("Content-Encoding", ())), most)
            async for chunk in answer.content.iter_chunked(_CHUNK):
                unpacker.feed(chunk)
            return unpacker.finish()
        except (ValueError, TooLarge, aiohttp.ClientPayloadError) as error:
            if answer.status >= 400:
                return b""  # the status says it; its page may be as broken as it likes
            if not isinstance(error, ValueError):
                raise
            raise Unreadable(f"{place(url)}: {error}") from None

    def _with_secret(
        self, url: URL, headers: dict[str, str], credential: Credential | None
    ) -> tuple[URL, dict[str, str]]:
        if credential is None:
            return url, headers
        known = self._secrets.get(credential.name)
        value = known.get_secret_value() if known is not None else credential.fallback
        if value is None:
            raise CredentialsMissing(
                f"{place(url)} needs a key for {credential.name}",
                f"Set ONRECORD_{credential.name.upper()}_API_KEY or ONRECORD_{credential.name.upper()}_TOKEN.",
            )
        if credential.query is not None:
            url = url.update_query({credential.query: value})
        if credential.header is not None:
            headers = {**headers, credential.header: credential.prefix + value}
        return url, headers

    async def _robots_text(self, url: str) -> bytes:
        try:
            answer = await self._follow(_parse(url), None, {}, None)
        except Odd as odd:
            if odd.status in range(400, 500):
                raise NotFound(odd.detail) from None
            raise
        return answer.content


def _parse(url: str) -> URL:
    shown = re.sub(r"//[^/@]*@", "//", url[:LONGEST_ADDRESS].partition("?")[0])[:200]  # without what may be secret
    if len(url) > LONGEST_ADDRESS:
        raise Refused(f"{shown!r}… is an address of {len(url):,} characters", "Look at where it stands; it is no link.")
    try:
        parsed = URL(url)
        _ = parsed.host  # punycode that is none shows only when it is read
    except ValueError:
        raise Refused(f"{shown!r} is no address") from None
    return parsed


def _headers(given: CIMultiDictProxy[str]) -> dict[str, str]:
    """Names in lower case. A value that is not UTF-8 could neither be stored nor be sent back: it is left out."""
    told = {name.lower(): value for name, value in given.items() if _is_text(value)}
    if "link" in told:
        # The one that often stands several times: WebSub names hub and self, each in its own.
        told["link"] = ", ".join(filter(_is_text, given.getall("Link")))
    return told


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _conditions(validators: Validators, url: URL, *, first: bool) -> dict[str, str]:
    theirs = first if validators.given_by is None else validators.given_by == without_login(url)
    if not theirs:
        return {}
    sent = {}
    if validators.etag is not None:
        sent["If-None-Match"] = validators.etag
    if validators.last_modified is not None:
        sent["If-Modified-Since"] = validators.last_modified
    return sent


def _cause(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name is not known (DNS)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not valid"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "no TLS connection"
    return "no connection" if isinstance(error, aiohttp.ClientConnectorError) else "the connection broke"
