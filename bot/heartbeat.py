"""The lease of a long visit is renewed while it is under way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from bot.store.errors import LeaseLost, StoreError

log = structlog.get_logger()


@asynccontextmanager
async def beating(
    extend: Callable[[], Awaitable[None]],
    lease: timedelta,
    *,
    name: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[None]:
    """Call `extend` three times a lease. A visit that lost its lease finds that out at its next commit."""

    async def beat() -> None:
        while True:
            await sleep(lease.total_seconds() / 3)
            try:
                await extend()
            except LeaseLost:
                return
            except StoreError as error:
                log.warning("heartbeat.failed", of=name, reason=error.detail)

    task = asyncio.create_task(beat(), name=f"heartbeat {name}")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
