"""`/hooks/visit/<source>`: whoever knows the secret may say that a source has news. It is visited at once, as if due.

A hint, never data: a lost or forged one costs latency or a visit.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from watchers.model import Push

log = structlog.get_logger()

SIGNATURE = "X-Onrecord-Signature"
"""`sha256=<hex>`: the HMAC of the raw body under ONRECORD_HOOK_SECRET."""


class VisitHooks:
    """`hint(source, push)` makes a source due. Without a secret nobody may call."""

    def __init__(
        self, sources: Collection[str], secret: SecretStr | None, hint: Callable[[str, Push], Awaitable[None]]
    ) -> None:
        self._sources = frozenset(sources)
        self._secret = secret
        self._hint = hint

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_post("/hooks/visit/{source}", self._visit)

    async def _visit(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._signed(body, request.headers.get(SIGNATURE, "")):
            return web.json_response({"error": "unsigned"}, status=401)
        source = request.match_info["source"]
        if source not in self._sources:
            return web.json_response({"error": "there is no such source"}, status=404)
        await self._hint(source, Push(by="hook", payload=_payload(body)))
        log.info("hook.visit", source=source)
        return web.json_response({"source": source, "due": "now"}, status=202)

    def _signed(self, body: bytes, given: str) -> bool:
        if self._secret is None:
            return False
        wanted = hmac.new(self._secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode(), f"sha256={wanted}".encode())


def _payload(body: bytes) -> Any:
    """JSON, if it is any; a hint needs none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
