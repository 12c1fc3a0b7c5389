"""When to visit next: one pure function.

Retry-After and what a source asks for come first, then what is about to happen (a call tonight), then the configured
`every`, or the source's own rhythm within bounds. Failures back off to a day and never give up (miniflux#1893).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import median

from watchers.model import Pace

QUICKEST = timedelta(minutes=5)
USUAL = timedelta(minutes=15)
SLOWEST = timedelta(hours=6)
LONGEST_BACK_OFF = timedelta(days=1)
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a source. `published`: newest first. `failures` in a row, the last visit's included."""

    published: Sequence[datetime] = ()
    failures: int = 0
    retry_after: timedelta | None = None


def next_visit(
    now: datetime,
    history: History,
    pace: Pace | None,
    every: timedelta | None,
    *,
    budget: datetime | None = None,
    rng: Random,
) -> datetime:
    """The time of the next visit, always later than `now`. `budget`: before then the provider's quota is spent."""
    wait = every or rhythm(now, history.published)
    if history.failures:
        wait = min(LONGEST_BACK_OFF, max(wait, QUICKEST) * 2 ** min(history.failures - 1, 12))
        wait += wait * JITTER * rng.random()
    elif every is None:
        wait += wait * JITTER * (rng.random() - 0.5)
    if pace is not None and not history.failures:
        if pace.not_before is not None and every is None:
            wait = max(wait, min(pace.not_before, LONGEST_BACK_OFF))
        if pace.not_after is not None:
            wait = min(wait, pace.not_after)
    if history.retry_after is not None:
        wait = max(wait, history.retry_after)
    again = now + max(wait, timedelta(seconds=1))
    return max(again, budget) if budget is not None else again


def rhythm(now: datetime, published: Sequence[datetime]) -> timedelta:
    """A quarter of the usual time between two documents, within bounds; a source that fell silent is asked less."""
    moments = sorted({moment for moment in published if moment <= now}, reverse=True)
    if len(moments) < 3:
        return USUAL
    usual = median((late - early).total_seconds() for late, early in pairwise(moments))
    since_last = (now - moments[0]).total_seconds()
    wait = timedelta(seconds=max(usual / 4, since_last / 50))
    return min(max(wait, QUICKEST), SLOWEST)
