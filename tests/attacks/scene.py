"""The door and what stands before it: the real fetcher and real reading children between a public web and an inner one.

Loopback is all that a test has, so one address and port of it is let through as if it were public; every other one is
what it is.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp.abc import ResolveResult

from attacks.inside import Inside
from bot.trying import Attempt, Trial
from driving import no_sleep
from fetching import Names
from loopback import Speak, Upstream, Wire
from watchers.child import Limits, ReadingPool
from watchers.fetch import Fetcher, FetchSettings
from watchers.guard import socket_factory
from watchers.model import Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WORDS = "We share some portion of the revenue with our partners, and we shall say so whenever we are asked. "
HOST = "outside.test"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the door allows itself. `heavy`: bytes of a document that is as large as it may be."""

    fetch: FetchSettings
    reading: Limits

    @property
    def heavy(self) -> int:
        return self.fetch.max_bytes - 50_000


@dataclass
class Scene:
    bounds: Bounds
    outside: Upstream
    inside: Inside
    fetcher: Fetcher
    pool: ReadingPool
    names: "Resolver"
    stack: AsyncExitStack
    open_ports: set[int] = field(default_factory=set)
    ended: list[int] = field(default_factory=list)
    """How much memory each reading child took that is no more."""
    _number: int = 0

    def path(self) -> str:
        """One that nobody had before."""
        self._number += 1
        return f"/{self._number}"

    def url(self, path: str, *, host: str = HOST) -> str:
        return self.outside.url(path, host=host)

    async def wire(self, speak: Speak) -> str:
        """The address of a server that says what it is told, as public as the other one, under a name of its own."""
        wire = await self.stack.enter_async_context(Wire(speak))
        self.open_ports.add(wire.port)
        return wire.url("/feed", host=f"p{wire.port}.public.test")

    async def visit(self, source: Source) -> Attempt:
        return await Trial(self.fetcher, self.pool, now=NOW).source(source)

    def forget_names(self) -> None:
        """As after the seconds for which an answer of DNS is believed."""
        assert self.fetcher._session is not None
        self.fetcher._session.connector.clear_dns_cache()  # type: ignore[union-attr]


class Resolver(Names):
    """A table of names, and any under `public.test`; what the system reads as a number, however spelled, is one."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        name = host.lower().removesuffix(".")
        if name in self.table:
            return await super().resolve(name, port, family)
        if name.endswith(".public.test"):
            return await super().resolve(HOST, port, family)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_NUMERICHOST)
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=0, flags=0)
            for kind, _, _, _, address in found
        ]


@asynccontextmanager
async def besieged(bounds: Bounds, folder: Path, *, readers: int = 2) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(Upstream())
        inside = await stack.enter_async_context(Inside(folder, outside.port))
        names = Resolver(_names())
        fetcher = await stack.enter_async_context(
            Fetcher(bounds.fetch, clock=lambda: NOW, sleep=no_sleep, resolver=names)
        )
        pool = await stack.enter_async_context(ReadingPool(readers, bounds.reading))
        scene = Scene(bounds, outside, inside, fetcher, pool, names, stack, {outside.port})
        _let_out(scene)
        yield scene


def _let_out(scene: Scene) -> None:
    guarded = socket_factory(allow_private=False)

    def make(info):
        if info[4][0] == "127.0.0.1" and info[4][1] in scene.open_ports:
            return socket.socket(info[0], info[1], info[2])
        return guarded(info)

    scene.fetcher._session.connector._socket_factory = make  # type: ignore[union-attr]


def _names() -> dict[str, Sequence[Sequence[str]]]:
    return {
        HOST: [["127.0.0.1"]],
        "other.test": [["127.0.0.1"]],
        "inside.test": [["127.0.0.1"]],
        "inside6.test": [["::1"]],
        "mapped.test": [["::ffff:127.0.0.1"]],
        "nat64.test": [["64:ff9b::7f00:1"]],
        "several.test": [["10.0.0.1", "127.0.0.1", "::1"]],
        "metadata.test": [["169.254.169.254"]],
        "link-local.test": [["fe80::1"]],
        "private.test": [["10.1.2.3"], ["172.16.0.1"], ["192.168.0.1"]],
        "cgnat.test": [["100.64.0.1"]],
        "localhost": [["127.0.0.1", "::1"]],
        "ip6-localhost": [["::1"]],
        "оutside.test".encode("idna").decode(): [["127.0.0.1"]],
        "127.0.0.1.nip.test": [["127.0.0.1"]],
        "rebind.test": [["127.0.0.1"], ["::1"]],
        "rebind4.test": [["127.0.0.1"], ["127.0.0.2"]],
    }


SHORT = Bounds(
    FetchSettings("onrecord-tests (tests@example.com)", timeout=timedelta(seconds=1), max_bytes=200_000),
    Limits(seconds=10),
)
"""For every day: the same attacks, a hundredth as large."""
REAL = Bounds(FetchSettings("onrecord-tests (tests@example.com)"), Limits())
"""What the program allows when nobody configures anything."""
