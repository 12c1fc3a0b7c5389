"""A worker's event loop by the time of an hourglass: it says when it is idle, and is told when it goes on.

Idle is who waits for nothing but time: no callback is ready, and nothing that was asked of a database, a server, a
reading child or a thread is unanswered. What is asked is counted where the program asks it (`counting`).
"""

import asyncio
import functools
import math
import select
import selectors
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from soak.hourglass import BUSY, SECONDS, Face

STUCK_AFTER = 120.0
"""Seconds of the wall's time in which nothing that was asked was answered."""


class IdleSelector(selectors.DefaultSelector):
    """Waits for what happens outside, or for the hourglass where nothing can happen."""

    def __init__(self, face: Face, door: Path) -> None:
        super().__init__()
        self.face = face
        self.asked: Counter[str] = Counter()
        """What is unanswered, by what it is."""
        self._door = socket.socket(socket.AF_UNIX)
        self._door.connect(str(door))

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        now = self.face.now
        came = super().select(0)
        if came:
            return came
        if any(self.asked.values()):
            came = super().select(STUCK_AFTER)
            if not came:
                raise RuntimeError(f"no answer within {STUCK_AFTER:g} s: {dict(+self.asked)}")
            return came
        self._say(math.inf if timeout is None else now + timeout)
        if self._told_or_outside():
            self._door.recv(64)
            return super().select(0)
        self._say(BUSY)
        return super().select(0)

    def close(self) -> None:
        self._door.close()
        super().close()

    def _told_or_outside(self) -> bool:
        """Wait; whether it was the hourglass."""
        ready, _, _ = select.select([self._door, self.fileno()], [], [])
        return self._door in ready

    def _say(self, seconds: float) -> None:
        self._door.sendall(SECONDS.pack(seconds))


class IdleLoop(asyncio.SelectorEventLoop):
    """asyncio, with the seconds of the hourglass."""

    def __init__(self, face: Face, door: Path) -> None:
        self.outside = IdleSelector(face, door)
        super().__init__(self.outside)

    def time(self) -> float:
        return self.outside.face.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self.outside.asked["thread"] += 1
        future.add_done_callback(lambda _: self.outside.asked.subtract(("thread",)))
        return future


@contextmanager
def _asking(what: str) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, IdleLoop)
    loop.outside.asked[what] += 1
    try:
        yield
    finally:
        loop.outside.asked[what] -= 1


def counting(owner: type, *methods: str) -> None:
    """Let these methods say that somebody outside is asked while they run. Nothing else of them changes."""
    for name in methods:
        _count(owner, name)


def _count(owner: type, name: str) -> None:
    method = getattr(owner, name)

    @functools.wraps(method)
    async def counted(*given: Any, **named: Any) -> Any:
        with _asking(f"{owner.__name__}.{name}"):
            return await method(*given, **named)

    setattr(owner, name, counted)
