"""Each of Slack's envelopes is somebody's once, whoever asks first."""

import asyncio
from datetime import timedelta

from bot.store import envelopes
from bot.store.database import Database
from making import NOW


async def first(database: Database, envelope: str, now=NOW) -> bool:
    return await database.write(lambda conn: envelopes.first_time(conn, envelope, now=now))


async def test_an_envelope_is_new_once(database: Database):
    assert [await first(database, one) for one in ("a", "b", "a", "v0=" + "0" * 64)] == [True, True, False, True]


async def test_of_many_who_ask_at_once_one_is_told_yes(database: Database):
    assert sum(await asyncio.gather(*(first(database, "a") for _ in range(8)))) == 1


async def test_it_is_forgotten_after_a_while_and_not_before(database: Database):
    await first(database, "a")
    await first(database, "b", NOW + timedelta(minutes=30))
    await database.write(lambda conn: envelopes.forget(conn, before=NOW + timedelta(minutes=10)))
    assert [await first(database, one) for one in ("a", "b")] == [True, False]
