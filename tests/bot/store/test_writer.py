"""The writer of a SQLite file: work that comes while it writes is committed together, and fails by itself."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from bot.store.writer import MOST_TOGETHER, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        file.executescript("PRAGMA journal_mode=WAL; CREATE TABLE said (word TEXT PRIMARY KEY)")
    return tmp_path / "store.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False, "timeout": 0.01})

    @event.listens_for(made, "connect")
    def configure(connection, _record):
        connection.isolation_level = None

    yield made
    made.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    made = Writer(engine)
    yield made
    made.close()


@pytest.fixture
def commits(engine: Engine) -> list[int]:
    counted: list[int] = []
    event.listen(engine, "commit", lambda _conn: counted.append(1))
    return counted


def say(word: str):
    def work(conn: Connection) -> str:
        conn.exec_driver_sql("INSERT INTO said VALUES (?)", (word,))
        return word

    return work


def said(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return [word for (word,) in file.execute("SELECT word FROM said ORDER BY rowid")]


async def together(writer: Writer, *works):
    """All of these wait while another is written; what each returned or raised."""
    begun, go_on = threading.Event(), threading.Event()

    def first(conn: Connection) -> None:
        say("first")(conn)
        begun.set()
        go_on.wait(10)

    holding = asyncio.create_task(writer.run(first))
    await asyncio.to_thread(begun.wait, 10)
    waiting = [asyncio.create_task(writer.run(work)) for work in works]
    await asyncio.sleep(0)  # each has begun to wait
    go_on.set()
    await holding
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_waits_is_committed_together_and_in_order(writer, path, commits):
    words = [f"word {number}" for number in range(MOST_TOGETHER)]
    assert await together(writer, *map(say, words)) == words
    assert said(path) == ["first", *words]
    assert len(commits) == 2


async def test_a_group_has_a_bound(writer, path, commits):
    await together(writer, *(say(str(number)) for number in range(MOST_TOGETHER + 1)))
    assert len(said(path)) == MOST_TOGETHER + 2
    assert len(commits) == 3


async def test_work_that_fails_takes_nothing_of_the_others_with_it(writer, path, commits):
    def fails(conn: Connection) -> None:
        say("half")(conn)
        raise ValueError("of its own")

    results = await together(writer, say("one"), fails, say("one"), say("two"))
    assert results[0] == "one"
    assert isinstance(results[1], ValueError)
    assert "UNIQUE" in str(results[2])
    assert results[3] == "two"
    assert said(path) == ["first", "one", "two"]
    assert len(commits) == 2


async def test_where_the_whole_group_goes_back_each_is_tried_alone(writer, path):
    def breaks(conn: Connection) -> None:
        say("lost")(conn)
        conn.exec_driver_sql("ROLLBACK")  # what SQLite does by itself on a full disk
        raise ValueError("of its own")

    results = await together(writer, say("one"), breaks, say("two"))
    assert (results[0], results[2]) == ("one", "two")
    assert isinstance(results[1], Exception)
    assert said(path) == ["first", "one", "two"]


async def test_a_full_disk_is_the_trouble_of_whoever_needs_room(writer, path):
    def bound(conn: Connection) -> None:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")

    await writer.run(bound)
    results = await together(writer, say("small"), say("large " * 20_000), say("little"))
    assert (results[0], results[2]) == ("small", "little")
    assert "full" in str(results[1])
    assert said(path) == ["first", "small", "little"]


async def test_a_file_that_another_holds_is_asked_for_once(engine, path):
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, statement, *_: asked.append(statement))
    begun = threading.Event()
    writer = Writer(engine)
    writer._thread.submit(begun.wait, 10)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(writer.run(say(word))) for word in ("one", "two", "three")]
        await asyncio.sleep(0)
        begun.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
    writer.close()
    assert [type(result) for result in results] == [OperationalError] * 3
    assert asked == ["BEGIN IMMEDIATE"]
    assert said(path) == []


async def test_who_does_not_wait_any_more_is_left_out(writer, path):
    begun, go_on = threading.Event(), threading.Event()

    def first(conn: Connection) -> None:
        begun.set()
        go_on.wait(10)

    holding = asyncio.create_task(writer.run(first))
    await asyncio.to_thread(begun.wait, 10)
    given_up, kept = (asyncio.create_task(writer.run(say(word))) for word in ("given up", "kept"))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    go_on.set()
    assert await kept == "kept"
    await holding
    assert said(path) == ["kept"]
