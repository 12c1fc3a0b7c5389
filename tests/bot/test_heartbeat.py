"""A lease is renewed while its visit is under way."""

import asyncio
from datetime import timedelta

import pytest

from bot.heartbeat import beating
from bot.store.errors import LeaseLost, StoreFull

LEASE = timedelta(minutes=2)


class Beats:
    """Time in beats: each `beat` lets one wait of the heartbeat end."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.beats = 0
        self.fails: list[Exception] = []
        self._go = asyncio.Semaphore(0)
        self._beaten = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await self._go.acquire()

    async def extend(self) -> None:
        self.beats += 1
        self._beaten.release()
        if self.fails:
            raise self.fails.pop(0)

    async def beat(self) -> None:
        self._go.release()
        await self._beaten.acquire()


async def test_it_beats_three_times_a_lease_and_ends_with_the_visit():
    beats = Beats()
    async with beating(beats.extend, LEASE, name="news", sleep=beats.sleep):
        for _ in range(4):
            await beats.beat()
    assert beats.beats == 4
    assert set(beats.waits) == {40.0}
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "heartbeat news"]


async def test_a_full_disk_is_tried_again_and_breaks_no_visit():
    beats = Beats()
    beats.fails = [StoreFull("The disk is full.", "Make room.")]
    async with beating(beats.extend, LEASE, name="news", sleep=beats.sleep):
        await beats.beat()
        await beats.beat()
    assert beats.beats == 2


async def test_a_visit_that_lost_its_lease_ends_whatever_it_waits_for():
    beats = Beats()
    beats.fails = [LeaseLost("news was given to another worker")]

    async def visit() -> None:
        async with beating(beats.extend, LEASE, name="news", sleep=beats.sleep):
            await asyncio.Event().wait()

    visiting = asyncio.create_task(visit())
    await beats.beat()
    with pytest.raises(LeaseLost):
        await visiting
    assert not visiting.cancelled()
    assert visiting.cancelling() == 0


async def test_a_visit_that_is_stopped_as_well_is_stopped():
    beats = Beats()
    beats.fails = [LeaseLost("news was given to another worker")]

    async def visit() -> None:
        async with beating(beats.extend, LEASE, name="news", sleep=beats.sleep):
            await asyncio.Event().wait()

    visiting = asyncio.create_task(visit())
    await beats.beat()
    visiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await visiting


async def test_what_the_visit_raises_is_raised():
    beats = Beats()
    with pytest.raises(KeyError):
        async with beating(beats.extend, LEASE, name="news", sleep=beats.sleep):
            raise KeyError
