"""An upstream that takes its time: every source has a host of its own there, and nothing new to tell.

It runs in a process of its own, so that its CPU is nobody else's. It notes when it was asked for what: how late a
visit is, and how many there were, is counted here and not by those who are measured.
"""

import asyncio
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.request import urlopen

import aiohttp
from aiohttp import web

from benchmarks.feeds import generated

_ASKED = struct.Struct("<qd")
_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the source's number, and the time of day at which it came, in seconds."""

    number: int
    at: float


@dataclass(frozen=True, slots=True)
class Upstream:
    pid: int
    port: int

    def url(self, number: int) -> str:
        """Its name leads nowhere but by a resolver that takes every name for this machine (`Here`)."""
        return f"http://source{number}.example:{self.port}/{number}"

    def asked(self) -> list[Asked]:
        """What it was asked for since this was called last."""
        with urlopen(f"http://127.0.0.1:{self.port}/asked") as answer:
            return [Asked(*one) for one in _ASKED.iter_unpack(answer.read())]


class Here(aiohttp.abc.AbstractResolver):
    """Every name is a name of this machine: limits of a host hold for each source apart, as on the internet."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """It holds nothing."""


def etag(number: int) -> str:
    return f'"{number}"'


@contextmanager
def upstream(delay: float) -> Iterator[Upstream]:
    """`delay`: seconds until it answers, whatever it is asked for."""
    here, there = (context := get_context("spawn")).Pipe()
    process = context.Process(target=_serve, args=(delay, there), daemon=True)
    process.start()
    there.close()
    try:
        assert process.pid is not None
        yield Upstream(process.pid, here.recv())
    finally:
        process.terminate()
        process.join()


def _serve(delay: float, conn: Connection) -> None:
    asyncio.run(_serving(delay, conn))


async def _serving(delay: float, conn: Connection) -> None:
    notes: list[tuple[int, float]] = []
    bodies = _feeds()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        wanted = request.path[1:]
        if wanted == "asked":
            told, notes[:] = b"".join(_ASKED.pack(*note) for note in notes), []
            return web.Response(body=told)
        number = int(wanted)
        notes.append((number, time.time()))
        await asyncio.sleep(delay)
        headers = {"ETag": etag(number)}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(body=bodies[number % len(bodies)], content_type="application/xml", headers=headers)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    conn.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def _feeds() -> Sequence[bytes]:
    """Small ones: what a first visit costs is measured elsewhere."""
    return [feed.head + b"\n".join(feed.entries[:_ENTRIES]) + feed.tail for feed in generated()]
