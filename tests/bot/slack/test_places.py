"""Where a channel is: found by its name once, by its id from then on; parked while it refuses; told to its owners."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from alerting import NOW, alert, message, quote
from bot.model import Watch
from bot.notifier import Ambiguous
from bot.slack.api import SlackApi
from bot.slack.places import Places
from bot.store import channels, outbox, watches
from fake_slack import Fault

OPS = "#on-record-ops"
TOKEN = "xoxb-the-secret"


def one(number: int, channel: str = "#on-record"):
    return message(
        alert(quote(f"Number {number}: some portion of the revenue."), id=f"alert-{number}", channel=channel)
    )


async def test_a_channel_that_is_renamed_is_followed(desk):
    await desk.put(one(1))
    await desk.deliver()
    desk.slack.workspace.by_name("on-record").name = "records"
    await desk.put(one(2))
    await desk.deliver()
    assert desk.posted("#records") == [one(1).id, one(2).id]
    assert len(desk.slack.calls("conversations.list")) == 1


async def test_whoever_takes_its_name_does_not_hear_what_was_meant_for_it(desk):
    """The private channel is renamed, or archived; its old name is anybody's."""
    old = desk.slack.workspace.by_name("on-record")
    await desk.put(one(1))
    await desk.deliver()
    old.name, old.archived = "records", True
    desk.slack.workspace.add_channel("on-record")
    desk.notifier._ids.clear()  # as after a restart
    await desk.put(one(2))
    await desk.deliver(within=timedelta(hours=3))
    assert desk.posted("#on-record") == []
    assert [told.id for told in (await desk.states())["parked"]] == [one(2).id]
    [told] = desk.slack.workspace.in_channel(OPS)
    assert f"onrecord deliveries retry {one(2).id}" in told.words
    # Only a person may say that the new one is meant.
    await desk.database.write(lambda conn: outbox.retry(conn, one(2).id, now=desk.clock()))
    await desk.deliver()
    assert desk.posted("#on-record") == [one(2).id]


async def test_a_bot_that_is_invited_again_tells_all_that_waited_by_itself(desk):
    closed = desk.slack.workspace.add_channel("closed", private=True)
    await desk.put(one(0, "#closed"))
    await desk.deliver()
    closed.members.clear()
    await desk.put(*(one(number, "#closed") for number in range(1, 6)))
    await desk.deliver(within=timedelta(hours=1))
    assert len((await desk.states())["parked"]) == 5
    tries = len(desk.slack.calls("chat.postMessage"))
    for _ in range(60 * 5):
        desk.clock.now += timedelta(minutes=1)
        await desk.round()
    assert len(desk.slack.calls("chat.postMessage")) - tries < 15, "it knocks, and does not hammer"
    assert len(desk.slack.workspace.in_channel(OPS)) == 1, "and says so once"
    closed.members.add("U0ONRECORD")
    desk.clock.now += timedelta(hours=1)
    await desk.deliver()
    assert desk.posted("#closed") == [one(number, "#closed").id for number in range(6)]
    assert not any("may be a repeat" in told.words for told in desk.slack.workspace.messages)
    # A day of refusal is no failure of theirs, and the next refusal is told again.
    closed.members.clear()
    await desk.put(one(9, "#closed"))
    await desk.deliver(within=timedelta(minutes=5))
    assert len(desk.slack.workspace.in_channel(OPS)) == 2


async def test_what_may_have_arrived_before_its_place_was_closed_is_looked_up_when_it_is_open_again(desk):
    closed = desk.slack.workspace.add_channel("closed", private=True)
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(one(1, "#closed"))
    await desk.round()
    closed.members.clear()
    await desk.deliver(within=timedelta(hours=30))
    assert len((await desk.states())["parked"]) == 1
    closed.members.add("U0ONRECORD")
    desk.clock.now += timedelta(hours=1)
    await desk.deliver()
    assert desk.posted("#closed") == [one(1, "#closed").id]


async def test_a_hint_opens_a_parked_channel_at_once(desk):
    closed = desk.slack.workspace.add_channel("closed", private=True, joined=False)
    await desk.put(one(1, "#closed"))
    desk.clock.now += timedelta(hours=1)
    await desk.deliver(within=timedelta(minutes=30))
    closed.members.add("U0ONRECORD")
    assert await desk.database.write(lambda conn: channels.knock(conn, "#closed", now=desk.clock()))
    await desk.round()
    assert desk.posted("#closed") == [one(1, "#closed").id]
    assert not await desk.database.write(lambda conn: channels.knock(conn, "#closed", now=desk.clock()))


def watching(channel: str, owner: str | None) -> Watch:
    return Watch(name="", rules=("x",), channel=channel, owner=owner, since=NOW, origin="/watch")


async def test_the_owners_of_a_channel_that_refuses_are_told_in_private(desk):
    closed = desk.slack.workspace.add_channel("closed", private=True)
    for channel, owner in ((closed.id, "U0ANNA"), (closed.id, "U0ANNA"), (closed.id, "U0BERT"), ("C9", "U0CLEO")):
        made = watching(channel, owner)
        await desk.database.write(lambda conn, made=made: watches.add(conn, made, by="U0ANNA", said="add", now=NOW))
    closed.members.clear()
    await desk.put(one(1, closed.id), one(2, closed.id))
    await desk.deliver(within=timedelta(hours=2))
    told = {posted.channel: posted.words for posted in desk.slack.workspace.messages}
    assert set(told) == {"D0ANNA", "D0BERT", desk.slack.workspace.by_name("on-record-ops").id}
    assert "/invite @onrecord" in told["D0ANNA"]
    assert len(desk.slack.workspace.messages) == 3


async def test_a_direct_message_that_got_lost_is_found_where_the_first_one_stands(desk):
    await desk.put(message(notice="first", channel="U0ANNA"))
    await desk.deliver()
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(message(notice="second", channel="U0ANNA"))
    await desk.deliver()
    assert [posted.words for posted in desk.slack.workspace.messages] == ["first", "second"]


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_an_update_of_what_somebody_deleted_is_moot_and_parks_nothing(desk, code):
    parent = one(1)
    desk.slack.fail("chat.update", Fault("error", code=code))
    changed = message(parent.alert, operation="update", parent=parent.id, id="update-1")
    await desk.put(parent, changed, one(2))
    await desk.deliver()
    states = await desk.states()
    assert [told.id for told in states["dead"]] == ["update-1"]
    assert "parked" not in states
    assert desk.posted() == [parent.id, one(2).id]


async def test_a_reply_whose_thread_was_deleted_stands_in_the_channel(desk):
    parent = one(1)
    await desk.put(parent)
    await desk.deliver()
    desk.slack.workspace.messages.clear()
    await desk.put(message(one(2).alert, operation="reply", parent=parent.id, id="reply-1"))
    await desk.deliver()
    [posted] = desk.slack.workspace.messages
    assert (posted.delivery_id, posted.thread_ts) == ("reply-1", None)


async def test_an_answer_without_a_list_of_channels_hides_none(desk):
    """It says yes and nothing else: neither that the channel is gone, nor that what is in doubt cannot be looked up."""
    desk.slack.fail("conversations.list", Fault("no-ts"))
    await desk.put(one(1))
    await desk.round()
    assert [waiting.id for waiting in (await desk.states())["waiting"]] == [one(1).id]
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.deliver()
    desk.slack.fail("chat.postMessage", Fault("cut", stored=True))
    await desk.put(one(2))
    await desk.round()
    desk.notifier._ids.clear()  # as after a restart
    desk.slack.fail("conversations.list", Fault("no-ts"))
    await desk.deliver()
    assert desk.posted("#on-record") == [one(1).id, one(2).id]
    assert "repeat" not in str(desk.slack.workspace.messages)
    assert desk.slack.workspace.in_channel(OPS) == []


async def test_an_answer_without_a_channel_makes_none_public(slack, clock):
    channel = slack.workspace.add_channel("secret", private=True).id
    places = Places(SlackApi(SecretStr(TOKEN), base_url=slack.base_url), clock)
    slack.fail("conversations.info", Fault("no-ts"), Fault("no-ts"))
    with pytest.raises(Ambiguous, match="no channel in it"):
        await places.about(channel)
    assert not await places.is_public(channel)
