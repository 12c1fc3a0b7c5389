"""Statements: what companies said on a question, kept for ever."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, select

from bot.model import Polarity, Statement
from bot.store.dialect import insert_new
from bot.store.schema import statements


def add(conn: Connection, document_id: int, version: int, said: Sequence[tuple[Statement, str]]) -> None:
    """Keep statements, each with its folded sentence; the same sentence of a document counts once for a facet."""
    rows = [
        {
            "document_id": document_id,
            "version": version,
            "company": statement.company,
            "facet": statement.facet,
            "fold": hashlib.sha256(fold.encode("utf-8", "surrogatepass")).hexdigest(),
            "date": statement.date,
            "polarity": statement.polarity,
            "statement": statement.model_dump(mode="json"),
        }
        for statement, fold in said
    ]
    insert_new(conn, statements, rows)


def earlier(
    conn: Connection,
    company: str,
    facet: str,
    *,
    before_document: int,
    until: str,
    limit: int,
    polarity: Polarity | None = None,
) -> list[Statement]:
    """What the company said on the facet in other documents up to that ISO date, newest first.

    `polarity`: only what is of this one, however much was said since: a position is kept.
    """
    wanted = select(statements.c.statement).where(
        statements.c.company == company,
        statements.c.facet == facet,
        statements.c.document_id != before_document,
        statements.c.date <= until,
    )
    if polarity is not None:
        wanted = wanted.where(statements.c.polarity == polarity)
    rows = conn.execute(wanted.order_by(statements.c.date.desc(), statements.c.id.desc()).limit(limit)).scalars()
    return [Statement.model_validate(row) for row in rows]


def timeline(conn: Connection, company: str, facet: str | None = None) -> list[Statement]:
    """Everything the company said, oldest first."""
    wanted = select(statements.c.statement).where(statements.c.company == company)
    if facet is not None:
        wanted = wanted.where(statements.c.facet == facet)
    rows = conn.execute(wanted.order_by(statements.c.date, statements.c.id)).scalars()
    return [Statement.model_validate(row) for row in rows]
