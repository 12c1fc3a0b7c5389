"""Several alerts told as one message: a day's low ones, many at once, and those that come late from one source.

Pure: what waits in a channel goes in, and what is told instead comes out. Only what was never tried is gathered, and
nothing is left out: a digest shows every alert, and every alert of a storm stands in its thread.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
"""Alerts that the head of a storm quotes, and alerts of a thread that the channel is shown at once."""
LATE_AT_ONCE = 3
"""Late alerts of one source from which on they are one message."""
LATE_FOR = 10
"""Windows for which further late alerts join that message."""


@dataclass(frozen=True, slots=True)
class Folding:
    """A storm: more than `most` posts in one channel within `window`."""

    most: int = 10
    window: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lately:
    """What a channel was told within the window, and what waits in threads: how many alerts as `posts`, how many in the
    thread of which head, and the `heads` of those threads: each one's post, and its latest update; latest first.
    """

    posts: int = 0
    threads: Mapping[str, int] = field(default_factory=dict)
    heads: Sequence[Message] = ()

    @property
    def storm(self) -> int:
        """How many alerts may be part of a storm: what is late stands in a thread of its own."""
        heads = {head.id for head in self.heads if head.gathering is not None and head.gathering.kind == "storm"}
        return self.posts + sum(count for head, count in self.threads.items() if head in heads)


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


@dataclass(frozen=True, slots=True)
class _Head:
    """The post in whose thread alerts stand, and what it shows once every update of it is done."""

    post: Message
    latest: Gathering


def fold(waiting: Sequence[Message], lately: Lately, folding: Folding, *, now: datetime) -> Fold:
    """`waiting`: posts of alerts in one channel that are due and were never tried, oldest first.

    They join a storm while there still is one: while they and what was told within the window are more than
    `folding.most`. Late ones join those of their source for `LATE_FOR` windows; what is high among them is shown to the
    channel, `MOST_SHOWN` at a time.
    """
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
        head = _open(lately.heads, "late", source, since=now - LATE_FOR * folding.window)
        if head is not None or len(late) >= LATE_AT_ONCE:
            _gather(made, "late", late, head, now)
        else:
            rest += late
    if rest and lately.storm + len(rest) > folding.most:
        _gather(made, "storm", sorted(rest, key=waiting.index), _open(lately.heads, "storm"), now)
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
    made: Fold, kind: Literal["storm", "late"], members: Sequence[Message], head: _Head | None, now: datetime
) -> None:
    """A new head with its thread, or more for the thread of one that is there: that is drawn anew."""
    alerts = _alerts(members)
    severities = Counter(alert.severity for alert in alerts)
    if head is not None:
        severities.update(head.latest.severities)
        alerts = (*head.latest.alerts, *alerts)
    gathering = Gathering(kind=kind, severities=dict(severities), alerts=tuple(severest(alerts)[:MOST_SHOWN]))
    channel = members[0].channel
    if head is None:
        first = _id(kind, channel, *(message.id for message in members))
        made.new.append(Message(id=first, channel=channel, gathering=gathering, due=now))
    else:
        first = head.post.id
        again = _id("again", first, str(gathering.count))
        made.new.append(
            Message(id=again, channel=channel, operation="update", parent=first, gathering=gathering, due=now)
        )
        worst = [m.id for m in members if m.alert is not None and m.alert.severity == gathering.severity]
        if kind == "late" and head.post.state == "sent" and gathering.severity == "high":
            made.broadcast.update(worst[:MOST_SHOWN])
        elif gathering.severity != head.latest.severity:
            made.broadcast.add(worst[0])  # what is more severe than all before must not hide in a thread
    made.threaded |= dict.fromkeys((message.id for message in members), first)


def _open(
    heads: Sequence[Message], kind: str, source: str | None = None, *, since: datetime | None = None
) -> _Head | None:
    """The head that more may join, if any: the latest one, if its post is not older than that."""
    posts = {head.id: head for head in heads if head.operation == "post"}
    for head in heads:
        post, gathering = posts.get(head.parent or head.id), head.gathering
        if post is None or gathering is None or gathering.kind != kind:
            continue
        if source in {None, gathering.alerts[0].source} and (since is None or (post.made or post.due) > since):
            return _Head(post, gathering)
    return None


def _alerts(messages: Iterable[Message]) -> tuple[Alert, ...]:
    return tuple(message.alert for message in messages if message.alert is not None)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\n".join(("gathering", *parts))))
