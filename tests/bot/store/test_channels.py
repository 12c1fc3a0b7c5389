"""A channel's hour for its digest, and what waits for that."""

from datetime import time, timedelta

from alerting import alert
from bot.alerts.compose import message_for, notice_for
from bot.model import Message
from bot.store import channels, outbox
from bot.store.database import Database
from making import NOW

CHANNEL = "#on-record"
SOON, TOMORROW = NOW + timedelta(minutes=1), NOW + timedelta(days=1)


async def test_a_new_hour_moves_what_waits_for_the_digest_and_nothing_that_was_put_off(database: Database):
    low, normal, high = (
        message_for(alert(id=severity * 4, severity=severity), now=SOON) for severity in ("low", "normal", "high")
    )
    line = notice_for("one line", channel=CHANNEL, about="one line", now=SOON)
    elsewhere = message_for(alert(id="elsewhere", severity="low", channel="#other"), now=SOON)
    everything = [low, normal, high, line, elsewhere]
    await database.write(lambda conn: outbox.put(conn, everything, now=NOW))
    await database.write(lambda conn: channels.set_digest(conn, [CHANNEL], time(8), due=TOMORROW))
    kept: list[Message] = await database.read(lambda conn: outbox.listing(conn, ["waiting"]))
    moved = {low.id: TOMORROW} | dict.fromkeys((one.id for one in (normal, high, line, elsewhere)), SOON)
    assert {one.id: one.due for one in kept} == moved
