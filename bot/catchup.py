"""What is stored already when a rule is made is recorded, not alerted: it is the "earlier" of what comes next.

Only a call that is going on now alerts.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot import alerting
from bot.alerts.compose import notice_for
from bot.alerts.news import News
from bot.alerts.quiet import going_on
from bot.digest import next_digest
from bot.rulebook import RuleBook
from bot.settings import PipelineSettings
from bot.store import archive, matches, outbox
from bot.store.database import Database
from bot.telling import rules_notice
from rules.engine import Engine
from rules.model import Match
from watchers.model import Company, Document

log = structlog.get_logger()

AT_ONCE = 50
"""Documents in one transaction: the writer is free for others in between."""


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
) -> int:
    """Read the archive with the rules that it was not read with yet; the number of matches that this found.

    A kill costs the work again, and doubles nothing. Call it before the first visit under these rules.
    """
    in_force = {(compiled.revision, compiled.rule.name): compiled.rule for compiled in book.engine.compiled}
    unread = await database.write(lambda conn: matches.unread(conn, in_force))
    if not unread:
        return 0
    engine = Engine([in_force[key] for key in sorted(unread)])
    holding = hits = 0
    everything = await database.read(archive.ids)
    for start in range(0, len(everything), AT_ONCE):
        ids = everything[start : start + AT_ONCE]
        items = await asyncio.to_thread(_scan, engine, await database.read(lambda conn, ids=ids: _load(conn, ids)))  # type: ignore[misc]
        found = [item for item in items if item.found]
        if found:
            now = clock()
            channels = await database.write(
                lambda conn, found=found, now=now: _commit(conn, found, book, companies, settings, now)  # type: ignore[misc]
            )
            settings.deliver(channels)
            holding += len(found)
            hits += sum(len(item.found) for item in found)
    notice = rules_notice(sorted({rule for _, rule in unread}), holding, hits) if hits else None
    await database.write(lambda conn: _done(conn, unread, notice, settings.ops_channel, clock()))
    if hits:
        log.info("archive.caught-up", documents=holding, matches=hits)
        settings.deliver({settings.ops_channel})
    return hits


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
        found = tuple(match for match in engine.scan(document) if _place(match) not in places)
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
            watches=book.watches,
            status="new",
            company=company,
            digest=next_digest(now, settings.digest_at, settings.timezone),
            now=now,
            occasion="\n".join(sorted({match.revision for match in item.found})),
        )
        channels |= told.channels
    return channels


def _done(
    conn: Connection, unread: Collection[tuple[str, str]], notice: str | None, ops_channel: str, now: datetime
) -> None:
    matches.read_with(conn, sorted(unread), now=now)
    if notice is not None:
        about = f"rules\n{notice}\n{now.isoformat()}"
        message = notice_for(notice, channel=ops_channel, about=about, now=now)
        outbox.put(conn, [message], now=now)
