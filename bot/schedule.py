"""What happens by the clock: the tick that asks for due work, and the housekeeping."""

from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = structlog.get_logger()

TICK_SECONDS = 1
HOUSEKEEPING_SECONDS = 600


class Schedule:
    """APScheduler's clock over a few coroutine functions. A job only asks and enqueues; the work runs elsewhere."""

    def __init__(self, *, tick: Callable[[], Awaitable[None]], housekeeping: Callable[[], Awaitable[None]]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._add(tick, "tick", TICK_SECONDS)
        self._add(housekeeping, "housekeeping", HOUSEKEEPING_SECONDS)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _add(self, work: Callable[[], Awaitable[None]], name: str, seconds: int) -> None:
        async def run() -> None:
            try:
                await work()
            except Exception:
                # A tick that fails (the disk is full, the server restarts) is told, and the next one tries again.
                log.exception("schedule.failed", job=name)

        self._scheduler.add_job(
            run, IntervalTrigger(seconds=seconds), id=name, max_instances=1, coalesce=True, misfire_grace_time=None
        )
