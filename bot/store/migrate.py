"""Bringing the schema up to date, and refusing one that is not. Only `run` upgrades."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store.errors import SchemaOutOfDate

_LOCK = 0x0_0EC0_8D
"""Key of the advisory lock under which PostgreSQL is migrated: two workers may start at once."""


def head() -> str:
    """The revision that this program wants."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def upgrade(conn: Connection) -> None:
    """Bring the schema up to date, in the transaction at hand."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    _refuse_newer(conn)
    config = _config()
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def require_current(conn: Connection) -> None:
    """Raises `SchemaOutOfDate` where the schema is not this program's."""
    _refuse_newer(conn)
    current = MigrationContext.configure(conn).get_current_revision()
    if current != head():
        raise SchemaOutOfDate(
            f"The database is at schema {current or 'none'}; this program wants {head()}.",
            "Run `onrecord run --once`: it brings the schema up to date.",
        )


def _refuse_newer(conn: Connection) -> None:
    current = MigrationContext.configure(conn).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaOutOfDate(
            f"The database is at schema {current}, which this program does not know.",
            "It was written by a newer onrecord: use that one.",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
