"""Steps of visits as the agenda sees them, without a visit."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.store import agenda, archive, roster
from bot.store.agenda import Claim
from bot.store.database import Database
from making import NOW, document, source
from watchers.model import Source

LEASE = timedelta(minutes=2)
LATER = NOW + timedelta(hours=1)


async def added(database: Database, *sources: Source) -> None:
    await database.write(lambda conn: roster.sync(conn, sources or [source()], now=NOW))


async def claimed(database: Database, name: str = "news", *, now=NOW) -> Claim:
    claim = await database.write(lambda conn: agenda.claim(conn, name, now=now, lease=LEASE))
    assert claim is not None
    return claim


def stepped(conn: Connection, claim: Claim, **about) -> None:
    usual = {"cursor": None, "validators": {}, "follow_ups": (), "done": (), "now": NOW, "until": NOW + LEASE}
    agenda.step(conn, claim, **(usual | about))


def settled(conn: Connection, claim: Claim, *, now=NOW, trouble=None, again=LATER, **about) -> None:
    agenda.settle(conn, claim, now=now, next_visit=again, trouble=trouble, **({"validators": {}} | about))


def spoke(conn: Connection, name: str, *days_ago: int) -> None:
    """Visits that brought a document each, published when it came."""
    for days in days_ago:
        at = NOW - timedelta(days=days)
        archive.record(conn, document(f"{name}{days}", key=str(days), source=name, published=at), None, now=at)
        claim = agenda.claim(conn, name, now=at, lease=LEASE)
        assert claim is not None
        agenda.brought(conn, claim, now=at)
        settled(conn, claim, now=at)


async def due(database: Database, now=NOW, limit: int = 10) -> list[Claim]:
    return await database.write(lambda conn: agenda.claim_due(conn, now=now, limit=limit, lease=LEASE))
