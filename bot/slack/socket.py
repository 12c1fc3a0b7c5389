"""Socket Mode: Slack is called, so nobody needs to reach us. The client is Slack's own, and it is watched.

What is wrong with that client (slack-sdk 3.48): `connect` never fails, whatever Slack says; a ticket that was refused
is tried again for ever, since only `wss_uri = None` makes it ask for a new one; one that is sent away comes back at
once, hundreds of times a second; and it may give up in silence.
Hence the address is asked for here, a closed socket always gets a new ticket, and one that stays closed a new client.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from pydantic import SecretStr
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.notifier import DeliveryError, Shut
from bot.plain import safe
from bot.slack.api import TIMEOUT_SECONDS, SlackApi
from bot.slack.reception import Reception
from bot.timings import Timings

log = structlog.get_logger()

LONGEST_ENVELOPE_ID = 255
CLOSE_WITHIN = 1.0
"""Seconds: a peer that is frozen does not say goodbye."""
SEND_WITHIN = 1.0
LONGEST_PAUSE = timedelta(minutes=1)

# The client writes its errors with the address of the socket, and that holds the ticket. What matters is said here.
_SILENT = logging.getLogger(f"{__name__}.client")
_SILENT.setLevel(logging.CRITICAL + 1)


class Socket:
    """`run` hears until it is told to stop. `trouble`: why nobody is heard, if so."""

    def __init__(self, app_token: SecretStr, *, base_url: str, reception: Reception, timings: Timings) -> None:
        self._token = app_token
        self._base_url = base_url
        self._api = SlackApi(app_token, base_url=base_url)
        self._reception = reception
        self._timings = timings
        self.trouble: str | None = None
        self._hearing = False

    async def run(self, stop: asyncio.Event) -> None:
        """Open a socket, and another one whenever it is lost. A refused token is asked about again and again."""
        pause = self._timings.socket_watch
        while not stop.is_set():
            try:
                url = str((await self._api.write("apps.connections.open", "", {})).get("url") or "")
            except DeliveryError as error:
                self._deaf(error.detail)
                refused = isinstance(error, Shut)
                pause = self._timings.refused if refused else _longer(pause, error.retry_after)
                await _wait(stop, pause)
                continue
            pause = self._timings.socket_watch
            try:
                await self._hear(url, stop)
            except Exception as error:
                # Whatever its library does, the rest of the worker watches on.
                log.exception("slack.socket-failed")
                self._deaf(f"Slack's socket failed ({type(error).__name__})")
                await _wait(stop, LONGEST_PAUSE)
        await self._reception.finish(self._timings.stop_within / 2)

    async def _hear(self, url: str, stop: asyncio.Event) -> None:
        """One client's life: until it was without its socket for too long, or the stop."""
        client = self._client(url)
        connecting = asyncio.create_task(client.connect(), name="slack socket")  # type: ignore[no-untyped-call]
        try:
            await self._watch(client, stop)
            if stop.is_set():
                await self._reception.finish(self._timings.stop_within / 2)
        finally:
            connecting.cancel()
            await _close(client)
            await asyncio.gather(connecting, return_exceptions=True)

    async def _watch(self, client: "_PacedClient", stop: asyncio.Event) -> None:
        loop, lost = asyncio.get_running_loop(), self._timings.socket_lost.total_seconds()
        seen, was_connected = loop.time(), False
        ticket: str | None = None
        while not stop.is_set():
            connected = await client.is_connected()
            if connected and was_connected:  # one that Slack closes as soon as it is open is none
                seen = loop.time()
                self._heard_again()
            elif not connected and client.wss_uri == ticket:
                client.wss_uri = None  # it had its time, and would be tried for ever
            if loop.time() - seen > lost:
                said = f" (Slack said {client.sent_away})" if client.sent_away else ""
                self._deaf(f"Slack's socket has been closed for {lost:g} s{said}")
                return
            was_connected, ticket = connected, client.wss_uri
            await _wait(stop, self._timings.socket_watch)

    def _client(self, url: str) -> "_PacedClient":
        web = AsyncWebClient(base_url=self._base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=_SILENT)
        web.proxy = None  # HTTPS_PROXY would be honoured and NO_PROXY not
        client = _PacedClient(
            self._token.get_secret_value(),
            logger=_SILENT,
            web_client=web,
            ping_interval=self._timings.socket_ping.total_seconds(),
        )
        client.proxy = None
        client.wss_uri = url
        client.message_listeners.append(self._came)
        return client

    async def _came(self, client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None = None) -> None:
        """Called by the client for each message, in a task that nobody holds: it only hands over."""
        envelope = message.get("envelope_id")
        if not isinstance(envelope, str):
            return  # "hello", and what else asks for no answer
        payload = message.get("payload")
        known_as = safe(envelope)[:LONGEST_ENVELOPE_ID]
        self._reception.take(known_as, payload if isinstance(payload, dict) else {}, _acknowledging(client, envelope))

    def _deaf(self, reason: str) -> None:
        if self.trouble != reason:
            log.error("slack.deaf", reason=reason, mend="Watching and alerts go on; /watch is not heard until then.")
        self.trouble = reason
        self._hearing = False

    def _heard_again(self) -> None:
        if not self._hearing:
            log.info("slack.hears")
        self.trouble = None
        self._hearing = True


class _PacedClient(SocketModeClient):
    """Slack's client, which asks for another socket at most once in its `ping_interval`.

    Slack sends a client away for many reasons ("refresh_requested", "too_many_websockets", "link_disabled"), and this
    one comes back at once for each.
    """

    sent_away: str | None = None
    """Slack's reason when it did so last."""
    _left: aiohttp.ClientWebSocketResponse | None = None
    _asked: float = float("-inf")

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        now = asyncio.get_running_loop().time()
        due = max(now, self._asked + self.ping_interval)
        self._asked = due
        await asyncio.sleep(due - now)
        if not self.closed:
            await super().connect_to_new_endpoint(force)

    async def is_connected(self) -> bool:
        """Not by the socket that Slack told it to leave."""
        return self.current_session is not self._left and await super().is_connected()

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        if message.get("type") == "disconnect":
            self._left, self.sent_away = self.current_session, safe(str(message.get("reason")))[:100]
        await super().run_message_listeners(message, raw_message)


def _acknowledging(
    client: AsyncBaseSocketModeClient, envelope: str
) -> Callable[[Mapping[str, Any] | None], Awaitable[bool]]:
    async def acknowledge(payload: Mapping[str, Any] | None) -> bool:
        said: dict[str, Any] = {"envelope_id": envelope}
        if payload is not None:
            said["payload"] = dict(payload)
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await client.send_socket_mode_response(said)
        except Exception as error:  # noqa: BLE001 - a socket between two lives answers with whatever its library raises
            log.warning("slack.not-acknowledged", reason=type(error).__name__)
            return False
        return True

    return acknowledge


def _longer(pause: timedelta, asked: timedelta | None) -> timedelta:
    """`asked`: for how long Slack wants to be left alone, if so."""
    return max(min(2 * pause, LONGEST_PAUSE), asked or timedelta(0))


async def _close(client: SocketModeClient) -> None:
    with suppress(TimeoutError, OSError, aiohttp.ClientError):
        async with asyncio.timeout(CLOSE_WITHIN):
            await client.close()  # type: ignore[no-untyped-call]
    # What it left undone where the peer did not answer.
    for task in (client.message_processor, client.current_session_monitor, client.message_receiver):
        if task is not None:
            task.cancel()
    await client.aiohttp_client_session.close()


async def _wait(stop: asyncio.Event, duration: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), duration.total_seconds())
