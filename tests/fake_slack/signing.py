"""HTTP mode: what Slack sends over the web, signed."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import aiohttp

from fake_slack.said import Said


def signed(body: str, secret: str, *, at: float) -> dict[str, str]:
    """The headers of a request that was signed at this time."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return form | {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def form_of(said: Said) -> str:
    """A slash command is the form itself, a click or a modal JSON in one field."""
    if said.kind == "slash_commands":
        return urlencode(said.payload)
    return urlencode({"payload": json.dumps(said.payload)})


@dataclass
class Request:
    """The two request URLs of an app. `send` posts what a person did, and takes the answer for its acknowledgement."""

    base: str
    """ "http://127.0.0.1:8080" """
    secret: str
    clock: Callable[[], datetime]

    async def send(self, said: Said) -> None:
        said.sending()
        body = form_of(said)
        path = "/slack/commands" if said.kind == "slash_commands" else "/slack/interactivity"
        status, text = await self.post(path, body, signed(body, self.secret, at=self.clock().timestamp()))
        if status != 200:
            said.faults.append(f"status {status}")
        else:
            await said.acknowledge(json.loads(text) if text else None)

    async def post(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.base + path, data=body, headers=headers) as got,
        ):
            return got.status, await got.text()
