"""response_url: five answers within thirty minutes, from whoever knows the address."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from aiohttp import web

from fake_slack.said import Said, message_faults

USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass
class Responses:
    """`failing`: statuses with which the next answers are refused, in their order."""

    clock: Callable[[], datetime]
    base: str = ""
    failing: list[int] = field(default_factory=list)
    log: list[tuple[str, int]] = field(default_factory=list)
    """(address, status) of every answer that came."""
    _issued: dict[str, tuple[Said, datetime]] = field(default_factory=dict)

    def issue(self, said: Said) -> str:
        url = f"{self.base}/commands/T0ONRECORD/{uuid4().hex}"
        self._issued[url] = (said, self.clock())
        return url

    async def came(self, request: web.BaseRequest) -> web.Response:
        url = f"{self.base}{request.path}"
        status, text = await self._taken(url, await request.text())
        self.log.append((url, status))
        return web.Response(status=status, text=text)

    async def _taken(self, url: str, body: str) -> tuple[int, str]:
        if self.failing:
            return self.failing.pop(0), "upstream error"
        if url not in self._issued:
            return 404, "no_active_hooks"
        said, since = self._issued[url]
        if self.clock() - since > LIFETIME:
            return 404, '{"ok":false,"error":"expired_url"}'
        if len(said.answers) >= USES:
            return 404, '{"ok":false,"error":"used_url"}'
        try:
            message = json.loads(body)
        except ValueError:
            return 400, "invalid_payload"
        found = message_faults(message)
        if found:
            return 400, found[0]
        await said.answer(message)
        return 200, "ok"
