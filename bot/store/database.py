"""The database: transactions on SQLite's one writer thread or by asyncpg, the same functions on both.

`Database.write` and `read` run a plain sync function of a Core `Connection`. On SQLite writers take their turn on one
thread (`BEGIN IMMEDIATE`), readers have a few; on PostgreSQL the function runs by `AsyncConnection.run_sync`. There are
no twins and no aiosqlite: measured, it costs five times as much.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from bot.store import migrate, server
from bot.store.errors import NoStoreYet, StoreCorrupt, StoreFull, StoreInUse, StoreRefused
from bot.store.writer import Writer
from bot.timings import Timings

if TYPE_CHECKING:  # it brings the ORM along: a bot on a file need not hold it
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Then = Callable[[T, Any], Awaitable[None]]

BUSY_TIMEOUT_MS = 10_000
CHECKED_UP_TO = 500_000_000
"""Bytes of a file that is looked through when the bot starts; it takes about a second."""
READERS = 3
TRIES = 5
"""Of a transaction that has to make way for others again and again."""
SILENT = Timings().store_silent
SYNCHRONOUS = "FULL"
"""What a commit waits for: with FULL it outlives a power cut."""


class Database:
    """Open with `await Database.open(url)`; close it. Raises the errors of `bot.store.errors`."""

    def __init__(self, url: URL, *, lock: FileLock | None = None, silent: timedelta | None = None) -> None:
        """`silent`: a server that leaves a statement unanswered for so long is taken for unreachable; None: never."""
        self._url = url
        self._lock = lock
        self._sync: Engine | None = None
        self._async: AsyncEngine | None = None
        if self.is_sqlite:
            self._sync = _sqlite_engine(url)
            self._writer = Writer(self._sync)
            self._readers = ThreadPoolExecutor(READERS, "store-reader")
        else:
            self._async = server.engine(url, silent)
            self._connections = server.connections(self._async)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        exclusive: bool = False,
        migrate_first: bool = False,
        silent: timedelta = SILENT,
    ) -> Self:
        """`exclusive`: the one bot on a SQLite file. `migrate_first`: bring the schema up to date; else it must be."""
        parsed = make_url(url)
        lock = None
        if parsed.get_backend_name() == "sqlite":
            lock = _prepare_file(parsed, exclusive=exclusive, create=migrate_first)
        database = cls(parsed, lock=lock, silent=silent)
        try:
            if migrate_first and database.is_sqlite:
                await database.read(_check)
                await database.write(migrate.upgrade)
            elif migrate_first:
                # A migration, or waiting for another worker's, may take many minutes.
                async with cls(parsed) as patient:
                    await patient.write(migrate.upgrade)
            else:
                await database.read(migrate.require_current)  # it need not wait for a bot that writes
        except BaseException:
            await database.close()
            raise
        return database

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self._url.render_as_string(hide_password=True)

    def __repr__(self) -> str:
        return f"Database({self.shown!r})"

    async def write(self, work: Callable[[Connection], T], then: Then[T] | None = None) -> T:
        """Run `work` in one transaction: all of it is committed, or nothing.

        It may run more than once: of two that wait for each other PostgreSQL ends one, which then begins anew.
        `then(result, connection)` belongs to it: on PostgreSQL it is awaited within the transaction, with asyncpg's
        own connection; a file has none (None), and there it is awaited right after the commit.
        """
        if self._async is not None:
            return await self._on_server(work, then)
        try:
            result = await self._writer.run(work)
        except DatabaseError as error:
            raise self._said_by_file(error) from error
        if then is not None:
            await then(result, None)
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work`, which only reads, beside the writer."""
        if self._async is not None:
            return await self._on_server(work)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read_file, work)

    async def close(self) -> None:
        if self._async is not None:
            for connection in list(self._connections):
                connection.terminate()  # it would say goodbye, and wait long for a server that stalls
            await self._async.dispose()
        if self._sync is not None:
            self._writer.close()
            self._readers.shutdown()
            self._sync.dispose()
        if self._lock is not None:
            self._lock.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _on_server(self, work: Callable[[Connection], T], then: Then[T] | None = None) -> T:
        left = TRIES
        while True:
            left -= 1
            try:
                return await self._transaction(work, then)
            except server.WRONG as error:
                if left and server.collided(error):
                    continue
                said = server.said_by(error, self.shown)
                if said is None:
                    raise
                raise said from None

    async def _transaction(self, work: Callable[[Connection], T], then: Then[T] | None) -> T:
        assert self._async is not None
        async with self._async.connect() as conn:
            try:
                async with conn.begin():
                    result = await conn.run_sync(work)
                    if then is not None:
                        await then(result, (await conn.get_raw_connection()).driver_connection)
                    return result
            except TimeoutError:
                await conn.invalidate()  # it would be asked to roll back, and not answer that either
                raise

    def _read_file(self, work: Callable[[Connection], T]) -> T:
        assert self._sync is not None
        try:
            with self._sync.connect() as conn:
                conn.exec_driver_sql("BEGIN")
                try:
                    return work(conn)
                finally:
                    conn.rollback()
        except DatabaseError as error:
            raise self._said_by_file(error) from error

    def _said_by_file(self, error: DatabaseError) -> Exception:
        if _says(error, "malformed", "not a database", "corrupt"):
            return StoreCorrupt(
                f"The database file {self._url.database} is damaged.",
                "Stop the bot and put a backup in its place; keep the damaged file aside.",
            )
        if _says(error, "disk is full", "disk I/O error"):
            return StoreFull(
                f"The database file {self._url.database} cannot be written: {error.orig}.",
                "Make room, or look after the disk; the bot goes on by itself.",
            )
        if _says(error, "readonly", "unable to open"):
            return StoreRefused(
                f"The database file {self._url.database} cannot be used: {error.orig}.",
                "Check who may write the file and its folder.",
            )
        if isinstance(error, OperationalError) and _says(error, "locked"):
            return StoreInUse(
                f"Another program holds the database file {self._url.database}.", "Stop it, or wait until it is done."
            )
        return error


def _check(conn: Connection) -> None:
    """Raises SQLite's own error for a damaged file: who finds it later has written into it meanwhile."""
    pages, size = (conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    if pages * size <= CHECKED_UP_TO:
        found = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if found != "ok":
            raise DatabaseError("PRAGMA quick_check", None, sqlite3.DatabaseError(f"malformed: {found}"))


def _says(error: DBAPIError, *words: str) -> bool:
    text = str(error.orig)
    return any(word in text for word in words)


def _prepare_file(url: URL, *, exclusive: bool, create: bool) -> FileLock | None:
    if url.database in {None, "", ":memory:"}:
        raise NoStoreYet("A database in memory cannot be shared by threads.", "Give a file: sqlite:///data/onrecord.db")
    path = Path(str(url.database))
    try:
        return _prepared(path, exclusive=exclusive, create=create)
    except OSError as error:
        raise StoreRefused(
            f"The database file {path} cannot be used: {error.strerror or type(error).__name__}.",
            "Check who may write the file and its folder.",
        ) from None


def _prepared(path: Path, *, exclusive: bool, create: bool) -> FileLock | None:
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        raise NoStoreYet(f"There is no database at {path} yet.", "Run `onrecord run --once` first.")
    if not exclusive:
        return None
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise StoreInUse(
            f"Another bot runs on the database file {path}.",
            "One bot a file: stop the other one, or use PostgreSQL for several workers.",
        ) from None
    return lock


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        pool_size=READERS + 2,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # SQLAlchemy's own BEGIN is off: a writer must say IMMEDIATE, or it may fail at its first write after reading.
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={SYNCHRONOUS}",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine
