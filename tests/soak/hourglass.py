"""The time of a soak: seconds that pass when nobody has anything to do, one for all processes.

Each worker tells when it is idle, and until when (`idling.py`). When all are, the time goes to the earliest of these
moments. So a day takes as long as its work does, and a machine that is slow makes nothing late.
"""

import asyncio
import math
import mmap
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SECONDS = struct.Struct("d")
BUSY = -1.0
GO = b"g"


class Face:
    """Where the time can be read, by every process that maps the file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SECONDS.size)

    @property
    def now(self) -> float:
        seconds: float = SECONDS.unpack_from(self._map)[0]
        return seconds

    def put(self, seconds: float) -> None:
        SECONDS.pack_into(self._map, 0, seconds)


@dataclass
class Hourglass:
    """An async context manager. `face` and `door` are files: what shows the time, where workers say what they do."""

    folder: Path
    workers: int = 1
    """So many must have come before the time moves at all."""
    turns: int = 0
    """How often the time was moved on."""
    _idle: dict[asyncio.StreamWriter, float] = field(default_factory=dict)
    """By worker: until when it has nothing to do, or `BUSY`."""
    _until: float = 0.0
    _came: int = 0
    _there: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def face(self) -> Path:
        return self.folder / "face"

    @property
    def door(self) -> Path:
        return self.folder / "door"

    @property
    def now(self) -> float:
        return self._face.now

    async def __aenter__(self) -> Self:
        self._face = Face(self.face)
        self._server = await asyncio.start_unix_server(self._serve, self.door)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in list(self._idle):
            writer.close()

    async def run_to(self, seconds: float) -> None:
        """Let the time pass until then, and stand still there, with all workers idle."""
        self._until = seconds
        self._there.clear()
        self._turn()
        await self._there.wait()

    def run_on(self) -> None:
        """Let it pass until all workers are gone."""
        self._until = math.inf
        self._turn()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._idle[writer] = BUSY
        self._came += 1
        try:
            while True:
                (self._idle[writer],) = SECONDS.unpack(await reader.readexactly(SECONDS.size))
                self._turn()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # it ended
        finally:
            del self._idle[writer]
            writer.close()
            self._turn()

    def _turn(self) -> None:
        if self._came < self.workers or not self._idle or BUSY in self._idle.values():
            return
        following = min(self._idle.values())
        if following > self._until:
            self._face.put(max(self._face.now, self._until))
            self._there.set()
            return
        if following == math.inf:
            return  # all wait for something outside
        self.turns += 1
        self._face.put(max(self._face.now, following))
        for writer, moment in self._idle.items():
            if moment <= self._face.now:
                self._idle[writer] = BUSY
                with suppress(ConnectionError):
                    writer.write(GO)
