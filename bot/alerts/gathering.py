"""Several alerts told as one message: a day's low ones, many at once, and those that come late from one source.

Pure: what waits in a channel goes in, and what is told instead comes out. Only what was never tried is gathered, and
nothing is left out: a digest shows every alert, and every alert of a storm stands in its thread.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.alerts.compose import NAMESPACE
from bot.alerts.shown import severest
from bot.alerts.wording import HELD_UP, LATE, is_bare_date
from bot.model import Alert, Gathering, Message

PAGE = 8
"""Alerts on one page of a digest."""
MOST_SHOWN = 3
"""Alerts that the head of a storm quotes."""
LATE_AT_ONCE = 3
"""Late alerts of one source from which on they are one message."""


@dataclass(frozen=True, slots=True)
class Folding:
    """A storm: more than `most` posts in one channel within `window`."""

    most: int = 10
    window: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lately:
    """What a channel was told within the window: how many alerts as posts, and the heads of storms as they are now."""

    posts: int = 0
    heads: Sequence[Message] = ()


@dataclass(slots=True)
class Fold:
    """What is told instead. `new`: messages to be put; `carried`: by message, the page of a digest that shows its
    alert; `threaded`: by message, in whose thread it goes; `broadcast`: those of them that the channel is shown too.
    """

    new: list[Message] = field(default_factory=list)
    carried: dict[str, str] = field(default_factory=dict)
    threaded: dict[str, str] = field(default_factory=dict)
    broadcast: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.carried or self.threaded)


def fold(waiting: Sequence[Message], lately: Lately, folding: Folding, *, now: datetime) -> Fold:
    """`waiting`: posts of alerts in one channel that are due and were never tried, oldest first."""
    made = Fold()
    told = [(message, message.alert) for message in waiting if message.alert is not None]
    low = [message for message, alert in told if alert.severity == "low"]
    if len(low) > 1:
        _digest(made, low, now)
    rest = []
    by_source: dict[str, list[Message]] = {}
    for message, alert in told:
        if alert.severity == "low":
            continue
        if is_late(message, alert, now):
            by_source.setdefault(alert.source, []).append(message)
        else:
            rest.append(message)
    for source, late in by_source.items():
        head = _open(lately.heads, "late", source)
        if head is not None or len(late) >= LATE_AT_ONCE:
            _gather(made, "late", late, head, now)
        else:
            rest += late
    head = _open(lately.heads, "storm")
    if rest and (head is not None or lately.posts + len(rest) > folding.most):
        _gather(made, "storm", sorted(rest, key=waiting.index), head, now)
    return made


def is_late(message: Message, alert: Alert, now: datetime) -> bool:
    """Its document is old by now, or it had to wait: for Slack, or for somebody who had paused all alerts."""
    if now - message.wanted >= HELD_UP:
        return True
    # What was filed on a day may have been filed at its end.
    late = LATE + timedelta(days=1) if is_bare_date(alert) else LATE
    return alert.published is not None and now - alert.published >= late


def _digest(made: Fold, low: Sequence[Message], now: datetime) -> None:
    first = _id("digest", low[0].channel, *(message.id for message in low))
    severities = {"low": len(low)}
    for at in range(0, len(low), PAGE):
        members = low[at : at + PAGE]
        page = first if at == 0 else _id("page", first, str(at))
        gathering = Gathering(kind="digest", severities=severities, alerts=_alerts(members), before=at)
        made.new.append(
            Message(
                id=page,
                channel=low[0].channel,
                operation="post" if at == 0 else "reply",
                parent=None if at == 0 else first,
                gathering=gathering,
                due=now,
            )
        )
        made.carried |= dict.fromkeys((message.id for message in members), page)


def _gather(
    made: Fold, kind: Literal["storm", "late"], members: Sequence[Message], head: Message | None, now: datetime
) -> None:
    """A new head with its thread, or more for the thread of one that is there: that is drawn anew."""
    before = head.gathering if head is not None else None
    alerts = _alerts(members)
    severities = Counter(alert.severity for alert in alerts)
    if before is not None:
        severities.update(before.severities)
        alerts = (*before.alerts, *alerts)
    gathering = Gathering(kind=kind, severities=dict(severities), alerts=tuple(severest(alerts)[:MOST_SHOWN]))
    channel = members[0].channel
    if head is None or before is None:
        first = _id(kind, channel, *(message.id for message in members))
        made.new.append(Message(id=first, channel=channel, gathering=gathering, due=now))
    else:
        first = head.parent or head.id
        again = _id("again", first, str(gathering.count))
        made.new.append(
            Message(id=again, channel=channel, operation="update", parent=first, gathering=gathering, due=now)
        )
        if gathering.severity != before.severity:  # what is more severe than all before must not hide in a thread
            made.broadcast.add(next(m.id for m in members if m.alert and m.alert.severity == gathering.severity))
    made.threaded |= dict.fromkeys((message.id for message in members), first)


def _open(heads: Iterable[Message], kind: str, source: str | None = None) -> Message | None:
    for head in heads:
        gathering = head.gathering
        if gathering is not None and gathering.kind == kind and source in {None, gathering.alerts[0].source}:
            return head
    return None


def _alerts(messages: Iterable[Message]) -> tuple[Alert, ...]:
    return tuple(message.alert for message in messages if message.alert is not None)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\n".join(("gathering", *parts))))
