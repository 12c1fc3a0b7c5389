"""A channel that is renamed or refuses, told of by the whole program: who hears of it, and what goes on."""

from contextlib import asynccontextmanager
from datetime import timedelta

from pydantic import SecretStr

from bot.slack.notifier import SlackNotifier
from hearing import APP, BOT, workspace
from loopback import Upstream
from waiting import until
from working import YES, lines, working

TOKENS = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
MORE = "A second time they want some portion of the revenue for it."


@asynccontextmanager
async def newsroom(folder):
    async with workspace() as slack, Upstream() as upstream:
        slack.workspace.add_channel("desk")
        slack.workspace.add_channel("ops")
        table = f'[slack]\nbase_url = "{slack.base_url}"\nchannel = "#desk"\nops_channel = "#ops"\n'
        company = '[[company]]\nticker = "ACME"\nname = "Acme"\n'
        source = lines("news", upstream.serve("/news.txt", "Nothing yet."), company="ACME")
        notifier = SlackNotifier(SecretStr(BOT), base_url=slack.base_url, pace=timedelta(0))
        async with working(folder, [table, company, source], secrets=TOKENS, notifier=notifier) as bot:
            await until(lambda: slack.sockets.open_now)
            await until(lambda: words(slack, "ops"))
            yield slack, upstream, bot


def words(slack, channel: str) -> list[str]:
    return [message.words for message in slack.workspace.in_channel(channel)]


async def test_who_made_a_watch_is_told_when_its_channel_refuses(tmp_path):
    async with newsroom(tmp_path) as (slack, upstream, bot):
        said = await slack.people.types("/watch add Acme revenue", user="U0ANNA", channel="general")
        await said.outcome()
        slack.workspace.by_name("general").archived = True
        upstream.serve("/news.txt", f"Nothing yet.\n{YES}")
        await until(lambda: any("Nothing can be posted in" in line for line in words(slack, "direct-u0anna")))
        await until(lambda: any("is_archived" in line for line in words(slack, "ops")))
        assert (await bot.left()).parked == 1
        await until(lambda: any(YES in line for line in words(slack, "desk")))


async def test_a_renamed_channel_is_followed(tmp_path):
    async with newsroom(tmp_path) as (slack, upstream, bot):
        upstream.serve("/news.txt", f"Nothing yet.\n{YES}")
        await until(lambda: any(YES in line for line in words(slack, "desk")))
        slack.workspace.by_name("desk").name = "newsdesk"
        slack.workspace.add_channel("desk")
        upstream.serve("/news.txt", f"Nothing yet.\n{YES}\n{MORE}")
        await until(lambda: any(MORE in line for line in words(slack, "newsdesk")))
        assert words(slack, "desk") == [], "another channel that took its name is another channel"
        assert (await bot.left()).parked == 0


async def test_it_is_followed_by_a_program_that_never_saw_its_old_name(tmp_path):
    async with newsroom(tmp_path) as (slack, upstream, bot):
        upstream.serve("/news.txt", f"Nothing yet.\n{YES}")
        await until(lambda: any(YES in line for line in words(slack, "desk")))
        slack.workspace.by_name("desk").name = "newsdesk"
        slack.workspace.add_channel("desk")
        again = SlackNotifier(SecretStr(BOT), base_url=slack.base_url, pace=timedelta(0))
        bot.app.courier._notifier = again
        upstream.serve("/news.txt", f"Nothing yet.\n{YES}\n{MORE}")
        await until(lambda: any(MORE in line for line in words(slack, "newsdesk")))
        assert words(slack, "desk") == []
