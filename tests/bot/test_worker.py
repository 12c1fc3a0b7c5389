"""One worker, whole or in parts: it asks what is due, does what it is given, and hands back what it cannot finish."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from sqlalchemy import select

from bot.store import archive
from bot.store.schema import sources
from bot.timings import Timings
from bot.worker import HAND_BACK_WITHIN
from loopback import Upstream
from making import document
from waiting import until
from watchers.model import Push
from working import YES, Clock, lines, slower, table, working

NO = "Nothing that anybody asked for."
SELDOM = slower(tick=timedelta(seconds=20))


class Gate:
    """A page that answers when it may; whoever asks is counted."""

    def __init__(self, text: str = NO) -> None:
        self.text = text
        self.asked = 0
        self.open = asyncio.Event()

    async def __call__(self, _request: web.Request) -> web.StreamResponse:
        self.asked += 1
        await self.open.wait()
        return web.Response(text=self.text)


async def test_a_whole_worker_visits_what_is_due_and_tells_what_comes(tmp_path: Path, store_url: str):
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        async with working(tmp_path, [lines("news", url)], store_url) as bot:
            await bot.first_visit("news")
            upstream.serve("/news.txt", f"{NO}\n{YES}")
            await until(lambda: bot.quotes)
            count = len(upstream.log)
            await until(lambda: len(upstream.log) > count + 1)
        assert bot.quotes == [YES]


async def test_parts_of_the_work_can_be_done_by_different_workers(tmp_path: Path, postgres):
    url = await postgres.fresh()
    async with Upstream() as upstream:
        page = upstream.serve("/news.txt", NO)
        told = [lines("news", page)]
        async with working(tmp_path, told, url, roles=["visit"]) as visiting:
            await until(lambda: len(upstream.log) > 2)
            upstream.serve("/news.txt", YES)
            await until(lambda: _waiting(visiting, 2))
            assert visiting.alerts == []
            assert visiting.notices == []
            async with working(tmp_path, told, url, roles=["deliver"]) as delivering:
                await until(lambda: delivering.quotes == [YES])
                await until(lambda: _waiting(visiting, 0))
                there = await visiting.there()
                assert [worker.roles for worker in there] == [("visit",), ("deliver",)]
            assert visiting.alerts == []
            await until(lambda: _there(visiting, 1))


async def _waiting(bot, count: int) -> bool:
    return (await bot.left()).waiting == count


async def _there(bot, count: int) -> bool:
    return len(await bot.there()) == count


async def test_a_worker_is_seen_while_it_runs_and_not_afterwards(tmp_path: Path, store_url: str):
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        async with working(tmp_path, [lines("news", url)], store_url) as bot:
            (worker,) = await until(bot.there)
            assert worker.roles == ("visit", "deliver", "annotate", "web", "slack")
            seen = worker.seen
            await until(lambda: _seen_after(bot, seen))
            await bot.stopped()
            assert await bot.there() == []


async def _seen_after(bot, moment) -> bool:
    (worker,) = await bot.there()
    return worker.seen > moment


async def test_a_stop_hands_back_what_is_under_way_and_it_is_due_at_once(tmp_path: Path, store_url: str):
    gate = Gate()
    async with Upstream() as upstream:
        url = upstream.handle("/slow.txt", gate)
        with structlog.testing.capture_logs() as logs:
            async with working(
                tmp_path, [lines("slow", url)], store_url, timings=slower(lease=timedelta(hours=1))
            ) as bot:
                await until(lambda: gate.asked)
                (row,) = await bot.database.read(lambda conn: conn.execute(select(sources)).all())
                assert row.lease_until > bot.clock() + timedelta(minutes=50)
                await bot.stopped()
                (row,) = await bot.database.read(lambda conn: conn.execute(select(sources)).all())
                assert row.lease_until is None
                assert row.next_visit <= bot.clock()
                assert row.failures == 0
        assert {"event": "worker.stopped", "handed_back": 1, "log_level": "info"} in logs
        gate.open.set()
        async with working(tmp_path, [lines("slow", url)], store_url) as bot:
            await bot.first_visit("slow")


async def test_a_long_reading_of_the_archive_holds_up_visits_and_nothing_else(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
):
    """As after a change of rules on a large archive."""
    begun = asyncio.Event()

    async def read(*_: object, **__: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.app.read_archive", read)
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        with structlog.testing.capture_logs() as logs:
            async with working(tmp_path, [lines("news", url)], store_url) as bot:
                await asyncio.wait_for(begun.wait(), 30)
                assert [line["event"] for line in logs].count("web.open") == 1
                await until(bot.there)
                await bot.stopped()
        assert upstream.log == []


async def test_a_stop_lets_what_is_nearly_done_be_finished(tmp_path: Path, store_url: str):
    gate = Gate(YES)
    async with Upstream() as upstream:
        url = upstream.handle("/slow.txt", gate)
        patient = slower(stop_within=timedelta(seconds=20))
        async with working(tmp_path, [lines("slow", url)], store_url, timings=patient) as bot:
            await until(lambda: gate.asked)
            bot.stop.set()
            gate.open.set()
            await bot.stopped()
            assert (await bot.standing("slow")).first_visit_done is not None


async def test_a_hint_makes_a_source_due_at_once(tmp_path: Path, store_url: str):
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        async with working(tmp_path, [lines("news", url, every="1d")], store_url) as bot:
            await bot.first_visit("news")
            upstream.serve("/news.txt", YES)
            assert bot.app._worker is not None
            await bot.app._worker.hint("news", Push(by="hook"))
            await until(lambda: bot.quotes == [YES])
            await until(lambda: _due_later(bot))


async def _due_later(bot) -> bool:
    return (await bot.standing("news")).next_visit > bot.clock() + timedelta(hours=20)


async def test_a_hint_that_comes_during_a_visit_is_followed_by_another_visit(tmp_path: Path, store_url: str):
    gate = Gate()
    async with Upstream() as upstream:
        url = upstream.handle("/news.txt", gate)
        async with working(tmp_path, [lines("news", url, every="1d")], store_url) as bot:
            await until(lambda: gate.asked == 1)
            assert bot.app._worker is not None
            for _ in range(3):
                await bot.app._worker.hint("news", Push(by="hook"))
            gate.text = YES
            gate.open.set()
            await until(lambda: gate.asked == 2)
            await until(lambda: _due_later(bot))
            assert gate.asked == 2, "three hints that say the same are one"


async def test_a_hint_reaches_a_worker_elsewhere_before_it_would_ask(tmp_path: Path, postgres):
    """One takes webhooks, the other visits, and both ask only every twenty seconds."""
    url = await postgres.fresh()
    async with Upstream() as upstream:
        page = upstream.serve("/news.txt", NO)
        told = [lines("news", page, every="1d")]
        async with working(tmp_path, told, url) as bot:
            await bot.first_visit("news")
        async with (
            working(tmp_path, told, url, roles=["visit"], timings=SELDOM),
            working(tmp_path, told, url, roles=["web"], timings=SELDOM) as taking,
        ):
            count = len(upstream.log)
            await until(lambda: taking.app._worker is not None)
            assert taking.app._worker is not None
            await taking.app._worker.hint("news", Push(by="hook"))
            await until(lambda: len(upstream.log) > count, within=15)


async def test_a_dropped_file_is_noticed_at_once(tmp_path: Path, store_url: str):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    told = [table("folder", "inbox", path="inbox", every="1d")]
    async with working(tmp_path, told, store_url) as bot:
        await bot.first_visit("inbox")
        await until(lambda: _settled(bot, "inbox"))
        (inbox / "call.txt").write_text(YES, encoding="utf-8")
        await until(lambda: bot.quotes == [YES])


async def test_a_folder_that_goes_away_and_comes_back_is_noticed_at_once(tmp_path: Path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    async with working(tmp_path, [table("folder", "inbox", path="inbox", every="1d")]) as bot:
        await bot.first_visit("inbox")
        inbox.rename(tmp_path / "elsewhere")
        await bot.told("inbox: not-found.")
        (tmp_path / "elsewhere").rename(inbox)
        await bot.told("inbox: back, after not-found.")


async def _settled(bot, name: str) -> bool:
    return (await bot.standing(name)).next_visit > bot.clock() + timedelta(hours=1)


async def test_hints_need_no_worker_that_visits_here(tmp_path: Path):
    """On a file nobody else would take what is handed out: it stays due, for whoever runs next."""
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        told = [lines("news", url, every="1d")]
        async with working(tmp_path, told) as bot:
            await bot.first_visit("news")
        async with working(tmp_path, told, roles=["web"]) as bot:
            await until(lambda: bot.app._worker is not None)
            assert bot.app._worker is not None
            await bot.app._worker.hint("news", Push(by="hook"))
            assert (await bot.standing("news")).next_visit <= bot.clock()
        count = len(upstream.log)
        async with working(tmp_path, told) as bot:
            await until(lambda: len(upstream.log) > count)


async def test_workers_come_and_go_and_every_source_is_visited_by_one_at_a_time(tmp_path: Path, postgres):
    """Three workers over one store; the oracle is the upstream, which sees whether two ask for one page at once."""
    url = await postgres.fresh()
    at_once: dict[str, int] = {}
    most: dict[str, int] = {}
    count: dict[str, int] = {}

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.path
        at_once[name] = at_once.get(name, 0) + 1
        most[name] = max(most.get(name, 0), at_once[name])
        await asyncio.sleep(0.01)
        at_once[name] -= 1
        count[name] = count.get(name, 0) + 1
        return web.Response(text=NO)

    async with Upstream() as upstream, AsyncExitStack() as stack:
        pages = [upstream.handle(f"/{number}.txt", answer) for number in range(12)]
        told = [lines(f"s{number}", page) for number, page in enumerate(pages)]
        fetch = "per_host = 12"
        first = await stack.enter_async_context(working(tmp_path, told, url, fetch=fetch))
        for _ in range(2):
            async with working(tmp_path, told, url, fetch=fetch) as guest:
                await until(lambda: _there(first, 2))
                before = dict(count)
                await until(lambda before=before: all(count.get(name, 0) > before.get(name, 0) for name in most))
                del guest
            await until(lambda: _there(first, 1))
        assert len(most) == 12
        assert set(most.values()) == {1}


@pytest.mark.parametrize("hours", [5, -5])
async def test_a_clock_that_jumps_by_hours_stops_nothing(tmp_path: Path, store_url: str, hours: int):
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        clock = Clock(timedelta(0))
        async with working(tmp_path, [lines("news", url)], store_url, clock=clock) as bot:
            await bot.first_visit("news")
            clock.wrong_by = timedelta(hours=hours)
            upstream.serve("/news.txt", YES)
            await until(lambda: bot.quotes == [YES])
            (worker,) = await until(bot.there)
            assert abs(worker.seen - bot.clock()) < timedelta(minutes=1)


async def test_what_a_wrong_clock_put_off_does_not_wait_for_hours(tmp_path: Path, store_url: str):
    """The clock was nine hours ahead while a bot ran, and is right when the next one starts."""
    gate = Gate()
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        slow = upstream.handle("/slow.txt", gate)
        told = [lines("news", url, every="2h"), lines("slow", slow)]
        ahead = Clock(timedelta(hours=9))
        async with working(tmp_path, told, store_url, clock=ahead, roles=["visit"]) as bot:
            await until(lambda: _visited(bot, "news"))
            await until(lambda: gate.asked)
            upstream.serve("/news.txt", YES)
            await bot.app._worker.hint("news", Push(by="hook"))  # type: ignore[union-attr]
            await until(lambda: _waiting(bot, 2))
        gate.open.set()
        with structlog.testing.capture_logs() as logs:
            async with working(tmp_path, told, store_url) as bot:
                await until(lambda: bot.quotes == [YES])
                await bot.first_visit("slow")
                standing = await bot.standing("news")
                assert standing.next_visit < bot.clock() + timedelta(hours=2)
        assert [entry["event"] for entry in logs if entry["event"].startswith("clock")] == ["clock.was-ahead"]


async def _visited(bot, name: str) -> bool:
    return (await bot.standing(name)).last_visit is not None


async def test_what_is_older_than_the_retention_goes_by_itself(tmp_path: Path, store_url: str):
    quick = slower(housekeeping=timedelta(milliseconds=50))
    async with Upstream() as upstream:
        url = upstream.serve("/news.txt", NO)
        async with working(tmp_path, [lines("news", url)], store_url, timings=quick, roles=["deliver"]) as bot:
            long_ago = bot.clock() - bot.app.config.bot.retention - timedelta(days=1)
            await bot.database.write(lambda conn: archive.record(conn, document(key="old"), None, now=long_ago))
        async with working(tmp_path, [lines("news", url)], store_url, timings=quick) as bot:
            await bot.first_visit("news")
            await until(lambda: _keys(bot, 1))


async def _keys(bot, count: int) -> bool:
    return len(await bot.database.read(archive.ids)) == count


def test_what_is_under_way_at_a_stop_and_handing_it_back_take_less_than_ten_seconds():
    assert Timings().stop_within + HAND_BACK_WITHIN < timedelta(seconds=10)
