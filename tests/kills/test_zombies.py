"""A worker that is stopped for twice its lease and wakes up: what it was about to do, another has done.

Its late commit is refused, and its late call to Slack is not made.
"""

import asyncio
import signal
import sys
from pathlib import Path
from time import monotonic

import pytest

from kills.campaign import World, eventually
from kills.seams import POINTS
from kills.starting import Running

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"), pytest.mark.timeout(240)]

GAP = "before the call"
"""The last look at the token is behind, the call not yet made: nothing that we know of closes this gap."""
SHORT = {"after the fetch", "after the doubt"}
"""Those of every run; the others are for who has more time."""
SHORTER = {"lease": 2.0, "channel_lease": 1.5, "store_silent": 3.0}
"""Seconds; after the last the server ends what a worker that sleeps has begun."""
TWICE = 2 * SHORTER["lease"]
WITHIN = 100.0


def stops(points=tuple(point for point in POINTS if point not in {GAP, "during the call", "during the look-up"})):
    return [pytest.param(point, marks=() if point in SHORT else pytest.mark.torture) for point in points]


async def stopped(world: World, point: str) -> Running:
    """A worker that stands still at that point, with news on its hands."""
    zombie = await world.start("zombie", (point, 1, int(signal.SIGSTOP)), **SHORTER)
    world.publish()
    await asyncio.wait_for(zombie.stopped.wait(), WITHIN)
    return zombie


async def ended_well(running: Running) -> None:
    running.send(signal.SIGTERM)
    assert await running.end(30) == 0


async def asleep_and_replaced(world: World, zombie: Running) -> None:
    """Another does the zombie's work, and only then, after twice the lease, the zombie wakes."""
    until = monotonic() + TWICE
    other = await world.start("other", **SHORTER)
    assert await eventually(world.nothing_open, WITHIN), world.count()
    assert await zombie.end(max(0.0, until - monotonic())) is None
    zombie.send(signal.SIGCONT)
    world.publish()
    assert await eventually(world.nothing_open, WITHIN), world.count()
    await ended_well(other)


async def works_on(world: World, zombie: Running) -> None:
    """It is a worker like any other again, and the only one."""
    for _ in range(3):
        world.publish()
    assert await eventually(world.nothing_open, WITHIN), world.count()
    await ended_well(zombie)


@pytest.mark.parametrize("point", stops())
async def test_what_a_zombie_was_about_to_do_another_has_done(postgres, tmp_path: Path, point: str):
    async with World(tmp_path, await postgres.fresh(), ("zombie", "other"), feeds=3, channels=3) as world:
        zombie = await stopped(world, point)
        await asleep_and_replaced(world, zombie)
        await works_on(world, zombie)
        found = world.count()
        assert found.clean, found
        assert found.marked == 0
        if point == "after the fetch":
            assert "visit.lost" in world.log_of("zombie").read_text(encoding="utf-8")


@pytest.mark.full
async def test_a_stop_in_the_gap_costs_no_more_than_the_message_at_hand(postgres, tmp_path: Path):
    async with World(tmp_path, await postgres.fresh(), ("zombie", "other"), feeds=3, channels=3) as world:
        zombie = await stopped(world, GAP)
        await asleep_and_replaced(world, zombie)
        await works_on(world, zombie)
        found = world.count()
        assert found.lost == []
        assert found.astray == []
        assert len(found.doubled) <= 1


@pytest.mark.parametrize("point", stops(("before the commit", "after the doubt", "after the call")))
async def test_the_one_worker_on_a_file_sleeps_and_goes_on(tmp_path: Path, point: str):
    async with World(tmp_path, f"sqlite:///{tmp_path}/store.db", ("zombie",), feeds=3, channels=3) as world:
        zombie = await stopped(world, point)
        assert await zombie.end(TWICE) is None
        zombie.send(signal.SIGCONT)
        await works_on(world, zombie)
        found = world.count()
        assert found.clean, found
