"""Once a day: a source that fell silent is told once, and again only after it spoke."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import claiming
from bot.daily import once_a_day, tell_quiet
from bot.model import Watch
from bot.store import roster, watched_sources, watches
from bot.store.database import Database
from bot.store.schema import messages
from making import NOW, source
from rules.model import Filters

DAY = timedelta(days=1)
OPS = "#ops"


@pytest.fixture
async def database(store_url):
    async with await Database.open(store_url, migrate_first=True) as database:
        yield database


def spoke(conn, name: str, *days_ago: int) -> None:
    roster.sync(conn, [source(one) for one in ("news", "blog")], now=NOW - 400 * DAY)
    claiming.spoke(conn, name, *days_ago)


async def notices(database: Database) -> list[str]:
    return await database.read(lambda conn: list(conn.execute(select(messages.c.notice)).scalars()))


async def test_a_silence_is_told_once_with_what_to_do(database: Database):
    await database.write(lambda conn: spoke(conn, "news", 100, 95, 90, 85))
    await database.write(lambda conn: spoke(conn, "blog", 20, 13, 6))
    for _ in range(3):
        await once_a_day(database, retention=900 * DAY, ops_channel=OPS, clock=lambda: NOW)
    [told] = await notices(database)
    assert told.startswith("news: quiet. It answers, and has brought nothing new for 85 days")
    assert "`onrecord try news`" in told


async def test_who_spoke_again_and_falls_silent_again_is_told_again(database: Database):
    await database.write(lambda conn: spoke(conn, "news", 100, 95, 90, 85))
    assert set(await database.write(lambda conn: tell_quiet(conn, ops_channel=OPS, now=NOW))) == {"news"}
    await database.write(lambda conn: spoke(conn, "news", 1))
    assert await database.write(lambda conn: tell_quiet(conn, ops_channel=OPS, now=NOW)) == {}
    later = NOW + 60 * DAY
    assert set(await database.write(lambda conn: tell_quiet(conn, ops_channel=OPS, now=later))) == {"news"}
    assert len(await notices(database)) == 2


@pytest.mark.parametrize("private", [True, False])
async def test_a_silence_of_what_a_private_channel_watches_is_told_without_its_name(database: Database, private: bool):
    def given(conn) -> None:
        spoke(conn, "news", 100, 95, 90, 85)
        watched_sources.add(conn, source("news"), by="U1", now=NOW - 200 * DAY)
        bounds = Filters(sources=("news",))
        watch = Watch(name="", rules=("price",), channel="C1", private=private, filters=bounds, since=NOW)
        watches.add(conn, watch, by="U1", said="add", now=NOW)

    await database.write(given)
    assert set(await database.write(lambda conn: tell_quiet(conn, ops_channel=OPS, now=NOW))) == {"news"}
    [told] = await notices(database)
    assert told.startswith("A source given in a private channel: quiet." if private else "news: quiet.")
    assert ("news" in told) is not private


@pytest.mark.parametrize("days_ago", [(), (10,), (3, 2, 1)])
async def test_who_may_be_silent_is_not_called_so(database: Database, days_ago):
    await database.write(lambda conn: spoke(conn, "news", *days_ago))
    assert await database.write(lambda conn: tell_quiet(conn, ops_channel=OPS, now=NOW)) == {}
