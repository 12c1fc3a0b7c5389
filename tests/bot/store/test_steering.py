"""Steering: one row that tells every worker of what people do."""

from datetime import timedelta

from bot.store import steering
from bot.store.database import Database
from making import NOW

LATER = NOW + timedelta(minutes=5)


async def test_a_generation_only_grows(database: Database):
    assert await database.read(steering.generation) == 0
    for expected in (1, 2):
        await database.write(steering.raise_generation)
        assert await database.read(lambda conn: steering.generation(conn, steady=True)) == expected


async def test_the_first_pause_stays_until_somebody_resumes(database: Database):
    assert await database.read(steering.paused) is None
    assert await database.write(lambda conn: steering.pause(conn, "U1", now=NOW)) == steering.Pause("U1", NOW)
    assert await database.write(lambda conn: steering.pause(conn, "U2", now=LATER)) == steering.Pause("U1", NOW)
    assert await database.read(steering.paused) == steering.Pause("U1", NOW)
    assert await database.write(steering.resume) == steering.Pause("U1", NOW)
    assert await database.write(steering.resume) is None
    assert await database.read(steering.paused) is None


async def test_one_worker_reads_the_archive_until_it_is_done_or_silent(database: Database):
    async def take(now) -> bool:
        return await database.write(lambda conn: steering.take_reading(conn, now=now, lease=timedelta(minutes=1)))

    assert await take(NOW)
    assert not await take(NOW + timedelta(seconds=59))
    await database.write(lambda conn: steering.extend_reading(conn, until=LATER))
    assert not await take(NOW + timedelta(seconds=61))
    assert await take(LATER), "it was silent for too long"
    await database.write(lambda conn: steering.extend_reading(conn, until=None))
    assert await take(LATER), "it was done"
