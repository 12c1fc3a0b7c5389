"""What nobody may reach: servers on loopback that note every connection before a byte of it is read."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SECRET = "INSIDE-f00d: the key to everything"
"""What stands in the private server's answer, and in a private file beside it."""
_ADDRESSES = ("127.0.0.1", "127.0.0.2", "::1")
"""Not every system has each of them."""


@dataclass
class Inside:
    """An async context manager. `port` is its own on every address; on all but 127.0.0.1 it has `shared` as well.

    `folder`: where its file with the secret and its Unix socket are.
    """

    folder: Path
    shared: int
    port: int = 0
    noted: list[str] = field(default_factory=list)
    """The local address of each connection."""
    _servers: list[asyncio.Server] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def file(self) -> Path:
        return self.folder / "secret.txt"

    @property
    def unix(self) -> Path:
        return self.folder / "inside.sock"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/secret"

    async def __aenter__(self) -> Self:
        self.file.write_text(SECRET)
        for address in _ADDRESSES:
            await self._listen(address, self.port)
            if address != "127.0.0.1":
                await self._listen(address, self.shared)
        if hasattr(socket, "AF_UNIX"):
            self._servers.append(await asyncio.start_unix_server(self._note, self.unix))
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()

    async def reached(self) -> list[str]:
        """Who came. A connection of our own comes last, and is known to be ours: what was before it is noted too."""
        for server in self._servers:
            for listening in server.sockets:
                before = len(self.noted)
                name = listening.getsockname()
                opened = (
                    asyncio.open_unix_connection(name)
                    if isinstance(name, str)
                    else asyncio.open_connection(name[0], name[1])
                )
                _, writer = await opened
                async with asyncio.timeout(10):
                    while len(self.noted) == before or not self.noted[-1].endswith(_name(writer)):
                        self._came.clear()
                        await self._came.wait()
                self.noted.pop()
                writer.close()
        return list(self.noted)

    async def _listen(self, address: str, port: int) -> None:
        with suppress(OSError):
            server = await asyncio.start_server(self._note, address, port)
            self._servers.append(server)
            self.port = self.port or server.sockets[0].getsockname()[1]

    async def _note(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.noted.append(f"{writer.get_extra_info('sockname')} from {writer.get_extra_info('peername')}")
        self._came.set()
        with suppress(ConnectionError):
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(SECRET)}\r\n\r\n{SECRET}".encode())
            await writer.drain()
        writer.close()


def _name(writer: asyncio.StreamWriter) -> str:
    """Of our end, as the other one notes it; a Unix socket's is the same for all."""
    return f"from {writer.get_extra_info('sockname')}"
