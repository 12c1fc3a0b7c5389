"""The bot's own web server against callers that mean no good: it answers, forgets them, and works on."""

import asyncio
import contextlib
import gzip
import hashlib
import hmac
import json
import logging

import pytest
from pydantic import SecretStr

from bot.web import connections, hooks
from bot.web.hooks import VisitHooks
from bot.web.server import LARGEST_REQUEST, WebServer
from watchers.model import Push

SECRET = SecretStr("s3cret")
HOST = b"Host: bot.test\r\n"


class Hinted(list[tuple[str, Push]]):
    async def __call__(self, source: str, push: Push) -> None:
        self.append((source, push))


async def _none() -> list[str]:
    return []


async def _metrics() -> bytes:
    return b"onrecord_visits_total 3\n"


@pytest.fixture
async def hinted():
    return Hinted()


@pytest.fixture
async def server(hinted):
    offered = VisitHooks(lambda: ["blog"], SECRET, hinted)
    async with WebServer("127.0.0.1", 0, unready=_none, metrics=_metrics, routes=[offered]) as server:
        yield server


async def said(server: WebServer, *parts: bytes) -> bytes:
    """What is answered until the connection ends, and it does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answer = b""
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
            while more := await reader.read(65536):
                answer += more
    writer.close()
    return answer


def signature(body: bytes, secret: str = "s3cret") -> bytes:
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def call(body: bytes, *, path: str = "/hooks/visit/blog", sign: bytes | None = None, more: bytes = b"") -> bytes:
    signed = signature(body) if sign is None else sign
    length = b"Content-Length: %d\r\n" % len(body)
    head = b"POST " + path.encode() + b" HTTP/1.1\r\n" + HOST + length + more
    return head + hooks.SIGNATURE.encode() + b": " + signed + b"\r\n\r\n" + body


async def test_who_knows_the_secret_is_heard(server, hinted):
    assert (await said(server, call(b'{"why": "news"}'))).startswith(b"HTTP/1.1 202")
    assert hinted == [("blog", Push(by="hook", payload={"why": "news"}))]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (call(b"x", sign=b""), 401),
        (call(b"x", sign=b"sha256="), 401),
        (call(b"x", sign=signature(b"y")), 401),
        (call(b"x", sign=signature(b"x", "other")), 401),
        (call(b"x", sign=signature(b"x").upper()), 401),
        (call(b"x", sign=signature(b"x")[7:]), 401),
        (call(b"x", sign=signature(b"x").replace(b"sha256", b"sha1")), 401),
        (call(b"x", sign=b"\xff\xfe\x80"), 401),
        (call(b"x", sign=b"sha256=" + "ﬀ".encode() * 32), 401),
        (call(b"x", sign=b"a" * 9000), 400),
        (call(b"x", path="/hooks/visit/other"), 404),
        (call(b"x", path="/hooks/visit/blog/"), 404),
        (call(b"x", path="/hooks/visit/../../etc/passwd"), 404),
        (call(b"x", path="/hooks/visit/..%2F..%2Fblog"), 404),
        (call(b"x", path="/hooks/visit/blog%00"), 404),
        (call(b"x", path="/hooks/visit/%62log%0d%0aX:y"), 404),
        (call(b"x", path="/hooks/visit/" + "a" * 9000), 400),
        (call(b"x", path="//hooks/visit/blog"), 404),
        (call(b"x" * (LARGEST_REQUEST + 1)), 413),
        (call(gzip.compress(b"\0" * 10_000_000), more=b"Content-Encoding: gzip\r\n"), 413),
        (call(b"not packed", more=b"Content-Encoding: gzip\r\n"), 400),
        (b"GET /hooks/visit/blog HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"TRACE /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + HOST + b"\r\n", 404),
        (b"POST /metrics HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n", 405),
        (b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", 400),
        (
            b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400),
        (b"\x16\x03\x01" * 30 + b"\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ],
    ids=range(31),
)
async def test_whoever_does_not_is_not(server, hinted, caplog, request_, status):
    with caplog.at_level(logging.ERROR):
        answer = await said(server, request_)
    assert answer.split(b" ", 2)[1] == str(status).encode(), answer[:100]
    assert b"s3cret" not in answer
    assert hinted == []
    assert caplog.records == [], "a stranger does not write our log"
    assert (await said(server, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")).startswith(b"HTTP/1.1 200")


async def test_without_a_secret_nobody_is_heard(hinted):
    offered = VisitHooks(lambda: ["blog"], None, hinted)
    async with WebServer("127.0.0.1", 0, unready=_none, metrics=_metrics, routes=[offered]) as server:
        for sign in (b"", signature(b"x", ""), signature(b"x", "None")):
            assert (await said(server, call(b"x", sign=sign))).startswith(b"HTTP/1.1 401")
    assert hinted == []


@pytest.mark.parametrize("payload", ["[" * 60_000, '{"a":' * 10_000, "9" * 60_000, "NaN", '"\\ud800"', "\x00", "1e999"])
async def test_what_is_signed_may_still_be_nonsense(server, hinted, payload):
    assert (await said(server, call(payload.encode()))).startswith(b"HTTP/1.1 202")
    ((_, push),) = hinted
    json.dumps(push.payload, allow_nan=False)


async def test_half_a_request_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(connections, "LONGEST_CONNECTION", 0.1)
    for half in (b"", b"GET /hea", b"GET /healthz HTTP/1.1\r\nX: "):
        assert await said(server, half) == b""


async def test_half_a_body_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(hooks, "SLOWEST_REQUEST", 0.1)
    assert (await said(server, call(b"x" * 100)[:-50])).startswith(b"HTTP/1.1 408")


async def test_a_connection_carries_one_request(server, hinted):
    """A second could be written for ever."""
    answer = await said(server, call(b"x") + call(b"y") + b"GET /healthz HTTP/1.1\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert len(hinted) == 1


async def test_who_goes_away_in_the_middle_is_not_told_about(server, caplog):
    with caplog.at_level(logging.DEBUG):
        for cut in (10, 60, len(call(b"x" * 100)) - 3):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(call(b"x" * 100)[:cut])
            await writer.drain()
            writer.transport.abort()
        assert (await said(server, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")).startswith(b"HTTP/1.1 200")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_many_that_say_nothing_do_not_take_the_place_of_all(server, monkeypatch):
    """Each open connection is a file that the fetcher and the store cannot open."""
    monkeypatch.setattr(connections, "LONGEST_CONNECTION", 1.0)
    crowd = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(300)]
    async with asyncio.timeout(30):
        # Those beyond the bound are ended at once, the others when their time is over.
        for number, (reader, _) in enumerate(reversed(crowd)):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            if number == 0:
                assert len(server._runner.server.connections) <= connections.MOST_CONNECTIONS + 1
        answer = b""
        while not answer:
            answer = await said(server, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    for _, writer in crowd:
        writer.close()
