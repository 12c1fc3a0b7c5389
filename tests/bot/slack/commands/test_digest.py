"""`/watch digest`: a channel's hour, who may set it, and what waits for it."""

from datetime import time, timedelta

import pytest

from alerting import alert
from asking import ANNA, BERT, asking
from bot.alerts.compose import message_for
from bot.store import channels, outbox
from making import NOW

LOW = "10000000-0000-5000-8000-000000000001"


@pytest.fixture
async def people(tmp_path, store_url):
    async with asking(tmp_path, store_url, slack_table='channel = "#general"') as people:
        yield people


async def hour(people, channel: str = "#general") -> time | None:
    return await people.desk.database.read(lambda conn: channels.digest_at(conn, channel))


async def test_a_channel_has_its_own_hour_and_takes_it_back(people):
    assert "The digest of this channel comes at 08:00" in await people.says("digest")
    said = await people.says("digest 17:30")
    assert said.startswith("<@U0ANNA> set the digest of this channel to 17:30")
    assert "`/watch digest default`" in said, "the undo"
    assert people.last.in_channel, "everybody there is told"
    assert (await hour(people), await hour(people, "#other")) == (time(17, 30), None)
    assert "comes at 17:30" in await people.says("digest", user=BERT)
    assert "comes at 17:30" in await people.says("digest 17:30")
    assert "Nothing changed." in people.last.text
    assert "`/watch digest 17:30`" in await people.says("digest usual")
    assert await hour(people) is None


async def test_what_waits_comes_at_the_new_hour(people):
    low = message_for(alert(id=LOW, severity="low", channel="#general"), now=NOW)
    at_eight = NOW + timedelta(hours=20)
    await people.desk.database.write(lambda conn: outbox.put(conn, [low.model_copy(update={"due": at_eight})], now=NOW))
    await people.says("digest 23:15")
    [kept] = await people.desk.database.read(lambda conn: outbox.listing(conn, ("waiting",)))
    assert kept.due.astimezone(people.desk.config.bot.timezone).time() == time(23, 15)
    assert NOW < kept.due <= NOW + timedelta(days=1)


@pytest.mark.parametrize("typed", ["25:00", "8", "noon", "08:60", "-1:00", "08:00 09:00"])
async def test_what_is_no_hour_changes_nothing(people, typed: str):
    said = await people.says(f"digest {typed}")
    assert "is no time of day. Try `/watch digest 08:00`. Nothing changed." in said
    assert await hour(people) is None


async def test_whoever_only_asks_needs_no_right(tmp_path):
    async with asking(tmp_path, f"sqlite:///{tmp_path}/admins.db", slack_table=f'admins = ["{ANNA}"]') as people:
        assert "comes at 08:00" in await people.says("digest", user=BERT)
        assert "Only <@U0ANNA> may change" in await people.says("digest 09:00", user=BERT)
        assert await hour(people) is None
