"""What is steady and what grows, told from samples."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from kills.counting import Count
from soak import report, steadiness
from soak.oracle import Told
from soak.plan import HOUR, Plans
from soak.report import Day
from soak.samples import Lag, Memory, Sample
from soak.upstream import Asked

MB = 1_000_000
PLANS = Plans(24 * HOUR)
CLOCKS = [plan for plan in PLANS.by_name.values() if plan.kind.name == "clock"]


def samples(
    *,
    memory: Callable[[float], float] = lambda _: 150,
    rows: Callable[[float], float] = lambda _: 1000,
    table: str = "documents",
    lag: float = 10,
    late: int = 0,
) -> list[Sample]:
    """One every quarter of an hour for a day. `memory` in MB and `rows` of a table by the hour, `lag` in seconds."""
    return [
        Sample(
            hour * HOUR,
            {"alone": Memory(round(memory(hour) * MB), 80 * MB)},
            {"alone": Lag(round(1000 * hour), 1000 * hour * lag, late if hour > 12 else 0)},
            {"versions": 1500, table: round(rows(hour))},
        )
        for hour in (quarter / 4 for quarter in range(1, 97))
    ]


def asked(more: Callable[[float], float]) -> dict[str, list[Asked]]:
    """Visits of those that have a rhythm of the configuration, each so many seconds later than it says."""
    log = {}
    for plan in CLOCKS:
        assert plan.kind.every is not None
        at, log[plan.name] = 0.0, []
        while at < 24 * HOUR:
            log[plan.name].append(Asked(at, "alone", None))
            at += plan.kind.every + more(at / HOUR)
    return log


def test_memory_that_warms_up_is_steady_and_one_that_leaks_is_not():
    warm = steadiness.memory(samples(memory=lambda hour: 150 - 20 / (1 + hour)))["alone"]
    assert warm.more < 2 * MB
    leak = steadiness.memory(samples(memory=lambda hour: 150 + hour))["alone"]
    assert leak.more == pytest.approx(12 * MB, rel=0.05)


@pytest.mark.parametrize(
    ("table", "rows", "grows"),
    [
        ("documents", lambda hour: 1000 * (hour % 2), False),
        ("documents", lambda hour: 100 * hour, True),
        ("pgqueuer_log", lambda hour: 30 * hour, True),
        ("workers", lambda hour: 2 + hour / 24, False),
        ("statements", lambda hour: 100 * hour, False),
        ("bodies", lambda hour: 62 * hour, False),
        ("bodies", lambda hour: 63 * hour, True),
    ],
)
def test_rows_that_come_and_go_are_steady_and_those_that_stay_are_not(table, rows, grows):
    found = steadiness.unbounded(samples(table=table, rows=rows), more=0.15, few=100)
    assert set(found) == ({table} if grows else set())


def test_visits_that_come_later_and_later_are_seen_from_both_sides():
    steady = steadiness.punctuality(samples(), asked(lambda _: 15), PLANS)
    assert (steady.late, steady.lag.more) == (0, 0)
    assert steady.apart.more == pytest.approx(0, abs=0.1)
    assert steady.most == pytest.approx(15)
    drifting = steadiness.punctuality(samples(late=3), asked(lambda hour: 5 * hour), PLANS)
    assert drifting.late == 3
    assert drifting.apart.more == pytest.approx(60, rel=0.2)


def test_the_report_shows_each_worker_and_each_table(tmp_path: Path):
    punctual = steadiness.punctuality(samples(), asked(lambda _: 15), PLANS)
    told = Told(Count(expected=1234), [], [], 7, {})
    days = [Day("SQLite, one worker", ("alone",), samples(), told, punctual, 300.0, [0])]
    report.write(days, docs=tmp_path)
    page = (tmp_path / "soak.md").read_text(encoding="utf-8")
    assert "| alerts expected | 1,234 |" in page
    assert "| SQLite, one worker, alone | 150.0 | 150.0 |" in page
    assert "| documents | 1,000 → 1,000 |" in page
    drawn = ET.parse(tmp_path / "soak.svg").getroot()
    assert len(drawn.findall("{http://www.w3.org/2000/svg}polyline")) == 1
