"""PostgreSQL as the store sees it: how it is connected to, and what its errors mean."""

from datetime import timedelta

import asyncpg
from sqlalchemy import URL, AdaptedConnection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store.errors import StoreCorrupt, StoreError, StoreFull, StoreRefused, StoreUnreachable

CONNECT_WITHIN = timedelta(seconds=10)

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
_NOT_LET_IN = ("28", "3D000")
_FULL = ("53100", "53200")
_DAMAGED = ("XX001", "XX002")


def engine(url: URL, silent: timedelta | None) -> AsyncEngine:
    """`silent`: how long a statement may stay unanswered; None: for ever."""
    seconds = silent.total_seconds() if silent is not None else None
    connect = CONNECT_WITHIN.total_seconds()
    made = create_async_engine(
        url.set(drivername="postgresql+asyncpg"),
        pool_size=10,
        max_overflow=10,
        pool_timeout=seconds or 30,
        pool_pre_ping=True,
        connect_args={
            "timeout": min(seconds or connect, connect),
            "command_timeout": seconds,
            "server_settings": limits(silent) if silent is not None else {},
        },
    )
    if silent is not None:
        _bound(made, LONGEST * silent)
    return made


def limits(silent: timedelta) -> dict[str, str]:
    """Settings by which the server ends what a client began and does not go on with.

    A worker that is stopped in the middle of a transaction must not hold its rows for as long as it sleeps, and one
    that gave up waiting for a row must not go on waiting there.
    """
    return {"idle_in_transaction_session_timeout": _milliseconds(silent), "statement_timeout": _milliseconds(silent)}


def _bound(made: AsyncEngine, longest: timedelta) -> None:
    """End whole transactions too: a server that waits for the second half of a statement counts it as idle in no way.

    PostgreSQL knows that limit from version 17 on.
    """
    wanted = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'transaction_timeout'"

    @event.listens_for(made.sync_engine, "connect")
    def _limited(connection: AdaptedConnection, _record: object) -> None:
        connection.run_async(lambda raw: raw.fetch(wanted, _milliseconds(longest)))


def _milliseconds(span: timedelta) -> str:
    return f"{span.total_seconds() * 1000:.0f}"


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
    return type(inner.__cause__ or inner).__name__ if inner is not None else type(error).__name__


def _words(error: Exception) -> str:
    """PostgreSQL's own, which name no secret: a role, a database, a file."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    said = str((inner.__cause__ or inner) if inner is not None else error)
    return said.splitlines()[0] if said else type(error).__name__
