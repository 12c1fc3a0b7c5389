"""Who may ask for what, and what of it others see."""

from datetime import timedelta

import pytest

from asking import ANNA, BERT, asking
from making import NOW


@pytest.fixture
async def people(tmp_path, store_url):
    async with asking(tmp_path, store_url) as people:
        yield people


async def test_what_is_watched_in_private_is_not_seen_from_outside(people):
    await people.says("add META license", user=BERT, channel="secret")
    [watch] = await people.watches()
    assert watch.private
    for asked in ("show w1", "remove w1", "mute w1 1h", "unmute w1", "test w1", "add w1 price"):
        assert "There is no *w1*" in await people.says(asked), asked
    for asked in ("show META", "remove META", "mute META 1h"):
        assert "isn't watched here" in await people.says(asked), asked
    assert "license" not in await people.says("list all")
    assert await people.watches() == [watch]
    assert "`license`" in await people.says("list", user=ANNA, channel="secret")


async def test_nobody_tells_a_private_channel_from_outside_or_carries_its_watches_out(people):
    assert "is told there alone" in await people.says("add META license in #general", user=BERT, channel="secret")
    assert "I can't see" in await people.says("add META license in #closed")
    # The bot is inside of #secret, and whoever types need not be.
    assert "Nothing changed" in await people.says("add META license in #secret")
    assert await people.watches() == []


async def test_where_the_bot_may_not_post_it_says_how_to_let_it_in(people):
    assert "`/invite @onrecord`" in await people.says("add META license", channel="closed")
    assert await people.watches() == []
    await people.says("add META license in #earnings")
    [joined] = people.slack.calls("conversations.join")
    assert joined.args["channel"] == people.id_of("earnings")


async def test_a_few_may_change_what_is_watched_and_all_may_look(tmp_path):
    async with asking(tmp_path, slack_table=f'admins = ["{ANNA}"]') as people:
        await people.says("add META license")
        changes = ("add META price", "remove META", "rule Fees fee", "mute META 1h", "unmute META", "pause", "resume")
        for asked in changes:
            assert f"Only <@{ANNA}> may change" in await people.says(asked, user=BERT), asked
        for asked in ("list", "show w1", "status", "help", "test META license"):
            assert "Only" not in await people.says(asked, user=BERT), asked
        [watch] = await people.watches()
        assert (watch.owner, watch.muted_until) == (ANNA, None)


async def test_what_the_file_says_is_changed_in_the_file(people):
    for asked in ("remove", "add"):
        said = await people.says(f'{asked} "Revenue sharing" price', channel="on-record")
        assert "config.toml" in said, said
        assert "Nothing changed" in said or "changed there" in said
    assert "from config.toml" in await people.says("list", channel="on-record")
    assert "config.toml" in await people.says('show "Revenue sharing"', channel="on-record")


async def test_every_change_is_kept_with_who_made_it(people):
    await people.says("add META license")
    await people.says("mute META 24h", user=BERT)
    await people.says("remove w1 license", user=BERT)
    made = [(ANNA, "add META license"), (BERT, "mute META 24h"), (BERT, "remove w1 license")]
    assert sorted(await people.changes("w1")) == sorted(made)
    await people.says("add w1")
    assert f"<@{BERT}> `mute META 24h`" in await people.says("show w1")


async def test_a_mute_ends_by_itself(people):
    await people.says("add META license")
    await people.says("mute META 1h")
    assert ":mute:" in await people.says("list")
    people.clock.now = NOW + timedelta(hours=2)
    assert ":mute:" not in await people.says("list")


async def test_undo_of_a_mute_brings_back_the_mute_that_was_there(people):
    await people.says("add META license")
    for lasts in ("forever", "1w"):
        await people.says(f"mute META {lasts}")
        [before] = await people.watches()
        said = await people.says("mute META 1h")
        assert f"Undo: `/watch mute w1 {lasts}`" in said
        await people.says(said.partition("Undo: `/watch ")[2].partition("`")[0])
        assert await people.watches() == [before]
    people.clock.now += timedelta(days=8)
    assert "Undo: `/watch unmute w1`" in await people.says("mute META 1h")


async def test_what_was_removed_tells_who_removed_it_and_how_it_comes_back(people):
    await people.says("add META license")
    await people.says("add META price", channel="secret")
    await people.says("remove w1", user=BERT, channel="earnings")
    said = await people.says("show w1", channel="earnings")
    there = f"<#{people.id_of('general')}>"
    assert said.startswith(f"*w1* was removed: *META* in {there} for `license`. It comes back with `/watch add w1`.")
    assert f"<@{ANNA}> `add META license`" in said
    assert said.endswith(f"<@{BERT}> `remove w1`")
    await people.says("remove w2", channel="secret")
    assert "There is no *w2*" in await people.says("show w2"), "it was a private channel's"
    assert "*w2* was removed" in await people.says("show w2", channel="secret")
    assert "There is no *w3*" in await people.says("show w3")


async def test_what_others_typed_can_neither_ping_nor_format(people):
    said = await people.says("add META “<!channel> *bold* `code`”, <@U1>")
    shown = await people.says("show META")
    for text in (said, shown, await people.says("list")):
        assert "<!channel" not in text
        assert "<@U1>" not in text


async def test_undo_brings_back_what_was(people):
    await people.says('add META license, "revenue share" -music')
    before = await people.watches()
    said = await people.says("remove META license")
    await people.says(said.partition("Undo: `/watch ")[2].partition("`")[0])
    [after] = await people.watches()
    assert sorted(after.rules) == sorted(before[0].rules)
    said = await people.says("remove META")
    assert await people.watches() == []
    await people.says(said.partition("Undo: `/watch ")[2].partition("`")[0])
    [again] = await people.watches()
    assert (again.name, sorted(again.rules)) == ("w1", sorted(before[0].rules))


async def test_what_is_typed_in_a_private_channel_is_added_to_no_watch_that_shows_elsewhere(people):
    await people.says("add META license")
    said = await people.says('add w1 "project x"', channel="secret")
    assert said == f"*w1* is told in <#{people.id_of('general')}>. Nothing changed. Change it there."
    assert not people.last.in_channel
    assert "project x" not in await people.says("show w1")
    assert "is also watching" in await people.says("add w1 price", channel="earnings")
