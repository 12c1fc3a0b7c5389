"""Answers that no honest server gives: bodies and heads without end, HTTP that is none, headers that mean harm."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count

from aiohttp import web

from attacks import Attack, Lay
from attacks.scene import WORDS, Scene
from attacks.ways import blog, item, linked, page, rss
from watchers.model import Source

ENDLESS_TRAILER = "unreadable|unreachable"
"""By what comes first: the limit of the trailer, or the end of the connection that was closed over it."""


OK = b"HTTP/1.1 200 OK\r\n"
GOOD = rss(item()).encode()


def says(*parts: bytes, hang: bool = False) -> Lay:
    async def lay(scene: Scene) -> Source:
        async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for part in parts:
                inside, outside = str(scene.inside.port).encode(), str(scene.outside.port).encode()
                writer.write(part.replace(b"{inside}", inside).replace(b"{outside}", outside))
                await writer.drain()
            if hang:
                await asyncio.Event().wait()

        return blog(await scene.wire(speak))

    return lay


def _repeats(pieces: Callable[[], Iterator[bytes]]) -> Lay:
    """Almost as fast as they are taken: the door shall have the loop, not the server that a test keeps beside it."""

    async def lay(scene: Scene) -> Source:
        async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for piece in pieces():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.002)

        return blog(await scene.wire(speak))

    return lay


def endless(head: bytes, piece: bytes) -> Lay:
    def pieces() -> Iterator[bytes]:
        yield OK + head + b"Connection: close\r\n\r\n"
        while True:
            yield piece

    return _repeats(pieces)


def _dripping(head: bytes, drop: bytes) -> Lay:
    """A little, again and again, for longer than anybody waits."""

    async def lay(scene: Scene) -> Source:
        every = scene.bounds.fetch.timeout.total_seconds() / 20

        async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            for number in count():
                writer.write(drop.replace(b"%d", b"%d" % number))
                await writer.drain()
                await asyncio.sleep(every)

        return blog(await scene.wire(speak))

    return lay


def _without_end() -> Iterator[Attack]:
    def forever(first: bytes, piece: bytes) -> Callable[[], Iterator[bytes]]:
        def pieces() -> Iterator[bytes]:
            yield first
            while True:
                yield piece

        return pieces

    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    yield Attack("body without end", endless(b"", b"x" * 65536), "unreadable", "larger than")
    yield Attack(
        "chunks without end",
        _repeats(forever(chunked, b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        "unreadable",
        "larger than",
    )
    yield Attack(
        "chunks of one byte without end",
        _repeats(forever(chunked, b"1\r\nx\r\n" * 9000)),
        "unreachable|unreadable",
        "no whole answer|larger than",
        hangs=True,
    )
    yield Attack("chunk of 2^64 bytes", says(chunked + b"FFFFFFFFFFFFFFFFF\r\nx\r\n"), "unreadable", "breaks HTTP")
    yield Attack("chunk of a negative size", says(chunked + b"-5\r\nhello\r\n0\r\n\r\n"), "unreadable", "breaks HTTP")
    yield Attack(
        "chunk extension without end",
        _repeats(forever(chunked + b"5;", b"a=b;" * 16000)),
        "unreachable",
        "no whole answer",
        hangs=True,
    )
    yield Attack(
        "chunk extensions, many",
        _repeats(forever(chunked, b"1;" + b"a" * 4000 + b"\r\nx\r\n")),
        "unreachable",
        "no whole answer",
        hangs=True,
    )
    yield Attack(
        "chunk size of noughts", _repeats(forever(chunked, b"0" * 60000)), "unreachable", "no whole answer", hangs=True
    )
    yield Attack(
        "trailers without end",
        _repeats(forever(chunked + b"5\r\nhello\r\n0\r\n", b"X-Trailer: y\r\n" * 4000)),
        ENDLESS_TRAILER,
        "",
    )
    yield Attack(
        "trailer without end", _repeats(forever(chunked + b"5\r\nhello\r\n0\r\nX: ", b"y" * 60000)), ENDLESS_TRAILER, ""
    )
    yield Attack("headers without end", _repeats(forever(OK, b"X-Header: y\r\n" * 4000)), "unreadable", "breaks HTTP")
    yield Attack("header without end", _repeats(forever(OK + b"X: ", b"y" * 60000)), "unreadable", "breaks HTTP")
    yield Attack("header name without end", _repeats(forever(OK, b"y" * 60000)), "unreadable", "breaks HTTP")
    yield Attack(
        "status line without end", _repeats(forever(b"HTTP/1.1 200 ", b"y" * 60000)), "unreadable", "breaks HTTP"
    )
    yield Attack(
        "folded header without end", _repeats(forever(OK + b"X: y\r\n", b" y\r\n" * 9000)), "unreadable", "breaks HTTP"
    )
    yield Attack(
        "empty lines without end", _repeats(forever(b"", b"\r\n" * 30000)), "unreachable", "no whole answer", hangs=True
    )
    yield Attack(
        "100 Continue without end",
        _repeats(forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000)),
        "unreachable",
        "no whole answer",
        hangs=True,
    )
    yield Attack(
        "103 Early Hints without end",
        _repeats(forever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 900)),
        "unreachable",
        "no whole answer",
        hangs=True,
    )
    yield Attack("silence", says(hang=True), "unreachable", "no whole answer", hangs=True)
    yield Attack("half a status line", says(b"HTTP/1.1 20", hang=True), "unreachable", "no whole answer", hangs=True)
    yield Attack(
        "half a body",
        says(OK + b"Content-Length: 100\r\n\r\n<rss>", hang=True),
        "unreachable",
        "no whole answer",
        hangs=True,
    )
    yield Attack("slow header", _dripping(OK, b"X-%d: y\r\n"), "unreachable", "no whole answer", hangs=True)
    yield Attack(
        "slow body",
        _dripping(OK + b"Content-Length: 9000000\r\n\r\n", b"x"),
        "unreachable",
        "no whole answer",
        hangs=True,
    )
    yield Attack("slow chunks", _dripping(chunked, b"1\r\nx\r\n"), "unreachable", "no whole answer", hangs=True)
    yield Attack("slow robots.txt", _slow_robots, "unreachable", "cannot be had", hangs=True)
    yield Attack("slow page", _slow_page, "unreachable", "no whole answer|cannot be had", hangs=True)


async def _slow_robots(scene: Scene) -> Source:
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 100\r\n\r\nUser")
        await writer.drain()
        await asyncio.Event().wait()

    return linked(scene, await scene.wire(speak))


async def _slow_page(scene: Scene) -> Source:
    path = scene.path()

    async def never(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    scene.outside.handle(path, never)
    pages = (scene.url(f"{path}?{number}", host="slow.public.test") for number in range(5))
    return linked(scene, *pages)


def _no_http() -> Iterator[Attack]:
    length = b"Content-Length: %d\r\n" % len(GOOD)
    inside, none = b"Location: http://inside.test:{inside}/\r\n", b"Content-Length: 0\r\n\r\n"
    answers = {
        "HTTP/0.9": (GOOD,),
        "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",),
        "HTTP/2's settings": (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\x00" * 18,),
        "HTTP/2.0 200": (b"HTTP/2.0 200 OK\r\n" + length + b"\r\n" + GOOD,),
        "HTTP/9.9": (b"HTTP/9.9 200 OK\r\n" + length + b"\r\n" + GOOD,),
        "a request": (b"GET / HTTP/1.1\r\nHost: inside.test\r\n\r\n",),
        "ICY 200": (b"ICY 200 OK\r\n\r\n" + GOOD,),
        "TLS": (b"\x15\x03\x01\x00\x02\x02\x46",),
        "SSH": (b"SSH-2.0-OpenSSH_9.6\r\n",),
        "noise": (bytes(range(256)) * 40,),
        "two lengths": (OK + length + b"Content-Length: 5\r\n\r\n" + GOOD,),
        "lengths in a list": (OK + b"Content-Length: 5, 6\r\n\r\nhello",),
        "length and chunks": (OK + length + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",),
        "chunked twice": (OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",),
        "chunked, but not last": (OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + GOOD,),
        "xchunked": (OK + b"Transfer-Encoding: xchunked\r\n\r\n" + GOOD,),
        "\\x0bchunked": (OK + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + GOOD,),
        "Transfer-Encoding : chunked": (OK + b"Transfer-Encoding : chunked\r\n\r\n" + GOOD,),
        "negative length": (OK + b"Content-Length: -1\r\n\r\n" + GOOD,),
        "length of 10^30": (OK + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n" + GOOD,),
        "length in hex": (OK + b"Content-Length: 0x10\r\n\r\n" + GOOD,),
        "length that is too long": (OK + b"Content-Length: 99999\r\n\r\n" + GOOD,),
        "NUL in a header": (OK + b"X: a\x00b\r\n" + length + b"\r\n" + GOOD,),
        "bare CR in a header": (OK + b"X: a\rSet-Cookie: b=c\r\n" + length + b"\r\n" + GOOD,),
        "bare LF": (b"HTTP/1.1 200 OK\n" + length.replace(b"\r", b"") + b"\n" + GOOD,),
        "status of 42 digits": (b"HTTP/1.1 " + b"2" * 42 + b" OK\r\n\r\n",),
        "status 0": (b"HTTP/1.1 000 No\r\n\r\n",),
        "switching protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",),
        "Upgrade in a 200": (OK + b"Upgrade: h2c\r\nConnection: Upgrade\r\n" + length + b"\r\n" + GOOD,),
        "Location with CRLF": (b"HTTP/1.1 302 Found\r\nLocation: http://outside.test:{outside}/%0d%0aX: y\r\n\r\n",),
        "Location with a bare CR": (b"HTTP/1.1 302 Found\r\nLocation: http://inside.test:{inside}/\rX: y\r\n\r\n",),
        "Location of bytes": (b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 0\r\n\r\n",),
        "two Locations": (b"HTTP/1.1 302 Found\r\n" + inside + b"Location: /\r\n" + none,),
        "Refresh": (OK + b"Refresh: 0; url=http://127.0.0.1:{inside}/\r\nContent-Length: 3\r\n\r\n<a>",),
        "300 with a choice": (b"HTTP/1.1 300 Choose\r\n" + inside + none,),
        "305 use proxy": (b"HTTP/1.1 305 Use Proxy\r\n" + inside + none,),
        "401 with a realm": (b'HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate, Basic realm="x"\r\n' + none,),
        "407 proxy": (b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",),
        "304 of nothing": (b"HTTP/1.1 304 Not Modified\r\n\r\n",),
        "206 of a part": (b"HTTP/1.1 206 Part\r\nContent-Range: bytes 0-9/9999\r\n" + length + b"\r\n" + GOOD,),
        "204 with a body": (b"HTTP/1.1 204 No\r\n" + length + b"\r\n" + GOOD,),
    }  # fmt: skip
    ends = {
        "length that is too long": ("unreachable", "cut off"),
        "Location with a bare CR": ("unreadable", "breaks HTTP"),
        "two Locations": ("unreachable", "more than 10 redirects"),
        "Location with CRLF": ("not-found", "outside.test/��X: y"),
        "HTTP/2.0 200": ("harmless", ""),
        "chunked twice": ("unreadable", "neither RSS nor Atom"),
        "chunked, but not last": ("harmless", ""),
        "xchunked": ("harmless", ""),
        "\\x0bchunked": ("harmless", ""),
        "bare LF": ("harmless", ""),
        "Refresh": ("unreadable", "neither RSS nor Atom"),
        "401 with a realm": ("blocked", "401"),
        "Upgrade in a 200": ("harmless", ""),
    }
    for name, parts in answers.items():
        kind, said = ends.get(name, ("unreadable", ""))
        yield Attack(f"answer: {name}", says(*parts), kind, said)
    yield Attack("answer: a hundred cookies", _cookies, "harmless")
    yield Attack(
        "answer: Retry-After of a thousand years",
        says(
            b"HTTP/1.1 429 No\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n",
        ),
        "throttled",
    )
    yield Attack("answer: an ETag that splits", _splitting, "harmless")
    yield Attack("robots.txt of names and rules", _robots_of_names, "harmless")
    yield Attack("robots.txt without end", _robots_without_end, "blocked", "cannot be had")
    yield Attack("page that repeats what is watched", page(_repeating), "harmless")
    yield Attack("link without end", _link_without_end, "harmless")


def _repeating(scene: Scene) -> str:
    words = "We share some portion of the revenue. " * min(100_000, scene.bounds.heavy // 40)
    return f"<html><body><article><p>The company would share…</p><p>{words}</p></article></body></html>"


async def _cookies(scene: Scene) -> Source:
    """And none of them comes back."""
    first, second = scene.path(), scene.path()

    async def give(_request: web.Request) -> web.StreamResponse:
        answer = web.Response(status=302, headers={"Location": scene.url(second)})
        for number in range(100):
            answer.headers.add("Set-Cookie", f"c{number}={'x' * 60}; Domain=outside.test; Path=/")
        return answer

    async def take(request: web.Request) -> web.StreamResponse:
        return web.Response(body=GOOD if "Cookie" not in request.headers else b"", content_type="application/xml")

    scene.outside.handle(first, give)
    scene.outside.handle(second, take)
    return blog(scene.url(first))


async def _splitting(scene: Scene) -> Source:
    path = scene.path()
    scene.outside.serve(path, GOOD, media_type="application/xml", etag='"a\tX-Injected: y"')
    return blog(scene.url(path))


async def _robots_of_names(scene: Scene) -> Source:
    """Thousands of programs, and rules for all of them."""
    most = min(scene.bounds.heavy, 500_000) // 40
    rules = "".join(f"User-agent: a{number}\n" for number in range(most)) + "".join(
        f"Disallow: /x{number}$\n" for number in range(most)
    )
    article = f"<html><body><article><p>The company would share…</p><p>{WORDS * 8}</p></article></body></html>"

    bodies = iter((rules, article))

    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Type: text/html\r\nConnection: close\r\n\r\n" + next(bodies).encode())
        await writer.drain()

    return linked(scene, await scene.wire(speak))


async def _robots_without_end(scene: Scene) -> Source:
    def pieces() -> Iterator[bytes]:
        yield OK + b"Connection: close\r\n\r\n"
        while True:
            yield b"User-agent: *\nDisallow: /a\n" * 3000

    source = await _repeats(pieces)(scene)
    return linked(scene, str(source.options.url))


async def _link_without_end(scene: Scene) -> Source:
    return linked(scene, scene.url("/" + "a" * scene.bounds.heavy))


ATTACKS = (*_without_end(), *_no_http())
