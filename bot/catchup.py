"""What is stored already when a rule is made is recorded, not alerted: it is the "earlier" of what comes next.

Only a call that is going on now alerts.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot import alerting
from bot.alerts.compose import notice_for
from bot.alerts.news import News
from bot.alerts.quiet import going_on
from bot.heartbeat import beating
from bot.inforce import InForce
from bot.rulebook import FROM_SLACK, RuleBook
from bot.scan import once
from bot.settings import PipelineSettings
from bot.store import archive, matches, outbox, steering
from bot.store.database import Database
from bot.telling import rules_notice
from rules.engine import Engine
from rules.model import Match
from watchers.model import Company, Document

log = structlog.get_logger()

AT_ONCE = 50
"""Documents in one transaction: the writer is free for others in between."""


@dataclass(slots=True)
class _Counts:
    """`matches` of all rules; `documents` with `hits` of those that the ops channel is told of, by name."""

    told_of: frozenset[str]
    matches: int = 0
    documents: int = 0
    hits: int = 0

    def add(self, items: Sequence["_Item"]) -> None:
        for item in items:
            hits = sum(match.rule in self.told_of for match in item.found)
            self.matches += len(item.found)
            self.documents += bool(hits)
            self.hits += hits


@dataclass(frozen=True, slots=True)
class _Item:
    recorded: archive.Recorded
    document: Document
    found: tuple[Match, ...]


async def catch_up(
    database: Database,
    book: RuleBook,
    *,
    companies: Mapping[str, Company],
    settings: PipelineSettings,
    clock: Callable[[], datetime],
) -> int | None:
    """Read the archive with the rules that it was not read with yet; the number of matches that this found.

    None where another worker does so now. A kill costs the work again, and doubles nothing.
    """
    in_force = {(compiled.revision, compiled.rule.name): compiled.rule for compiled in book.engine.compiled}
    unread = await database.write(lambda conn: _begin(conn, in_force, clock(), settings.lease))
    if not unread:
        return None if unread is None else 0
    engine = Engine([in_force[key] for key in sorted(unread)], companies=companies.values())
    counts = _Counts(frozenset(name for (_, name), rule in in_force.items() if rule.origin != FROM_SLACK))

    async def still_here() -> None:
        await database.write(lambda conn: steering.extend_reading(conn, until=clock() + settings.lease))

    async with beating(still_here, settings.lease, name="archive"):
        everything = await database.read(archive.ids)
        for start in range(0, len(everything), AT_ONCE):
            ids = everything[start : start + AT_ONCE]
            loaded = await database.read(lambda conn, ids=ids: _load(conn, ids))  # type: ignore[misc]
            found = [item for item in await asyncio.to_thread(_scan, engine, loaded) if item.found]
            if found:
                now = clock()
                channels = await database.write(
                    lambda conn, found=found, now=now: _commit(conn, found, book, companies, settings, now)  # type: ignore[misc]
                )
                settings.deliver(channels)
                counts.add(found)
    # What people watch in a private channel is nobody else's business.
    names = sorted({name for _, name in unread} & counts.told_of)
    notice = rules_notice(names, counts.documents, counts.hits) if counts.hits else None
    await database.write(lambda conn: _done(conn, unread, notice, settings.ops_channel, clock()))
    if counts.matches:
        log.info("archive.caught-up", matches=counts.matches)
    if notice is not None:
        settings.deliver({settings.ops_channel})
    return counts.matches


async def read_archive(
    in_force: InForce,
    database: Database,
    *,
    companies: Mapping[str, Company],
    settings: PipelineSettings,
    clock: Callable[[], datetime],
) -> None:
    """`catch_up` with what is in force now, where that may be unread. Who comes while another does so comes again."""
    if not in_force.unread:
        return
    book = in_force.book()
    done = await catch_up(database, book, companies=companies, settings=settings, clock=clock)
    in_force.unread = done is None or in_force.book() is not book


def _begin(
    conn: Connection, in_force: Collection[tuple[str, str]], now: datetime, lease: timedelta
) -> set[tuple[str, str]] | None:
    """Those of the rules that are unread; None where another worker reads."""
    unread = matches.unread(conn, in_force)
    if not unread:
        return set()
    return unread if steering.take_reading(conn, now=now, lease=lease) else None


def _load(conn: Connection, ids: Sequence[int]) -> list[tuple[archive.Recorded, Document, list[Match]]]:
    loaded = []
    for document_id in ids:
        version = archive.latest(conn, document_id)
        known = matches.of(conn, document_id, version)
        recorded = archive.Recorded(document_id, version, "same")
        loaded.append((recorded, archive.load(conn, document_id, version), known))
    return loaded


def _scan(engine: Engine, loaded: Sequence[tuple[archive.Recorded, Document, list[Match]]]) -> list[_Item]:
    """What was not found there before, by an earlier try or an earlier revision of the rule."""
    items = []
    for recorded, document, known in loaded:
        places = {_place(match) for match in known}
        found = tuple(match for match in once(engine.scan(document)) if _place(match) not in places)
        items.append(_Item(recorded, document, found))
    return items


def _place(match: Match) -> tuple[str, int, int, int]:
    return match.rule, match.passage, match.start, match.end


def _commit(
    conn: Connection,
    items: Sequence[_Item],
    book: RuleBook,
    companies: Mapping[str, Company],
    settings: PipelineSettings,
    now: datetime,
) -> set[str]:
    channels: set[str] = set()
    for item in items:
        document, recorded = item.document, item.recorded
        matches.add(conn, recorded.document_id, recorded.version, item.found, now=now)
        company = companies.get(document.company or "")
        said = alerting.remember(conn, recorded, document, item.found, company, now)
        if not going_on(document, now):
            continue
        told = alerting.tell(
            conn,
            recorded,
            document,
            News(item.found),
            said,
            watches=book.listening(document.source),
            status="new",
            company=company,
            digest=settings.digest,
            now=now,
            occasion="\n".join(sorted({match.revision for match in item.found})),
        )
        channels |= told.channels
    return channels


def _done(
    conn: Connection, unread: Collection[tuple[str, str]], notice: str | None, ops_channel: str, now: datetime
) -> None:
    matches.read_with(conn, sorted(unread), now=now)
    steering.extend_reading(conn, until=None)
    if notice is not None:
        about = f"rules\n{notice}\n{now.isoformat()}"
        message = notice_for(notice, channel=ops_channel, about=about, now=now)
        outbox.put(conn, [message], now=now)
