"""Nothing is lost and nothing doubled, wherever a kill falls: six kills on each database for everybody, then a hundred
in all, then the thousand."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from kills import report
from kills.campaign import RANDOM, Result, World, campaign
from kills.counting import Count

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

NAMES = {"sqlite": "SQLite, one worker", "postgresql": "PostgreSQL, two workers"}


async def killed(folder: Path, url: str, kills: int, *, seed: int = 7) -> Result:
    async with World(folder, url, workers_on(url), seed) as world:
        result = await campaign(world, kills, told=lambda line: say(f"{url.partition(':')[0]}: {line}"))
    say(str(result))
    return result


def say(line: str) -> None:
    """For who waits an hour for it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def workers_on(url: str) -> tuple[str, ...]:
    """A file has one worker only."""
    return ("alone",) if url.startswith("sqlite") else ("left", "right")


def nothing_happened(result: Result, kills: int) -> None:
    assert result.kills >= kills
    assert result.found.clean, result.found
    assert result.twice == []
    assert set(result.statuses) == {0}, "a worker that is told to stop ends well"


@pytest.mark.timeout(300)
async def test_six_kills(store_url, tmp_path):
    nothing_happened(await killed(tmp_path, store_url, 6), 6)


@pytest.mark.full
@pytest.mark.timeout(900)
async def test_fifty_kills(store_url, tmp_path):
    nothing_happened(await killed(tmp_path, store_url, 50, seed=11), 50)


@pytest.mark.torture
@pytest.mark.timeout(18_000)
async def test_a_thousand_kills_on_sqlite_and_five_hundred_on_postgresql(store_url, tmp_path):
    engine = store_url.partition(":")[0]
    kills = 1000 if engine == "sqlite" else 500
    result = await killed(tmp_path, store_url, kills, seed=13)
    report.write(NAMES[engine], result)
    nothing_happened(result, kills)


def test_a_result_takes_the_place_of_the_last_one(tmp_path):
    page = tmp_path / "torture.md"
    for kills in (3, 4):
        for name in NAMES.values():
            found = Count(expected=9, marked=1)
            result = Result(kills, Counter({RANDOM: kills}), found, [], 1.5, [0])
            report.write(name, result, page=page)
    written = page.read_text(encoding="utf-8")
    assert written.count("### ") == 2
    assert written.count("| at a random moment | 4 |") == 2
    assert "| at a random moment | 3 |" not in written
