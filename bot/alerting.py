"""One document's matches, told: statements, alerts and messages, in the transaction at hand.

What is decided, `bot.alerts` decides; here is what that needs to know, and what becomes of it in the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.alerts.compose import (
    channels_of,
    compose,
    is_removed,
    message_for,
    note_of_change,
    post_or_reply,
    with_changes,
)
from bot.alerts.news import News, Past, news, stands
from bot.alerts.quotes import quotes_of
from bot.alerts.said import earlier_beside, statements_of
from bot.digest import DigestHour
from bot.model import Alert, AlertStatus, Earlier, Message, Polarity, Quote, Statement, Watch
from bot.store import archive, channels, matches, outbox, statements
from rules.model import Match
from rules.text import fold_sentence
from watchers.model import Company, Document

MOST_EARLIER_READ = 50
_OPPOSITE: Mapping[Polarity, Polarity] = {"affirms": "denies", "denies": "affirms"}


@dataclass(frozen=True, slots=True)
class Told:
    """What was made of it. `channels` have something to deliver now."""

    alerts: tuple[Alert, ...] = ()
    channels: frozenset[str] = frozenset()


def news_of(conn: Connection, recorded: archive.Recorded, document: Document, found: Sequence[Match]) -> News:
    """What of the matches is new since the versions before."""
    if recorded.version == 1:
        return News(tuple(found))
    document_id, version = recorded.document_id, recorded.version
    before = matches.earlier(conn, document_id, version)
    if not found and not before:
        return News(())
    past = Past(
        all_texts=archive.earlier_texts(conn, document_id, version),
        last_texts=[passage.text for passage in archive.load(conn, document_id, version - 1).passages],
        found=before,
    )
    return news(document, found, past)


def remember(
    conn: Connection,
    recorded: archive.Recorded,
    document: Document,
    fresh: Sequence[Match],
    company: Company | None,
    now: datetime,
) -> tuple[Statement, ...]:
    """Keep what was said on a facet, told or not."""
    said = statements_of(document, fresh, company, seen=now.date())
    rows = [(statement, fold_sentence(statement.quote)) for statement in said]
    statements.add(conn, recorded.document_id, recorded.version, rows)
    return said


def tell(
    conn: Connection,
    recorded: archive.Recorded,
    document: Document,
    found: News,
    said: Sequence[Statement],
    *,
    watches: Sequence[Watch],
    status: AlertStatus,
    company: Company | None,
    digest: DigestHour,
    now: datetime,
    occasion: str = "",
) -> Told:
    """Put alerts about what is new, for whoever watches, and renew those whose words changed."""
    told = outbox.alerts_of(conn, recorded.document_id) if recorded.version > 1 or occasion else []
    messages = _updates(document, found, told, company, version=recorded.version, now=now)
    routes = channels_of(document, found.fresh, watches, now=now)
    earlier = _earlier(conn, recorded.document_id, said) if routes else {}
    alerts = []
    for channel, heard in routes.items():
        alert = compose(
            document,
            heard.matches,
            channel=channel,
            version=recorded.version,
            status=status,
            company=company,
            earlier=earlier,
            occasion=occasion,
            watches=heard.watches,
        )
        before = [other for other in told if other.channel == channel]
        if alert.severity == "low":
            messages.append(message_for(alert, now=digest.after(now, channels.digest_at(conn, channel))))
        else:
            messages.append(post_or_reply(alert, before, now=now))
        alerts.append(alert)
    outbox.put(conn, messages, now=now, document_id=recorded.document_id)
    return Told(tuple(alerts), frozenset(message.channel for message in messages if message.due <= now))


def _earlier(conn: Connection, document_id: int, said: Sequence[Statement]) -> dict[str, tuple[Earlier, ...]]:
    """By facet: what the same company said before, in other documents."""
    beside: dict[str, tuple[Earlier, ...]] = {}
    for facet in {statement.facet for statement in said}:
        now_said = [statement for statement in said if statement.facet == facet]
        company, until = now_said[0].company, now_said[0].date
        if company is None:
            continue
        before: list[Statement] = []
        # A position is called up however long ago it was taken.
        for polarity in (None, *sorted({_OPPOSITE[s.polarity] for s in now_said if s.polarity in _OPPOSITE})):
            before += statements.earlier(
                conn,
                company,
                facet,
                before_document=document_id,
                until=until,
                limit=MOST_EARLIER_READ,
                polarity=polarity,
            )
        beside[facet] = earlier_beside(now_said, before)
    return beside


def _updates(
    document: Document, found: News, told: Sequence[Alert], company: Company | None, *, version: int, now: datetime
) -> list[Message]:
    """Alerts whose words changed, went, or came back are told again under their own id."""
    messages = []
    for alert in told:
        standing = {(quote.rule, quote.text) for quote in alert.quotes if not is_removed(quote)}
        changes: list[tuple[Quote | None, str, str]] = [
            (quotes_of(document, [change.match], company)[0] if change.match else None, change.rule, change.before)
            for change in found.changed
            if (change.rule, change.before) in standing
        ]
        restored = {
            (quote.rule, quote.text) for quote in alert.quotes if is_removed(quote) and stands(document, quote.text)
        }
        if changes or restored:
            updated = with_changes(alert, changes, restored)
            messages.append(message_for(updated, now=now, operation="update", turn=version))
            messages.append(note_of_change(updated, changes, restored, turn=version, now=now))
    return messages
