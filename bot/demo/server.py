"""A server on loopback that serves the story's documents as they were on a day: conditional, as honest servers are."""

import hashlib
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

_HOST = re.compile(rb"(?<=//)([a-z.]+\.example)(?=/)")


@dataclass(frozen=True, slots=True)
class Resource:
    """What stands at a path of a host from a moment on. `query`: parameters that a request must have."""

    since: datetime
    host: str
    path: str
    body: bytes
    media_type: str
    query: tuple[tuple[str, str], ...] = ()


class StoryServer:
    """An async context manager: all hosts of the story on one free port of 127.0.0.1.

    `asked` and `unchanged` count the requests and those of them that were answered 304.
    """

    def __init__(self, resources: Iterable[Resource], clock: Callable[[], datetime]) -> None:
        self._resources = tuple(resources)
        self._clock = clock
        self._runner: web.ServerRunner | None = None
        self.port = 0
        self.asked = 0
        self.unchanged = 0

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, host: str, path: str = "") -> str:
        return f"http://{host}:{self.port}{path}"

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        self.asked += 1
        there = self._there(request)
        if there is None:
            return web.Response(status=404, text="not found")
        body = _HOST.sub(rb"\1:%d" % self.port, there.body)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag}
        if request.headers.get("If-None-Match") == etag:
            self.unchanged += 1
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers=headers | {"Content-Type": there.media_type})

    def _there(self, request: web.BaseRequest) -> Resource | None:
        """The newest of what stands there on the story's day."""
        given = set(request.query.items())
        now = self._clock()
        fitting = [
            resource
            for resource in self._resources
            if resource.since <= now
            and resource.host == (request.host or "").partition(":")[0]
            and resource.path == request.path
            and set(resource.query) <= given
        ]
        return max(fitting, key=lambda resource: resource.since, default=None)


class StoryResolver(AbstractResolver):
    """Finds the story's hosts on loopback, and no other: the demonstration never leaves the machine."""

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's interface
    ) -> list[ResolveResult]:
        if not host.endswith(".example"):
            raise OSError(f"the demonstration reaches no other host than its own: {host}")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is held."""
