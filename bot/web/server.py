"""`/healthz`, `/readyz` and `/metrics`: is it alive, does it do its work, and what did it count."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol, Self

import structlog
from aiohttp import web

from bot.web.connections import OwnFaults, bounded, one_request

log = structlog.get_logger()

LARGEST_REQUEST = 64 * 1024
SLOWEST_ANSWER = 10.0
"""Seconds; a database that hangs must not make the answer hang."""

Reasons = Callable[[], Awaitable[Sequence[str]]]
Metrics = Callable[[], Awaitable[bytes]]


class Routes(Protocol):
    """What others offer over the same port. Limits of their own are theirs to keep; the server's hold beside them."""

    def add_to(self, router: web.UrlDispatcher) -> None: ...


class WebServer:
    """An async context manager. Without the port (another program has it) the bot works on, and says so.

    `unready` gives the reasons why the bot is not ready, none when it is; `notes` what one should know all the same;
    `metrics` Prometheus' text format.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        unready: Reasons,
        metrics: Metrics,
        routes: Collection[Routes] = (),
        notes: Reasons | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._unready = unready
        self._metrics = metrics
        self._routes = routes
        self._notes = notes
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self.port: int | None = None
        """The port that it listens on; None while it does not."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[one_request])
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics_page)
        for offered in self._routes:
            offered.add_to(app.router)
        faults = logging.getLogger(__name__)
        faults.addFilter(OwnFaults())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, lingering_time=1.0, logger=faults)
        await self._runner.setup()
        assert self._runner.server is not None
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                bounded(self._runner.server), self._host, self._port
            )
        except OSError as error:
            # The port is taken: the reason says it all, a traceback would not.
            reason = error.strerror or type(error).__name__
            log.error("web.closed", listen=f"{self._host}:{self._port}", reason=reason)  # noqa: TRY400 - see above
        else:
            self.port = int(self._listening.sockets[0].getsockname()[1])
            log.info("web.open", listen=f"{self._host}:{self.port}")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.close()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        """Alive: the event loop turns. It asks nothing else, so that a slow database restarts nobody."""
        return web.json_response({"alive": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(SLOWEST_ANSWER):
                reasons = list(await self._unready())
                notes = list(await self._notes()) if self._notes is not None else []
        except TimeoutError:
            reasons, notes = ["the store does not answer in time"], []
        told = {"ready": not reasons, "reasons": reasons} | ({"notes": notes} if notes else {})
        return web.json_response(told, status=503 if reasons else 200)

    async def _metrics_page(self, _request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(SLOWEST_ANSWER):
                body = await self._metrics()
        except TimeoutError:
            return web.Response(status=503, text="the store does not answer in time\n")
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
