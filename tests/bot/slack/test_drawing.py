"""A message of the outbox is drawn as it stands in Slack: beside it, what really stands there is drawn."""

from datetime import timedelta

import pytest

from alerting import NOW, alert, filing, quote
from bot.alerts.compose import handled_message, message_for, notice_for, post_or_reply
from bot.alerts.gathering import Folding
from bot.cli.drawing import foreseen
from bot.delivery import Courier
from bot.model import File, Handled, Message
from bot.slack import drawing as module
from bot.slack.drawing import Drawing, drawing
from bot.slack.picture import draw
from bot.store import channels, judgements, outbox
from bot.store.threads import thread_of
from fake_slack import Fault
from fake_slack.workspace import Posted

CHANNEL = "#on-record"
FOLDING = Folding(5, timedelta(minutes=1))
SAID = "Serial {}: some portion of the revenue."


def one(number: int, severity: str = "normal", **about) -> Message:
    told = alert(quote(SAID.format(number), severity=severity), id=f"{number:08x}-0000-5000-8000-000000000000",
                 severity=severity, published=NOW - timedelta(minutes=5), **about)  # fmt: skip
    return message_for(told, now=NOW)


@pytest.fixture
def folding(desk):
    desk.courier = Courier(desk.database, desk.notifier, clock=desk.clock, sleep=desk.clock.sleep, folding=FOLDING)
    return desk


async def drawn(desk, wanted: str | None) -> Drawing:
    found = await desk.database.read(lambda conn: thread_of(conn, wanted))
    assert found is not None
    return drawing(*found)


def standing(posted: Posted) -> dict:
    broadcast = {"reply_broadcast": True} if posted.broadcast else {}
    return {"text": posted.text, "blocks": posted.blocks, "ts": posted.ts, **broadcast}


def slacks_own(desk, *, replies: int | None = None) -> str:
    """The one message of the channel with its thread, drawn from what Slack has."""
    [top] = [said for said in desk.slack.workspace.messages if said.thread_ts is None]
    thread = [said for said in desk.slack.workspace.messages if said.thread_ts == top.ts]
    return draw([standing(top)], channel=CHANNEL, threads={0: [standing(said) for said in thread[:replies]]})


async def test_an_alert_is_drawn_as_it_will_look(desk):
    told = message_for(filing(), now=NOW)
    await desk.put(told)
    before = await drawn(desk, told.id)
    await desk.deliver()
    assert before.svg == slacks_own(desk)
    assert (await drawn(desk, told.alert.id)).svg == before.svg, "by the alert's id too"
    assert (await drawn(desk, None)).svg == before.svg, "and as the latest"
    other = one(2)
    await desk.put(other)
    await desk.put(handled_message(told.alert, by="U0ANNA", now=desk.clock()))
    assert "Serial 2" in (await drawn(desk, None)).svg, "an update makes no alert the latest"


async def test_its_updates_and_replies_are_drawn_with_it(desk):
    first = one(1)
    await desk.put(first)
    await desk.deliver()
    act = Handled(act="got-it", by="U0ANNA", at=NOW)
    worse = post_or_reply(one(2, "high").alert, [first.alert], now=desk.clock())
    await desk.put(worse)
    await desk.database.write(lambda conn: judgements.keep(conn, first.alert.id, [act]))
    await desk.put(handled_message(first.alert, by=act.by, now=desk.clock()))
    await desk.deliver()
    whole = await drawn(desk, first.id)
    assert whole.svg == slacks_own(desk)
    assert "also sent to the channel" in whole.svg
    assert (await drawn(desk, worse.id)).svg == whole.svg


async def test_a_storm_is_drawn_with_its_thread(folding, monkeypatch):
    many = [one(number) for number in range(8)]
    await folding.put(*many)
    await folding.deliver()
    [head] = [said for said in folding.slack.workspace.messages if said.thread_ts is None]
    assert (await drawn(folding, head.delivery_id)).svg == slacks_own(folding)
    monkeypatch.setattr(module, "MOST_REPLIES", 3)
    some = await drawn(folding, head.delivery_id)
    assert (some.svg, some.left_out) == (slacks_own(folding, replies=3), 5)
    last = await drawn(folding, many[-1].id)
    assert last.left_out == 0
    assert "Serial 7" in last.svg
    assert last.svg.count("In its thread") == 1


async def as_foreseen(desk, wanted: str) -> str | None:
    def read(conn):
        message, _ = thread_of(conn, wanted)
        return foreseen(conn, message, FOLDING, now=desk.clock())

    found = await desk.database.read(read)
    return drawing(*found).svg if found is not None else None


@pytest.mark.parametrize("severity", ["low", "normal"])
async def test_what_waits_is_drawn_as_it_will_be_told_together(folding, severity):
    later = NOW + timedelta(hours=3)
    many = [one(number, severity).model_copy(update={"due": later}) for number in range(12)]
    await folding.put(*many)
    asked = many[-1].id
    before = await as_foreseen(folding, asked)
    assert before is not None
    folding.clock.now = later
    await folding.deliver()
    assert before == (await drawn(folding, asked)).svg
    assert await as_foreseen(folding, asked) is None, "it was told"


async def test_what_will_join_a_thread_is_drawn_in_it(folding):
    await folding.put(*(one(number) for number in range(8)))
    await folding.deliver()
    more = one(9)
    await folding.put(more)
    before = await as_foreseen(folding, more.id)
    assert "9 alerts at once" in before
    await folding.deliver()
    assert before == (await drawn(folding, more.id)).svg


async def test_what_will_be_told_by_itself_is_drawn_so(folding):
    alone = one(1, "low")
    await folding.put(alone)
    assert await as_foreseen(folding, alone.id) is None


async def test_what_a_digest_carries_is_drawn_in_it(folding):
    low = [one(number, "low") for number in range(3)]
    await folding.put(*low)
    await folding.deliver()
    for told in low:
        assert (await drawn(folding, told.alert.id)).svg == slacks_own(folding)


async def test_what_was_refused_with_blocks_is_drawn_without(desk):
    told = one(1)
    await desk.put(told)
    desk.slack.fail("chat.postMessage", Fault("error", code="invalid_blocks"))
    await desk.deliver()
    assert (await drawn(desk, told.id)).svg == slacks_own(desk)


async def test_what_was_given_up_is_drawn_by_its_own_id_only(desk):
    told, line = one(1), notice_for("A line.", channel=CHANNEL, about="1", now=NOW)
    await desk.put(line.model_copy(update={"parent": told.id, "operation": "reply"}), told)
    token = await desk.database.write(lambda conn: channels.take(conn, CHANNEL, now=NOW, lease=timedelta(minutes=1)))
    await desk.database.write(
        lambda conn: outbox.put_off(
            conn, line.id, CHANNEL, token, state="dead", due=NOW, error="no", failing_since=NOW, plain=False
        )
    )
    assert "A line." not in (await drawn(desk, told.id)).svg
    assert "A line." in (await drawn(desk, line.id)).svg
    assert await desk.database.read(lambda conn: thread_of(conn, "no such id")) is None


async def test_a_file_is_named(desk):
    told = one(1)
    shared = File(filename="chart.png", title="Guidance & <words>", alt="Guidance by quarter")
    chart = notice_for("", channel=CHANNEL, about="chart", now=NOW).model_copy(
        update={"operation": "file", "file": shared, "content": b"png", "parent": told.id, "notice": None}
    )
    await desk.put(told, chart)
    assert "Guidance &amp; &lt;words&gt; (chart.png)" in (await drawn(desk, told.id)).svg
