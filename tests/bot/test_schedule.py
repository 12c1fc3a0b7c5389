"""The clock: its jobs are run, and one that fails is run again."""

import asyncio

import pytest
import structlog

from bot import schedule
from bot.schedule import Schedule


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of the clock takes twenty milliseconds here."""
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(schedule, "HOUSEKEEPING_SECONDS", 0.02)


class Times:
    """A job that counts, fails when told to, and can be waited for."""

    def __init__(self, *, failing: bool = False) -> None:
        self.count = 0
        self._failing = failing
        self._came = asyncio.Semaphore(0)

    async def __call__(self) -> None:
        self.count += 1
        self._came.release()
        if self._failing:
            raise OSError("the disk is full")

    async def wait(self, many: int) -> None:
        async with asyncio.timeout(10):
            for _ in range(many):
                await self._came.acquire()


async def test_both_jobs_are_run_again_and_again(quick):
    tick, housekeeping = Times(), Times()
    clock = Schedule(tick=tick, housekeeping=housekeeping)
    clock.start()
    await tick.wait(3)
    await housekeeping.wait(3)
    clock.stop()


async def test_a_tick_that_fails_is_told_and_tried_again(quick):
    tick, housekeeping = Times(failing=True), Times()
    with structlog.testing.capture_logs() as logs:
        clock = Schedule(tick=tick, housekeeping=housekeeping)
        clock.start()
        await tick.wait(3)
        await housekeeping.wait(1)
        clock.stop()
    failed = [entry for entry in logs if entry["event"] == "schedule.failed"]
    assert len(failed) >= 2
    assert {entry["job"] for entry in failed} == {"tick"}


async def test_a_tick_that_takes_long_is_not_run_beside_itself(quick):
    at_once = most = 0
    go_on = asyncio.Event()
    housekeeping = Times()

    async def tick() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        at_once -= 1

    clock = Schedule(tick=tick, housekeeping=housekeeping)
    clock.start()
    await housekeeping.wait(5)
    assert most == 1
    go_on.set()
    clock.stop()


async def test_nothing_is_run_after_it_was_stopped(quick):
    tick = Times()
    clock = Schedule(tick=tick, housekeeping=Times())
    clock.start()
    await tick.wait(1)
    clock.stop()
    count = tick.count
    other = Schedule(tick=Times(), housekeeping=(later := Times()))
    other.start()
    await later.wait(3)
    other.stop()
    assert tick.count == count
