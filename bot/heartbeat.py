"""The lease of a long visit is renewed while it is under way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
    """Call `extend` three times a lease. Raises `LeaseLost` where it does, whatever the visit waits for just then.

    A process that stood still may have lost every lease that it had. Visits that went on waiting for hosts that hang
    would keep the places of those that are due.
    """
    visit = asyncio.current_task()
    assert visit is not None
    lost: LeaseLost | None = None

    async def beat() -> None:
        nonlocal lost
        while True:
            await sleep(lease.total_seconds() / 3)
            try:
                await extend()
            except LeaseLost as error:
                lost = error
                visit.cancel()
                return
            except StoreError as error:
                log.warning("heartbeat.failed", of=name, reason=error.detail)

    task = asyncio.create_task(beat(), name=f"heartbeat {name}")
    try:
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
    except asyncio.CancelledError:
        if lost is None or visit.uncancel() > 0:  # it is stopped by somebody else too
            raise
        raise lost from None
