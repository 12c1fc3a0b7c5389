"""Things that are cheap together and dear one by one: collected for a moment, done at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 100
WITHIN = 0.05
"""Seconds: what comes alone waits no longer than this."""


class Together(Generic[T]):
    """`do` gets up to `most` items that came within a short while; `add` returns when its item is done, or raises."""

    def __init__(
        self, do: Callable[[Sequence[T]], Awaitable[object]], *, most: int = MOST, within: float = WITHIN
    ) -> None:
        self._do = do
        self._most = most
        self._within = within
        self._items: list[tuple[T, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, item: T) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._items.append((item, done))
        if len(self._items) >= self._most:
            self._begin()
        elif self._timer is None:
            self._timer = loop.call_later(self._within, self._begin)
        await done

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        items, self._items = self._items, []
        if items:
            task = asyncio.get_running_loop().create_task(self._finish(items))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _finish(self, items: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        try:
            await self._do([item for item, _ in items])
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            for _, done in items:
                if not done.done():
                    done.set_exception(error)
        else:
            for _, done in items:
                if not done.done():
                    done.set_result(None)
