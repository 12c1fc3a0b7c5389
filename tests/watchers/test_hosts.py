"""Hosts in one process: who asked to be left alone is, and what is over takes no room."""

from datetime import timedelta

import pytest

from fetching import NOW, Clock
from watchers.hosts import LocalHosts
from watchers.trouble import Throttled

HOUR = timedelta(hours=1)


async def test_what_is_over_takes_no_room():
    clock = Clock()
    hosts = LocalHosts(2, clock)
    for number in range(100):
        await hosts.leave_alone(f"{number}.example", NOW + HOUR)
    clock.now += 2 * HOUR
    await hosts.leave_alone("last.example", clock.now + HOUR)
    assert len(hosts._left_alone) == 1
    with pytest.raises(Throttled):
        async with hosts.slot("last.example"):
            pass
    async with hosts.slot("0.example"):
        pass
    assert not hosts._slots
