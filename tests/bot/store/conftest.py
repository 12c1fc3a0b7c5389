"""One conformance suite for two engines: whoever asks for `database` is run on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.schema import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("server"))


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    """An empty store with its tables."""
    async with await Database.open(address, exclusive=True, migrate_first=True) as opened:
        if not opened.is_sqlite:
            tables = ", ".join(f'"{table}"' for table in metadata.tables)
            await opened.write(lambda conn: conn.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")))
        yield opened
