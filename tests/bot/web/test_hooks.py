"""`/hooks/visit/<source>`: who knows the secret makes a source due, and nobody else does anything."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import structlog
from pydantic import SecretStr

from bot.store.errors import StoreUnreachable
from bot.web import hooks as module
from bot.web.hooks import SIGNATURE, VisitHooks
from bot.web.server import WebServer
from loopback import Upstream
from waiting import until
from watchers.model import Push
from working import YES, lines, working

SECRET = "correct horse battery staple"


async def nothing() -> list[str]:
    return []


async def no_metrics() -> bytes:
    return b""


@dataclass
class Door:
    port: int = 0
    hinted: list[tuple[str, Push]] = field(default_factory=list)
    away: bool = False

    async def hint(self, source: str, push: Push) -> None:
        if self.away:
            raise StoreUnreachable("the database does not answer", "is it up?")
        self.hinted.append((source, push))

    async def post(self, path: str, body: bytes = b"", signature: str | None = None, **how) -> tuple[int, dict]:
        headers = {SIGNATURE: signed(body) if signature is None else signature}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers, **how) as answer,
        ):
            said = await answer.text()
            return answer.status, json.loads(said) if said.startswith("{") else {"text": said}


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@asynccontextmanager
async def door(secret: str | None = SECRET) -> AsyncIterator[Door]:
    made = Door()
    hooks = VisitHooks(lambda: {"news", "röt"}, None if secret is None else SecretStr(secret), made.hint)
    async with WebServer("127.0.0.1", 0, unready=nothing, metrics=no_metrics, routes=[hooks]) as server:
        assert server.port is not None
        made.port = server.port
        yield made


async def test_a_signed_call_makes_the_source_due_and_brings_its_payload():
    async with door() as at:
        body = json.dumps({"what": "a new entry"}).encode()
        assert await at.post("/hooks/visit/news", body) == (202, {"source": "news", "due": "now"})
        assert at.hinted == [("news", Push(by="hook", payload={"what": "a new entry"}))]
        assert (await at.post("/hooks/visit/r%C3%B6t"))[0] == 202
        assert at.hinted[1:] == [("röt", Push(by="hook"))]


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"\xff\xfe", b"NaN", b'{"a": Infinity}', b"[" * 30_000, b'{"a": 1e999}', b"{"]
)
async def test_what_is_no_json_is_a_hint_all_the_same(body: bytes):
    async with door() as at:
        assert (await at.post("/hooks/visit/news", body))[0] == 202
        assert at.hinted == [("news", Push(by="hook"))]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        signed(b"other words"),
        signed(b"words", "another secret"),
        signed(b"words").upper(),
        signed(b"words").removeprefix("sha256="),
        signed(b"words")[:-1],
    ],
)
async def test_who_does_not_know_the_secret_learns_and_does_nothing(signature: str):
    async with door() as at:
        assert await at.post("/hooks/visit/news", b"words", signature) == (401, {"error": "unsigned"})
        assert await at.post("/hooks/visit/no-such-source", b"words", signature) == (401, {"error": "unsigned"})
        assert at.hinted == []


async def test_without_a_secret_nobody_may_call():
    async with door(None) as at:
        assert (await at.post("/hooks/visit/news", b"", signed(b"", "")))[0] == 401
        assert (await at.post("/hooks/visit/news", b""))[0] == 401
        assert at.hinted == []


async def test_an_unknown_source_and_another_method_are_named():
    async with door() as at:
        assert await at.post("/hooks/visit/nwes") == (404, {"error": "there is no such source"})
        url = f"http://127.0.0.1:{at.port}/hooks/visit/news"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.status == 405
        assert at.hinted == []


async def test_a_body_that_is_too_large_or_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SLOWEST_REQUEST", 0.05)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with door() as at:
        assert (await at.post("/hooks/visit/news", b"x" * 70_000))[0] == 413
        async with aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{at.port}/hooks/visit/news"
            async with session.post(url, data=dripping(), headers={SIGNATURE: "sha256=x"}) as answer:
                assert answer.status == 408
        assert at.hinted == []


async def test_a_store_that_is_away_is_said_so_and_told_in_one_line():
    async with door() as at:
        at.away = True
        with structlog.testing.capture_logs() as logs:
            status, said = await at.post("/hooks/visit/news")
        assert (status, said["error"]) == (503, "the store does not answer; the source is visited when due")
        (line,) = logs
        assert (line["event"], line["source"], line["reason"]) == ("hook.lost", "news", "the database does not answer")
        at.away = False
        assert (await at.post("/hooks/visit/news"))[0] == 202


async def test_a_call_from_outside_becomes_an_alert(tmp_path: Path, store_url: str):
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", "Nothing yet.")
        told = [lines("news", url, every="1d")]
        secrets = {"ONRECORD_HOOK_SECRET": SECRET}
        with structlog.testing.capture_logs() as logs:
            async with working(tmp_path, told, store_url, secrets=secrets) as bot:
                await bot.first_visit("news")
                port = int(next(entry["listen"] for entry in logs if entry["event"] == "web.open").rpartition(":")[2])
                upstream.serve("/news.txt", YES)
                assert (await Door(port).post("/hooks/visit/news"))[0] == 202
                await until(lambda: bot.quotes == [YES])
