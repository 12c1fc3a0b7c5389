"""Reading in a child: whatever a document does to its reader costs itself one clear trouble, and nothing else."""

import asyncio
import os
import signal
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hostile_reader
from watchers.child import HEAD, Answer, Limits, ReadingPool, _understood
from watchers.model import Body, NoOptions, Reader
from watchers.readers import feed
from watchers.trouble import Unreadable

LIMITS = Limits(memory=512 << 20, seconds=20, output=100_000)
QUICK = Limits(memory=512 << 20, seconds=0.3, output=100_000)
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><guid>a</guid><title>Words</title>
<description>We share some portion of the revenue.</description></item></channel></rss>"""


async def does(pool: ReadingPool, what: str | bytes, url: str = "https://blog.test/post?token=s3cret") -> str:
    """What the reader made of the document: the author, in which it puts what it has to tell."""
    content = what.encode() if isinstance(what, str) else what
    reading = await pool.read(hostile_reader.READER, Body(content, url=url), NoOptions())
    (document,) = reading.documents
    return document.meta.author


async def warm(pool: ReadingPool) -> None:
    """Start the workers with all the time they need; what follows is in a hurry."""
    await asyncio.gather(*(does(pool, "say hello") for _ in range(pool._free.qsize())))


async def hurried(size: int = 1) -> ReadingPool:
    pool = ReadingPool(size, LIMITS)
    await warm(pool)
    for worker in pool._all:
        worker._limits = QUICK
    return pool


async def test_a_reading_comes_back_as_it_was_made():
    async with ReadingPool(1, LIMITS) as pool:
        body = Body(FEED, url="https://blog.test/feed", media_type="application/rss+xml", charset="utf-8")
        assert await pool.read(feed.READER, body, feed.READER.options()) == feed.read(body, feed.READER.options())
        assert await does(pool, "say pa\u00adnggilan \U0001f600 \x00") == "pa\u00adnggilan \U0001f600 \x00"
        assert len(pool._all) == 1, "the same worker"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("exit 0", "died of it"),
        ("exit 3", "died of it"),
        ("leave now", "died of it"),
        ("crash now", "died of it"),
        ("swell up", "wanted more memory than it may have"),
        ("flood 200000", r"made more than 0\.1 MB of it"),
        ("nest deep", "nested too deeply"),
        ("fail s3cret", r"failed on it \(ZeroDivisionError\)"),
        ("surrogate x", r"failed on it \(\w+\)"),
        ("many documents 10001", r"made 10,001 documents of it, with 0 passages"),
        ("many characters 10000001", r"made a document of 10,000,001 characters"),
        ("many passages 100001", r"made 1 documents of it, with 100,001 passages"),
        ("lie " + "\x00" * 40, "answered nonsense"),
        ("lie " + "\x00\x00\x00\x05\x00\x00\x00\x00{...}", "answered nonsense"),
        ("lie " + "\x7f\x7f\x7f\x7f\x00\x00\x00\x00", r"made more than 0\.1 MB of it"),
        ("lie " + "\x00\x00", "died of it"),
        ("lie " + "\x00\x00\x10\x00\x00\x00\x00\x00half", "died of it"),
    ],
)
async def test_a_bad_document_costs_itself_and_the_pool_goes_on(what, said):
    async with ReadingPool(1, LIMITS) as pool:
        with pytest.raises(Unreadable, match=said) as trouble:
            await does(pool, what)
        assert trouble.value.detail.startswith("blog.test/post: ")
        assert "hostile_reader" in trouble.value.detail
        assert "s3cret" not in trouble.value.detail
        assert await does(pool, "say still here") == "still here"
        assert pool._free.qsize() == 1


@pytest.mark.parametrize("what", ["hang x", "spin x"])
async def test_a_reader_that_does_not_end_is_killed(what):
    pool = await hurried()
    async with pool:
        (worker,) = pool._all
        with pytest.raises(Unreadable, match=r"took longer than 0\.3 s"):
            await does(pool, what)
        assert await does(pool, "say still here") == "still here"
        assert worker._process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
async def test_what_a_reader_started_ends_with_it(tmp_path):
    pool = await hurried()
    async with pool:
        with pytest.raises(Unreadable, match="took longer"):
            await does(pool, f"start {tmp_path / 'pid'}")
    started = int((tmp_path / "pid").read_text())
    async with asyncio.timeout(10):
        while _alive(started):  # noqa: ASYNC110 - nothing tells of the end of another's child
            await asyncio.sleep(0)


def _alive(pid: int) -> bool:
    """A zombie that nobody has collected is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


async def test_the_others_go_on_meanwhile():
    pool = await hurried(2)
    async with pool:
        hanging = asyncio.create_task(does(pool, "hang x"))
        assert [await does(pool, f"say {number}") for number in range(20)] == [str(number) for number in range(20)]
        assert not hanging.done()
        with pytest.raises(Unreadable):
            await hanging


async def test_memory_that_a_library_swallowed_is_given_back_all_the_same():
    async with ReadingPool(1, LIMITS) as pool:
        assert await does(pool, "swallow x") == "all is well"
        assert not pool._all, "the worker is worn"
        assert await does(pool, "say fresh") == "fresh"


async def test_a_worker_is_not_worn_by_what_its_parent_took():
    """Linux counts to a new process what the one that started it had in memory."""
    ballast = b"x" * LIMITS.memory
    async with ReadingPool(1, LIMITS) as pool:
        sessions = {await does(pool, "session x") for _ in range(3)}
        assert len(sessions) == 1, "the same worker"
    assert len(ballast) == LIMITS.memory


async def test_a_worker_is_replaced_after_its_share():
    async with ReadingPool(1, Limits(memory=512 << 20, reads=3)) as pool:
        sessions = [await does(pool, "session x") for _ in range(7)]
        assert len(set(sessions)) == 3
        assert sessions[0] == sessions[2] != sessions[3]


async def test_what_a_reader_says_of_a_document_is_kept():
    async with ReadingPool(1, LIMITS) as pool:
        with pytest.raises(Unreadable) as trouble:
            await does(pool, "refuse no entry has an id")
        assert (trouble.value.detail, trouble.value.mend) == ("blog.test/post: no entry has an id", "Mend it so.")
        with pytest.raises(Unreadable) as trouble:
            await does(pool, "refuse https://blog.test/post?token=s3cret: empty")
        assert trouble.value.detail == "blog.test/post: empty", "named once, without what may be secret"


async def test_troubles_without_number_are_told_as_a_number():
    async with ReadingPool(1, LIMITS) as pool:
        for number in (50, 51, 900):
            body = Body(f"many troubles {number}".encode(), url="a.txt")
            reading = await pool.read(hostile_reader.READER, body, NoOptions())
            assert len(reading.documents) == 1
            assert len(reading.troubles) == min(number, 51)
        assert reading.troubles[-1].detail == "entry 50 is odd; and 849 more troubles"


async def test_what_libraries_print_goes_nowhere(capfd):
    async with ReadingPool(1, LIMITS) as pool:
        assert await does(pool, "print loud") == "printed"
    assert "loud" not in "".join(capfd.readouterr())


async def test_a_worker_has_nothing_of_ours(monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-s3cret")
    monkeypatch.setenv("HOME", "/home/s3cret")
    async with ReadingPool(1, LIMITS) as pool:
        assert "s3cret" not in await does(pool, "environment x")
        process, session = (await does(pool, "session x")).split()
        assert process == session != str(os.getsid(0)), "Ctrl-C does not reach it"
        core, memory = (await does(pool, "limits x")).rsplit(" ", 1)
        assert core == "(0, 0)", "a crash leaves nothing on the disk"
        assert sys.platform != "linux" or int(memory) == LIMITS.memory


async def test_nothing_is_imported_from_where_the_program_was_started(tmp_path, monkeypatch):
    (tmp_path / "watchers").mkdir()
    (tmp_path / "watchers" / "__init__.py").write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path)
    async with ReadingPool(1, LIMITS) as pool:
        assert await does(pool, "say ours") == "ours"


async def test_a_reader_that_is_not_there():
    async with ReadingPool(1, LIMITS) as pool:
        missing = Reader("no_such_reader", 1, hostile_reader.read, NoOptions)
        with pytest.raises(Unreadable, match=r"the reader no_such_reader failed on it \(ModuleNotFoundError\)"):
            await pool.read(missing, Body(b"x", url="a.txt"), NoOptions())
        assert await does(pool, "say here", url="a.txt") == "here"


async def test_no_worker_can_be_started(monkeypatch):
    async with ReadingPool(1, LIMITS) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "/nowhere/python")
            with pytest.raises(Unreadable, match=r"document: .* could not be started: No such file"):
                await does(pool, "say x", url="")
        assert await does(pool, "say now") == "now"


async def test_a_visit_that_is_cut_short_leaves_its_place_to_the_next():
    async with ReadingPool(1, LIMITS) as pool:
        await warm(pool)
        for _ in range(2):
            cut = asyncio.create_task(does(pool, "hang x"))
            for _ in range(5):
                await asyncio.sleep(0)
            cut.cancel()
            await asyncio.sleep(0)
            cut.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cut
            assert pool._free.qsize() == 1
        assert await does(pool, "say next") == "next"


async def test_no_worker_outlives_its_pool():
    pool = ReadingPool(2, LIMITS)
    async with pool:
        await warm(pool)
        workers = [worker._process for worker in pool._all]
        hanging = asyncio.create_task(does(pool, "hang x"))
        await asyncio.sleep(0)
    with pytest.raises(Unreadable, match="died of it"):
        await hanging
    assert [process.returncode for process in workers] == [-signal.SIGKILL] * 2


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="the system has no alarms")
async def test_a_worker_whose_parent_is_gone_ends_by_its_own_alarm():
    """The parent is played here: it asks for a document that hangs a second too long, and is not heard of again."""
    root = Path(__file__).resolve().parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "watchers.reading_worker",
        str(512 << 20),
        "1000",
        "1",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"},
        cwd=root,
    )
    told = b'{"reader":"hostile_reader","url":"","media_type":null,"charset":null,"options":"{}"}'
    assert process.stdin is not None
    process.stdin.write(HEAD.pack(len(told), 6) + told + b"spin x")
    async with asyncio.timeout(20):
        assert await process.wait() == -signal.SIGALRM


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_whatever_a_worker_answers_it_is_an_answer_or_nonsense(said):
    understood = _understood(said)
    assert understood is None or isinstance(understood, Answer)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"reading":null}',
        b'{"unreadable":5}',
        b'{"unreadable":"x","mend":5}',
        b'{"unreadable":"x","reading":{}}',
        b'{"reading":{"documents":[{}]}}',
        b'{"reading":{"documents":[{"key":"","meta":{"kind":"post"}}]}}',
        b'{"reading":{"facts":' + b"[" * 50_000,
        b'{"reading":' * 50_000,
        struct.pack(">d", 1.5),
    ],
)
def test_nonsense_is_known_as_such(said):
    assert _understood(said) is None
