"""The archive, read with rules in batches beside the event loop: nothing is stored, nothing is told."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.store import archive
from bot.store.database import Database
from rules.engine import Engine
from rules.model import Match
from watchers.model import Document

AT_ONCE = 25
"""Documents that are in memory together."""


@dataclass(frozen=True, slots=True)
class Read:
    """A document as it is now, and what the rules find in it."""

    document_id: int
    document: Document
    matches: tuple[Match, ...]


async def read_back(
    database: Database,
    engine: Engine,
    ids: Sequence[int],
    advance: Callable[[], None] = lambda: None,
    enough: Callable[[], bool] = lambda: False,
) -> AsyncGenerator[Read]:
    """In the order of the ids. `advance`: called for each of them. What is deleted meanwhile is left out.

    `enough`: asked before each batch but the first, whether the rest can be left.
    """
    for start in range(0, len(ids), AT_ONCE):
        if start and enough():
            return
        some = ids[start : start + AT_ONCE]
        loaded = await database.read(lambda conn, some=some: _load(conn, some))  # type: ignore[misc]
        for one in await asyncio.to_thread(_scan, engine, loaded):
            yield one
        for _ in some:
            advance()


def _load(conn: Connection, ids: Sequence[int]) -> list[tuple[int, Document]]:
    loaded = []
    for document_id in ids:
        try:
            loaded.append((document_id, archive.load(conn, document_id)))
        except LookupError:
            continue
    return loaded


def _scan(engine: Engine, loaded: Sequence[tuple[int, Document]]) -> list[Read]:
    return [Read(document_id, document, engine.scan(document)) for document_id, document in loaded]
