"""Collected for a moment, done at once: everybody learns what became of his own."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.together import Together


class Done:
    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    async def __call__(self, items: Sequence[int]) -> None:
        self.groups.append(list(items))
        if 13 in items:
            raise OSError("the disk is full")


async def test_what_comes_at_the_same_time_is_done_at_once():
    done = Done()
    together = Together[int](done, within=0.001)
    await asyncio.gather(*map(together.add, range(5)))
    assert done.groups == [[0, 1, 2, 3, 4]]


async def test_a_full_group_does_not_wait():
    done = Done()
    together = Together[int](done, most=3, within=3600)
    await asyncio.gather(*map(together.add, range(6)))
    assert done.groups == [[0, 1, 2], [3, 4, 5]]


async def test_one_that_comes_alone_is_done_alone_and_soon():
    done = Done()
    together = Together[int](done, within=0.001)
    await together.add(1)
    await together.add(2)
    assert done.groups == [[1], [2]]


async def test_a_failure_is_everybodys_in_the_group_and_nobody_elses():
    done = Done()
    together = Together[int](done, most=2, within=0.001)
    first = await asyncio.gather(*map(together.add, (1, 13, 2)), return_exceptions=True)
    assert [type(one) for one in first] == [OSError, OSError, type(None)]
    await together.add(3)
    assert done.groups == [[1, 13], [2], [3]]


async def test_who_goes_away_meanwhile_disturbs_nobody():
    go_on = asyncio.Event()
    done: list[int] = []

    async def slow(items: Sequence[int]) -> None:
        await go_on.wait()
        done.extend(items)

    together = Together[int](slow, most=2, within=3600)
    patient, impatient = asyncio.create_task(together.add(1)), asyncio.create_task(together.add(2))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    go_on.set()
    await patient
    assert done == [1, 2], "what was asked for is done"
