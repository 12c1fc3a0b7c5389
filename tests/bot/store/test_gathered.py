"""What is told together: counted by where it stands, so that the next to come is told in the right place."""

from datetime import datetime
from typing import Any

from alerting import alert
from bot.alerts.compose import message_for
from bot.model import Gathering, Message
from bot.store import gathered, outbox
from bot.store.database import Database
from making import NOW
from posting import CHANNEL, LATER, LEASE, line, put, stored, taken


async def test_what_a_channel_was_told_lately_is_counted_by_where_it_stands(database: Database):
    many = [message_for(alert(id=f"alert-{number}"), now=NOW) for number in range(7)]
    await put(database, *many, line("a line"))
    token = await taken(database)
    assert token is not None

    async def fold(said: Message, *threaded: Message) -> None:
        parents = dict.fromkeys((one.id for one in threaded), said.parent or said.id)
        done = await database.write(
            lambda conn: gathered.fold(
                conn, CHANNEL, token, [said], carried={}, threaded=parents, broadcast=(), now=NOW
            )
        )
        assert done

    async def tell(said: Message, at: datetime) -> None:
        assert await database.write(lambda conn: outbox.begin(conn, said.id, CHANNEL, token, now=at))
        await database.write(lambda conn: outbox.sent(conn, said.id, receipt={}))

    async def lately(since: datetime) -> tuple[int, dict[str, int], list[str]]:
        posts, threads, heads = await database.read(lambda conn: gathered.lately(conn, CHANNEL, since=since))
        return posts, threads, [head.id for head in heads]

    def storm(name: str, count: int, **about: Any) -> Message:
        shown = Gathering(kind="storm", severities={"normal": count}, alerts=(alert(),))
        return line(name, notice=None, gathering=shown, **about)

    head, quiet = storm("head", 2), storm("quiet", 1)
    updates = [storm(f"update {count}", count, operation="update", parent=head.id) for count in (3, 4)]
    await fold(head, *many[:2])
    await fold(quiet, many[2])
    for said in (head, quiet, many[0], many[2], many[5]):
        await tell(said, NOW)
    await tell(many[6], LATER)
    await fold(updates[0], many[3])
    await fold(updates[1], many[4])
    everything = {head.id: 4, quiet.id: 1}
    assert await lately(NOW - LEASE) == (2, everything, [updates[1].id, quiet.id, head.id])
    assert await lately(NOW) == (1, {head.id: 3}, [updates[1].id, head.id]), "what waits in a thread is still to come"
    drawn = [(await stored(database, update.id)).gathering for update in updates]
    assert drawn == [updates[1].gathering] * 2, "whichever is sent last"
