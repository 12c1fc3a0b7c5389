"""What happens again and again: a few coroutine functions, each by its own rhythm.

By the machine's monotonic clock, and by no library of calendars: those count from the time of day, and one that is set
back by hours would stop everything for as long.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.store.errors import StoreError

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]


class Schedule:
    """`works`: by name, what is done and how often. What is here only asks and enqueues; the work runs elsewhere.

    Nothing runs beside itself: what takes longer than its rhythm begins again when it is done. A work that fails is
    told, and the next one tries again; a store that is away for an hour is told twice, when it goes and when it is
    back.
    """

    def __init__(self, works: Mapping[str, tuple[Work, timedelta]]) -> None:
        self._works = dict(works)
        self._failing: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """The first time of each is one rhythm from now."""
        self._tasks = [
            asyncio.create_task(self._repeat(name, work, every.total_seconds()), name=name)
            for name, (work, every) in self._works.items()
        ]

    async def stop(self) -> None:
        """Nothing runs afterwards; what is under way is cancelled."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, name: str, work: Work, every: float) -> None:
        loop = asyncio.get_running_loop()
        following = loop.time() + every
        while True:
            await asyncio.sleep(following - loop.time())
            await self._run(work, name)
            following = max(following + every, loop.time())

    async def _run(self, work: Work, name: str) -> None:
        try:
            await work()
        except StoreError as error:
            # A server that goes and comes says it in many ways: each kind of error is told once.
            if self._failing.get(name) != type(error).__name__:
                log.error("schedule.failed", job=name, reason=error.detail, mend=error.mend)  # noqa: TRY400 - it says it all
            self._failing[name] = type(error).__name__
        except Exception as error:
            if self._failing.get(name) != type(error).__name__:
                log.exception("schedule.failed", job=name)
            self._failing[name] = type(error).__name__
        else:
            if self._failing.pop(name, None) is not None:
                log.info("schedule.works-again", job=name)
