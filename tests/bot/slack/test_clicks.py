"""Buttons below an alert, clicked in Slack: through the socket, the store and the outbox back into the message."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.model import FOREVER
from bot.slack.notifier import SlackNotifier
from bot.store import judgements, watches
from hearing import APP, BOT, workspace
from loopback import Upstream
from waiting import until
from working import YES, lines, working

TOKENS = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
RULE = "Revenue sharing"
WATCH = f"config:{RULE}:#general"


@asynccontextmanager
async def told(folder: Path, store_url: str | None = None, *, slack_table: str = ""):
    """An alert that stands in #general: (Slack, the bot, the message)."""
    async with workspace() as slack, Upstream() as upstream:
        table = f'[slack]\nbase_url = "{slack.base_url}"\nchannel = "#general"\n{slack_table}\n'
        source = lines("news", upstream.serve("/news.txt", "Nothing yet."))
        notifier = SlackNotifier(SecretStr(BOT), base_url=slack.base_url, pace=timedelta(0))
        made = working(folder, [table, source], store_url, secrets=TOKENS, notifier=notifier)
        async with made as bot:
            await until(lambda: slack.sockets.open_now)
            await until(lambda: upstream.asked("/news.txt"))
            await until(lambda: done_first(bot))
            upstream.serve("/news.txt", f"Nothing yet.\n{YES}")
            await until(lambda: alerts(slack))
            yield slack, bot, alerts(slack)[0]


async def done_first(bot) -> bool:
    return (await bot.standing("news")).first_visit_done is not None


def alerts(slack):
    return [message for message in slack.workspace.in_channel("general") if YES in message.words]


def actions(message) -> list[str]:
    return [one["action_id"] for block in message.blocks if block["type"] == "actions" for one in block["elements"]]


async def shows(message, words: str) -> None:
    await until(lambda: any(words in str(block) for block in message.blocks if block["type"] == "context"))


async def precision(bot) -> dict[str, tuple[int, int]]:
    return await bot.database.read(lambda conn: judgements.precision(conn, [RULE]))


async def muted_until(bot):
    watch = await bot.database.read(lambda conn: watches.find(conn, WATCH))
    return watch.muted_until


async def test_got_it_is_shown_to_everybody_and_counts_for_the_rule(tmp_path, store_url):
    async with told(tmp_path, store_url) as (slack, bot, message):
        assert actions(message) == ["got-it", "not-relevant", "mute"]
        said = await slack.people.clicks(message, "got-it", user="U0ANNA")
        await said.acknowledged()
        await shows(message, "Got it · <@U0ANNA>")
        assert actions(message) == ["not-relevant", "mute"]
        assert await precision(bot) == {RULE: (1, 1)}
        assert said.shown == []
        assert len(alerts(slack)) == 1, "the message itself was changed"


async def test_not_relevant_asks_why_and_counts_against_the_rule(tmp_path):
    async with told(tmp_path) as (slack, bot, message):
        await slack.people.clicks(message, "not-relevant")
        modal = await until(lambda: next(iter(slack.views.opened.values()), None))
        assert await precision(bot) == {}
        await slack.people.submits(modal, {"reason": "wrong company"})
        await shows(message, "Not relevant (wrong company) · <@U0ANNA>")
        assert await precision(bot) == {RULE: (0, 1)}
        # Who thinks otherwise afterwards has the last word, and is one voice all the same.
        await slack.people.clicks(message, "got-it")
        await shows(message, "Got it")
        assert await precision(bot) == {RULE: (1, 1)}


@pytest.mark.parametrize(("lasts", "shown"), [("24h", "until <!date^"), ("forever", "until somebody unmutes it")])
async def test_mute_mutes_what_asked_for_it_and_can_be_undone(tmp_path, lasts, shown):
    async with told(tmp_path) as (slack, bot, message):
        [menu] = [one for block in message.blocks if block["type"] == "actions" for one in block["elements"][-1:]]
        [option] = [one["value"] for one in menu["options"] if one["value"].startswith(f"{lasts} ")]
        await slack.people.clicks(message, "mute", option)
        await shows(message, f"Muted by <@U0ANNA> {shown}")
        assert actions(message) == ["got-it", "not-relevant", "unmute"]
        until_then = await muted_until(bot)
        assert (until_then == FOREVER) is (lasts == "forever")
        await slack.people.clicks(message, "unmute", user="U0BERT")
        await until(lambda: "mute" in actions(message))
        assert await muted_until(bot) is None
        history = await bot.database.read(lambda conn: watches.changes(conn, WATCH))
        assert [change.by for change in history] == ["U0ANNA", "U0BERT"]


async def test_mute_shortens_no_mute_that_lasts_longer(tmp_path):
    async with told(tmp_path) as (slack, bot, message):
        menu = message.blocks[-1]["elements"][-1]
        options = {one["value"].partition(" ")[0]: one["value"] for one in menu["options"]}
        now = datetime.now(UTC)
        until_then = now + timedelta(days=30)
        await bot.database.write(lambda conn: watches.mute(conn, WATCH, until_then, "U0BOSS", now))
        said = await slack.people.clicks(message, "mute", options["1h"])
        assert "muted for longer already. Nothing changed." in await said.told()
        assert await muted_until(bot) == until_then
        # As long as it is muted already is no shorter: the alert shows it, and offers to end it.
        await bot.database.write(lambda conn: watches.mute(conn, WATCH, FOREVER, "U0BOSS", now))
        await slack.people.clicks(message, "mute", options["forever"])
        await shows(message, "Muted by <@U0ANNA> until somebody unmutes it")
        assert actions(message) == ["got-it", "not-relevant", "unmute"]
        assert await muted_until(bot) == FOREVER


async def test_the_same_click_twice_is_one(tmp_path):
    async with told(tmp_path) as (slack, _bot, message):
        before = len(slack.calls("chat.update"))
        first = await slack.people.clicks(message, "got-it", user="U0ANNA")
        second = await slack.people.clicks(message, "got-it", user="U0BERT")
        await shows(message, "Got it")
        await second.acknowledged()
        await slack.sockets.send(first)
        await until(lambda: len(first.acks) == 2)
        await slack.people.clicks(message, "not-relevant")  # it comes after them, and opens its modal
        await until(lambda: slack.views.opened)
        assert len(slack.calls("chat.update")) == before + 1
        assert "U0BERT" not in str(message.blocks)


async def test_who_may_not_change_what_is_watched_may_not_mute_it(tmp_path):
    async with told(tmp_path, slack_table='admins = ["U0BOSS"]') as (slack, bot, message):
        [option] = [
            one["value"]
            for block in message.blocks
            if block["type"] == "actions"
            for one in block["elements"][-1]["options"]
            if one["value"].startswith("1h ")
        ]
        said = await slack.people.clicks(message, "mute", option)
        assert "Only <@U0BOSS> may change" in await said.told()
        assert await muted_until(bot) is None
        await slack.people.clicks(message, "got-it")
        await shows(message, "Got it")


async def test_an_alert_that_is_kept_no_more_says_so(tmp_path):
    async with told(tmp_path) as (slack, _bot, message):
        for block in message.blocks:
            for one in block.get("elements", []):
                if one.get("action_id") == "got-it":
                    one["value"] = "00000000-0000-0000-0000-000000000000"
                if one.get("action_id") == "not-relevant":
                    one["value"] = "<!channel>"
        assert "I don't know this alert any more" in await (await slack.people.clicks(message, "got-it")).told()
        assert "I don't know this button" in await (await slack.people.clicks(message, "not-relevant")).told()
