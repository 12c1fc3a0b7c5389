"""`/hooks/visit/<source>`: whoever knows the secret may say that a source has news. It is visited at once, as if due.

A hint, never data: a lost or forged one costs latency or a visit.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.store.errors import StoreError
from watchers.model import Push

log = structlog.get_logger()

SLOWEST_REQUEST = 5.0
"""Seconds within which a body must have come."""
SIGNATURE = "X-Onrecord-Signature"
"""`sha256=<hex>`: the HMAC of the raw body under ONRECORD_HOOK_SECRET."""


class VisitHooks:
    """`sources`: those that are watched now. `hint(source, push)` makes one due. Without a secret nobody may call."""

    def __init__(
        self,
        sources: Callable[[], Collection[str]],
        secret: SecretStr | None,
        hint: Callable[[str, Push], Awaitable[None]],
    ) -> None:
        self._sources = sources
        self._secret = secret
        self._hint = hint

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_post("/hooks/visit/{source}", self._visit)

    async def _visit(self, request: web.Request) -> web.Response:
        if self._secret is None:
            return web.json_response({"error": "unsigned"}, status=401)
        try:
            async with asyncio.timeout(SLOWEST_REQUEST):
                body = await request.read()
        except TimeoutError:
            return web.json_response({"error": "the request did not come in time"}, status=408)
        if not self._signed(body, request.headers.get(SIGNATURE, "")):
            return web.json_response({"error": "unsigned"}, status=401)
        source = request.match_info["source"]
        if source not in self._sources():
            return web.json_response({"error": "there is no such source"}, status=404)
        try:
            await self._hint(source, Push(by="hook", payload=_payload(body)))
        except StoreError as error:
            log.warning("hook.lost", source=source, reason=error.detail)
            return web.json_response({"error": "the store does not answer; the source is visited when due"}, status=503)
        log.info("hook.visit", source=source)
        return web.json_response({"source": source, "due": "now"}, status=202)

    def _signed(self, body: bytes, given: str) -> bool:
        if self._secret is None:
            return False
        wanted = hmac.new(self._secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), f"sha256={wanted}".encode())


def _payload(body: bytes) -> Any:
    """JSON, if it is any; a hint needs none. NaN and infinity are none, and no database would take them."""
    try:
        said = json.loads(body)
        json.dumps(said, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return said
