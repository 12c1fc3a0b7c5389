"""The database in a file: two that want it, a disk that is full, a file that is damaged or cut short."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import event

from commands import onrecord
from loopback import Upstream
from program import program
from waiting import until
from working import YES, Bot, lines, table, working, written

NO = "Nothing that anybody asked for."
PAGE = "\n".join([NO, *(f"{number} {'A long post about this and that. ' * 300}" for number in range(20))])
LONG = "A long post about this and that, which takes some room. " * 200


async def refused(config: Path) -> str:
    """What a bot says that does not start."""
    result = await onrecord("run", "--once", "--config", str(config))
    assert result.status == 1
    assert "Traceback" not in result.err
    return result.err


# Two that want the same file


async def test_a_second_bot_on_the_same_file_is_refused_and_readers_are_not(tmp_path: Path):
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", NO))
        async with working(tmp_path, [source]) as first:
            await first.first_visit("news")
            config = str(tmp_path / "config.toml")
            async with program("run", "--config", config) as second:
                assert await second.ended() == 1
            said = second.err[-1]
            assert said.startswith("Another bot runs on the database file")
            assert said.endswith("One bot a file: stop the other one, or use PostgreSQL for several workers.")
            reader = await onrecord("status", "--config", config, "--format", "json")
            assert (reader.status, reader.objects[0]["state"]) == (0, "ok")
            count = len(upstream.log)
            await until(lambda: len(upstream.log) > count)


async def test_a_program_that_holds_the_file_for_long_is_waited_for(
    tmp_path: Path, told: list[dict], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.store.database.BUSY_TIMEOUT_MS", 20)
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", NO))
        async with working(tmp_path, [source]) as bot:
            await bot.first_visit("news")
            with closing(sqlite3.connect(_file(bot))) as other:
                other.isolation_level = None
                other.execute("BEGIN IMMEDIATE")
                await until(lambda: any(entry["event"] == "schedule.failed" for entry in told))
                upstream.serve("/news.txt", YES)
                other.execute("COMMIT")
            await until(lambda: bot.quotes == [YES])
        reasons = {entry["reason"] for entry in told if entry["event"] == "schedule.failed"}
        assert reasons == {f"Another program holds the database file {_file(bot)}."}


def _file(bot: Bot) -> str:
    return str(bot.database._url.database)


# A disk that is full


@dataclass
class Room:
    """How much of the disk there is: none while `full`."""

    full: bool = False

    def limit(self, bot: Bot) -> None:
        @event.listens_for(bot.database._sync, "checkout")
        def _limited(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages if self.full else 1_000_000}").close()


@contextmanager
def no_more_pages(_folder: Path, bot: Bot) -> Iterator[None]:
    room = Room()
    room.limit(bot)
    room.full = True
    yield
    room.full = False


@contextmanager
def ballast(folder: Path, _bot: Bot) -> Iterator[None]:
    """Fills the small disk to its last byte."""
    with (folder / "ballast").open("wb", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    yield
    (folder / "ballast").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or subprocess.run(mount, check=False, capture_output=True).returncode
    ):
        pytest.skip("only root may make a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("fault", [no_more_pages, ballast])
async def test_a_full_disk_is_named_nothing_is_lost_and_the_bot_goes_on_when_there_is_room(
    tmp_path: Path, told: list[dict], request: pytest.FixtureRequest, fault: Callable[..., Any]
):
    folder = request.getfixturevalue("small_disk") if fault is ballast else tmp_path
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", NO))
        async with working(folder, [source]) as bot:
            await bot.first_visit("news")
            with fault(folder, bot):
                upstream.serve("/news.txt", "\n".join([NO, YES, *(f"{number} {LONG}" for number in range(40))]))
                await until(lambda: any("cannot be written" in str(entry.get("reason")) for entry in told))
                assert bot.quotes == []
                await until(lambda: _not_ready(told, "cannot be written"))
            await until(lambda: bot.quotes == [YES])
            await until(lambda: _is_ready(told))
        assert not any("exc_info" in entry for entry in told)
        (reason, mend) = next((e["reason"], e["mend"]) for e in told if "cannot be written" in str(e.get("reason")))
        assert "is full" in reason or "disk I/O error" in reason
        assert mend == "Make room, or look after the disk; the bot goes on by itself."


async def _ready(told: list[dict]) -> tuple[int, str]:
    port = next(entry["listen"] for entry in told if entry["event"] == "web.open").rpartition(":")[2]
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.text()


async def _not_ready(told: list[dict], because: str) -> bool:
    status, body = await _ready(told)
    return status == 503 and because in body


async def _is_ready(told: list[dict]) -> bool:
    return (await _ready(told))[0] == 200


@pytest.mark.skipif(sys.platform != "linux", reason="Linux lets the limits of another process be set")
async def test_a_program_that_may_write_no_more_goes_on_when_it_may(tmp_path: Path):
    async with Upstream() as upstream:
        config = written(tmp_path, [lines("news", upstream.serve("/news.txt", NO))])
        async with program("run", "--config", str(config), "--format", "json") as bot:
            await bot.said("news: first visit recorded")
            pid, (_, most) = bot.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, most))
            upstream.serve("/news.txt", f"{NO}\n{YES}")
            await bot.said("cannot be written")
            assert bot.out == []
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
            await bot.said(YES, within=100)
            bot.signal(signal.SIGTERM)
            assert await bot.ended() == 0
        assert "Traceback" not in "\n".join(bot.err)


# A file that is damaged, or cut short


async def ran_before(tmp_path: Path, upstream: Upstream) -> tuple[Path, Path]:
    """A bot that ran, and stopped; its configuration and its database."""
    async with working(tmp_path, [lines("news", upstream.serve("/news.txt", PAGE))]) as bot:
        await bot.first_visit("news")
    return tmp_path / "config.toml", Path(_file(bot))


def no_database(file: Path) -> None:
    file.write_bytes(b"This is no database at all. " * 1000)


def a_page_in_the_middle(file: Path) -> None:
    """Noise where rows stood: whoever reads only the other pages would not notice."""
    content = bytearray(file.read_bytes())
    pages = len(content) // 4096
    for page in range(pages // 2, pages - 2):
        content[page * 4096 : page * 4096 + 2048] = os.urandom(2048)
    file.write_bytes(bytes(content))


def half_of_it(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 8192 * 4096])


@pytest.mark.parametrize("damage", [no_database, a_page_in_the_middle, half_of_it])
async def test_a_damaged_database_is_named_with_its_mend_and_nothing_is_started(
    tmp_path: Path, damage: Callable[[Path], None]
):
    async with Upstream() as upstream:
        config, file = await ran_before(tmp_path, upstream)
        damage(file)
        before, count = file.read_bytes(), len(upstream.log)
        said = await refused(config)
        assert f"The database file {file} is damaged." in said
        assert "put a backup in its place; keep the damaged file aside." in said
        assert len(upstream.log) == count
        assert file.read_bytes() == before, "what can be saved of it is not touched"


async def test_a_write_ahead_log_that_was_cut_short_costs_its_end_and_no_more(tmp_path: Path):
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", PAGE))
        config = written(tmp_path, [source])
        async with program("run", "--config", str(config)) as bot:
            await bot.said("news: first visit recorded")
            bot.signal(signal.SIGKILL)
            await bot.ended()
        left = (tmp_path / "store.db-wal").read_bytes()
        assert left, "the kill left one"
        half = left[: len(left) // 2]
        for name, cut in {"half": half, "noise": half + os.urandom(len(half)), "nothing": b""}.items():
            folder = tmp_path / name
            folder.mkdir()
            shutil.copy(tmp_path / "store.db", folder)
            (folder / "store.db-wal").write_bytes(cut)
            upstream.serve("/news.txt", PAGE)
            async with working(folder, [source]) as again:
                await until(lambda again=again: _visited(again))
                upstream.serve("/news.txt", f"{PAGE}\n{YES}")
                await until(lambda again=again: again.quotes == [YES])
            with closing(sqlite3.connect(_file(again))) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert database.execute("SELECT count(*) FROM documents").fetchone() == (22,)


async def _visited(bot: Bot) -> bool:
    return (await bot.standing("news")).first_visit_done is not None


async def test_a_file_that_may_not_be_opened_is_named(tmp_path: Path):
    config = written(tmp_path, [table("folder", "inbox", path=".")])
    (tmp_path / "store.db").mkdir()
    said = await refused(config)
    assert f"The database file {tmp_path / 'store.db'} cannot be used: unable to open database file." in said
    assert "Check who may write the file and its folder." in said
