"""People in Slack and the whole bot: heard by whoever has the role, told of what is wrong, and stopped in time."""

import asyncio
import json
import signal
import sys
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import select

from bot.slack.events import Reply
from bot.slack.notifier import SlackNotifier
from bot.store.schema import envelopes
from commands import onrecord
from fake_slack.signing import Request
from hearing import APP, BOT, SIGNING, Heard, workspace
from loopback import Upstream
from program import program
from waiting import until
from working import YES, Bot, Clock, lines, slower, working, written

SECRETS = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}


@pytest.fixture
async def slack():
    async with workspace() as slack:
        slack.workspace.add_channel("on-record")
        slack.workspace.add_channel("on-record-ops")
        yield slack


def table(slack, **keys: str) -> str:
    more = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
    return f'[slack]\nbase_url = "{slack.base_url}"\n{more}\n'


@asynccontextmanager
async def bot_in(folder: Path, slack, store_url: str | None = None, *, sources=(), mode="socket", **about):
    """A worker over this Slack. Its alerts go to the console unless `notifier` says otherwise."""
    about = {"secrets": SECRETS, **about}
    async with working(folder, [table(slack, mode=mode), *sources], store_url, **about) as bot:
        yield bot


async def port_of(logs: list) -> int:
    """Where its web server listens, by what it logged."""
    [listen] = await until(lambda: [entry["listen"] for entry in logs if entry["event"] == "web.open"])
    return int(listen.rpartition(":")[2])


async def reasons(port: int) -> list[str]:
    """Why `/readyz` says that the bot is not ready."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return (await answer.json())["reasons"]


async def kept(bot: Bot) -> int:
    return len(await bot.database.read(lambda conn: conn.execute(select(envelopes)).all()))


async def test_a_whole_worker_hears_and_answers(tmp_path, slack, store_url):
    async with bot_in(tmp_path, slack, store_url) as bot:
        await until(lambda: slack.sockets.open_now)
        said = await slack.people.types("/watch help")
        assert "/watch add" in await said.outcome()
        await slack.sockets.send(said)
        await until(lambda: len(said.acks) == 2)
        assert await kept(bot) == 1
    assert said.faults == []


async def test_of_two_workers_on_one_store_one_answers(tmp_path, slack, postgres):
    url = await postgres.fresh()
    handler = Heard(Reply("Once."))
    async with (
        bot_in(tmp_path, slack, url, handler=handler, roles=["slack"]) as first,
        bot_in(tmp_path, slack, url, handler=handler, roles=["slack"]),
    ):
        await until(lambda: len(slack.sockets.open_now) == 2)
        typed = [await slack.people.types(f"/watch {number}") for number in range(8)]
        await asyncio.gather(*(slack.sockets.send(said) for said in typed))
        for said in typed:
            await until(lambda said=said: len(said.acks) == 2)
        assert [said.shown for said in typed] == [["Once."]] * 8
        assert [worker.roles for worker in await first.there()] == [("slack",), ("slack",)]
    assert len(handler) == 8


async def test_hearing_is_a_role_of_its_own(tmp_path, slack):
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", YES))
        async with bot_in(tmp_path, slack, sources=[source], roles=["slack"]):
            await until(lambda: slack.sockets.open_now)
            await (await slack.people.types("/watch list")).outcome()
            assert upstream.log == []
        handshakes = len(slack.sockets.handshakes)
        async with bot_in(tmp_path, slack, sources=[source], roles=["visit", "deliver", "web"]):
            await until(lambda: upstream.log)
        assert len(slack.sockets.handshakes) == handshakes


async def test_over_http_it_is_heard_where_the_web_is(tmp_path, slack, store_url):
    secrets = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}
    with structlog.testing.capture_logs() as logs:
        async with bot_in(tmp_path, slack, store_url, mode="http", secrets=secrets) as bot:
            port = await port_of(logs)
            way = slack.people.way = Request(f"http://127.0.0.1:{port}", SIGNING, bot.clock)
            said = await slack.people.types("/watch help")
            assert "/watch add" in await said.outcome()
            await way.send(said)
            answers = [words for words in said.shown if not words.startswith("Checking ")]  # where all is slow
            assert (said.faults, len(said.acks), len(answers)) == ([], 2, 1)
            assert await kept(bot) == 1
            assert await reasons(port) == []
    assert slack.calls("apps.connections.open") == []


async def test_http_without_the_web_is_warned_of(tmp_path, slack):
    secrets = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}
    with structlog.testing.capture_logs() as logs:
        async with bot_in(tmp_path, slack, mode="http", secrets=secrets, roles=["slack"]):
            [deaf] = await until(lambda: [entry for entry in logs if entry["event"] == "slack.deaf"])
    assert "belong together" in deaf["reason"]


async def test_an_app_token_that_slack_refuses_stops_nothing_else(tmp_path, slack):
    token = slack.workspace.tokens[APP]
    token.refused = "token_revoked"
    async with Upstream() as upstream:
        source = lines("news", upstream.serve("/news.txt", "Nothing yet."))
        with structlog.testing.capture_logs() as logs:
            async with bot_in(tmp_path, slack, sources=[source]) as bot:
                port = await port_of(logs)
                refusal = "nobody is heard: Slack answered token_revoked to apps.connections.open"
                await until(lambda: _says(port, refusal))
                await until(lambda: _seen(bot, (refusal,)))
                assert refusal in (await onrecord("status", "--config", str(bot.app.config.path))).out
                await bot.first_visit("news")
                upstream.serve("/news.txt", YES)
                await until(lambda: bot.quotes == [YES])
                token.refused = None
                await until(lambda: _says(port, None))
                await until(lambda: _seen(bot, ()))
                assert "/watch add" in await (await slack.people.types("/watch help")).outcome()
    assert [entry["event"] for entry in logs].count("slack.deaf") == 1


async def test_a_bot_token_that_slack_refuses_is_asked_about_until_it_is_taken(tmp_path, slack):
    token = slack.workspace.tokens[BOT]
    token.refused = "account_inactive"
    notifier = SlackNotifier(SecretStr(BOT), base_url=slack.base_url, pace=timedelta(seconds=1.1))
    with structlog.testing.capture_logs() as logs:
        async with bot_in(tmp_path, slack, notifier=notifier, roles=["slack", "web"]) as bot:
            port = await port_of(logs)
            refusal = "nothing can be sent: Slack answered account_inactive to auth.test"
            await until(lambda: _says(port, refusal))
            await until(lambda: _seen(bot, (refusal,)))
            await until(lambda: len(slack.calls("auth.test")) > 3)
            token.refused = None
            await until(lambda: _says(port, None))
    events = [entry["event"] for entry in logs]
    assert (events.count("delivery.shut"), events.count("delivery.open")) == (1, 1)


async def _says(port: int, reason: str | None) -> bool:
    return await reasons(port) == ([] if reason is None else [reason])


async def _seen(bot: Bot, troubles: tuple[str, ...]) -> bool:
    return [worker.troubles for worker in await bot.there()] == [troubles]


async def test_without_an_app_token_alerts_go_out_and_the_bot_is_ready(tmp_path, slack):
    with structlog.testing.capture_logs() as logs:
        async with bot_in(tmp_path, slack, secrets={"SLACK_BOT_TOKEN": BOT}) as bot:
            assert await reasons(await port_of(logs)) == []
            assert [one.problem for one in bot.app.config.warnings if one.where == "slack"] == [
                "there is no SLACK_APP_TOKEN: alerts are posted, and nobody hears /watch"
            ]
    assert slack.calls("apps.connections.open") == []


async def test_a_stop_waits_for_no_answer_longer_than_for_other_work(tmp_path, slack):
    async def never(_event):
        await asyncio.Event().wait()

    loop = asyncio.get_running_loop()
    timings = slower(stop_within=timedelta(seconds=1))
    async with bot_in(tmp_path, slack, handler=Heard(never), timings=timings) as bot:
        await until(lambda: slack.sockets.open_now)
        said = await slack.people.types("/watch add AAPL")
        assert await said.told() == "Checking …"
        before = loop.time()
        await bot.stopped()
        assert loop.time() - before < 3
    assert "I am being restarted" in said.shown[1]


async def test_envelopes_are_forgotten_when_nobody_can_repeat_them(tmp_path, slack):
    clock = Clock()
    async with bot_in(tmp_path, slack, clock=clock, timings=slower(housekeeping=timedelta(milliseconds=50))) as bot:
        await until(lambda: slack.sockets.open_now)
        await (await slack.people.types("/watch")).outcome()
        assert await kept(bot) == 1
        clock.wrong_by = timedelta(minutes=61)
        await until(lambda: _forgot(bot))


async def _forgot(bot: Bot) -> bool:
    return await kept(bot) == 0


async def test_check_asks_about_both_tokens(tmp_path, slack, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    path = str(written(tmp_path, [table(slack)]))
    assert (await onrecord("check", "--config", path)).status == 0
    for token, variable, method in (
        (BOT, "SLACK_BOT_TOKEN", "auth.test"),
        (APP, "SLACK_APP_TOKEN", "apps.connections.open"),
    ):
        slack.workspace.tokens[token].refused = "invalid_auth"
        told = await onrecord("check", "--config", path, "--format", "json")
        slack.workspace.tokens[token].refused = None
        assert told.status == 2
        [problem] = [one for one in told.objects if one["file"] == "environment"]
        assert problem["where"] == variable
        assert problem["problem"] == f"Slack answered invalid_auth to {method}"
    assert "xoxb" not in told.out
    monkeypatch.delenv("SLACK_APP_TOKEN")
    told = await onrecord("check", "--config", path)
    assert (told.status, "nobody hears /watch" in told.out) == (0, True)


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
async def test_the_how_to_leads_to_the_first_alert(tmp_path, slack, monkeypatch):
    """Steps 5 to 8 of docs/slack.md, as they stand there; the app's own pages are Slack's."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "inbox").mkdir()
    company = '[[company]]\nticker = "META"\nname = "Meta Platforms"\n'
    inbox = '[[source]]\nname = "inbox"\nkind = "folder"\npath = "inbox"\ncompany = "META"\n'
    path = str(written(tmp_path, [table(slack), company, inbox]))
    assert (await onrecord("check", "--config", path)).status == 0
    async with program("run", "--config", path) as bot:
        await bot.said("slack.hears")
        said = await slack.people.types("/watch add META revenue share")
        assert "is watching *META* here for `revenue share`" in await said.outcome()
        await until(lambda: "inbox: first visit recorded" in _words(slack, "on-record-ops"))
        (tmp_path / "inbox" / "call.txt").write_text(f"Mark Zuckerberg:\n{YES}\n", encoding="utf-8")
        await until(lambda: YES in _words(slack, "on-record"))
        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0
    assert said.faults == []


def _words(slack, channel: str) -> str:
    return "\n".join(message.words for message in slack.workspace.in_channel(channel))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
async def test_the_program_hears_says_what_is_wrong_and_stops(tmp_path, slack, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    slack.workspace.tokens[APP].refused = "invalid_auth"
    path = str(written(tmp_path, [table(slack)]))
    async with program("run", "--config", path, "--only", "slack,web") as bot:
        deaf = json.loads(await bot.said("slack.deaf"))
        assert deaf["level"] == "error"
        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0
    assert not any("xapp" in line for line in bot.err)
