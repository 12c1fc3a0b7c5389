"""What happens by the clock: APScheduler over a few coroutine functions."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.store.errors import StoreError

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]


class Schedule:
    """`works`: by name, what is done and how often. A job only asks and enqueues; the work runs elsewhere.

    A tick that fails is told, and the next one tries again; a store that is away for an hour is told twice, when it
    goes and when it is back.
    """

    def __init__(self, works: Mapping[str, tuple[Work, timedelta]]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._failing: dict[str, str] = {}
        for name, (work, every) in works.items():
            self._add(work, name, every)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _add(self, work: Work, name: str, every: timedelta) -> None:
        self._scheduler.add_job(
            self._run,
            IntervalTrigger(seconds=every.total_seconds()),
            args=(work, name),
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    async def _run(self, work: Work, name: str) -> None:
        try:
            await work()
        except StoreError as error:
            if self._failing.get(name) != error.detail:
                log.error("schedule.failed", job=name, reason=error.detail, mend=error.mend)  # noqa: TRY400 - it says it all
            self._failing[name] = error.detail
        except Exception as error:
            if self._failing.get(name) != type(error).__name__:
                log.exception("schedule.failed", job=name)
            self._failing[name] = type(error).__name__
        else:
            if self._failing.pop(name, None) is not None:
                log.info("schedule.works-again", job=name)
