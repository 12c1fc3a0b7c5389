"""The two clients that are compared, each in a process of its own that does one round at a time."""

import asyncio
import hashlib
import io
import logging
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, Protocol

import structlog

Name = Literal["onrecord", "floor"]
CONCURRENCY = 64


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: of this process and all its threads, of its children, and on the wall. `entries`: stored in the end."""

    own: float
    children: float
    wall: float
    entries: int

    @property
    def cpu(self) -> float:
        return self.own + self.children


@dataclass(frozen=True, slots=True)
class Memory:
    """The most that was resident, in bytes: this process, and the largest of its children."""

    own: int
    child: int


class Client(Protocol):
    async def round(self, urls: Sequence[str]) -> None: ...
    def children(self) -> Sequence[int]: ...
    def entries(self) -> int: ...


class Floor:
    """What one would write oneself in an afternoon: aiohttp, feedparser, sqlite3; validators and a hash, one process.

    It keeps each entry's text. It knows no rules, no versions, no edits, no hostile feeds, no kill in between.
    """

    def __init__(self, folder: Path) -> None:
        self._store = sqlite3.connect(folder / "floor.db")
        self._store.executescript(
            """
            PRAGMA journal_mode=WAL;
            CREATE TABLE feeds (url TEXT PRIMARY KEY, etag TEXT, modified TEXT, hash TEXT);
            CREATE TABLE entries (feed TEXT, id TEXT, title TEXT, link TEXT, text TEXT, PRIMARY KEY (feed, id));
            """
        )

    async def round(self, urls: Sequence[str]) -> None:
        import aiohttp

        limit = asyncio.Semaphore(CONCURRENCY)
        async with aiohttp.ClientSession() as session:

            async def visit(url: str) -> None:
                async with limit:
                    await self._visit(session, url)

            async with asyncio.TaskGroup() as group:
                for url in urls:
                    group.create_task(visit(url))

    async def _visit(self, session, url: str) -> None:
        import feedparser

        known = self._store.execute("SELECT etag, modified, hash FROM feeds WHERE url = ?", (url,)).fetchone()
        etag, modified, digest = known or (None, None, None)
        conditions = {"If-None-Match": etag} if etag else {}
        if modified:
            conditions["If-Modified-Since"] = modified
        async with session.get(url, headers=conditions) as answer:
            if answer.status == 304:
                return
            answer.raise_for_status()
            content = await answer.read()
        now = hashlib.sha256(content).hexdigest()
        if now == digest:
            return
        rows = []
        for entry in feedparser.parse(content).entries:
            text = " ".join(part.value for part in entry.get("content", ())) or entry.get("summary", "")
            name = entry.get("id") or entry.get("link") or entry.get("title")
            rows.append((url, name, entry.get("title"), entry.get("link"), text))
        with self._store:
            self._store.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?)", rows)
            seen = (url, answer.headers.get("ETag"), answer.headers.get("Last-Modified"), now)
            self._store.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?)", seen)

    def children(self) -> Sequence[int]:
        return ()

    def entries(self) -> int:
        return int(self._store.execute("SELECT count(*) FROM entries").fetchone()[0])


@asynccontextmanager
async def _floor(_urls: Sequence[str], folder: Path) -> AsyncIterator[Client]:
    yield Floor(folder)


class Onrecord:
    """The real program as `run --once` runs it, with the shipped rule packs, on SQLite, alerts on the console."""

    def __init__(self, app, database: Path) -> None:
        self._app = app
        self._database = database

    async def round(self, urls: Sequence[str]) -> None:
        report = await self._app.once([_source_name(url) for url in urls])
        troubles = [visited for visited in report.reports if visited.trouble is not None or visited.troubles]
        if troubles or len(report.reports) != len(urls):
            raise RuntimeError(f"the round met a trouble: {troubles[:3] or report.held[:3]}")

    def children(self) -> Sequence[int]:
        return [worker._process.pid for worker in self._app.pipeline._pool._all]

    def entries(self) -> int:
        with sqlite3.connect(self._database) as store:
            return int(store.execute("SELECT count(*) FROM documents").fetchone()[0])


@asynccontextmanager
async def _onrecord(urls: Sequence[str], folder: Path) -> AsyncIterator[Client]:
    from bot.app import opened
    from bot.config import load
    from bot.console import ConsoleNotifier
    from rules import packs

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # as `run --once` does
    config = folder / "config.toml"
    config.write_text(
        f"[bot]\ndatabase = 'sqlite:///{(folder / 'onrecord.db').as_posix()}'\n"
        # All feeds come from one host here, which no real list of feeds does.
        f"[fetch]\nallow_private_addresses = true\nconcurrency = {CONCURRENCY}\nper_host = {CONCURRENCY}\n"
        + "".join(f"[[rule]]\nname = '{name}'\npack = '{name}'\n" for name in packs.names())
        + "".join(f"[[source]]\nname = '{_source_name(url)}'\nkind = 'blog'\nurl = '{url}'\n" for url in urls),
        encoding="utf-8",
    )
    notifier = ConsoleNotifier(as_json=True, out=io.StringIO(), err=io.StringIO())
    async with opened(load(config, {}), notifier) as app:
        yield Onrecord(app, folder / "onrecord.db")


def _source_name(url: str) -> str:
    return f"feed-{url.rpartition('/')[2]}"


OPEN = {"onrecord": _onrecord, "floor": _floor}


class Process:
    """A client in its own process."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def round(self, urls: Sequence[str]) -> Spent:
        return self._asked(list(urls))

    def close(self) -> Memory:
        return self._asked(None)

    def _asked(self, question):
        self._conn.send(question)
        answer = self._conn.recv()
        if isinstance(answer, str):
            raise SystemExit(f"A client failed: {answer}")
        return answer


@contextmanager
def client(name: Name, urls: Sequence[str], folder: Path) -> Iterator[Process]:
    """`urls`: all that will ever be asked for."""
    folder.mkdir()
    here, there = (context := get_context("spawn")).Pipe()
    process = context.Process(target=_work, args=(name, list(urls), folder, there))
    process.start()
    there.close()
    try:
        yield Process(here)
    finally:
        here.close()
        process.join(10)
        process.kill()


def _work(name: Name, urls: list[str], folder: Path, conn: Connection) -> None:
    try:
        asyncio.run(_rounds(name, urls, folder, conn))
    except EOFError:
        sys.exit("the benchmark went away")
    except Exception as error:
        conn.send(f"{type(error).__name__}: {error}")
        raise
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    unit = 1 if sys.platform == "darwin" else 1024
    conn.send(Memory(own * unit, child * unit))


async def _rounds(name: Name, urls: list[str], folder: Path, conn: Connection) -> None:
    async with OPEN[name](urls, folder) as one:
        while (asked := await asyncio.to_thread(conn.recv)) is not None:
            conn.send(await _measured(one, asked))


async def _measured(one: Client, urls: Sequence[str]) -> Spent:
    own, children, wall = time.process_time(), _of_children(one.children), time.perf_counter()
    await one.round(urls)
    own, wall = time.process_time() - own, time.perf_counter() - wall
    return Spent(own, _of_children(one.children) - children, wall, one.entries())


def _of_children(living: Callable[[], Sequence[int]]) -> float:
    """CPU seconds of the children so far: of those that ended, and of those that live."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(map(_of_process, living()))


def _of_process(pid: int) -> float:
    if sys.platform == "linux":
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    told = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    minutes, seconds = told.strip().rsplit(":", 1)
    return 60 * float(minutes.rpartition(":")[2]) + float(seconds)
