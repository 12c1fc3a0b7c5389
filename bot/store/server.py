"""PostgreSQL as the store sees it: how it is connected to, and what its errors mean."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakSet

import asyncpg
from sqlalchemy import URL, AdaptedConnection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.errors import StoreCorrupt, StoreError, StoreFull, StoreRefused, StoreUnreachable

if TYPE_CHECKING:  # see below
    from sqlalchemy.ext.asyncio import AsyncEngine

CONNECT_WITHIN = timedelta(seconds=10)
POOL = 10
"""Connections of one worker to the store: its visits may be hundreds, but each needs one for moments only."""
UNASKED = 1.0
"""Seconds for which a connection is trusted after its last use: to ask whether the server is there costs three round
trips, and a visit has ten."""

WRONG = (
    OSError,
    TimeoutError,
    NoConnectionFree,
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # an answer that came in the moment in which its asker gave up
)
"""What a statement or a connection may fail with. SQLAlchemy leaves some of asyncpg's errors as they are."""

LONGEST = 4
"""How many times longer a whole transaction may take than one statement."""
_AWAY = ("08", "25P03", "25P04", "57014", "57P01", "57P02", "57P03", "57P05", "53300")
"""SQLSTATEs, or how they begin (PostgreSQL, Appendix A): connection lost, too slow (both ways), shut down, starting,
too many clients."""
_COLLIDED = ("40001", "40P01")
_NOT_LET_IN = ("28", "3D000")
_FULL = ("53100", "53200")
_DAMAGED = ("XX001", "XX002")


def engine(url: URL, silent: timedelta | None) -> "AsyncEngine":
    """`silent`: how long a statement may stay unanswered; None: for ever."""
    from sqlalchemy.ext.asyncio import create_async_engine  # it brings the ORM along: a bot on a file need not hold it

    seconds = silent.total_seconds() if silent is not None else None
    connect = CONNECT_WITHIN.total_seconds()
    made = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=POOL,
        max_overflow=0,  # one that is made for a moment and closed costs more than all that is asked by it
        pool_timeout=seconds or 30,
        pool_use_lifo=True,
        connect_args={
            "timeout": min(seconds or connect, connect),
            "command_timeout": seconds,
            "server_settings": limits(silent) if silent is not None else {},
        },
    )
    _look_before_use(made)
    if silent is not None:
        _bound(made, LONGEST * silent)
    return made


def connections(made: "AsyncEngine") -> "WeakSet[asyncpg.Connection]":
    """Those that the engine makes from now on, for as long as they live."""
    alive: WeakSet[asyncpg.Connection] = WeakSet()

    @event.listens_for(made.sync_engine, "connect")
    def _made(connection: AdaptedConnection, _record: object) -> None:
        alive.add(connection.driver_connection)

    return alive


def limits(silent: timedelta) -> dict[str, str]:
    """Settings by which the server ends what a client began and does not go on with.

    A worker that is stopped in the middle of a transaction must not hold its rows for as long as it sleeps, and one
    that gave up waiting for a row must not go on waiting there.
    """
    return {"idle_in_transaction_session_timeout": _milliseconds(silent), "statement_timeout": _milliseconds(silent)}


def _look_before_use(made: "AsyncEngine") -> None:
    """Replace connections whose server went away; only those that were quiet for a while are asked.

    `pool_pre_ping` asks each time.
    """
    dialect = made.dialect

    @event.listens_for(made.sync_engine, "checkin")
    def _left(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["left"] = time.monotonic()

    @event.listens_for(made.sync_engine, "checkout")
    def _taken(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        left = record.info.get("left")
        if left is None:
            return  # it was made just now
        assert record.driver_connection is not None
        if record.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - left > UNASKED:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error as error:
                if not dialect.is_disconnect(error, connection, None):
                    raise
                raise InvalidatePoolError from error


def _bound(made: "AsyncEngine", longest: timedelta) -> None:
    """End whole transactions too: a server that waits for the second half of a statement counts it as idle in no way.

    PostgreSQL knows that limit from version 17 on.
    """
    wanted = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'transaction_timeout'"

    @event.listens_for(made.sync_engine, "connect")
    def _limited(connection: AdaptedConnection, _record: object) -> None:
        connection.run_async(lambda raw: raw.fetch(wanted, _milliseconds(longest)))


def _milliseconds(span: timedelta) -> str:
    return f"{span.total_seconds() * 1000:.0f}"


def collided(error: Exception) -> bool:
    """Whether two transactions waited for each other and this one was chosen to make way: it can begin anew."""
    return _state(error) in _COLLIDED


def said_by(error: Exception, shown: str) -> StoreError | None:
    """The error in our words; None for one that is a mistake of ours. `shown`: the address without its password."""
    state = _state(error)
    if state.startswith(_NOT_LET_IN):
        return StoreRefused(
            f"The database {shown} does not let us in: {_words(error)}.",
            "Check its name, the user and the password (ONRECORD_DATABASE), and that the database was created.",
        )
    if state.startswith(_FULL):
        return StoreFull(f"The database {shown} has no room: {_words(error)}.", "Make room; the bot goes on by itself.")
    if state.startswith(_DAMAGED):
        return StoreCorrupt(
            f"The database {shown} is damaged: {_words(error)}.",
            "Stop the bot and restore a backup; keep the damaged files aside.",
        )
    if state.startswith(_AWAY) or not isinstance(error, DBAPIError | asyncpg.PostgresError) or _lost(error):
        return StoreUnreachable(
            f"The database {shown} does not answer ({_name(error)}).",
            "Is the server up and is the address right? The bot goes on by itself when it answers again.",
        )
    return None


def _state(error: Exception) -> str:
    inner = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(inner, "sqlstate", None) or "")


def _lost(error: Exception) -> bool:
    """The connection went away under it; such an error often has no state."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or "closed" in str(error.orig))


def _name(error: Exception) -> str:
    inner = error.orig if isinstance(error, DBAPIError) else error
    cause = inner.__cause__ if inner is not None else None
    # A connection that is given up was cancelled, which says nothing to anybody.
    return type(cause if isinstance(cause, Exception) else inner or error).__name__


def _words(error: Exception) -> str:
    """PostgreSQL's own, which name no secret: a role, a database, a file."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    said = str((inner.__cause__ or inner) if inner is not None else error)
    return said.splitlines()[0] if said else type(error).__name__
