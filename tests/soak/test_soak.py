"""A day of a thousand sources leaves everything as it was, and every alert was told once."""

import sys
import tempfile
from pathlib import Path

import pytest

from kills.test_kills import say
from soak import report, steadiness
from soak.oracle import Told, told
from soak.plan import HOUR, MINUTE
from soak.report import Day
from soak.soaking import OPS, Soak

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

MOST_MORE_MEMORY = 0.05
"""Of what was usual in the second quarter of the day."""
MOST_MORE_ROWS = 0.15
FEW_ROWS = 100
"""A table so small may double."""
MOST_LATER = 5.0
"""Seconds by which visits may come later in the evening than in the morning."""


async def soaked(url: str, name: str, *, hours: float, retention: float, every: float) -> Day:
    workers = ("alone",) if url.startswith("sqlite") else ("left", "right")
    # Not the test's own folder: the name of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        url = f"sqlite:///{folder}/store.db" if url.startswith("sqlite") else url
        shown = f"{name}: {{}}".format
        async with Soak(
            Path(folder), url, workers, hours * HOUR, retention, every, told=lambda line: say(shown(line))
        ) as soak:
            await soak.run()
            found = told(soak.plans, soak.upstreams, soak.slack, OPS)
            punctual = steadiness.punctuality(soak.samples, soak.upstreams.log, soak.plans)
            return Day(name, workers, soak.samples, found, punctual, soak.wall_seconds, soak.statuses)


def everything_was_told_once(day: Day) -> None:
    found: Told = day.told
    assert found.alerts.clean, found.alerts
    assert found.unseen == []
    assert found.twice == []
    assert found.astray == {}
    assert found.alerts.expected > 0
    assert set(day.statuses) == {0}, "a worker that is told to stop ends well"
    assert day.punctual.late == 0


@pytest.mark.full
@pytest.mark.timeout(600)
async def test_two_hours(store_url):
    day = await soaked(store_url, "two hours", hours=2, retention=30 * MINUTE, every=10 * MINUTE)
    everything_was_told_once(day)


@pytest.mark.torture
@pytest.mark.timeout(3600)
async def test_a_day_on_both_databases(postgres):
    days = []
    for name, url in (("SQLite, one worker", "sqlite:"), ("PostgreSQL, two workers", await postgres.fresh())):
        days.append(await soaked(url, name, hours=24, retention=4 * HOUR, every=15 * MINUTE))
    report.write(days)
    for day in days:
        everything_was_told_once(day)
        for worker, bytes_ in steadiness.memory(day.samples).items():
            assert bytes_.more < MOST_MORE_MEMORY * bytes_.early, (day.name, worker, bytes_)
        assert steadiness.unbounded(day.samples, more=MOST_MORE_ROWS, few=FEW_ROWS) == {}, day.name
        assert day.punctual.lag.more < MOST_LATER, day.punctual
        assert day.punctual.apart.more < MOST_LATER, day.punctual
