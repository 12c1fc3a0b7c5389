"""The fake Slack is as strict as Slack: what is believed of the bot rests on it. Asked through the real client."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from fake_slack import FakeSlack, mrkdwn


@dataclass
class Clock:
    now: datetime = datetime(2025, 3, 21, 15, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(Clock()) as slack:
        slack.workspace.add_token("xoxb-1")
        slack.workspace.add_channel("general")
        yield slack


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient("xoxb-1", base_url=slack.base_url, retry_handlers=[])


def pause(slack: FakeSlack, seconds: float = 1) -> None:
    slack.clock.now += timedelta(seconds=seconds)


def section(text: str) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def rich(*elements: dict) -> dict:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def text(words: str, **style: bool) -> dict:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


async def refused(call) -> dict:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response.data


async def refuses(client: AsyncWebClient, **said) -> str:
    return (await refused(client.api_call("chat.postMessage", json={"channel": "#general", **said})))["error"]


INLINE = "/blocks/0/elements/0/elements/0"
LONG_HEADER = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
FULL_CONTEXT = {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}
LONG_BUTTON = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]}


@pytest.mark.parametrize(
    ("blocks", "fault", "pointer"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed", "/blocks"),
        ([section("x" * 3001)], "must be less than 3001 characters", "/blocks/0/text/text"),
        ([section("😀" * 1501)], "must be less than 3001 characters", "/blocks/0/text/text"),
        ([section("")], "must be more than 0 characters", "/blocks/0/text/text"),
        ([rich(text(""))], "must be more than 0 characters", f"{INLINE}/text"),
        ([rich()], "must have at least 1 item", "/blocks/0/elements/0/elements"),
        ([rich({"type": "blink", "text": "x"})], "unsupported type: blink", f"{INLINE}/type"),
        ([rich(text("x", underlined=True))], "unknown style: underlined", f"{INLINE}/style"),
        ([rich(text("x") | {"mood": 1})], "additional property: mood", INLINE),
        ([rich({"type": "link", "url": "javascript:x"})], "must be a valid url", f"{INLINE}/url"),
        ([{"type": "marquee"}], "unsupported type: marquee", "/blocks/0/type"),
        ([LONG_HEADER], "must be less than 151 characters", "/blocks/0/text/text"),
        ([FULL_CONTEXT], "no more than 10 items allowed", "/blocks/0/elements"),
        ([{"type": "divider", "block_id": "a"}] * 2, "`block_id` must be unique", "/blocks/1/block_id"),
        ([LONG_BUTTON], "must be less than 76 characters", "/blocks/0/elements/0/text/text"),
        ('"a string"', "must be an array", "/blocks"),
    ],
)
async def test_blocks_are_refused_as_slack_refuses_them(client, blocks, fault, pointer):
    said = {"channel": "#general", "text": "x", "blocks": blocks}
    answer = await refused(client.api_call("chat.postMessage", json=said))
    assert answer["error"] == "invalid_blocks"
    assert f"{fault} [json-pointer:{pointer}]" in answer["errors"]
    assert f"[ERROR] {fault} [json-pointer:{pointer}]" in answer["response_metadata"]["messages"]


async def test_fifty_blocks_and_three_thousand_characters_are_taken(slack, client):
    await client.chat_postMessage(channel="#general", text="x", blocks=[{"type": "divider"}] * 50)
    pause(slack)
    await client.chat_postMessage(channel="#general", text="x", blocks=[section("x" * 3000)])
    assert len(slack.workspace.messages) == 2


async def test_all_blocks_together_have_a_limit(client):
    assert await refuses(client, text="x", blocks=[section("x" * 2900)] * 5) == "msg_blocks_too_long"


async def test_a_long_text_becomes_several_messages(slack, client):
    await client.chat_postMessage(channel="#general", text="x" * 9000)
    assert [message.part for message in slack.workspace.messages] == [0, 1, 2]
    assert "".join(message.text for message in slack.workspace.messages) == "x" * 9000


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"k": "v" * 5000}}}, "metadata_too_large"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_messages_are_refused_as_slack_refuses_them(client, said, code):
    assert await refuses(client, **said) == code


async def test_one_message_a_second_in_a_channel(slack, client):
    slack.workspace.add_channel("other")
    await client.chat_postMessage(channel="#general", text="one")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="#general", text="two")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="#other", text="elsewhere it is free")
    pause(slack)
    await client.chat_postMessage(channel="#general", text="two")
    assert [message.text for message in slack.workspace.in_channel("general")] == ["one", "two"]


async def test_histories_are_limited_by_the_minute(slack, client):
    channel = slack.workspace.by_name("general").id
    for _ in range(50):
        await client.conversations_history(channel=channel)
    assert (await refused(client.conversations_history(channel=channel)))["error"] == "ratelimited"
    pause(slack, 60)
    await client.conversations_history(channel=channel)


async def test_a_history_lags_pages_and_gives_metadata_only_when_asked(slack, client):
    slack.workspace.lag = timedelta(seconds=2)
    channel = slack.workspace.by_name("general").id
    about = {"event_type": "a", "event_payload": {"delivery_id": "1"}}
    await client.chat_postMessage(channel=channel, text="first", metadata=about)
    assert (await client.conversations_history(channel=channel))["messages"] == []
    for number in range(4):
        pause(slack)
        await client.chat_postMessage(channel=channel, text=f"later {number}")
    pause(slack, 2)
    assert "metadata" not in (await client.conversations_history(channel=channel))["messages"][-1]
    seen, cursor = [], None
    while True:
        page = await client.conversations_history(channel=channel, limit=2, cursor=cursor, include_all_metadata=True)
        seen += page["messages"]
        cursor = page.get("response_metadata", {}).get("next_cursor")
        if not cursor:
            break
    assert [message["text"] for message in seen] == ["later 3", "later 2", "later 1", "later 0", "first"]
    assert seen[-1]["metadata"] == about
    oldest = seen[1]["ts"]
    assert len((await client.conversations_history(channel=channel, oldest=oldest))["messages"]) == 1


async def test_a_thread_is_read_by_replies_and_not_by_the_history(slack, client):
    channel = slack.workspace.by_name("general").id
    parent = await client.chat_postMessage(channel=channel, text="parent")
    pause(slack)
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=parent["ts"])
    history = (await client.conversations_history(channel=channel))["messages"]
    replies = (await client.conversations_replies(channel=channel, ts=parent["ts"]))["messages"]
    assert [message["text"] for message in history] == ["parent"]
    assert [message["text"] for message in replies] == ["parent", "reply"]


async def test_only_posting_takes_a_name(slack, client):
    await client.chat_postMessage(channel="general", text="x")
    assert (await refused(client.conversations_history(channel="#general")))["error"] == "channel_not_found"


async def test_outside_a_public_channel_one_may_post_and_not_read(slack, client):
    channel = slack.workspace.add_channel("open", joined=False)
    await client.chat_postMessage(channel="#open", text="x")
    assert (await refused(client.conversations_history(channel=channel.id)))["error"] == "not_in_channel"
    await client.conversations_join(channel=channel.id)
    await client.conversations_history(channel=channel.id)


async def test_outside_a_private_channel_there_is_none(slack, client):
    channel = slack.workspace.add_channel("secret", joined=False, private=True)
    for call in (
        client.chat_postMessage(channel=channel.id, text="x"),
        client.conversations_history(channel=channel.id),
        client.conversations_join(channel=channel.id),
    ):
        assert (await refused(call))["error"] == "channel_not_found"
    shown = await client.conversations_list(types="public_channel,private_channel")
    assert [one["name"] for one in shown["channels"]] == ["general"]


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("chat:write", lambda client, channel: client.chat_postMessage(channel=channel, text="x")),
        ("channels:history", lambda client, channel: client.conversations_history(channel=channel)),
        ("channels:join", lambda client, channel: client.conversations_join(channel=channel)),
        ("channels:read", lambda client, _: client.conversations_list()),
        ("groups:read", lambda client, _: client.conversations_list(types="private_channel")),
    ],
)
async def test_every_method_wants_its_scope(slack, client, scope, call):
    slack.workspace.tokens["xoxb-1"].scopes -= {scope}
    answer = await refused(call(client, slack.workspace.by_name("general").id))
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


async def test_a_token_is_known_or_refused(slack, client):
    await client.auth_test()
    for token, code in (("xoxb-2", "invalid_auth"), (None, "not_authed")):
        stranger = AsyncWebClient(token, base_url=slack.base_url, retry_handlers=[])
        assert (await refused(stranger.auth_test()))["error"] == code
    assert (await refused(client.api_call("chat.telepathy")))["error"] == "unknown_method"


async def test_an_update_of_nothing_is_refused_and_one_of_a_message_is_kept(slack, client):
    channel = slack.workspace.by_name("general").id
    assert (await refused(client.chat_update(channel=channel, ts="1.2", text="x")))["error"] == "message_not_found"
    posted = await client.chat_postMessage(channel=channel, text="before", blocks=[section("before")])
    await client.chat_update(channel=channel, ts=posted["ts"], text="after")
    [message] = slack.workspace.messages
    assert (message.text, message.blocks) == ("after", [])
    assert message.versions[0][0] == "before"


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("<!channel> look", ["!channel"]),
        ("<!here|here> <@U123> <!subteam^S1|team>", ["!here|here", "@U123", "!subteam^S1|team"]),
        ("&lt;!channel&gt; @here @channel", []),
        ("<!date^1^{date}|then>", []),
    ],
)
async def test_it_sees_who_is_called(slack, client, said, called):
    await client.chat_postMessage(channel="#general", text=said)
    [message] = slack.workspace.messages
    assert message.pings == called


async def test_names_call_where_the_sender_asks_for_it(slack, client):
    await client.chat_postMessage(channel="#general", text="@here look", link_names=True)
    assert slack.workspace.messages[0].pings == ["@here"]


async def test_it_sees_links_and_formats(slack, client):
    await client.chat_postMessage(channel="#general", text="<https://a.example|a> https://b.example *b* _i_ ~s~ `c`")
    pause(slack)
    await client.chat_postMessage(channel="#general", text="https://b.example *b*", parse="none", mrkdwn=False)
    loud, quiet = slack.workspace.messages
    assert loud.links == ["https://a.example", "https://b.example"]
    assert loud.formats == ["*b*", "_i_", "~s~", "`c`"]
    assert (quiet.links, quiet.formats) == ([], [])


def test_rich_text_is_literal_and_its_elements_are_not():
    quiet = [rich(text("<!channel> *b* https://a.example"))]
    assert (mrkdwn.pings_of_blocks(quiet), mrkdwn.links_of_blocks(quiet), mrkdwn.formats_of_blocks(quiet)) == (
        [],
        [],
        [],
    )
    assert mrkdwn.words_of_blocks(quiet) == "<!channel> *b* https://a.example"
    loud = [rich({"type": "broadcast", "range": "here"}, {"type": "link", "url": "https://a.example"})]
    assert len(mrkdwn.pings_of_blocks(loud)) == 1
    assert mrkdwn.links_of_blocks(loud) == ["https://a.example"]
