"""The time of a soak passes when all workers are idle, and to no moment that is later than somebody's."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from soak.hourglass import BUSY, GO, SECONDS, Hourglass

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")


class Worker:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def idle_until(self, seconds: float) -> None:
        self._writer.write(SECONDS.pack(seconds))

    def busy(self) -> None:
        self.idle_until(BUSY)

    async def goes_on(self) -> None:
        assert await self._reader.readexactly(1) == GO

    def leave(self) -> None:
        self._writer.close()


@asynccontextmanager
async def hourglass_and(workers: int) -> AsyncIterator[tuple[Hourglass, list[Worker]]]:
    with tempfile.TemporaryDirectory(prefix="hour") as folder:
        async with Hourglass(Path(folder), workers) as hourglass:
            there = [Worker(*await asyncio.open_unix_connection(hourglass.door)) for _ in range(workers)]
            yield hourglass, there
            for worker in there:
                worker.leave()


async def test_the_time_goes_to_the_earliest_moment_and_only_its_worker_goes_on():
    async with hourglass_and(2) as (hourglass, (left, right)):
        day = asyncio.create_task(hourglass.run_to(100))
        left.idle_until(20)
        right.idle_until(10)
        await right.goes_on()
        assert hourglass.now == 10
        right.idle_until(30)
        await left.goes_on()
        assert hourglass.now == 20
        day.cancel()


async def test_it_stands_while_somebody_is_busy():
    async with hourglass_and(2) as (hourglass, (left, right)):
        day = asyncio.create_task(hourglass.run_to(100))
        left.idle_until(50)
        right.idle_until(10)
        await right.goes_on()
        right.busy()
        left.idle_until(50)
        done, _ = await asyncio.wait({day}, timeout=0.05)
        assert not done
        assert hourglass.now == 10
        right.leave()
        await left.goes_on()
        assert hourglass.now == 50
        day.cancel()


async def test_it_stands_still_at_the_moment_that_was_asked_for():
    async with hourglass_and(1) as (hourglass, (worker,)):
        worker.idle_until(130)
        await hourglass.run_to(60)
        assert hourglass.now == 60
        await hourglass.run_to(120)
        assert hourglass.now == 120
        hourglass.run_on()
        await worker.goes_on()
        assert hourglass.now == 130
