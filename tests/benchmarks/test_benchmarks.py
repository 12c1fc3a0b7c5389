"""The benchmarks run to their end. Nothing is timed here: what the figures are depends on the machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.corpus import Corpus
from benchmarks.scanners import scanners

ROOT = Path(__file__).parents[2]


def ran(script, *arguments, data=None):
    environment = {name: value for name, value in os.environ.items() if name != "ONRECORD_TEST_DATA"}
    if data is not None:
        environment["ONRECORD_TEST_DATA"] = str(data)
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / script, *arguments],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=220,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(printed, first):
    """The cells of every row whose first cell is this."""
    return [re.split(r"\s{2,}", line) for line in printed.splitlines() if re.match(rf"{re.escape(first)}\s\s", line)]


SMALL = ("--rules", "10,100", "--megabytes", "0.05", "--seconds", "0.05")


def test_rules_are_compared_on_made_up_text_and_it_says_so():
    printed = ran("bench_rules.py", *SMALL)
    assert "made-up text" in printed
    for count in ("10", "100"):
        few, many, changed = rows(printed, count)
        assert int(few[1]) < int(many[1])
        assert all(cell.endswith(" ms") for cell in changed[1:])
    assert len(rows(printed, "the same 10 rules hit")) == len(rows(printed, "all hit")) == 1


@pytest.mark.parametrize("scanner", [one.name for one in scanners(Corpus([], ""))])
def test_all_scanners_find_phrases_that_stand_there_as_they_are_written(scanner):
    text = Corpus(["We sell access to it.", "Sell access to it, and resell accesses; SELL  ACCESS", "none"], "")
    [one] = [one for one in scanners(text) if one.name == scanner]
    if not one.is_here:
        pytest.skip(f"{one.needs} is not for this machine")
    anew = one.make(["sell access", "of none"])
    found = sum(anew()(unit) for unit, _ in one.units)
    assert found == {"hyperscan": 2, "pyahocorasick": 2}.get(scanner, 3)
    assert found == sum(anew()(unit) for unit, _ in one.units)


@pytest.mark.full
def test_rules_are_compared_on_real_calls(data):
    printed = ran("bench_rules.py", *SMALL, data=data)
    assert re.search(r"turns of \d+ real calls", printed)


@pytest.mark.full
def test_visits_are_compared_and_both_clients_store_the_same():
    printed = ran("bench_feeds.py", "--feeds", "3", "--rounds", "1")
    assert "generated feeds" in printed
    [ours], [floor] = rows(printed, "onrecord"), rows(printed, "floor: aiohttp + feedparser + sqlite3")
    assert len(ours) == len(floor) == 6


@pytest.mark.full
def test_visits_of_real_feeds_are_compared(data):
    assert re.search(r"\d+ real feeds", ran("bench_feeds.py", "--feeds", "3", "--rounds", "1", data=data))


WORKERS = ("--sources", "300", "--seconds", "1.2", "--delay", "0.2", "--concurrency", "2")
"""Windows that are longer than a tick: visits are handed out at ticks."""


@pytest.mark.full
@pytest.mark.timeout(240)
def test_one_worker_on_a_file_is_compared_with_a_plain_loop():
    printed = ran("bench_workers.py", *WORKERS, "--workers", "1", "--stores", "SQLite", "--at-rest", "0")
    [ours], [floor] = rows(printed, "onrecord"), rows(printed, "floor")
    assert ours[1:4] == floor[1:4] == ["SQLite", "300", "1"]
    assert len(ours) == len(floor) == 12


@pytest.mark.full
@pytest.mark.timeout(240)
def test_two_workers_share_a_server_and_their_memory_is_read():
    several = ("--workers", "1,2", "--stores", "PostgreSQL", "--at-rest", "20")
    printed = ran("bench_workers.py", *WORKERS, *several)
    assert [row[1:4] for row in rows(printed, "onrecord")] == [["PostgreSQL", "300", "1"], ["PostgreSQL", "300", "2"]]
    [*_, resting] = rows(printed, "PostgreSQL")
    assert len(resting) == 4
    assert float(resting[1]) > 50
