"""A picture in an alert's thread: after it, once, and never in the way of an alert."""

import pytest

from alerting import alert, message, quote
from bot.model import File, Message
from bot.slack.files import name_of
from fake_slack import Fault

PNG = b"\x89PNG\r\n\x1a\n and so on"
LOST = [Fault(kind, stored=stored) for kind in ("cut", "half", "500", "html", "bad-json") for stored in (False, True)]


def one(number: int) -> Message:
    return message(alert(quote(f"Number {number}: some portion of the revenue."), id=f"alert-{number}"))


def picture(parent: Message | None, **about) -> Message:
    file = File(**({"filename": "chart.png", "title": "Guidance, quarter by quarter", "alt": "A falling line"} | about))
    return message(
        notice=None,
        channel="#on-record",
        operation="file",
        parent=parent.id if parent else None,
        id="f1f1f1f1-0000-5000-8000-000000000001",
        file=file,
        content=PNG,
    )


def pictures(desk):
    return [posted for posted in desk.slack.workspace.messages if posted.files]


async def test_it_stands_in_the_thread_of_its_alert_with_its_words(desk):
    await desk.put(one(1), picture(one(1)))
    await desk.deliver()
    post, shown = desk.slack.workspace.messages
    assert shown.thread_ts == post.ts
    [file] = shown.files
    assert (file["title"], file["alt_txt"]) == ("Guidance, quarter by quarter", "A falling line")
    assert file["name"] == "chart-f1f1f1f1-0000-5000-8000-000000000001.png"
    assert desk.slack.files.uploads[file["id"]].content == PNG
    [kept] = [told for told in (await desk.states())["sent"] if told.operation == "file"]
    assert kept.receipt["file"] == file["id"]


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: f"{fault.kind}-{'after' if fault.stored else 'before'}")
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_an_answer_that_is_none_makes_no_second_picture(desk, method, fault):
    desk.slack.fail(method, fault)
    await desk.put(one(1), picture(one(1)))
    await desk.deliver()
    assert len(pictures(desk)) == 1
    assert list(await desk.states()) == ["sent"]


async def test_bytes_that_are_not_taken_are_sent_again(desk):
    desk.slack.files.failing = 2
    await desk.put(one(1), picture(one(1)))
    await desk.deliver()
    assert len(pictures(desk)) == 1


async def test_what_cannot_be_looked_up_says_that_it_may_be_a_repeat(desk):
    desk.slack.fail("files.completeUploadExternal", Fault("cut", stored=True))
    desk.slack.workspace.tokens["xoxb-the-secret"].scopes -= {"channels:history"}
    await desk.put(one(1), picture(one(1)))
    await desk.deliver()
    first, second = pictures(desk)
    assert second.files[0]["title"] == f"{first.files[0]['title']} (may be a repeat)"


async def test_without_the_right_to_files_alerts_go_on_and_nobody_is_unready(desk):
    desk.slack.workspace.tokens["xoxb-the-secret"].scopes -= {"files:write"}
    await desk.put(one(1), picture(one(1)), one(2))
    await desk.round()
    await desk.deliver()
    states = await desk.states()
    assert [told.operation for told in states["dead"]] == ["file"]
    assert "files:write" in states["dead"][0].error
    assert desk.posted() == [one(1).id, one(2).id]
    assert desk.slack.workspace.in_channel("#on-record-ops") == []


async def test_a_public_channel_is_joined_for_it(desk):
    channel = desk.slack.workspace.by_name("on-record")
    await desk.put(one(1))
    await desk.deliver()
    channel.members.clear()
    await desk.put(picture(one(1)))
    await desk.deliver()
    assert len(pictures(desk)) == 1


async def test_a_rate_limit_on_files_keeps_no_alert_waiting(desk):
    desk.slack.fail("files.getUploadURLExternal", Fault("429", retry_after="300"))
    before = desk.clock()
    await desk.put(one(1), picture(one(1)), one(2))
    await desk.round()
    assert desk.posted() == [one(1).id, one(2).id]
    assert (desk.clock() - before).total_seconds() < 10
    await desk.deliver()
    assert len(pictures(desk)) == 1


async def test_a_picture_of_an_alert_that_was_given_up_is_given_up_with_it(desk):
    desk.slack.fail("chat.postMessage", *[Fault("error", code="invalid_blocks")] * 2)
    await desk.put(one(1), picture(one(1)))
    await desk.deliver()
    assert pictures(desk) == []
    assert len((await desk.states())["dead"]) == 2


@pytest.mark.parametrize(
    "evil", ["../../etc/passwd", "<!channel>.png", "a b\u202e.png", "", "." * 300, "*b*|<@U1>.png\x00", "x/" * 90]
)
async def test_no_name_and_no_words_of_a_file_call_or_lead_anybody(desk, evil):
    made = picture(one(1), filename=evil, title=f"<!channel> {evil} *b*" * 20, alt=f"{evil} <@U1>" * 500)
    await desk.put(one(1), made)
    await desk.deliver()
    [shown] = pictures(desk)
    [file] = shown.files
    assert set(file["name"]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert made.id in name_of(made)
    assert len(file["name"]) < 150
    assert shown.pings == []
