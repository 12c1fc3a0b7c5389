"""Bringing the schema up to date, and refusing one that is not. Only `run` upgrades.

Alembic is imported only where there is something to do: it takes ten megabytes that a bot at rest need not hold.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.store.errors import SchemaOutOfDate

_LOCK = 0x0_0EC0_8D
"""Key of the advisory lock under which PostgreSQL is migrated: two workers may start at once."""
_MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """Those that this program knows, oldest first; it wants the last. Each file's name begins with its own."""
    return sorted(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))


def upgrade(conn: Connection) -> None:
    """Bring the schema up to date, in the transaction at hand."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if _current(conn) == revisions()[-1]:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def require_current(conn: Connection) -> None:
    """Raises `SchemaOutOfDate` where the schema is not this program's."""
    current, wanted = _current(conn), revisions()[-1]
    if current != wanted:
        raise SchemaOutOfDate(
            f"The database is at schema {current or 'none'}; this program wants {wanted}.",
            "Run `onrecord run --once`: it brings the schema up to date.",
        )


def _current(conn: Connection) -> str | None:
    """The schema's revision, None where there is none yet. Raises `SchemaOutOfDate` for one of a newer program."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    current: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if current is not None and current not in revisions():
        raise SchemaOutOfDate(
            f"The database is at schema {current}, which this program does not know.",
            "It was written by a newer onrecord: use that one.",
        )
    return current
