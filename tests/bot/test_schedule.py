"""What happens again and again: each work by its own rhythm, and one that fails is run again."""

import asyncio
from datetime import timedelta

import structlog

from bot.schedule import Schedule
from bot.store.errors import StoreRefused, StoreUnreachable

OFTEN = timedelta(milliseconds=2)


class Times:
    """A work that counts, fails as long as it is told to, and can be waited for."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.count = 0
        self.failing = failing
        self._came = asyncio.Semaphore(0)

    async def __call__(self) -> None:
        self.count += 1
        self._came.release()
        if self.failing is not None:
            raise self.failing

    async def wait(self, many: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(many):
                await self._came.acquire()


def about(logs: list, event: str) -> list[str]:
    return [entry["job"] for entry in logs if entry["event"] == event]


async def test_every_work_is_run_again_and_again():
    tick, housekeeping = Times(), Times()
    schedule = Schedule({"tick": (tick, OFTEN), "housekeeping": (housekeeping, 2 * OFTEN)})
    schedule.start()
    await tick.wait(3)
    await housekeeping.wait(3)
    await schedule.stop()


async def test_a_work_that_fails_is_told_once_tried_again_and_told_when_it_works():
    tick, other = Times(OSError("the disk is full")), Times()
    with structlog.testing.capture_logs() as logs:
        schedule = Schedule({"tick": (tick, OFTEN), "other": (other, OFTEN)})
        schedule.start()
        await tick.wait(3)
        await other.wait(3)
        assert about(logs, "schedule.failed") == ["tick"]
        tick.failing = None
        await tick.wait(3)
        await schedule.stop()
    assert about(logs, "schedule.failed") == ["tick"]
    assert about(logs, "schedule.works-again") == ["tick"]


async def test_another_kind_of_failure_is_told_too_and_a_store_without_a_traceback():
    tick = Times(StoreUnreachable("it does not answer", "is it up?"))
    with structlog.testing.capture_logs() as logs:
        schedule = Schedule({"tick": (tick, OFTEN)})
        schedule.start()
        await tick.wait(3)
        tick.failing = StoreUnreachable("it is starting up", "is it up?")
        await tick.wait(3)
        tick.failing = StoreRefused("it does not let us in", "check the password")
        await tick.wait(3)
        await schedule.stop()
    told = [(entry["reason"], entry["mend"]) for entry in logs if entry["event"] == "schedule.failed"]
    assert told == [("it does not answer", "is it up?"), ("it does not let us in", "check the password")]
    assert not any("exc_info" in entry for entry in logs)


async def test_a_work_that_takes_long_is_not_run_beside_itself_and_delays_no_other():
    at_once = most = 0
    go_on = asyncio.Event()
    other = Times()

    async def slow() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        at_once -= 1

    schedule = Schedule({"slow": (slow, OFTEN), "other": (other, OFTEN)})
    schedule.start()
    await other.wait(5)
    assert most == 1
    go_on.set()
    await schedule.stop()


async def test_nothing_is_run_after_it_was_stopped_and_nothing_is_left_under_way():
    began, ended = asyncio.Event(), []

    async def endless() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    tick = Times()
    schedule = Schedule({"tick": (tick, OFTEN), "endless": (endless, OFTEN)})
    schedule.start()
    await began.wait()
    await schedule.stop()
    assert ended == [True]
    count = tick.count
    other = Schedule({"later": (later := Times(), OFTEN)})
    other.start()
    await later.wait(3)
    await other.stop()
    assert tick.count == count
