"""A machine that sleeps: the program stands still for longer than its leases, wakes up, and goes on."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from aiohttp import web

from loopback import Upstream
from program import program
from waiting import until
from working import QUICK, YES, lines, written

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

IN_A_HURRY = "import bot.app, working; bot.app.Timings = lambda: working.QUICK; from bot.cli.main import main; main()"


@pytest.mark.parametrize("store_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)], indirect=True)
async def test_who_sleeps_for_twice_the_lease_goes_on_and_tells_everything_once(tmp_path: Path, store_url: str):
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        asked.set()
        await answer.wait()
        return web.Response(text=f"It comes late: {YES}")

    async with Upstream() as upstream:
        told = [lines("news", upstream.serve("/news.txt", "Nothing yet.")), lines("slow", upstream.url("/slow.txt"))]
        upstream.serve("/slow.txt", "Nothing yet.")
        config = str(written(tmp_path, told))
        run = ("run", "--config", config, "--format", "json")
        env = {"ONRECORD_DATABASE": store_url}
        async with program(*run, env=env, start=IN_A_HURRY) as bot:
            await bot.said("news: first visit recorded")
            await bot.said("slow: first visit recorded")
            upstream.handle("/slow.txt", slow)
            await asked.wait()
            bot.signal(signal.SIGSTOP)
            loop = asyncio.get_running_loop()
            wakes = loop.time() + 2 * QUICK.lease.total_seconds()
            await until(lambda: loop.time() > wakes)
            upstream.serve("/news.txt", f"Nothing yet.\n{YES}")
            answer.set()
            bot.signal(signal.SIGCONT)
            await bot.said(f'"{YES}"')
            await bot.said("It comes late")
            count = len(upstream.log)
            await until(lambda: len(upstream.log) > count + 2)
            bot.signal(signal.SIGTERM)
            assert await bot.ended() == 0
        quotes = sorted(alert["quotes"][0]["text"] for alert in bot.alerts)
        assert quotes == sorted([YES, f"It comes late: {YES}"])
        assert "Traceback" not in "\n".join(bot.err)
