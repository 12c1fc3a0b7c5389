"""Socket Mode: tickets that open one socket each, for a while; envelopes to any of the sockets; and what goes wrong.

Slack gives no number for a ticket's life; that it has one is seen in others' troubles (bolt-python#935).
"""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from fake_slack.asked import Answer, Asked
from fake_slack.said import Said

MOST_SOCKETS = 10


@dataclass(eq=False)
class Connected:
    """One socket. While it is frozen, nothing is read from it and no ping is answered."""

    ws: web.WebSocketResponse
    request: web.BaseRequest
    thawed: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: dict[str, Any]) -> None:
        await self.ws.send_str(json.dumps(message))


@dataclass
class Sockets:
    """`refusing`: statuses with which the next handshakes are answered; `handshakes`: (ticket, status) of all."""

    clock: Callable[[], datetime]
    base: str = ""
    lifetime: timedelta = timedelta(seconds=30)
    refusing: list[int] = field(default_factory=list)
    handshakes: list[tuple[str, int]] = field(default_factory=list)
    tickets: dict[str, datetime] = field(default_factory=dict)
    open_now: list[Connected] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """Acknowledgements of what was never sent."""
    _sent: dict[str, Said] = field(default_factory=dict)
    _turn: int = 0

    def open(self, asked: Asked) -> Answer:
        asked.need("connections:write")
        ticket = uuid4().hex
        self.tickets[ticket] = self.clock()
        return {"url": f"{self.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id=A0ONRECORD"}

    async def join(self, request: web.BaseRequest) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        issued = self.tickets.get(ticket)
        status = 101
        if self.refusing:
            status = self.refusing.pop(0)
            self.tickets.pop(ticket, None)  # who is refused once is always refused
        elif issued is None or self.clock() - issued > self.lifetime:
            status = 404
        self.handshakes.append((ticket, status))
        if status != 101:
            return web.Response(status=status)
        del self.tickets[ticket]
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        connected = Connected(ws, request)
        connected.thawed.set()
        await self._live(connected)
        return ws

    async def _live(self, connected: Connected) -> None:
        if len(self.open_now) >= MOST_SOCKETS:
            await connected.send({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await connected.ws.close()
            return
        self.open_now.append(connected)
        try:
            about = {"num_connections": len(self.open_now), "connection_info": {"app_id": "A0ONRECORD"}}
            await connected.send({"type": "hello", **about, "debug_info": {"approximate_connection_time": 18060}})
            while not connected.ws.closed:
                await connected.thawed.wait()
                message = await connected.ws.receive()
                if message.type is WSMsgType.PING:
                    await connected.ws.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    await self._acknowledged(json.loads(message.data))
        finally:
            if connected in self.open_now:
                self.open_now.remove(connected)

    async def _acknowledged(self, message: dict[str, Any]) -> None:
        said = self._sent.get(message.get("envelope_id", ""))
        if said is None:
            self.lost.append(str(message))
        else:
            await said.acknowledge(message.get("payload"))

    async def send(self, said: Said) -> None:
        """To any one of the sockets, as Slack does. Sent again, it is the same envelope."""
        if not said.id:
            said.id = str(uuid4())
            self._sent[said.id] = said
        said.sending()
        self._turn += 1
        envelope = {"type": said.kind, "envelope_id": said.id, "accepts_response_payload": said.accepts}
        await self.open_now[self._turn % len(self.open_now)].send(envelope | {"payload": said.payload})

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """What Slack says before it closes a socket: the client is to open another one."""
        for connected in list(self.open_now):
            await connected.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "wss-111"}})

    def reset(self) -> None:
        """The connections are gone without a goodbye."""
        for connected in list(self.open_now):
            assert connected.request.transport is not None
            raw = connected.request.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connected.request.transport.abort()
            self.open_now.remove(connected)

    def freeze(self) -> None:
        """The connections stand, and nobody is at their other end; Slack does not send to them any more."""
        for connected in list(self.open_now):
            connected.thawed.clear()
            self.open_now.remove(connected)
