"""The few words in which SQLite and PostgreSQL differ."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose key is there already are left as they are."""
    if rows:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        conn.execute(insert(table).on_conflict_do_nothing(), list(rows))


def upsert(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: Collection[str] = ()) -> None:
    """Insert rows; those whose primary key is there already take the new values, but for the columns in `keep`."""
    if not rows:
        return
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    fixed = {*(column.name for column in table.primary_key), *keep}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
    conn.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed), list(rows))
