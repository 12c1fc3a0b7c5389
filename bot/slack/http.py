"""HTTP mode, the alternative to the socket: Slack calls us, and signs what it says."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from pydantic import SecretStr
from slack_sdk.signature import Clock, SignatureVerifier

from bot.slack.reception import Reception
from bot.timings import Timings

log = structlog.get_logger()

PATHS = ("/slack/commands", "/slack/interactivity")
"""What `slack/manifest-http.yaml` names. Both take both: the body says what it is."""
SIGNATURE = "X-Slack-Signature"
LARGEST_REQUEST = 256 * 1024
"""A click brings the whole message along: 13,200 characters, up to eight bytes each as they are written in a form."""
SLOWEST_REQUEST = 2.0
"""Seconds within which a body must have come: Slack waits three for the answer to it."""
MOST_FIELDS = 100


class SignedRequests:
    """Routes for the web server. `run` waits for the stop, and lets what is under way come to its end."""

    trouble: str | None = None
    """Nothing here can know that Slack does not reach us."""

    def __init__(
        self, secret: SecretStr, *, reception: Reception, clock: Callable[[], datetime], timings: Timings
    ) -> None:
        self._verifier = SignatureVerifier(secret.get_secret_value(), _Now(clock))
        self._reception = reception
        self._timings = timings

    def add_to(self, router: web.UrlDispatcher) -> None:
        for path in PATHS:
            router.add_post(path, self._came)

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await self._reception.finish(self._timings.stop_within / 2)

    async def _came(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(SLOWEST_REQUEST):
                body = await request.clone(client_max_size=LARGEST_REQUEST).read()
        except TimeoutError:
            return web.Response(status=408)
        try:
            form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return web.Response(status=400)
        if form.get("ssl_check") == ["1"]:
            return web.Response()  # Slack looks at the certificate, and signs nothing
        if not self._signed(body, request.headers):
            log.warning("slack.unsigned", path=request.path)
            return web.Response(status=401)
        return await self._answered(request.headers[SIGNATURE], _payload(form))

    async def _answered(self, signature: str, payload: Mapping[str, Any]) -> web.Response:
        first: asyncio.Future[Mapping[str, Any] | None] = asyncio.get_running_loop().create_future()

        async def acknowledge(said: Mapping[str, Any] | None) -> bool:
            if not first.done():  # who called may have gone
                first.set_result(said)
            return not first.cancelled()

        # A signature is an envelope's id: what was recorded and is sent again within five minutes does nothing.
        self._reception.take(signature, payload, acknowledge)
        said = await first
        return web.Response() if said is None else web.json_response(dict(said))

    def _signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(headers))
        except (ValueError, TypeError):  # a timestamp that is no number, a signature that is no ASCII
            return False


class _Now(Clock):
    """The verifier's clock: it refuses what was signed more than five minutes from now."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def _payload(form: Mapping[str, list[str]]) -> Mapping[str, Any]:
    """A slash command is the form itself; a click or a modal is JSON in it."""
    written = form.get("payload")
    if written is None:
        return {name: values[0] for name, values in form.items()}
    try:
        payload = json.loads(written[0])
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}
