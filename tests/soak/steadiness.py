"""Whether a day leaves everything as it was: memory, rows and the schedule. Pure, from samples and the sources' log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from soak.plan import HOUR, Plans
from soak.samples import Sample
from soak.upstream import Asked

GROW: frozenset[str] = frozenset({"statements"})
"""Tables of what is kept for ever."""
WITH_VERSIONS: frozenset[str] = frozenset({"bodies", "matches"})
"""Tables of what goes with the versions of documents. The thousand first visits bring one body for many documents, and
no match: the day brings a body for each, so these grow until there is one for every version, and no further."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the day, in the soak's seconds."""

    begin: float
    end: float

    def of(self, samples: Sequence[Sample]) -> list[Sample]:
        return [sample for sample in samples if self.begin <= sample.at <= self.end]


@dataclass(frozen=True, slots=True)
class Growth:
    """What was usual (the median) in an early window, and in a late one."""

    early: float
    late: float

    @property
    def more(self) -> float:
        return self.late - self.early


def windows(seconds: float) -> tuple[Window, Window]:
    """The second quarter, when everything has warmed up, and the last."""
    return Window(seconds / 4, seconds / 2), Window(seconds * 3 / 4, seconds)


def memory(samples: Sequence[Sample]) -> dict[str, Growth]:
    """Bytes, by worker."""
    parts = [window.of(samples) for window in windows(samples[-1].at)]
    return {
        worker: Growth(*(median(sample.memory[worker].itself for sample in part) for part in parts))
        for worker in samples[0].memory
    }


def rows(samples: Sequence[Sample]) -> dict[str, Growth]:
    """The most of each window, by table: one that grows and is emptied again and again is none that grows."""
    names = sorted({name for sample in samples for name in sample.rows})
    parts = [window.of(samples) for window in windows(samples[-1].at)]
    return {name: Growth(*(max(sample.rows.get(name, 0) for sample in part) for part in parts)) for name in names}


def unbounded(samples: Sequence[Sample], *, more: float, few: int) -> dict[str, Growth]:
    """Tables that grow where they should not: by a larger part than `more`, and by more rows than `few`."""
    counts = rows(samples)
    versions = counts.get("versions", Growth(0, 0)).late
    return {
        table: count
        for table, count in counts.items()
        if table not in GROW
        and (count.late > versions if table in WITH_VERSIONS else count.more > max(few, more * count.early))
    }


@dataclass(frozen=True, slots=True)
class Punctuality:
    """`late`: visits that came more than a minute after they were due; `lag`: seconds on average, in both windows.

    `apart`: by how many seconds more than its rhythm a source's visits were apart on average, in both windows, and
    `most`: at most, as the sources themselves saw it.
    """

    visits: int
    late: int
    lag: Growth
    apart: Growth
    most: float


def punctuality(samples: Sequence[Sample], log: Mapping[str, Sequence[Asked]], plans: Plans) -> Punctuality:
    """The first hour is left out: a thousand sources are due at once then."""
    day = samples[-1].at
    first = next(sample for sample in samples if sample.at >= min(HOUR, day / 4))
    parts = [window.of(samples) for window in windows(day)]
    gaps = list(_gaps(log, plans, first.at))
    apart = [[more for at, more in gaps if window.begin <= at <= window.end] for window in windows(day)]
    return Punctuality(
        _visits(samples[-1]) - _visits(first),
        _late(samples[-1]) - _late(first),
        Growth(*(_lag(part) for part in parts)),
        Growth(*(mean(part) if part else 0.0 for part in apart)),
        max((more for _, more in gaps), default=0.0),
    )


def _gaps(log: Mapping[str, Sequence[Asked]], plans: Plans, since: float) -> list[tuple[float, float]]:
    """(when, seconds more than the rhythm) between two visits of sources that never fail and are told their rhythm."""
    return [
        (late.at, late.at - early.at - plan.kind.every)
        for name, plan in plans.by_name.items()
        if plan.kind.every is not None and not plan.kind.fails
        for early, late in pairwise(log[name])
        if early.at >= since
    ]


def _lag(part: Sequence[Sample]) -> float:
    seconds = [sum(lag.seconds for lag in sample.lag.values()) for sample in (part[0], part[-1])]
    return (seconds[1] - seconds[0]) / max(1, _visits(part[-1]) - _visits(part[0]))


def _visits(sample: Sample) -> int:
    return sum(lag.visits for lag in sample.lag.values())


def _late(sample: Sample) -> int:
    return sum(lag.late for lag in sample.lag.values())
