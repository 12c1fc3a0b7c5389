"""The few words in which SQLite and PostgreSQL differ.

Each statement is made once: making one costs more than running it.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose key is there already are left as they are."""
    if rows:
        conn.execute(_inserting_new(conn.dialect.name, table), list(rows))


def inserted(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row; False where its key is there already. Of two who do so at once one is told False."""
    return conn.execute(_inserting_new(conn.dialect.name, table), dict(row)).rowcount == 1


def upsert(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Collection[str] = ()) -> None:
    """Insert rows; those whose primary key is there already take the new values, but for the columns in `keep`."""
    if rows:
        conn.execute(_upserting(conn.dialect.name, table, tuple(rows[0]), frozenset(keep)), list(rows))


@cache
def _inserting_new(dialect: str, table: Table) -> Executable:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _upserting(dialect: str, table: Table, columns: tuple[str, ...], keep: frozenset[str]) -> Executable:
    statement = _insert(dialect, table)
    fixed = {*(column.name for column in table.primary_key), *keep}
    changed = {name: statement.excluded[name] for name in columns if name not in fixed}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)


def _insert(dialect: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Whoever has the one need not hold the other in memory."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert

        return insert(table)
    from sqlalchemy.dialects.sqlite import insert as insert_into_file

    return insert_into_file(table)
