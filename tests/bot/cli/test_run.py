"""`onrecord run` as a process: it works until it is told to stop, alone or beside others, and stops well."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.store.database import Database
from bot.store.schema import sources
from commands import onrecord
from loopback import Upstream
from postgres import Server, serving
from program import program
from working import YES, lines, written

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


async def test_runs_until_sigterm_and_tells_what_comes(setting):
    async with program("run", "--config", setting.config, "--format", "json") as bot:
        await bot.said("acme-news: first visit recorded")
        setting.publish("Acme ended the agreement and gets no portion of the revenue any more. " * 20)
        alert = json.loads(await bot.said('"source": "acme-news"'))
        assert alert["source"] == "acme-news"
        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0


async def test_two_workers_share_the_work_and_are_seen_and_each_alert_comes_once(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
):
    """One visits, one does all the rest: what the first finds the second tells."""
    url = await postgres.fresh()
    env = {"ONRECORD_DATABASE": url}
    monkeypatch.setenv("ONRECORD_DATABASE", url)
    async with Upstream() as upstream:
        path = str(written(tmp_path, [lines("news", upstream.serve("/news.txt", "Nothing yet."))]))
        run = ("run", "--config", path, "--format", "json", "--only")
        async with program(*run, "visit", env=env) as visiting, program(*run, "deliver,web", env=env) as telling:
            await telling.said("news: first visit recorded")
            upstream.serve("/news.txt", f"Nothing yet.\n{YES}")
            await telling.said(YES)
            status = await onrecord("status", "--config", path, "--format", "json")
            assert status.status == 0
            there = {worker["pid"]: worker["roles"] for worker in status.objects[-1]["workers"]}
            assert there == {
                visiting.process.pid: ["visit"],
                telling.process.pid: ["deliver", "web"],
            }
            assert f":{telling.process.pid}, since" in (await onrecord("status", "--config", path)).out
            visiting.signal(signal.SIGTERM)
            telling.signal(signal.SIGINT)
            assert await visiting.ended() == 0
            assert await telling.ended() == 0
        assert visiting.out == []
        assert [alert["quotes"][0]["text"] for alert in telling.alerts] == [YES]
        status = await onrecord("status", "--config", path, "--format", "json")
        assert status.objects[-1]["workers"] == []
        assert "No worker runs now." in (await onrecord("status", "--config", path)).out


@pytest.mark.parametrize(
    ("only", "undone"),
    [
        ("visit", "With this --only nothing is told: "),
        ("web", "With this --only no source is visited and nothing is told: "),
        ("deliver,visit", None),
    ],
)
async def test_the_one_worker_of_a_file_says_what_nobody_does(tmp_path: Path, only: str, undone: str | None):
    path = str(written(tmp_path, [lines("news", "http://127.0.0.1:9/")]))
    async with program("run", "--config", path, "--only", only) as bot:
        await bot.said("The store is")
        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0
        said = [line for line in bot.err if line.startswith("With this --only")]
    assert said == ([] if undone is None else [f"{undone}a database file has one worker. Several want PostgreSQL."])


async def test_a_stop_does_not_wait_for_a_slow_visit_and_hands_it_back(tmp_path: Path):
    store_url = f"sqlite:///{tmp_path}/store.db"
    asked = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with Upstream() as upstream:
        source = lines("slow", upstream.handle("/slow.txt", hang))
        path = str(written(tmp_path, [source], fetch='timeout = "10m"'))
        async with program("run", "--config", path, env={"ONRECORD_DATABASE": store_url}) as bot:
            async with asyncio.timeout(60):
                await asked.wait()
            bot.signal(signal.SIGTERM)
            assert await bot.ended() == 0
        assert [entry["handed_back"] for entry in bot.logged("worker.stopped")] == [1]
        async with await Database.open(store_url) as database:
            (row,) = await database.read(lambda conn: conn.execute(select(sources)).all())
            assert (row.lease_until, row.failures, row.trouble) == (None, 0, None)


async def test_a_database_that_comes_up_later_is_waited_for_and_said_so(tmp_path: Path):
    with serving() as server:
        url = await server.fresh()
        await server.stop()
        async with Upstream() as upstream:
            path = str(written(tmp_path, [lines("news", upstream.serve("/news.txt", "Nothing yet."))]))
            async with program("run", "--config", path, env={"ONRECORD_DATABASE": url}) as bot:
                await bot.said("store.awaited")
                await bot.said("store.awaited", times=2)
                assert upstream.log == []
                await server.start()
                await bot.said("news: first visit recorded")
                (first, *_) = bot.logged("store.awaited")
                assert "does not answer" in first["reason"]
                bot.signal(signal.SIGTERM)
                assert await bot.ended() == 0
        await server.stop()
        async with program("run", "--config", path, env={"ONRECORD_DATABASE": url}) as bot:
            await bot.said("store.awaited")
            bot.signal(signal.SIGTERM)
            assert await bot.ended() == 1, "it never ran"
            assert "Traceback" not in "\n".join(bot.err)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "visits"], "There is no role 'visits'. Did you mean \"visit\"?"),
        (["--only", "visit,dance"], "There is no role 'dance'."),
        (["--only", " , "], "There is no role ' , '."),
        (["--only", "visit", "--once"], "--once does everything once; --only is for workers that go on."),
    ],
)
async def test_roles_that_there_are_not_are_named(setting, arguments: list[str], said: str):
    result = await onrecord("run", "--config", setting.config, *arguments)
    assert result.status == 2
    assert said in result.err
    assert result.out == ""
