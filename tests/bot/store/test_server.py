"""What PostgreSQL's errors mean, in our words and without a secret."""

import asyncio

import asyncpg
import pytest
from asyncpg import exceptions as said
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from bot.store import server as postgresql
from bot.store.database import Database
from bot.store.errors import StoreCorrupt, StoreFull, StoreRefused, StoreUnreachable
from bot.store.server import POOL, UNASKED

SHOWN = "postgresql://bot:***@db/onrecord"


@pytest.mark.parametrize(
    ("error", "meant", "words"),
    [
        (ConnectionRefusedError(111, "refused"), StoreUnreachable, "ConnectionRefusedError"),
        (TimeoutError(), StoreUnreachable, "TimeoutError"),
        (NoConnectionFree(), StoreUnreachable, "TimeoutError"),
        (said.CannotConnectNowError("the database system is starting up"), StoreUnreachable, "CannotConnectNowError"),
        (said.AdminShutdownError("terminating connection"), StoreUnreachable, "AdminShutdownError"),
        (said.ConnectionDoesNotExistError("connection was closed"), StoreUnreachable, "ConnectionDoesNotExistError"),
        (said.TooManyConnectionsError("sorry, too many clients"), StoreUnreachable, "TooManyConnectionsError"),
        (asyncpg.InterfaceError("connection is closed"), StoreUnreachable, "InterfaceError"),
        (said.DiskFullError("could not extend file"), StoreFull, "could not extend file"),
        (said.DataCorruptedError("invalid page in block 7"), StoreCorrupt, "invalid page in block 7"),
        (said.InvalidPasswordError('password failed for "bot"'), StoreRefused, 'password failed for "bot"'),
        (said.InvalidCatalogNameError('database "x" does not exist'), StoreRefused, 'database "x" does not exist'),
    ],
)
def test_an_error_of_the_server_is_named_with_its_mend(error: Exception, meant: type, words: str):
    assert isinstance(error, postgresql.WRONG)
    found = postgresql.said_by(error, SHOWN)
    assert type(found) is meant
    assert SHOWN in found.detail
    assert words in found.detail
    assert found.mend


def test_a_mistake_of_ours_is_not_called_the_servers():
    assert postgresql.said_by(said.UndefinedTableError('relation "sauces" does not exist'), SHOWN) is None
    assert postgresql.said_by(said.UniqueViolationError("duplicate key"), SHOWN) is None


async def test_a_password_shows_in_no_error():
    with pytest.raises(StoreUnreachable) as refused:
        await Database.open("postgresql://bot:hunter2@127.0.0.1:1/onrecord", migrate_first=True)
    assert "hunter2" not in str(refused.value)
    assert "127.0.0.1:1/onrecord" in str(refused.value)


async def backends(database: Database, times: int) -> set[int]:
    """Who answers so many questions that are asked at once."""
    asked = text("SELECT pg_backend_pid(), pg_sleep(0.005)")
    return set(await asyncio.gather(*(database.read(lambda conn: conn.execute(asked).scalar()) for _ in range(times))))


async def test_hundreds_of_visits_share_a_few_connections_which_are_kept(server: str):
    async with await Database.open(server) as database:
        first = await backends(database, 200)
        assert len(first) <= POOL
        assert await backends(database, 200) <= first


@pytest.mark.parametrize("quiet_for", [UNASKED, 0.0])
async def test_connections_that_the_server_ended_are_replaced_without_an_error(
    postgres, server: str, monkeypatch: pytest.MonkeyPatch, quiet_for: float
):
    monkeypatch.setattr("bot.store.server.UNASKED", quiet_for)
    async with await Database.open(server) as database:
        before = await backends(database, 20)
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = ANY($1)"
        assert len(await postgres.run(ended, list(before))) == len(before)
        after = await backends(database, 20)
        assert after
        assert not after & before
