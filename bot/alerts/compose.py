"""Alerts for channels, and the messages that carry them."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts import wording
from bot.alerts.cases import case_of
from bot.alerts.quotes import context_of, quotes_of, severity_of
from bot.alerts.shown import severest
from bot.model import Alert, AlertStatus, Earlier, Message, Operation, Quote, Watch
from rules.fields import document_passes, passage_passes
from rules.model import Match
from watchers.model import Company, Document

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "onrecord:alert")
"""Ids are uuid5 of what they stand for: whoever makes the same alert twice makes it under the same id."""

MOST_EARLIER = 5


def alert_id(source: str, key: str, version: int, channel: str, occasion: str = "") -> str:
    """`occasion`: what the alert is about besides that version, where that is not its news."""
    return str(uuid.uuid5(NAMESPACE, "\n".join(filter(None, (source, key, str(version), channel, occasion)))))


def delivery_id(alert: str, channel: str, operation: Operation, turn: int = 0) -> str:
    """`turn` counts operations of one kind on one alert: its second update is another delivery than its first."""
    return str(uuid.uuid5(NAMESPACE, "\n".join((alert, channel, operation, str(turn)))))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a channel hears of a document, and which of its watches asked for it."""

    matches: tuple[Match, ...]
    watches: tuple[str, ...]


def channels_of(
    document: Document, matches: Iterable[Match], watches: Sequence[Watch], *, now: datetime
) -> dict[str, Heard]:
    """By channel, what it hears of these matches. What is muted nobody hears."""
    listening: dict[str, list[Watch]] = {}
    for watch in watches:
        if not watch.muted(now) and document_passes(watch.filters, document):
            listening.setdefault(watch.channel, []).append(watch)
    told: dict[str, Heard] = {}
    for match in matches:
        for channel, of_channel in listening.items():
            asked = [watch.name for watch in of_channel if _hears(watch, document, match)]
            if asked:
                before = told.get(channel, Heard((), ()))
                names = tuple(dict.fromkeys((*before.watches, *asked)))
                told[channel] = Heard((*before.matches, match), names)
    return told


def _hears(watch: Watch, document: Document, match: Match) -> bool:
    """A rule may have been found for another watch, which listens elsewhere."""
    return match.rule in watch.rules and passage_passes(watch.filters, document, document.passages[match.passage])


def compose(
    document: Document,
    matches: Sequence[Match],
    *,
    channel: str,
    version: int,
    status: AlertStatus,
    company: Company | None,
    earlier: Mapping[str, Sequence[Earlier]],
    occasion: str = "",
    watches: tuple[str, ...] = (),
) -> Alert:
    """One document's matches for one channel. `earlier`: by facet, what the company said before, newest first."""
    quotes = quotes_of(document, matches, company)
    facets = tuple(dict.fromkeys(quote.facet for quote in quotes if quote.facet))
    return Alert(
        id=alert_id(document.source, document.key, version, channel, occasion),
        severity=severity_of(quotes),
        facets=facets,
        company=document.company,
        kind=document.kind,
        source=document.source,
        title=document.title,
        url=document.url,
        published=document.published,
        status=status,
        quotes=quotes,
        context=context_of(document, quotes),
        case=case_of(document, quotes[0].side),
        earlier=_merged(earlier[facet] for facet in facets if facet in earlier),
        channel=channel,
        watches=watches,
    )


def is_removed(quote: Quote) -> bool:
    """Whether the words of the quote stand in the document no more."""
    return quote.before == quote.text


def with_changes(
    alert: Alert, changed: Sequence[tuple[Quote | None, str, str]], restored: Collection[tuple[str, str]] = ()
) -> Alert:
    """The alert with quotes replaced or removed: (quote as it stands now, rule, the words before).

    `restored`: (rule, words) of quotes that were removed and stand there again.
    """
    quotes = [
        quote.model_copy(update={"before": None}) if (quote.rule, quote.text) in restored else quote
        for quote in alert.quotes
    ]
    removed = 0
    for now, rule, before in changed:
        index = next((i for i, q in enumerate(quotes) if q.rule == rule and q.text == before), None)
        if index is None:
            continue
        if now is None:
            removed += 1
            quotes[index] = quotes[index].model_copy(update={"before": before})
        else:
            quotes[index] = now.model_copy(update={"before": before})
    status: AlertStatus = "removed" if removed and removed == len(changed) and not restored else "changed"
    return alert.model_copy(update={"quotes": tuple(quotes), "status": status})


def message_for(alert: Alert, *, now: datetime, operation: Operation = "post", turn: int = 0) -> Message:
    parent = None if operation == "post" else delivery_id(alert.id, alert.channel, "post")
    return Message(
        id=delivery_id(alert.id, alert.channel, operation, turn),
        channel=alert.channel,
        operation=operation,
        alert=alert,
        parent=parent,
        due=now,
    )


def post_or_reply(alert: Alert, before: Sequence[Alert], *, now: datetime) -> Message:
    """What comes later to a document goes into the thread of what was told of it, and what is more severe than all of
    that is shown to the whole channel. `before`: what the channel was told of the document, oldest first.
    """
    message = message_for(alert, now=now)
    threads = [other for other in before if other.severity != "low"]  # those wait for the digest
    if not threads:
        return message
    parent = message_for(threads[0], now=now).id
    worse = severest([alert, *threads])[0] is alert and alert.severity not in {other.severity for other in threads}
    return message.model_copy(update={"operation": "reply", "parent": parent, "broadcast": worse})


def note_of_change(
    alert: Alert,
    changed: Sequence[tuple[Quote | None, str, str]],
    restored: Collection[tuple[str, str]],
    *,
    turn: int,
    now: datetime,
) -> Message:
    """A line for the alert's thread: who read it before is told that it reads otherwise now. As `with_changes`."""
    said = dict.fromkeys(
        wording.removed(before) if quote is None else wording.reworded(before, quote.text)
        for quote, _, before in changed
    ) | dict.fromkeys(wording.restored(words) for _, words in sorted(restored))
    note = notice_for(
        "\n".join(said), channel=alert.channel, about=f"changed\n{alert.id}\n{alert.channel}\n{turn}", now=now
    )
    parent = delivery_id(alert.id, alert.channel, "post")
    return note.model_copy(update={"operation": "reply", "parent": parent})


def handled_message(alert: Alert, *, by: str, now: datetime) -> Message:
    """The alert drawn anew after somebody did something with it."""
    about = f"handled\n{alert.id}\n{by}\n{now.isoformat()}"
    message = message_for(alert, now=now, operation="update")
    return message.model_copy(update={"id": str(uuid.uuid5(NAMESPACE, about))})


def notice_for(text: str, *, channel: str, about: str, now: datetime) -> Message:
    """A line of our own. `about` names the occasion, so that the same occasion is told once."""
    return Message(id=str(uuid.uuid5(NAMESPACE, f"notice\n{about}")), channel=channel, notice=text, due=now)


def _merged(lists: Iterable[Sequence[Earlier]]) -> tuple[Earlier, ...]:
    """Opposite wording first, then newest first; the same words of the same day once, whoever carried them."""
    seen: dict[tuple[str, str], Earlier] = {}
    for entries in lists:
        for entry in entries:
            seen.setdefault((entry.date, entry.quote), entry)
    newest = sorted(seen.values(), key=lambda entry: entry.date, reverse=True)
    return tuple(sorted(newest, key=lambda entry: entry.relation != "opposite"))[:MOST_EARLIER]
