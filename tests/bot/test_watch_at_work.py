"""What is typed in Slack works on the next document, on every worker, without a restart."""

from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.store import roster
from hearing import APP, BOT, workspace
from loopback import Upstream
from waiting import until
from working import lines, working

TOKENS = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}
NO = "Nothing that anybody asked for."
PRICE = "They will pay a price for every call."
FEE = "And a fee for every answer."
COMPANY = '[[company]]\nticker = "ACME"\nname = "Acme"\n'
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://acme.example/</link>{items}'
    "</channel></rss>"
)
ITEM = "<item><guid>{n}</guid><title>Post {n}</title><description>{text}</description></item>"


def feed(*texts: str) -> str:
    return FEED.format(items="".join(ITEM.format(n=n, text=f"<p>{text} {NO * 30}</p>") for n, text in enumerate(texts)))


@asynccontextmanager
async def newsroom(folder: Path, store_url: str, *roles: tuple[str, ...]):
    """A Slack, a source of Acme's, and a worker for each set of roles."""
    async with workspace() as slack, Upstream() as upstream, AsyncExitStack() as stack:
        told = [
            f'[slack]\nbase_url = "{slack.base_url}"\nchannel = "#general"\n',
            COMPANY,
            lines("acme-news", upstream.serve("/news.txt", NO), company="ACME"),
        ]
        workers = []
        for number, those in enumerate(roles):
            place = folder / str(number)
            place.mkdir()
            made = working(place, told, store_url, secrets=TOKENS, roles=those)
            workers.append(await stack.enter_async_context(made))
        await until(lambda: slack.sockets.open_now)
        await workers[-1].first_visit("acme-news")
        yield slack, upstream, workers


async def types(slack, text: str) -> str:
    said = await slack.people.types(f"/watch {text}")
    return await said.outcome()


async def test_a_watch_made_in_slack_alerts_of_the_next_document(tmp_path, store_url):
    async with newsroom(tmp_path, store_url, ("visit", "deliver", "slack")) as (slack, upstream, [bot]):
        assert "is watching *ACME* here for `price`" in await types(slack, "add Acme price")
        upstream.serve("/news.txt", f"{NO}\n{PRICE}")
        await until(lambda: bot.quotes == [PRICE])
        [alert] = bot.alerts
        assert [quote["rule"] for quote in alert["quotes"]] == ["price"]
        # A muted watch is silent, and what it would have said is kept.
        assert "muted" in await types(slack, "mute Acme 1h")
        upstream.serve("/news.txt", f"{NO}\n{PRICE}\nEvery price is different.")
        await until(lambda: len(upstream.asked("/news.txt")) > 4)
        await until_shown(slack, "1 of them while it is muted")
        await types(slack, "unmute Acme")
        await types(slack, "add Acme fee")
        upstream.serve("/news.txt", f"{NO}\n{FEE}")
        await until(lambda: len(bot.alerts) == 2)
        assert bot.quotes == [PRICE, FEE]


async def test_a_rule_made_in_slack_alerts_of_the_next_document_and_so_does_what_it_becomes(tmp_path, store_url):
    async with newsroom(tmp_path, store_url, ("visit", "deliver", "slack")) as (slack, upstream, [bot]):
        said = await types(slack, "rule Prices pay PRE/3 price severity:high facet:paid-access")
        assert "It would have found 0 matches in 0 of the 1 newest stored documents." in said
        upstream.serve("/news.txt", f"{NO}\n{PRICE}")
        await until(lambda: bot.quotes == [PRICE])
        [alert] = bot.alerts
        assert [quote["rule"] for quote in alert["quotes"]] == ["Prices (w1)"]
        assert (alert["severity"], alert["facets"]) == ("high", ["paid-access"])
        assert "1 match in 1 of the 2" in await types(slack, "rule Prices fee OR (pay PRE/3 price)")
        upstream.serve("/news.txt", f"{NO}\n{PRICE}\n{FEE}")
        await until(lambda: bot.quotes == [PRICE, FEE])


async def watched(bot) -> list[str]:
    return [one.source for one in await bot.database.read(roster.standing)]


async def until_shown(slack, words: str) -> None:
    async def shown() -> bool:
        return words in await types(slack, "show Acme")

    await until(shown)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_of_two_workers_one_hears_and_the_other_alerts(tmp_path, store_url):
    async with newsroom(tmp_path, store_url, ("slack",), ("visit", "deliver")) as (slack, upstream, [door, bot]):
        assert "is watching" in await types(slack, "add Acme price")
        upstream.serve("/news.txt", f"{NO}\n{PRICE}")
        await until(lambda: bot.quotes == [PRICE])
        assert door.alerts == []
        await types(slack, "remove Acme")
        upstream.serve("/news.txt", f"{NO}\n{PRICE}\nAnother price.")
        await until(lambda: len(upstream.asked("/news.txt")) > 6)
        assert bot.quotes == [PRICE]


async def test_an_address_that_is_watched_becomes_a_source_and_rests_when_nobody_watches_it(tmp_path, store_url):
    async with newsroom(tmp_path, store_url, ("visit", "deliver", "slack")) as (slack, upstream, [bot]):
        url = upstream.serve("/feed.xml", feed(PRICE), media_type="application/rss+xml")
        said = await types(slack, f"add {url} price")
        assert "I visit it now for the first time" in said
        await bot.told("first visit recorded")
        assert bot.quotes == [], "what was there is recorded, not told"
        assert len(await watched(bot)) == 2
        assert "stopped watching" in await types(slack, "remove w1")
        assert await watched(bot) == ["acme-news"]
        assert "is watching" in await types(slack, "add w1")
        assert len(await watched(bot)) == 2


async def test_alerts_that_are_paused_are_told_when_the_pause_ends(tmp_path, store_url):
    async with newsroom(tmp_path, store_url, ("visit", "deliver", "slack")) as (slack, upstream, [bot]):
        await types(slack, "add Acme price")
        await types(slack, "pause")
        upstream.serve("/news.txt", f"{NO}\n{PRICE}")

        async def waits() -> bool:
            return "1 alert waiting" in await types(slack, "status")

        await until(waits)
        assert bot.quotes == []
        assert "resumed all alerts" in await types(slack, "resume")
        await until(lambda: bot.quotes == [PRICE])


async def test_of_a_source_given_in_private_the_ops_channel_learns_no_name(tmp_path, store_url):
    async with newsroom(tmp_path, store_url, ("visit", "deliver", "slack")) as (slack, upstream, [bot]):
        slack.workspace.add_channel("secret", private=True)
        url = upstream.serve("/deal.xml", feed(PRICE), media_type="application/rss+xml")
        said = await slack.people.types(f"/watch add {url} price", channel="secret")
        assert "is watching" in await said.outcome()
        told = await bot.told("A source given in a private channel: first visit recorded")
        assert "1 document with 1 match" in told
        upstream.serve("/deal.xml", "", status=403)
        [name] = [source for source in await watched(bot) if source != "acme-news"]
        await bot.app.once([name])
        await bot.told("A source given in a private channel: blocked. `onrecord status` on the machine says which")
        upstream.serve("/deal.xml", feed(PRICE, FEE), media_type="application/rss+xml")
        await bot.app.once([name])
        await bot.told("A source given in a private channel: back, after blocked.")
        for line in bot.notices:
            assert "deal" not in line, line
