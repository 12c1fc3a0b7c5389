"""Servers that fail in every way they can: each is named, slows nobody else, and is back when it is well again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.standing import state_of
from fetching import Names
from loopback import Upstream, Wire
from waiting import until
from working import YES, Bot, Clock, lines, table, working

NO = "Nothing that anybody asked for."
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><guid>one</guid><title>One</title>'
    f"<description>{NO * 40}</description></item></channel></rss>"
)


async def hangs(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def drips(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x")
        await asyncio.sleep(0.02)


async def fails(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def throttles(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=429, headers={"Retry-After": "7200"})


async def keeps_out(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=403)


async def is_gone(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=410)


async def circles(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": str(request.url)})


async def garbage(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=bytes(range(256)) * 40, content_type="application/rss+xml")


async def cuts(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def promises_more(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\nOnly this")
    await writer.drain()


async def speaks_nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    await writer.drain()


async def answers_well(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    body = NO.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


@dataclass(frozen=True)
class Fault:
    """`speaks` where no web server would answer so. What `status` and the ops channel then say."""

    kind: str
    state: str
    detail: str
    answers: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    speaks: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None
    reads: str = "watched.lines"


FAULTS = {
    "hangs": Fault("unreachable", "failing", "no whole answer within 1 s", hangs),
    "drips": Fault("unreachable", "failing", "no whole answer within 1 s", drips),
    "fails": Fault("unreachable", "failing", "the server failed (500)", fails),
    "cuts": Fault("unreachable", "failing", "the connection broke", speaks=cuts),
    "promises": Fault("unreachable", "failing", "the answer was cut off", speaks=promises_more),
    "nonsense": Fault("unreadable", "failing", "the answer breaks HTTP", speaks=speaks_nonsense),
    "circles": Fault("unreachable", "failing", "more than 10 redirects", circles),
    "throttles": Fault("throttled", "throttled", "asked to come back later (429)", throttles),
    "outside": Fault("blocked", "blocked", "kept out (403)", keeps_out),
    "gone": Fault("not-found", "gone", "gone (410)", is_gone),
    "garbage": Fault("unreadable", "failing", "garbage.example", garbage, reads="blog"),
    "nowhere": Fault("unreachable", "failing", "the name is not known (DNS)"),
}
PASSING = {"unreachable", "throttled"}
"""Told when they come twice in a row; the others at once."""


@dataclass
class World:
    """One good source beside all the bad ones, each on a host of its own."""

    bot: Bot
    upstream: Upstream
    wires: dict[str, Wire]
    names: Names

    def visits_of_the_good(self) -> int:
        return len(self.upstream.asked("/good.txt"))

    async def later(self, **by: float) -> None:
        self.bot.clock.wrong_by += timedelta(**by)


@asynccontextmanager
async def world(folder: Path, store_url: str | None = None) -> AsyncIterator[World]:
    names = Names({f"{name}.example": [["127.0.0.1"]] for name in ("good", *FAULTS) if name != "nowhere"})
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream())
        wires: dict[str, Wire] = {}
        told = [lines("good", upstream.url("/good.txt", host="good.example"))]
        upstream.serve("/good.txt", NO)
        for name, fault in FAULTS.items():
            url = upstream.url(f"/{name}", host=f"{name}.example")
            if fault.answers is not None:
                upstream.handle(f"/{name}", fault.answers)
            elif fault.speaks is not None:
                wires[name] = await stack.enter_async_context(Wire(fault.speaks))
                url = wires[name].url(f"/{name}", host=f"{name}.example")
            told.append(table(fault.reads, name, url=url, every="1s"))
        made = working(folder, told, store_url, resolver=names, clock=Clock(), fetch='timeout = "1s"')
        yield World(await stack.enter_async_context(made), upstream, wires, names)


async def failed(bot: Bot, name: str, times: int) -> bool:
    return (await bot.standing(name)).failures >= times


async def test_bad_upstreams_are_named_slow_nobody_and_are_watched_again_when_they_are_well(tmp_path: Path):
    async with world(tmp_path) as at:
        bot = at.bot
        await until(lambda: at.upstream.asked("/hangs"))
        before = at.visits_of_the_good()
        # While one hangs in its first visit, the good one is visited again and again, and what it brings is told.
        await until(lambda: at.visits_of_the_good() >= before + 2)
        at.upstream.serve("/good.txt", YES)
        await until(lambda: bot.quotes == [YES])
        assert (await bot.standing("hangs")).last_visit is None, "it hangs still"
        for name, fault in FAULTS.items():
            await until(lambda name=name: failed(bot, name, 1))
            standing = await bot.standing(name)
            assert (state_of(standing, (), bot.clock()), name) == (fault.state, name)
            trouble = standing.trouble
            assert trouble is not None
            assert (trouble.kind, name) == (fault.kind, name)
            assert fault.detail in trouble.detail, trouble.detail
            assert trouble.mend
            assert any(f"{name}: {fault.kind}." in line for line in bot.notices) is (fault.kind not in PASSING)
        assert (await bot.standing("good")).trouble is None
        # A day later they are visited again, and fail again: now the passing ones are told too, each once.
        await at.later(days=1, minutes=1)
        for name, fault in FAULTS.items():
            await until(lambda name=name: failed(bot, name, 2))
            line = await bot.told(f"{name}: {fault.kind}.")
            assert fault.detail in line
        assert sum("nowhere: unreachable." in line for line in bot.notices) == 1
        # And whoever is well again is watched again by itself, which is told.
        for name in FAULTS:
            if name in at.wires:
                at.wires[name].speak = answers_well
            else:
                at.upstream.serve(f"/{name}", FEED if name == "garbage" else NO)
        at.names.table = {**at.names.table, "nowhere.example": [["127.0.0.1"]]}
        await at.later(days=3)
        for name, fault in FAULTS.items():
            await bot.told(f"{name}: back, after {fault.kind}.")
            await bot.told(f"{name}: first visit recorded")
        for name in FAULTS:
            standing = await bot.standing(name)
            assert (standing.trouble, standing.failures) == (None, 0)


async def test_a_hundred_sources_of_one_host_that_hangs_delay_no_other(tmp_path: Path):
    """More than requests may be made at once: they wait for their host, and not in the way of anybody."""
    names = Names({"hangs.example": [["127.0.0.1"]], "good.example": [["127.0.0.1"]]})
    async with Upstream() as upstream:
        url = upstream.url("/hangs", host="hangs.example")
        upstream.handle("/hangs", hangs)
        good = upstream.url("/good.txt", host="good.example")
        upstream.serve("/good.txt", NO)
        told = [lines(f"bad-{number}", f"{url}?n={number}") for number in range(100)]
        told.append(lines("zz-good", good))
        fetch = 'timeout = "10m"\nconcurrency = 32'
        async with working(tmp_path, told, resolver=names, fetch=fetch) as bot:
            await until(lambda: len(upstream.asked("/hangs")) == 2)
            await until(lambda: len(upstream.asked("/good.txt")) >= 2)
            upstream.serve("/good.txt", YES)
            await until(lambda: bot.quotes == [YES])
            assert len(upstream.asked("/hangs")) == 2, "one host is asked by two at a time"


async def test_more_hosts_that_hang_than_requests_may_be_made_are_waited_for_one_after_another(tmp_path: Path):
    """Each holds its request until the time for it is over; whoever is due gets the next."""
    bad = [f"bad-{number}" for number in range(5)]
    names = Names({f"{name}.example": [["127.0.0.1"]] for name in (*bad, "good")})
    async with Upstream() as upstream:
        upstream.handle("/hangs", hangs)
        good = upstream.url("/good.txt", host="good.example")
        upstream.serve("/good.txt", NO)
        told = [lines(name, upstream.url("/hangs", host=f"{name}.example")) for name in bad]
        told.append(lines("zz-good", good))
        async with working(tmp_path, told, resolver=names, fetch='timeout = "1s"\nconcurrency = 2') as bot:
            await until(lambda: len(upstream.asked("/hangs")) >= 2)
            assert not upstream.asked("/good.txt"), "it waits, as the other three do"
            await bot.told("zz-good: first visit recorded")
            for name in bad:
                await until(lambda name=name: failed(bot, name, 1))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_by_now_is_refused_and_nothing_is_reached(tmp_path: Path, address: str):
    """Whatever the name led to before: the address is looked at where the connection is made."""
    async with Upstream() as inside:
        names = Names({"moved.example": [[address]]})
        told = [lines("moved", inside.url("/", host="moved.example"))]
        async with working(tmp_path, told, resolver=names, private=False) as bot:
            line = await bot.told("moved: refused.")
            assert "is not a public address" in line
            assert "fetch.allow_private_addresses" in line
        assert inside.log == []
