"""`onrecord status`: budgets of providers, and who works, as the contract says it and in words."""

from datetime import UTC, datetime
from pathlib import Path

from bot.budgets import LIMITS
from bot.store import politeness
from bot.store.database import Database
from commands import onrecord
from loopback import Upstream
from working import lines, written


async def test_what_is_left_of_a_providers_budget_is_shown(tmp_path: Path):
    async with Upstream() as upstream:
        url = upstream.serve("/docket.txt", "Nothing yet.")
        told = [lines("counted", url, provider="courtlistener"), lines("free", url, provider="courtlistener-feed")]
        config = str(written(tmp_path, told))
        assert (await onrecord("run", "--once", "--config", config)).status == 0
        async with await Database.open(f"sqlite:///{tmp_path}/store.db") as database:
            now = datetime.now(UTC)
            limits = LIMITS["courtlistener"]
            for _ in range(6):
                await database.write(lambda conn: politeness.spend(conn, "courtlistener", now=now, limits=limits))
        status = await onrecord("status", "--config", config, "--format", "json")
        counted, free, _rest = status.objects
        assert free["quota"] is None
        assert counted["quota"]["left"] == 0
        assert datetime.fromisoformat(counted["quota"]["resets"]) > now
        words = "Requests left in the provider's budget now: 0; the next is free at "
        assert f"counted: {words}" in (await onrecord("status", "--config", config)).out
        assert words in (await onrecord("status", "--config", config, "--why", "counted")).out
        assert words not in (await onrecord("status", "--config", config, "--why", "free")).out
