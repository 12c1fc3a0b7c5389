"""Three hundred alerts and more, folded in every way, through a Slack that fails and workers that are killed."""

import asyncio
import sys
from collections import Counter

import pytest

from bot.store.errors import StoreCorrupt
from kills.campaign import campaign
from kills.storms import Stormy, faults_by_class
from kills.test_kills import nothing_happened, say, workers_on

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

KILLS = 24


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [21, 22, 23])
async def test_alerts_are_told_once_through_faults_kills_and_folding(store_url, tmp_path, seed):
    async with Stormy(tmp_path, store_url, workers_on(store_url), seed) as world:
        async with world.mornings():
            result = await campaign(world, KILLS)
        faults = faults_by_class(world.slack.log)
        kinds = Counter((posted.metadata or {}).get("event_type") for posted in world.slack.workspace.messages)
    say(f"{result}\n{faults}\n{kinds}")
    nothing_happened(result, KILLS)
    assert result.found.expected >= world.alerts
    assert result.found.marked == 0, "every channel can be searched"
    assert min(faults.values()) > 5
    assert {"onrecord_alert", "onrecord_storm", "onrecord_digest", "onrecord_late"} <= set(kinds)


async def test_mornings_come_before_there_is_a_store(tmp_path, monkeypatch):
    monkeypatch.setattr("kills.storms.DIGEST_EVERY", 0.0)
    world = Stormy(tmp_path, f"sqlite:///{tmp_path}/nothing.db")
    async with world.mornings():
        for _ in range(20):
            await asyncio.sleep(0)


async def test_a_morning_that_fails_ends_the_campaign(tmp_path, monkeypatch):
    monkeypatch.setattr("kills.storms.DIGEST_EVERY", 0.0)
    (tmp_path / "damaged.db").write_bytes(b"no database at all " * 100)
    world = Stormy(tmp_path, f"sqlite:///{tmp_path}/damaged.db")
    with pytest.raises(ExceptionGroup) as raised:
        async with world.mornings():
            await asyncio.Event().wait()
    assert raised.group_contains(StoreCorrupt)
