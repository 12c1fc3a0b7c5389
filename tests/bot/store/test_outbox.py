"""The outbox: what is to be told, in which order, by whom, and what became of it."""

from datetime import timedelta
from typing import Any

from alerting import alert
from bot.alerts.compose import message_for
from bot.model import Message
from bot.store import channels, outbox
from bot.store.database import Database
from making import NOW
from posting import CHANNEL, LATER, LEASE, line, put, stored, taken


async def due(database: Database, channel: str = CHANNEL, now=NOW, limit: int = 10) -> list[str]:
    found = await database.read(lambda conn: outbox.due(conn, channel, now=now, limit=limit))
    return [message.notice or str(message.operation) for message in found]


async def put_off(database: Database, message: Message, token: int | None, **about: Any) -> bool:
    usual = {"state": "waiting", "due": LATER, "error": "no", "failing_since": NOW, "plain": False}
    return await database.write(
        lambda conn: outbox.put_off(conn, message.id, message.channel, token or 0, **(usual | about))
    )


async def test_messages_leave_in_the_order_in_which_they_were_made(database: Database):
    await put(database, line("one"), line("two"))
    await put(database, line("other", "#elsewhere"), line("later", due=LATER), line("three"))
    assert await due(database) == ["one", "two", "three"]
    assert await due(database, limit=2) == ["one", "two"]
    assert await due(database, now=LATER) == ["one", "two", "later", "three"]
    assert await database.read(lambda conn: outbox.channels_due(conn, NOW)) == ["#elsewhere", CHANNEL]
    assert await database.read(outbox.next_due) == NOW


async def test_a_channel_that_is_held_is_waited_for(database: Database):
    await put(database, line("one"), line("elsewhere", "#elsewhere", due=LATER))
    token = await taken(database)
    assert token is not None
    assert await database.read(outbox.next_due) == NOW + LEASE
    await database.write(lambda conn: channels.extend(conn, CHANNEL, token, until=LATER + LEASE))
    assert await database.read(outbox.next_due) == LATER


async def test_the_same_message_is_put_once(database: Database):
    await put(database, line("one"))
    first = await taken(database)
    assert first is not None
    await database.write(lambda conn: outbox.begin(conn, line("one").id, CHANNEL, first, now=NOW))
    await put(database, line("one"), now=LATER)
    assert (await stored(database, line("one").id)).state == "unknown", "an earlier try stays as it is"


async def test_a_message_comes_back_as_it_was(database: Database):
    made = message_for(alert(), now=NOW)
    await put(database, made, document_id=7)
    assert await stored(database, made.id) == made.model_copy(update={"made": NOW})
    assert await database.read(lambda conn: outbox.alerts_of(conn, 7)) == [alert()]
    assert await database.read(lambda conn: outbox.alerts_of(conn, 8)) == []


async def test_a_renewed_alert_keeps_its_place_and_its_document(database: Database):
    first, second = alert(id="a" * 36), alert(id="b" * 36)
    await put(database, message_for(first, now=NOW), document_id=7)
    await put(database, message_for(second, now=LATER), now=LATER, document_id=7)
    changed = first.model_copy(update={"status": "changed"})
    update = message_for(changed, now=LATER, operation="update", turn=2)
    await put(database, update, now=LATER + timedelta(hours=1), document_id=7)
    assert await database.read(lambda conn: outbox.alerts_of(conn, 7)) == [changed, second]


async def test_a_channel_has_one_sender(database: Database):
    await put(database, line("one"))
    first = await taken(database)
    assert first == 1
    assert await taken(database) is None
    assert await database.read(lambda conn: outbox.channels_due(conn, NOW)) == []
    second = await taken(database, now=NOW + LEASE)
    assert second == 2
    begun = await database.write(lambda conn: outbox.begin(conn, line("one").id, CHANNEL, first, now=NOW))
    assert not begun, "the zombie must not call"
    assert not await database.write(lambda conn: channels.extend(conn, CHANNEL, first, until=LATER))
    assert not await put_off(database, line("one"), first, state="dead")
    await database.write(lambda conn: channels.release(conn, CHANNEL, first))
    assert await taken(database, now=NOW + LEASE) is None, "nor hand back what is not its own"
    assert (await stored(database, line("one").id)).state == "waiting"


async def test_the_try_is_kept_before_the_call(database: Database):
    await put(database, line("one"))
    token = await taken(database)
    assert token is not None
    for attempt, moment in enumerate((NOW, LATER), start=1):
        begun = await database.write(
            lambda conn, moment=moment: outbox.begin(conn, line("one").id, CHANNEL, token, now=moment)
        )
        assert begun
        kept = await stored(database, line("one").id)
        assert (kept.state, kept.attempts, kept.first_try, kept.last_try) == ("unknown", attempt, NOW, moment)


async def test_what_was_sent_stays_sent_under_its_first_receipt(database: Database):
    await put(database, line("one"))
    token = await taken(database)
    await database.write(lambda conn: outbox.sent(conn, line("one").id, receipt={"ts": "1"}))
    await database.write(lambda conn: outbox.sent(conn, line("one").id, receipt={"ts": "2"}))
    assert not await put_off(database, line("one"), token, state="dead")
    kept = await stored(database, line("one").id)
    assert (kept.state, kept.receipt) == ("sent", {"ts": "1"})
    assert await database.read(lambda conn: outbox.receipt(conn, line("one").id)) == {"ts": "1"}
    assert await due(database, now=LATER) == []
    assert await database.read(outbox.next_due) is None


async def test_a_reply_waits_for_its_parent_and_wakes_nobody_meanwhile(database: Database):
    post = message_for(alert(), now=NOW)
    reply = message_for(alert(), now=NOW, operation="update", turn=2)
    await put(database, post, reply)
    assert await due(database) == ["post"]
    token = await taken(database)
    await put_off(database, post, token, state="unknown")
    assert await due(database) == []
    await database.write(lambda conn: channels.release(conn, CHANNEL, token or 0))
    assert await database.read(outbox.next_due) == LATER
    token = await taken(database)
    await put_off(database, post, token, state="parked", due=LATER + timedelta(hours=1))
    assert await due(database, now=LATER) == [], "its place may open again"
    assert await database.read(outbox.next_due) is None
    await database.write(lambda conn: channels.release(conn, CHANNEL, token or 0))
    assert await database.read(lambda conn: outbox.channels_due(conn, LATER)) == []
    await database.write(lambda conn: outbox.retry(conn, post.id, now=NOW))
    await database.write(lambda conn: outbox.sent(conn, post.id, receipt={}))
    assert await due(database) == ["update"]


async def test_a_dead_parent_is_not_waited_for(database: Database):
    post = message_for(alert(), now=NOW)
    await put(database, post, message_for(alert(), now=NOW, operation="update", turn=2))
    await put_off(database, post, await taken(database), state="dead")
    assert await due(database) == ["update"]


async def test_a_person_may_put_back_what_was_given_up_and_it_is_looked_up_first(database: Database):
    await put(database, line("one"), line("two"))
    token = await taken(database)
    assert token is not None
    await database.write(lambda conn: outbox.begin(conn, line("one").id, CHANNEL, token, now=NOW))
    for message in ("one", "two"):
        await put_off(database, line(message), token, state="dead", plain=True)
    for message in ("one", "two"):
        assert await database.write(lambda conn, m=message: outbox.retry(conn, line(m).id, now=LATER))
    tried, untried = await stored(database, line("one").id), await stored(database, line("two").id)
    assert (tried.state, tried.first_try, tried.attempts, tried.failing_since) == ("unknown", NOW, 0, None)
    assert (untried.state, untried.due, untried.plain, untried.error) == ("waiting", LATER, False, None)
    assert not await database.write(lambda conn: outbox.retry(conn, line("one").id, now=LATER)), "it is open already"
    assert not await database.write(lambda conn: outbox.retry(conn, "no such id", now=LATER))


async def test_counts_leave_out_what_was_sent(database: Database):
    await put(database, *(line(name) for name in ("waits", "doubt", "parked", "dead", "sent", "waits too")))
    token = await taken(database)
    for name, state in (("doubt", "unknown"), ("parked", "parked"), ("dead", "dead")):
        await put_off(database, line(name), token, state=state)
    await database.write(lambda conn: outbox.sent(conn, line("sent").id, receipt={}))
    assert await database.read(outbox.counts) == outbox.Counts(waiting=2, unknown=1, parked=1, dead=1)


async def test_only_what_was_never_tried_is_hastened(database: Database):
    await put(database, line("digest", due=LATER), line("failed"))
    token = await taken(database)
    assert token is not None
    await database.write(lambda conn: outbox.begin(conn, line("failed").id, CHANNEL, token, now=NOW))
    await put_off(database, line("failed"), token)
    await database.write(lambda conn: outbox.hasten(conn, now=NOW))
    assert await due(database) == ["digest"]


async def test_who_is_dead_holds_no_channel(database: Database):
    await put(database, line("one"))
    dead = await taken(database)
    await database.write(channels.free_all)
    alive = await taken(database)
    assert dead is not None
    assert alive is not None
    assert alive > dead
