"""Servers on loopback for tests.

`Upstream` is an honest web server that serves what it is told and remembers who asked for what. `Wire` speaks bytes,
for answers that no honest server gives.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_MEDIA_TYPES = {
    ".atom": "application/atom+xml",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".pl": "application/rss+xml",
    ".rss": "application/rss+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came. `path` is without the query."""

    method: str
    path: str
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]


@dataclass(frozen=True, slots=True)
class Resource:
    """What stands at a path: `etag` and `modified` are its validators, if it has any."""

    body: bytes
    status: int
    media_type: str
    headers: Mapping[str, str]
    etag: str | None
    modified: datetime | None


@dataclass
class Upstream:
    """An async context manager: an HTTP server on a free port of 127.0.0.1.

    A path may carry a query ("/events?symbol=META"): it then answers requests that have at least these parameters, and
    the most particular one wins. What is not served is 404, but it is in the `log` as well.
    """

    log: list[Asked] = field(default_factory=list)
    port: int = 0
    _routes: dict[tuple[str, frozenset[tuple[str, str]]], Resource | Handler] = field(default_factory=dict)
    _runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        # A handler that hangs is given up when the test is over.
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(
        self,
        path: str,
        body: bytes | str,
        *,
        status: int = 200,
        media_type: str | None = None,
        headers: Mapping[str, str] | None = None,
        etag: bool | str = True,
        modified: datetime | None = None,
    ) -> str:
        """Put something at a path; its URL. `etag`: True makes one of the body, False none, a string is sent as is."""
        content = body.encode() if isinstance(body, str) else body
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"' if etag is True else etag or None
        kind = media_type or _media_type(path)
        self._routes[_key(path)] = Resource(content, status, kind, dict(headers or {}), tag, modified)
        return self.url(path)

    def replace(self, path: str, body: bytes | str, **changed: object) -> str:
        """Other words at the same path; status, media type and headers stay unless given (as in `serve`)."""
        there = self._routes[_key(path)]
        assert isinstance(there, Resource), f"{path} is answered by a handler"
        kept: dict[str, object] = {
            "status": there.status,
            "media_type": there.media_type,
            "headers": there.headers,
            "etag": there.etag is not None,
            "modified": there.modified,
        }
        return self.serve(path, body, **(kept | changed))  # type: ignore[arg-type]

    def handle(self, path: str, handler: Handler) -> str:
        """Let a function of one's own answer."""
        self._routes[_key(path)] = handler
        return self.url(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.serve(path, b"", status=status, headers={"Location": to}, etag=False)

    def remove(self, path: str) -> None:
        del self._routes[_key(path)]

    def asked(self, path: str) -> list[Asked]:
        """The requests for a path, in order; a query in it must be part of theirs."""
        where, wanted = _key(path)
        return [asked for asked in self.log if asked.path == where and wanted <= set(asked.query.items())]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.log.append(Asked(request.method, request.path, request.query, request.headers))
        given = set(request.query.items())
        fitting = [key for key in self._routes if key[0] == request.path and key[1] <= given]
        if not fitting:
            return web.Response(status=404, text="not found")
        there = self._routes[max(fitting, key=lambda key: len(key[1]))]
        if isinstance(there, Resource):
            return _respond(there, request)
        return await there(request)  # type: ignore[arg-type]  # the same request without an Application around it


def _key(path: str) -> tuple[str, frozenset[tuple[str, str]]]:
    parts = urlsplit(path)
    return parts.path, frozenset(parse_qsl(parts.query, keep_blank_values=True))


def _media_type(path: str) -> str:
    suffix = re.search(r"\.\w+$", urlsplit(path).path)
    return _MEDIA_TYPES.get(suffix[0] if suffix else "", "text/html; charset=utf-8")


def _respond(there: Resource, request: web.BaseRequest) -> web.Response:
    headers = CIMultiDict(there.headers)
    if there.etag is not None:
        headers["ETag"] = there.etag
    if there.modified is not None:
        headers["Last-Modified"] = format_datetime(there.modified.astimezone(UTC), usegmt=True)
    if there.status == 200 and _not_modified(there, request.headers):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = there.media_type
    return web.Response(status=there.status, body=there.body, headers=headers)


def _not_modified(there: Resource, asked: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-Modified-Since counts only where there is no If-None-Match."""
    given = asked.get("If-None-Match")
    if given is not None:
        tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
        return there.etag is not None and (there.etag.removeprefix("W/") in tags or "*" in tags)
    since = asked.get("If-Modified-Since")
    if since is None or there.modified is None:
        return False
    return there.modified.replace(microsecond=0) <= parsedate_to_datetime(since)


@dataclass
class Wire:
    """A server that says whatever `speak` writes, once the head of a request has come. `heads` keeps these."""

    speak: Speak
    heads: list[bytes] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await self.speak(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the client went away, as it should; or the test is over
        finally:
            writer.close()
            self._tasks.discard(task)
