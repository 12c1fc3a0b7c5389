"""The notifier through the real SDK: what is asked of Slack, and what each answer means."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from alerting import NOW, alert, message
from bot.notifier import Ambiguous, CannotLook, DeliveryError, Malformed, NoSuchMessage, NoSuchPlace, NotNow, Shut
from bot.slack import errors
from bot.slack.notifier import PACE, SlackNotifier
from fake_slack import Fault

LOST = [
    Fault(kind, stored=stored)
    for kind in ("cut", "half", "500", "html", "text", "bad-json", "empty")
    for stored in (False, True)
]


async def send(notifier, told=None, *, parent=None, repeat=False, plain=False):
    return await notifier.send(told or message(), parent=parent, repeat=repeat, plain=plain)


def codes(*groups):
    return [(code, kind) for group, kind in groups for code in sorted(group)]


async def test_what_was_posted_stands_there_with_its_delivery_id(slack, notifier):
    told = message()
    receipt = await send(notifier, told)
    [posted] = slack.workspace.messages
    assert receipt == {"channel": posted.channel, "ts": posted.ts}
    assert posted.delivery_id == told.id
    assert "some portion of the revenue" in posted.words
    assert posted.part == 0
    call = slack.calls("chat.postMessage")[0]
    assert call.headers["Content-Type"].startswith("application/json")
    assert call.args["unfurl_links"] is False


async def test_a_name_is_looked_up_once_and_an_id_never(slack, notifier, clock):
    channel = slack.workspace.by_name("on-record")
    await send(notifier)
    clock.now += PACE
    await send(notifier, message(alert(channel=channel.id)))
    assert len(slack.calls("conversations.list")) == 1
    assert {call.args["channel"] for call in slack.calls("chat.postMessage")} == {channel.id}


async def test_a_channel_on_the_last_page_is_found(slack, notifier):
    for number in range(450):
        slack.workspace.add_channel(f"other-{number}")
    slack.workspace.add_channel("late", private=True)
    receipt = await send(notifier, message(alert(channel="#late")))
    assert receipt["channel"] == slack.workspace.by_name("late").id
    assert len(slack.calls("conversations.list")) == 3


async def test_a_channel_that_slack_does_not_show_says_what_to_do(notifier):
    with pytest.raises(NoSuchPlace, match=r"no channel #nowhere; create it and /invite @onrecord"):
        await send(notifier, message(alert(channel="#nowhere")))


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault.kind}-{'after' if fault.stored else 'before'}")
async def test_an_answer_that_is_none_leaves_a_doubt(slack, notifier, fault):
    slack.fail("chat.postMessage", fault)
    with pytest.raises(Ambiguous):
        await send(notifier)
    assert len(slack.calls("chat.postMessage")) == 1  # the client's own retries are off
    assert len(slack.workspace.messages) == int(fault.stored)


async def test_an_answer_that_never_comes_is_given_up(slack, notifier):
    slack.fail("chat.postMessage", Fault("hang", stored=True))
    with pytest.raises(Ambiguous, match="TimeoutError"):
        await send(notifier)


async def test_a_yes_that_does_not_say_where_leaves_a_doubt(slack, notifier):
    slack.fail("chat.postMessage", Fault("no-ts", stored=True))
    with pytest.raises(Ambiguous, match="without saying where"):
        await send(notifier)


@pytest.mark.parametrize(
    ("code", "kind"),
    codes(
        (errors.WAIT, NotNow),
        (errors.LONG, NotNow),
        (errors.PARK, NoSuchPlace),
        (errors.GONE, NoSuchMessage),
        ({"restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_locked"}, NoSuchPlace),
        (errors.SHUT, Shut),
        (errors.NO_RIGHT, Shut),
        (errors.OURS, Malformed),
        ({"invalid_blocks", "invalid_blocks_format"}, Malformed),
        (errors.AMBIGUOUS, Ambiguous),
        ({"a_code_of_next_year", ""}, Ambiguous),
    ),
)
async def test_every_code_of_slack_has_its_class(slack, notifier, code, kind):
    slack.fail("chat.postMessage", Fault("error", code=code))
    with pytest.raises(DeliveryError) as caught:
        await send(notifier)
    assert isinstance(caught.value, kind)
    assert code in caught.value.detail
    assert not slack.workspace.messages


@pytest.mark.parametrize(
    ("header", "wait"),
    [("3", 3), ("0", 1), (None, 30), ("soon", 30), ("-5", 30), ("99999", 3600), ("9" * 30, 30), ("٣", 30)],
)
async def test_a_rate_limit_says_how_long_to_wait(slack, notifier, header, wait):
    # A header is Latin-1 on the wire; an odd digit reaches us as something else, and is no number either way.
    value = header if header is None or header.isascii() else "?"
    slack.fail("chat.postMessage", Fault("429", retry_after=value))
    with pytest.raises(NotNow) as caught:
        await send(notifier)
    assert caught.value.retry_after == timedelta(seconds=wait)
    assert errors.rate_limited(header, method="x").retry_after == timedelta(seconds=wait)


async def test_a_method_that_wants_a_rest_gets_it_and_the_others_go_on(slack, notifier, clock):
    first = await send(notifier)
    slack.fail("chat.postMessage", Fault("429", retry_after="20"))
    with pytest.raises(NotNow):
        await send(notifier)
    slack.workspace.add_channel("other")
    clock.now += timedelta(seconds=5)
    elsewhere = message(alert(channel="#other"))
    for call in (notifier.ready(elsewhere, parent=None), send(notifier, elsewhere)):
        with pytest.raises(NotNow) as caught:
            await call
        assert caught.value.retry_after == timedelta(seconds=15)
    assert len(slack.calls("chat.postMessage")) == 2, "it is not even called"
    await send(notifier, message(operation="update", parent="p"), parent=first)
    clock.now += timedelta(seconds=15)
    await send(notifier, elsewhere)


async def test_two_messages_within_a_second_are_one_too_many(slack, notifier, clock):
    await send(notifier)
    with pytest.raises(NotNow):
        await send(notifier)
    clock.now += PACE
    await send(notifier)


async def test_a_long_back_off_is_long(slack, notifier):
    slack.fail("chat.postMessage", Fault("error", code="team_added_to_org"))
    with pytest.raises(NotNow) as caught:
        await send(notifier)
    assert caught.value.retry_after == errors.LONG_BACK_OFF


async def test_a_missing_scope_is_named(slack, notifier):
    slack.workspace.tokens["xoxb-the-secret"].scopes -= {"chat:write"}
    with pytest.raises(Shut, match="needs the scope chat:write: add it and install the app again"):
        await send(notifier)


async def test_a_list_that_got_lost_leaves_no_doubt_about_a_message(slack, notifier):
    slack.fail("conversations.list", Fault("500"))
    with pytest.raises(NotNow):
        await send(notifier)
    assert not slack.calls("chat.postMessage")


async def test_blocks_that_slack_refuses_go_as_plain_words_the_second_time(slack, notifier):
    slack.fail("chat.postMessage", Fault("error", code="invalid_blocks"))
    with pytest.raises(Malformed):
        await send(notifier)
    await send(notifier, plain=True)
    [posted] = slack.workspace.messages
    assert posted.blocks == []
    assert "some portion of the revenue" in posted.words
    assert posted.links == []


async def test_a_reply_goes_in_its_thread_and_is_found_there(slack, notifier, clock):
    parent = await send(notifier)
    clock.now += PACE
    reply = message(operation="reply", parent="p", first_try=clock())
    receipt = await send(notifier, reply, parent=parent)
    assert slack.workspace.messages[1].thread_ts == parent["ts"]
    assert await notifier.find(reply, parent=parent) is None  # histories lag behind
    clock.now += slack.lag
    assert await notifier.find(reply, parent=parent) == receipt
    assert not slack.calls("conversations.history")


async def test_a_reply_to_a_reply_goes_in_the_thread_of_both(slack, notifier, clock):
    root = await send(notifier)
    clock.now += PACE
    reply = await send(notifier, message(operation="reply", parent="p"), parent=root)
    clock.now += PACE
    further = message(alert(id="further"), operation="reply", parent="r", first_try=clock())
    receipt = await send(notifier, further, parent=reply)
    assert [posted.thread_ts for posted in slack.workspace.messages] == [None, root["ts"], root["ts"]]
    clock.now += slack.lag
    assert await notifier.find(further, parent=reply) == receipt == {**receipt, "thread_ts": root["ts"]}
    await send(notifier, message(alert(title="Corrected"), operation="update", parent="r"), parent=reply)
    assert "Corrected" in slack.workspace.messages[1].words


async def test_a_broadcast_reply_stands_in_the_channel_too(slack, notifier, clock):
    root = await send(notifier)
    clock.now += PACE
    await send(notifier, message(operation="reply", parent="p", broadcast=True), parent=root)
    assert [posted.broadcast for posted in slack.workspace.messages] == [False, True]


async def test_a_reply_whose_parent_never_arrived_is_a_message_of_its_own(slack, notifier, clock):
    reply = message(operation="reply", parent="p", first_try=clock())
    receipt = await send(notifier, reply)
    clock.now += slack.lag
    assert await notifier.find(reply, parent=None) == receipt


async def test_an_update_replaces_the_words(slack, notifier):
    parent = await send(notifier)
    later = alert(title="Corrected title")
    receipt = await send(notifier, message(later, operation="update", parent="p"), parent=parent)
    assert receipt == parent
    [posted] = slack.workspace.messages
    assert "Corrected title" in posted.words
    assert "mrkdwn" not in slack.calls("chat.update")[0].args


async def test_a_plain_update_takes_the_blocks_away(slack, notifier):
    parent = await send(notifier)
    await send(notifier, message(operation="update", parent="p"), parent=parent, plain=True)
    [posted] = slack.workspace.messages
    assert posted.blocks == []


async def test_an_update_of_nothing_is_none(notifier):
    with pytest.raises(NoSuchMessage):
        await send(notifier, message(operation="update", parent="p"))
    assert await notifier.find(message(operation="update", parent="p"), parent=None) is None


async def test_a_message_is_found_after_hundreds_of_others_by_its_id_alone(slack, notifier, clock):
    told = message(first_try=clock())
    receipt = await send(notifier, told)
    for _ in range(450):
        clock.now += PACE
        await send(notifier, message(notice="another line", channel="#on-record"))
    clock.now += slack.lag
    assert await notifier.find(told, parent=None) == receipt
    pages = slack.calls("conversations.history")
    assert len(pages) == 3
    assert {page.args["include_all_metadata"] for page in pages} == {"1"}


async def test_the_look_up_begins_before_the_first_try_since_clocks_differ(slack, notifier, clock):
    told = message(first_try=clock() + timedelta(seconds=55))
    receipt = await send(notifier, told)
    clock.now += slack.lag
    assert await notifier.find(told, parent=None) == receipt


async def test_a_public_channel_is_joined_to_be_looked_through(slack, notifier, clock):
    channel = slack.workspace.add_channel("public", joined=False)
    told = message(alert(channel="#public"), first_try=clock())
    receipt = await send(notifier, told)  # chat:write.public posts without joining
    clock.now += slack.lag
    assert await notifier.find(told, parent=None) == receipt
    assert "U0ONRECORD" in channel.members


async def test_a_public_channel_is_joined_to_post_where_one_must_be_in(slack, notifier):
    slack.workspace.tokens["xoxb-the-secret"].scopes -= {"chat:write.public"}
    slack.workspace.add_channel("public", joined=False)
    await send(notifier, message(alert(channel="#public")))
    assert len(slack.workspace.in_channel("public")) == 1


@pytest.mark.parametrize("missing", [{"channels:join"}, {"channels:history"}])
async def test_where_it_cannot_be_looked_up_it_says_so(slack, notifier, clock, missing):
    slack.workspace.tokens["xoxb-the-secret"].scopes -= missing
    slack.workspace.add_channel("public", joined=False)
    told = message(alert(channel="#public"), first_try=clock())
    await send(notifier, told)
    with pytest.raises(CannotLook):
        await notifier.find(told, parent=None)


@pytest.mark.parametrize("code", ["invalid_arguments", "channel_not_found", "is_archived", "invalid_blocks"])
async def test_a_history_that_refuses_cannot_be_looked_through(slack, notifier, code):
    slack.fail("conversations.history", Fault("error", code=code))
    with pytest.raises(CannotLook):
        await notifier.find(message(first_try=NOW), parent=None)


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault.kind}-{'after' if fault.stored else 'before'}")
async def test_a_look_up_without_an_answer_is_no_answer(slack, notifier, fault):
    slack.fail("conversations.history", fault, fault)  # aiohttp asks once more after a cut, where that is harmless
    with pytest.raises((Ambiguous, NotNow)):
        await notifier.find(message(first_try=NOW), parent=None)


async def test_a_look_up_with_a_revoked_token_is_shut(slack, notifier):
    slack.workspace.tokens["xoxb-the-secret"].refused = "token_revoked"
    with pytest.raises(Shut):
        await notifier.find(message(first_try=NOW), parent=None)


async def test_a_channel_made_anew_is_found_by_whoever_retries(slack, notifier, clock):
    await send(notifier)
    old = slack.workspace.by_name("on-record")
    old.archived, old.name = True, "on-record-old"
    new = slack.workspace.add_channel("on-record")
    clock.now += PACE
    with pytest.raises(NoSuchPlace):
        await send(notifier)
    assert (await send(notifier))["channel"] == new.id


async def test_preflight_knows_a_good_token_from_a_revoked_one(slack, notifier):
    await notifier.preflight()
    slack.workspace.tokens["xoxb-the-secret"].refused = "token_revoked"
    with pytest.raises(Shut, match="token_revoked"):
        await notifier.preflight()


async def test_preflight_that_got_lost_is_a_doubt_and_not_a_refusal(slack, notifier):
    slack.fail("auth.test", Fault("500"))
    with pytest.raises(DeliveryError) as caught:
        await notifier.preflight()
    assert not isinstance(caught.value, Shut)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_of_the_environment_is_not_used(slack, monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    notifier = SlackNotifier(SecretStr("xoxb-the-secret"), base_url=slack.base_url)
    await notifier.preflight()
    assert len(slack.log) == 1


async def test_no_server_at_all_is_a_doubt(unused_tcp_port):
    notifier = SlackNotifier(SecretStr("xoxb-x"), base_url=f"http://127.0.0.1:{unused_tcp_port}/api/")
    with pytest.raises(Ambiguous):
        await notifier.preflight()
