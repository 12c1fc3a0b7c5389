"""A client of PostgreSQL that stops in the middle of its work (SIGSTOP, a paused machine) keeps nobody waiting."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from bot.store.channels import take as take_channel
from bot.store.database import Database
from bot.store.schema import channels
from postgres import Server
from waiting import until

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SILENT = timedelta(seconds=0.5)


def take(conn: Connection) -> int | None:
    return take_channel(conn, "#on-record", now=NOW, lease=timedelta(0))


@pytest.mark.parametrize("half", ["between two statements", "between the parts of one"])
async def test_what_a_stopped_client_locked_is_free_when_it_was_silent_for_long(postgres: Server, half: str):
    url = await postgres.fresh()
    async with await Database.open(url, silent=SILENT) as sleeper, await Database.open(url) as other:
        assert sleeper._async is not None
        await other.write(lambda conn: conn.execute(channels.insert().values(name="#on-record")))
        if half == "between the parts of one":
            major = await other.read(lambda conn: int(conn.execute(text("SHOW server_version_num")).scalar_one()))
            if major < 170_000:
                pytest.skip("PostgreSQL limits whole transactions from version 17 on")
        conn = await sleeper._async.connect()
        try:
            assert await conn.run_sync(take) == 1
            if half == "between the parts of one":
                raw = (await conn.get_raw_connection()).driver_connection
                assert raw is not None
                await raw.prepare("SELECT count(*) FROM channels")
            async with asyncio.timeout(30):
                assert await other.write(take) == 1, "what the sleeper did was undone"
        finally:
            await conn.invalidate()
            await conn.close()


async def test_who_gave_up_waiting_for_a_row_does_not_go_on_waiting_there(postgres: Server):
    url = await postgres.fresh()
    async with await Database.open(url, silent=SILENT) as hasty, await Database.open(url) as other:
        await other.write(lambda conn: conn.execute(channels.insert().values(name="#on-record")))
        assert other._async is not None
        async with other._async.begin() as holder:
            await holder.run_sync(take)
            with pytest.raises(Exception, match="does not answer"):
                await hasty.write(take)
            waiting = text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )

            async def nobody_waits() -> bool:
                return await other.read(lambda conn: conn.execute(waiting).scalar()) == 0

            await until(nobody_waits)
