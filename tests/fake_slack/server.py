"""The HTTP side: who calls, whether Slack would listen, and what goes wrong on the way."""

import asyncio
import inspect
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from aiohttp import web

from fake_slack import conversations
from fake_slack.asked import Answer, Asked, Method, SaysNo
from fake_slack.chat import Chat
from fake_slack.faults import Fault
from fake_slack.files import Files
from fake_slack.people import People
from fake_slack.rates import Rates
from fake_slack.responses import Responses
from fake_slack.socket import Sockets
from fake_slack.views import Views
from fake_slack.workspace import Token, Workspace


@dataclass(slots=True)
class Call:
    """One call as it came, and what was made of it: the log is what a test believes."""

    method: str
    verb: str
    args: dict[str, Any]
    at: datetime
    headers: Mapping[str, str]
    fault: Fault | None = None
    answer: Answer | None = None
    """None: the method never did its work."""


_NO_ANSWERS = {
    "500": (500, "upstream error", "text/html"),
    "html": (200, "<html><title>Slack is down</title></html>", "text/html"),
    "text": (200, "no_service", "text/plain"),
    "empty": (200, "", "application/json"),
    "no-ts": (200, '{"ok": true}', "application/json"),
}
"""Status, body and media type."""

Plan = Callable[[Call], Fault | None]


@dataclass
class FakeSlack:
    """An async context manager: `base_url` for the client, `workspace` for what stands there, `log` for what was asked.

    Faults come from `fail(method, …)`, one a call in their order, and then from `plan`.
    """

    clock: Callable[[], datetime]
    lag: timedelta = timedelta(0)
    log: list[Call] = field(default_factory=list)
    plan: Plan | None = None
    rates: Rates = field(default_factory=Rates)
    base_url: str = ""
    _faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _runner: web.ServerRunner | None = None

    def __post_init__(self) -> None:
        self.workspace = Workspace(self.clock, lag=self.lag)
        chat = Chat(self.rates)
        self.files = Files()
        self.sockets = Sockets(self.clock)
        self.responses = Responses(self.clock)
        self.views = Views(self.clock)
        self.people = People(self.workspace, self.responses, self.views, self.sockets, self.clock)
        self.methods: dict[str, Method] = {
            "apps.connections.open": self.sockets.open,
            "auth.test": chat.test,
            "chat.postMessage": chat.post,
            "chat.update": chat.update,
            "files.completeUploadExternal": self.files.complete,
            "files.getUploadURLExternal": self.files.address,
            "conversations.history": conversations.history,
            "conversations.info": conversations.info,
            "conversations.join": conversations.join,
            "conversations.list": conversations.listing,
            "conversations.replies": conversations.replies,
            "views.open": self.views.open,
            "views.update": self.views.update,
        }

    async def __aenter__(self) -> Self:
        # Whoever hangs is given up when the test is over.
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.base_url = f"{base}/api/"
        self.sockets.base = self.responses.base = self.files.base = base
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def fail(self, method: str, *faults: Fault) -> None:
        self._faults[method].extend(faults)

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.log if call.method == method]

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/link/":
            return await self.sockets.join(request)
        if request.path.startswith("/commands/"):
            return await self.responses.came(request)
        if request.path.startswith("/upload/"):
            return await self.files.came(request)
        method = request.path.removeprefix("/api/")
        call = Call(method, request.method, await _args(request), self.clock(), dict(request.headers))
        self.log.append(call)
        waiting = self._faults.get(method)
        call.fault = waiting.popleft() if waiting else self.plan(call) if self.plan is not None else None
        if call.fault is None or call.fault.stored:
            call.answer, wait = await self._do(method, call)
            if call.fault is None:
                headers = {} if wait is None else {"Retry-After": str(wait)}
                return web.json_response(call.answer, status=200 if wait is None else 429, headers=headers)
        return await _gone_wrong(request, call.fault, call.answer)

    async def _do(self, method: str, call: Call) -> tuple[Answer, int | None]:
        """(the answer, seconds of a 429)."""
        try:
            known = self._method(method)
            done = known(Asked(self.workspace, self._token(call), call.args))
            answer = await done if inspect.isawaitable(done) else done
        except SaysNo as no:
            return {"ok": False, "error": no.code, **no.more}, no.wait
        return {"ok": True, **answer}, None

    def _method(self, name: str) -> Method:
        known = self.methods.get(name)
        if known is None:
            raise SaysNo("unknown_method")
        wait = self.rates.call(name, self.clock())
        if wait is not None:
            raise SaysNo("ratelimited", wait=wait)
        return known

    def _token(self, call: Call) -> Token:
        """JSON calls carry their token in a header only; forms may hold it as an argument."""
        given = call.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given and "json" not in call.headers.get("Content-Type", ""):
            given = str(call.args.get("token", ""))
        if not given:
            raise SaysNo("not_authed")
        token = self.workspace.tokens.get(given)
        if token is None:
            raise SaysNo("invalid_auth")
        if token.refused is not None:
            raise SaysNo(token.refused)
        if call.method.startswith("apps.") != token.value.startswith("xapp-"):
            raise SaysNo("not_allowed_token_type")
        return token


async def _args(request: web.BaseRequest) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        args |= json.loads(await request.text() or "{}")
    elif request.method == "POST":
        args |= dict(await request.post())
    return args


async def _gone_wrong(request: web.BaseRequest, fault: Fault, answer: Answer | None) -> web.StreamResponse:
    said = json.dumps(answer or {"ok": True})
    if fault.kind == "hang":
        await asyncio.Event().wait()
    if fault.kind == "half":
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
        await response.prepare(request)
        await response.write(said.encode()[: len(said) // 2])
        return _cut(request, response)
    if fault.kind == "cut":
        return _cut(request, web.Response())
    if fault.kind == "429":
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "error":
        return web.json_response({"ok": False, "error": fault.code})
    if fault.kind == "bad-json":
        return web.Response(text=said[: len(said) // 2], content_type="application/json")
    status, text, media_type = _NO_ANSWERS[fault.kind]
    return web.Response(status=status, text=text, content_type=media_type)


def _cut(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return response
