"""One step of a visit, committed: documents, matches, statements, alerts and their messages in one transaction.

A sync function of a `Connection`; the caller runs it as one write. Everything is decided by pure functions of
`bot.alerts`; what is here is their order, and the fencing: a step of a visit that was given to somebody else raises
`LeaseLost` before anything is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.alerts.compose import channels_of, compose, message_for, with_changes
from bot.alerts.news import News, news
from bot.alerts.quiet import Quiet
from bot.alerts.quotes import quotes_of
from bot.alerts.said import earlier_beside, statements_of
from bot.model import Alert, AlertStatus, Earlier, Message, Quote, Statement, Watch
from bot.store import agenda, archive, outbox, statements
from rules.model import Match
from rules.text import fold_sentence
from watchers.model import Body, Company, Document, EntryMeta, Step, Validators

MOST_EARLIER_READ = 50


@dataclass(frozen=True, slots=True)
class Scanned:
    """A document with the bytes it was read from and what the rules found in it."""

    document: Document
    body: Body | None
    matches: tuple[Match, ...]


@dataclass(slots=True)
class Tally:
    """What came of a step, for the log, the metrics and the person who watches."""

    documents: int = 0
    changes: list[tuple[str, str]] = field(default_factory=list)
    """(kind, change) of each document that was not the same as before."""
    matches: int = 0
    quiet_matches: int = 0
    alerts: list[Alert] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)
    """Channels that have something to deliver now."""

    def add(self, other: "Tally") -> None:
        self.documents += other.documents
        self.changes += other.changes
        self.matches += other.matches
        self.quiet_matches += other.quiet_matches
        self.alerts += other.alerts
        self.channels |= other.channels


@dataclass(frozen=True, slots=True)
class Terms:
    """What a step is committed under: the watches in force, what is quiet, and when low severity is told."""

    watches: Sequence[Watch]
    quiet: Quiet
    companies: Mapping[str, Company]
    digest: datetime
    """When the next digest is due."""


def commit_step(
    conn: Connection,
    claim: agenda.Claim,
    step: Step,
    scanned: Sequence[Scanned],
    validators: Mapping[str, Validators],
    terms: Terms,
    *,
    now: datetime,
    lease: timedelta,
) -> Tally:
    """Commit one step. Raises `bot.store.errors.LeaseLost`."""
    agenda.step(
        conn,
        claim,
        cursor=step.cursor,
        validators=validators,
        follow_ups=step.follow_ups,
        done=step.done,
        now=now,
        until=now + lease,
    )
    tally = Tally()
    for item in scanned:
        _commit_document(conn, item, terms, tally, now)
    return tally


def _commit_document(conn: Connection, item: Scanned, terms: Terms, tally: Tally, now: datetime) -> None:
    document = item.document
    before = archive.find(conn, document.source, document.key)
    recorded = archive.record(conn, document, item.body, now=now)
    tally.documents += 1
    if recorded.change == "same":
        return
    tally.changes.append((document.kind, recorded.change))
    archive.add_matches(conn, recorded.document_id, recorded.version, item.matches, now=now)
    tally.matches += len(item.matches)
    if recorded.change == "reread":
        return
    company = terms.companies.get(document.company or "")
    told = outbox.alerts_of(conn, recorded.document_id) if before is not None else []
    found = _news(conn, recorded, document, item.matches, told)
    said = _remember(conn, recorded, document, found.fresh, company, now)
    messages = _updates(document, found, told, company, version=recorded.version, now=now)
    quiet = terms.quiet.covers(document, before, now=now)
    status = _status(before, document)
    for channel, matches in channels_of(found.fresh, terms.quiet.awake(quiet, document, terms.watches)).items():
        alert = compose(
            document,
            matches,
            channel=channel,
            version=recorded.version,
            status=status,
            company=company,
            earlier=_earlier(conn, recorded.document_id, said),
        )
        earlier_post = next((other for other in told if other.channel == channel), None)
        due = terms.digest if alert.severity == "low" else now
        message = message_for(alert, now=due)
        if earlier_post is not None and alert.severity != "low":
            first = message_for(earlier_post, now=now)
            message = message.model_copy(update={"operation": "reply", "parent": first.id})
        messages.append(message)
        tally.alerts.append(alert)
    if quiet:
        tally.quiet_matches += len(found.fresh)
    outbox.put(conn, messages, now=now, document_id=recorded.document_id)
    tally.channels |= {message.channel for message in messages if message.due <= now}


def _news(
    conn: Connection, recorded: archive.Recorded, document: Document, matches: Sequence[Match], told: Sequence[Alert]
) -> News:
    if recorded.change == "new":
        return News(tuple(matches), ())
    texts = archive.earlier_texts(conn, recorded.document_id, recorded.version)
    quotes = {(quote.rule, quote.text) for alert in told for quote in alert.quotes}
    return news(document, matches, texts, sorted(quotes))


def _remember(
    conn: Connection,
    recorded: archive.Recorded,
    document: Document,
    fresh: Sequence[Match],
    company: Company | None,
    now: datetime,
) -> tuple[Statement, ...]:
    said = statements_of(document, fresh, company, seen=now.date())
    rows = [(statement, fold_sentence(statement.quote)) for statement in said]
    statements.add(conn, recorded.document_id, recorded.version, rows)
    return said


def _earlier(conn: Connection, document_id: int, said: Sequence[Statement]) -> dict[str, tuple[Earlier, ...]]:
    """By facet: what the same company said before, in other documents."""
    beside: dict[str, tuple[Earlier, ...]] = {}
    for facet in {statement.facet for statement in said}:
        now_said = [statement for statement in said if statement.facet == facet]
        company = now_said[0].company
        if company is None:
            continue
        before = statements.earlier(
            conn, company, facet, before_document=document_id, until=now_said[0].date, limit=MOST_EARLIER_READ
        )
        beside[facet] = earlier_beside(now_said, before)
    return beside


def _updates(
    document: Document, found: News, told: Sequence[Alert], company: Company | None, *, version: int, now: datetime
) -> list[Message]:
    """Alerts whose words changed or went are told again under their own id."""
    messages = []
    for alert in told:
        changes: list[tuple[Quote | None, str, str]] = []
        for change in found.changed:
            if not any(quote.rule == change.rule and quote.text == change.before for quote in alert.quotes):
                continue
            quote = quotes_of(document, [change.match], company)[0] if change.match is not None else None
            changes.append((quote, change.rule, change.before))
        if changes:
            updated = with_changes(alert, changes)
            messages.append(message_for(updated, now=now, operation="update", turn=version))
    return messages


def _status(before: archive.Stored | None, document: Document) -> AlertStatus:
    if before is None:
        return "new"
    if isinstance(document.meta, EntryMeta) and document.meta.state == "text-ready":
        return "available"
    return "changed"
