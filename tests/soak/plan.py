"""What a thousand sources will do in a day, laid down before it begins: who publishes, edits and fails, and when. Pure.

Every sentence that a rule is to find holds a serial that stands nowhere else (as in `kills.newsroom`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Literal

START = datetime(2026, 11, 24, tzinfo=UTC)
"""Second 0."""
MINUTE, HOUR = 60.0, 3600.0
TOPICS = tuple(f"topic{number:02d}" for number in range(20))
QUIET_START = 10 * MINUTE
"""Nothing is published before every source was visited once."""

Fault = Literal["500", "403", "429", "cut", "dns"]
FAULTS: tuple[Fault, ...] = ("500", "403", "429", "cut", "dns")


@dataclass(frozen=True, slots=True)
class Kind:
    """A crowd of sources. `gap`: seconds between two posts, on average; None: none comes.

    `old`: how many posts stand there at the start; `shows`: how many the feed shows, as many, so that a source is as
    large in the evening as it was in the morning; `every`: the rhythm that the configuration wants, in seconds; without
    it they are visited by their own.
    """

    name: str
    many: int
    gap: float | None
    old: int = 6
    shows: int = 6
    every: float | None = None
    fails: bool = False
    pages: bool = False


KINDS = (
    Kind("wire", 20, 40 * MINUTE, old=20, shows=20),
    Kind("blog", 380, 5 * HOUR),
    Kind("page", 40, 4 * HOUR, pages=True),
    Kind("slow", 380, 16 * HOUR),
    Kind("clock", 40, 6 * HOUR, every=20 * MINUTE),
    Kind("empty", 20, None, old=0),
    Kind("still", 40, None),
    Kind("frail", 80, 1 * HOUR, old=20, shows=20, every=15 * MINUTE, fails=True),
)


@dataclass(frozen=True, slots=True)
class Event:
    """A post that appears, or one that reads differently from now on. `sentence` is what is new in it."""

    at: float
    post: int
    sentence: str
    first: bool


@dataclass(frozen=True, slots=True)
class Outage:
    begin: float
    end: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Plan:
    """One source's day. `events` in their order; posts are numbered in the order in which they appear."""

    name: str
    kind: Kind
    old: tuple[float, ...]
    events: tuple[Event, ...]
    outages: tuple[Outage, ...]

    @property
    def host(self) -> str:
        return f"{self.name}.example"

    def fault(self, now: float) -> Outage | None:
        return next((outage for outage in self.outages if outage.begin <= now < outage.end), None)


@dataclass
class Plans:
    """Of all sources. `seconds`: when the last thing happens; the same seed gives the same day."""

    seconds: float
    seed: int = 7
    by_name: dict[str, Plan] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    """By serial: the channel of the rule that asks for it."""

    def __post_init__(self) -> None:
        rng, serials = Random(self.seed), count()
        for kind in KINDS:
            for number in range(kind.many):
                plan = self._plan(f"{kind.name}-{number:03d}", kind, rng, serials)
                self.by_name[plan.name] = plan

    def _plan(self, name: str, kind: Kind, rng: Random, serials: Iterator[int]) -> Plan:
        # Posts of before keep the rhythm, or those of a source that fell silent are weeks old.
        gap = kind.gap or 24 * HOUR
        since = 0.0 if kind.gap is not None else -30 * 24 * HOUR
        old = tuple(since - gap * (kind.old - number - rng.random() / 2) for number in range(kind.old))
        events: list[Event] = []
        if kind.gap is not None:
            self._events(kind, kind.gap, rng, serials, events)
        outages = tuple(self._outages(rng)) if kind.fails else ()
        return Plan(name, kind, old, tuple(sorted(events, key=lambda event: event.at)), outages)

    def _events(self, kind: Kind, gap: float, rng: Random, serials: Iterator[int], events: list[Event]) -> None:
        at, post = QUIET_START + gap * rng.random(), kind.old
        while at < self.seconds:
            events.append(Event(at, post, self._sentence(rng, serials, 0.35), first=True))
            if rng.random() < 0.2:
                later = at + rng.uniform(5 * MINUTE, min(4 * gap, 12 * HOUR))
                if later < self.seconds:
                    events.append(Event(later, post, self._sentence(rng, serials, 0.6), first=False))
            at, post = at + gap * rng.uniform(0.5, 1.5), post + 1

    def _sentence(self, rng: Random, serials: Iterator[int], wanted: float) -> str:
        if rng.random() > wanted:
            return "Nobody asked for what was remarked on this occasion."
        serial, topic = f"serial{next(serials):06d}", rng.choice(TOPICS)
        self.channels[serial] = channel_of(topic)
        return f"Our remark {serial} is about {topic} and about nothing else."

    def _outages(self, rng: Random) -> Iterator[Outage]:
        """Long enough to be met twice, and far enough apart to be over in between: who backs off comes late."""
        longest = max(40 * MINUTE, min(4 * HOUR, self.seconds / 6))
        begin = rng.uniform(QUIET_START, self.seconds / 8)
        while (end := begin + rng.uniform(35 * MINUTE, longest)) < self.seconds - 1.5 * longest:
            yield Outage(begin, end, rng.choice(FAULTS))
            begin = end + rng.uniform(1.5, 3) * longest


def channel_of(topic: str) -> str:
    return f"#desk-{topic.removeprefix('topic')}"


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
