"""One step of a visit, committed: documents, matches, statements, alerts and their messages in one transaction.

A sync function of a `Connection`; the caller runs it as one write. What is here is the order of things, and the
fencing: a step of a visit that was given to somebody else raises `LeaseLost` before anything is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import alerting
from bot.alerts.quiet import Quiet
from bot.digest import DigestHour
from bot.model import Alert, AlertStatus, Watch
from bot.scan import Scanned
from bot.store import agenda, archive, matches, troubles
from watchers.model import Company, Document, EntryMeta, Step, Validators
from watchers.trouble import TroubleRecord


@dataclass(slots=True)
class Tally:
    """What came of a step, for the log, the metrics and the person who watches."""

    documents: int = 0
    changes: list[tuple[str, str]] = field(default_factory=list)
    """(kind, change) of each document that was not the same as before."""
    matches: int = 0
    alerts: list[Alert] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    """Channels that have something to deliver now."""

    def add(self, other: "Tally") -> None:
        self.documents += other.documents
        self.changes += other.changes
        self.matches += other.matches
        self.alerts += other.alerts
        self.channels |= other.channels


@dataclass(frozen=True, slots=True)
class Terms:
    """What a step is committed under: the watches in force, what is quiet, and when low severity is told."""

    watches: Sequence[Watch]
    quiet: Quiet
    companies: Mapping[str, Company]
    digest: DigestHour


def commit_step(
    conn: Connection,
    claim: agenda.Claim,
    step: Step,
    scanned: Sequence[Scanned],
    validators: Mapping[str, Validators],
    terms: Terms,
    *,
    about: str | None = None,
    now: datetime,
    lease: timedelta,
) -> Tally:
    """Commit one step. `about`: the key of the document that the run was about. Raises `LeaseLost`."""
    agenda.step(
        conn,
        claim,
        cursor=step.cursor,
        validators=validators,
        follow_ups=step.follow_ups,
        done=step.done,
        now=now,
        until=now + lease,
        listed=step.shown is not None,
    )
    if step.shown is not None:
        archive.shown(conn, claim.source, step.shown, now=now)
    _note_troubles(conn, claim.source, step, scanned, about=about, now=now)
    tally = Tally()
    for item in scanned:
        _commit_document(conn, item, terms, tally, now)
    if any(change != "reread" for _, change in tally.changes):
        agenda.brought(conn, claim, now=now)
    return tally


def met_in(step: Step, scanned: Sequence[Scanned]) -> tuple[TroubleRecord, ...]:
    """The troubles of single documents: the watcher's, and ours."""
    return (*step.troubles, *(item.trouble for item in scanned if item.trouble is not None))


def _note_troubles(
    conn: Connection, source: str, step: Step, scanned: Sequence[Scanned], *, about: str | None, now: datetime
) -> None:
    had = {document.key for document in step.documents}
    if about is None and len(had) == 1:
        about = next(iter(had))
    met = met_in(step, scanned)
    spoken_of = had | {about} if about is not None else had
    troubles.solved(conn, source, spoken_of - {about} if met else spoken_of)
    if met:
        troubles.note(conn, source, about, met, given_up=about in step.done, now=now)


def _commit_document(conn: Connection, item: Scanned, terms: Terms, tally: Tally, now: datetime) -> None:
    document = item.document
    before = archive.find(conn, document.source, document.key)
    recorded = archive.record_after(conn, before, document, item.body, now=now)
    tally.documents += 1
    if recorded.change == "same":
        return
    tally.changes.append((document.kind, recorded.change))
    matches.add(conn, recorded.document_id, recorded.version, item.matches, now=now)
    tally.matches += len(item.matches)
    company = terms.companies.get(document.company or "")
    found = alerting.news_of(conn, recorded, document, item.matches)
    said = alerting.remember(conn, recorded, document, found.fresh, company, now)
    if recorded.change == "reread":
        return  # a better reader is no edit: what it sees is kept, and tells nobody anything
    quiet = terms.quiet.covers(document, before, now=now)
    told = alerting.tell(
        conn,
        recorded,
        document,
        found,
        said,
        watches=terms.quiet.awake(quiet, document, terms.watches),
        status=_status(before, document),
        company=company,
        digest=terms.digest,
        now=now,
    )
    tally.alerts += told.alerts
    tally.channels |= told.channels


def _status(before: archive.Stored | None, document: Document) -> AlertStatus:
    if before is None:
        return "new"
    if _is_readable(document) and not (isinstance(before.meta, EntryMeta) and before.meta.state == "text-ready"):
        return "available"
    return "changed"


def _is_readable(document: Document) -> bool:
    return isinstance(document.meta, EntryMeta) and document.meta.state == "text-ready"
