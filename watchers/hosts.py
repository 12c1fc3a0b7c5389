"""How much is asked of one host at a time, and which host is left alone because it asked for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol

from watchers.trouble import Throttled


class Hosts(Protocol):
    """`slot(host)` is held during a request; raises `Throttled` for a host that is to be left alone."""

    def slot(self, host: str) -> AbstractAsyncContextManager[None]: ...

    async def leave_alone(self, host: str, until: datetime) -> None: ...


class LocalHosts:
    """Limits of one process. A host that nobody asks takes no room: there may be a hundred thousand of them."""

    def __init__(self, per_host: int, clock: Callable[[], datetime]) -> None:
        self._per_host = per_host
        self._clock = clock
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}
        self._left_alone: dict[str, datetime] = {}

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        slots = self._slots.setdefault(host, asyncio.Semaphore(self._per_host))
        self._users[host] = self._users.get(host, 0) + 1
        try:
            async with slots:
                self.check(host)
                yield
        finally:
            self._users[host] -= 1
            if not self._users[host]:
                del self._users[host], self._slots[host]

    async def leave_alone(self, host: str, until: datetime) -> None:
        self.know({host: until})

    def know(self, left_alone: dict[str, datetime]) -> None:
        """What was learned, here or by others; what is over is forgotten."""
        now = self._clock()
        self._left_alone |= left_alone
        self._left_alone = {host: until for host, until in self._left_alone.items() if until > now}

    def check(self, host: str) -> None:
        until = self._left_alone.get(host)
        if until is not None and until > self._clock():
            raise Throttled(f"{host} asked to be left alone", retry_after=until - self._clock())
