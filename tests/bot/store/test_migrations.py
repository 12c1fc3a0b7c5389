"""Migrations make exactly the tables that the program knows, on both engines, and a foreign schema is refused."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store import archive, migrate, roster
from bot.store.database import Database
from bot.store.errors import NoStoreYet, SchemaOutOfDate, StoreCorrupt, StoreInUse
from bot.store.schema import metadata
from making import NOW, document, read_from, source
from watchers.model import Body


def differences(conn: Connection) -> list[object]:
    context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": False})
    return compare_metadata(context, metadata)


async def test_migrations_and_metadata_are_equal(database: Database):
    assert await database.read(differences) == []


async def test_the_comparison_sees_a_difference(database: Database):
    def lose(conn: Connection) -> list[object]:
        conn.execute(text("DROP TABLE watches"))
        conn.execute(text("ALTER TABLE bodies ADD COLUMN colour VARCHAR"))
        found = differences(conn)
        conn.rollback()
        return found

    assert {change[0] for change in await database.read(lose)} >= {"add_table", "remove_column"}


def test_the_files_are_named_by_their_revisions():
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    assert migrate.revisions() == [one.revision for one in script.walk_revisions()][::-1]
    assert script.get_heads() == migrate.revisions()[-1:]


async def test_upgrading_twice_changes_nothing(database: Database):
    await database.write(migrate.upgrade)
    await database.read(migrate.require_current)


async def test_what_an_older_store_knows_is_carried_over(database: Database):
    """When a source last brought something was counted from its documents before the schema's sixth revision."""

    def age(conn: Connection) -> None:
        roster.sync(conn, [source("news"), source("silent")], now=NOW)
        archive.record(conn, document("One."), None, now=NOW)
        archive.record(conn, document("Two.", key="two"), None, now=NOW + timedelta(days=1))
        page = Body(b"<p>One.", url="https://example.com/one")
        archive.record(conn, read_from(document("Three.", key="three"), page), page, now=NOW)
        archive.record(
            conn, read_from(document("Three!", key="three"), page, version=2), page, now=NOW + timedelta(days=9)
        )
        conn.execute(text("ALTER TABLE sources DROP COLUMN last_document"))
        conn.execute(text("UPDATE alembic_version SET version_num = '0005'"))

    await database.write(age)
    await database.write(migrate.upgrade)
    standing = await database.read(roster.standing)
    assert [(one.source, one.last_document) for one in standing] == [
        ("news", NOW + timedelta(days=1)),
        ("silent", None),
    ]


async def test_a_newer_schema_is_refused_in_words(database: Database):
    def renumber(conn: Connection) -> None:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        for asked in (migrate.require_current, migrate.upgrade):
            with pytest.raises(SchemaOutOfDate, match="newer onrecord"):
                asked(conn)
        conn.rollback()

    await database.read(renumber)


async def test_an_older_schema_is_refused_in_words(tmp_path: Path):
    path = tmp_path / "store.db"
    path.touch()
    with pytest.raises(SchemaOutOfDate, match=r"schema none; this program wants .* run --once"):
        await Database.open(f"sqlite:///{path}")


async def test_without_a_file_the_mend_is_named(tmp_path: Path):
    with pytest.raises(NoStoreYet, match="run --once"):
        await Database.open(f"sqlite:///{tmp_path}/nothing.db")
    assert not (tmp_path / "nothing.db").exists()


async def test_a_file_has_one_bot_and_readers_beside_it(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/deep/store.db"
    async with await Database.open(url, exclusive=True, migrate_first=True) as bot:
        with pytest.raises(StoreInUse, match="One bot a file"):
            await Database.open(url, exclusive=True, migrate_first=True)

        begun, finish = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def write_long(conn: Connection) -> None:
            loop.call_soon_threadsafe(begun.set)
            assert finish.wait(10)

        writing = asyncio.create_task(bot.write(write_long))
        await begun.wait()
        try:
            async with await Database.open(url) as beside:
                assert await beside.read(lambda conn: conn.execute(text("PRAGMA journal_mode")).scalar()) == "wal"
                assert not writing.done()
        finally:
            finish.set()
            await writing
    async with await Database.open(url, exclusive=True, migrate_first=True):
        pass  # the lock went with the bot


async def test_a_damaged_file_says_so(tmp_path: Path):
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database, and never was one" * 100)
    with pytest.raises(StoreCorrupt, match="damaged"):
        await Database.open(f"sqlite:///{path}")


async def test_a_password_is_never_shown(tmp_path: Path):
    with pytest.raises(Exception, match="does not answer") as caught:
        await Database.open("postgresql://bot:hunter2@127.0.0.1:1/onrecord")
    assert "hunter2" not in f"{caught.value!r} {caught.value}"


async def test_a_write_is_whole_or_nothing(database: Database):
    def half(conn: Connection) -> None:
        conn.execute(text("INSERT INTO passages (hash, text) VALUES ('h', 't')"))
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await database.write(half)
    assert await database.read(lambda conn: conn.execute(text("SELECT count(*) FROM passages")).scalar()) == 0
