"""PostgreSQL goes away in every way it can: the bot says so once, tells nothing twice, and goes on by itself."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import make_url

from bot.timings import Timings
from commands import onrecord
from loopback import Upstream
from postgres import Server, serving
from program import program
from proxy import Proxy
from waiting import until
from working import QUICK, YES, Bot, lines, working, written

NO = "Nothing that anybody asked for."


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    """A server that may be restarted."""
    with serving() as server:
        yield server


@dataclass
class World:
    bot: Bot
    upstream: Upstream
    server: Server
    line: Proxy
    database: str
    told: list[dict]

    async def healthy(self, words: str) -> None:
        """What is published now is told, and told once."""
        page = self.upstream._routes["/news.txt", frozenset()].body.decode()  # type: ignore[union-attr]
        self.upstream.serve("/news.txt", f"{page}\n{words}")
        await until(lambda: words in self.bot.quotes)
        assert self.bot.quotes.count(words) == 1

    def events(self) -> list[str]:
        return [entry["event"] for entry in self.told]

    async def get(self, path: str) -> tuple[int, str]:
        port = next(e["listen"] for e in self.told if e["event"] == "web.open").rpartition(":")[2]
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def world(folder: Path, server: Server, told: list[dict], timings: Timings = QUICK) -> AsyncIterator[World]:
    url = await server.fresh()
    async with Upstream() as upstream, Proxy(server.socket) as line:
        source = lines("news", upstream.serve("/news.txt", NO))
        async with working(folder, [source], line.url(url), timings=timings) as bot:
            await bot.first_visit("news")
            yield World(bot, upstream, server, line, url, told)


async def restarted(at: World) -> None:
    await at.server.restart()


async def terminated(at: World) -> None:
    """Every connection, again and again."""
    name = make_url(at.database).database
    for _ in range(3):
        await at.server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        count = len(at.upstream.log)
        await until(lambda count=count: len(at.upstream.log) > count)


async def cut(at: World) -> None:
    for _ in range(3):
        at.line.cut()
        count = len(at.upstream.log)
        await until(lambda count=count: len(at.upstream.log) > count)


async def halved(at: World) -> None:
    for _ in range(3):
        made = at.line.made
        at.line.halve()
        await until(lambda made=made: at.line.made > made)


async def stalled(at: World) -> None:
    at.line.stall()
    await until(lambda: "schedule.failed" in at.events())
    at.line.heal()


async def refused(at: World) -> None:
    at.line.refuse()
    await until(lambda: "schedule.failed" in at.events())
    at.line.heal()


def _long(fault: Callable[[World], Awaitable[None]]):
    """The queue alone goes through these in the short run (tests/bot/test_queues.py)."""
    return pytest.param(fault, marks=pytest.mark.full)


@pytest.mark.parametrize("fault", [restarted, terminated, stalled, refused, _long(cut), _long(halved)])
async def test_the_bot_goes_on_by_itself_and_tells_everything_once(
    tmp_path: Path, mortal: Server, told: list[dict], fault: Callable[[World], Awaitable[None]]
):
    async with world(tmp_path, mortal, told) as at:
        await at.healthy(f"Before it: {YES}")
        await fault(at)
        await at.healthy(f"After it: {YES}")
        await until(at.bot.there)
        assert [quote for quote in at.bot.quotes if "Before" in quote] == [f"Before it: {YES}"]
        assert (await at.bot.left()).dead == 0
    allowed = {"queue.broken", "hosts.alone", "schedule.failed", "schedule.works-again", "visit.failed"}
    allowed |= {"delivery.failed", "heartbeat.failed", "visit.lost", "worker.stopped", "web.open"}
    assert {event for event in at.events() if not event.startswith(("visit.news", "alert."))} <= allowed
    assert [entry for entry in told if "exc_info" in entry] == [], "a server that is away needs no traceback"


async def test_while_it_is_away_the_bot_says_so_once_is_alive_and_not_ready(
    tmp_path: Path, mortal: Server, told: list[dict]
):
    async with world(tmp_path, mortal, told) as at:
        assert (await at.get("/readyz"))[0] == 200
        await at.server.stop()
        try:
            await until(lambda: {"tick", "presence"} <= {e["job"] for e in told if e["event"] == "schedule.failed"})
            assert await at.get("/healthz") == (200, '{"alive": true}')
            status, body = await at.get("/readyz")
            assert status == 503
            assert "does not answer" in body
            assert (await at.get("/metrics"))[0] == 200
        finally:
            await at.server.start()
        await at.healthy(f"After it: {YES}")
        await until(lambda: _ready(at))
        failed = [entry for entry in told if entry["event"] == "schedule.failed" and entry["job"] == "tick"]
        assert len(failed) == 1
        assert "does not answer" in failed[0]["reason"]
        assert any(e["event"] == "schedule.works-again" and e["job"] == "tick" for e in told)


@pytest.mark.parametrize(
    ("code", "words"), [("53100", "could not extend file: No space left"), ("XX001", "invalid page in block 7")]
)
async def test_a_server_without_room_and_a_damaged_one_are_named_in_its_own_words(
    tmp_path: Path, mortal: Server, told: list[dict], code: str, words: str
):
    """The server is well; that a write fails is done by a trigger, with the code that PostgreSQL gives it."""
    async with world(tmp_path, mortal, told) as at:
        refuse = f"BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{words}'; END"
        await at.server.run(
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $${refuse}$$", database=at.database
        )
        await at.server.run(
            "CREATE TRIGGER refuse BEFORE INSERT ON versions EXECUTE FUNCTION refuse()", database=at.database
        )
        at.upstream.serve("/news.txt", f"{NO}\n{YES}")
        await until(lambda: any(words in str(entry.get("reason")) for entry in told))
        assert at.bot.quotes == []
        status, body = await at.get("/readyz")
        assert (status, words in body) == (503, True)
        await at.server.run("DROP TRIGGER refuse ON versions", database=at.database)
        await until(lambda: at.bot.quotes == [YES])
        await until(lambda: _ready(at))
    assert not any("exc_info" in entry for entry in told)


async def _ready(at: World) -> bool:
    return (await at.get("/readyz"))[0] == 200


async def test_a_long_visit_is_finished_though_the_server_was_restarted_meanwhile(
    tmp_path: Path, mortal: Server, told: list[dict]
):
    """Its lease is longer than the outage: nothing of it is done twice."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request):
        asked.set()
        await go_on.wait()
        return web.Response(text=f"Slow: {YES}")

    timings = replace(QUICK, lease=QUICK.lease * 20)
    async with world(tmp_path, mortal, told, timings) as at:
        at.upstream.handle("/news.txt", slow)
        await asked.wait()
        count = len(at.upstream.log)
        await at.server.restart()
        await until(lambda: at.bot.app._worker._jobs.work_on("visit"))  # type: ignore[union-attr]
        go_on.set()
        await until(lambda: at.bot.quotes == [f"Slow: {YES}"])
        assert len(at.upstream.log) == count, "it was asked for once"


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
async def test_who_is_told_to_stop_while_it_stalls_ends_in_time(tmp_path: Path, mortal: Server):
    """Neither a visit that hangs nor a goodbye to each connection is waited for; its waits are the usual ones."""
    async with Upstream() as upstream, Proxy(mortal.socket) as line:
        upstream.serve("/news.txt", NO)
        hangs = asyncio.Event()

        async def hang(_request: web.Request) -> web.StreamResponse:
            hangs.set()
            await asyncio.Event().wait()
            raise AssertionError

        upstream.handle("/hangs.txt", hang)
        sources = [lines(name, upstream.url(f"/{name}.txt")) for name in ("news", "hangs")]
        env = {"ONRECORD_DATABASE": line.url(await mortal.fresh())}
        async with program("run", "--config", str(written(tmp_path, sources)), env=env) as bot:
            await bot.said("news: first visit recorded")
            await hangs.wait()
            line.stall()
            bot.signal(signal.SIGTERM)
            assert await bot.ended(within=10) == 0
        assert bot.logged("worker.not-handed-back")
        assert "Traceback" not in "\n".join(bot.err)


@pytest.mark.parametrize("command", [["run", "--once"], ["status"]])
async def test_a_command_names_a_server_that_is_away_and_one_that_lets_nobody_in(
    tmp_path: Path, mortal: Server, monkeypatch: pytest.MonkeyPatch, command: list[str]
):
    config = str(written(tmp_path, [lines("news", "http://127.0.0.1:9/")]))
    for url, wrong, mend in (
        (mortal.url_of("nowhere"), 'does not let us in: database "nowhere" does not exist.', "(ONRECORD_DATABASE)"),
        (
            "postgresql://bot:hunter2@127.0.0.1:1/onrecord",
            "does not answer",
            "Is the server up and is the address right?",
        ),
    ):
        monkeypatch.setenv("ONRECORD_DATABASE", url)
        result = await onrecord(*command, "--config", config)
        assert result.status == 1
        assert wrong in result.err
        assert mend in result.err
        assert "hunter2" not in result.err
        assert "Traceback" not in result.err
