"""A line that can fail: a TCP proxy on loopback before a server, which cuts, stalls, halves or refuses when told to.

async with Proxy(server.socket) as line:
    url = line.url("postgresql://postgres@/fresh1")
    line.stall()
    line.heal()
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from sqlalchemy import make_url

State = Literal["sound", "stalled", "refusing", "halving"]
CHUNK = 64 * 1024


@dataclass
class Proxy:
    """`target`: the server's socket in the file system."""

    target: Path
    port: int = 0
    made: int = 0
    """Connections that were let through so far."""
    _state: State = "sound"
    _sound: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _lines: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._sound.set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*self._lines, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, direct: str) -> str:
        """The address of the same database, by this line."""
        by_line = make_url(direct).set(host="127.0.0.1", port=self.port, query={})
        return by_line.render_as_string(hide_password=False)

    def cut(self) -> None:
        """End every connection there is; new ones are let through."""
        for line in self._lines:
            line.cancel()

    def stall(self) -> None:
        """Nothing comes through any more, and nobody is told; new connections are taken, and stall too."""
        self._become("stalled")

    def refuse(self) -> None:
        """End every connection, and each new one at once."""
        self._become("refusing")
        self.cut()

    def halve(self) -> None:
        """Of the next answer of the server the first half comes through, and then the connection ends."""
        self._become("halving")

    def heal(self) -> None:
        self._become("sound")

    def _become(self, state: State) -> None:
        self._state = state
        if state == "stalled":
            self._sound.clear()
        else:
            self._sound.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            await self._line(reader, writer)
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()
            self._lines.discard(task)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state == "refusing":
            return
        await self._sound.wait()
        from_server, to_server = await asyncio.open_unix_connection(str(self.target))
        self.made += 1
        try:
            ways = [
                asyncio.create_task(self._carry(reader, to_server, halved=False)),
                asyncio.create_task(self._carry(from_server, writer, halved=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            to_server.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, halved: bool) -> None:
        while chunk := await source.read(CHUNK):
            await self._sound.wait()
            if halved and self._state == "halving":
                sink.write(chunk[: len(chunk) // 2])
                await sink.drain()
                self._become("sound")
                return
            sink.write(chunk)
            await sink.drain()
