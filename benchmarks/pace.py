"""How many visits there are, how late they come and what they cost, seen from the upstream and from the system."""

import asyncio
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from math import inf
from typing import Self

from benchmarks.agendas import Agenda
from benchmarks.processes import cpu
from benchmarks.visitors import Visitor
from benchmarks.waiting import Asked, Upstream

WINDOWS = 3
BELOW_SATURATION = 0.6
"""Of the visits that waiting allows: how many are due while it is measured how late they come."""
_LONGEST_START = 3.0
"""Seconds after which everybody has as much under way as may be."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Medians of the windows. CPU in seconds per 1,000 visits; lags in seconds."""

    visits: float
    """Per second."""
    client: float
    server: float | None
    """None for a file, which the client reads and writes itself."""
    busy: float
    """Cores that all took together: clients, server and upstream."""
    lag: float
    lag_p99: float


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured: one agenda, and whoever visits its sources. `at_once`: requests that one visitor may hold."""

    agenda: Agenda
    upstream: Upstream
    server: int | None
    delay: float
    at_once: int
    numbers: Iterator[int]
    count: int

    @classmethod
    def of(
        cls, agenda: Agenda, upstream: Upstream, *, server: int | None, delay: float, at_once: int, count: int
    ) -> Self:
        # Not one after the other: what is due stands anywhere in the table.
        step = next(step for step in (7919, 7907, 1) if count % step)
        numbers = cycle([number * step % count for number in range(count)])
        return cls(agenda, upstream, server, delay, at_once, numbers, count)

    async def measured(self, visitors: Sequence[Visitor], seconds: float) -> Pace:
        """`seconds`: how long a window is."""
        limit = len(visitors) * self.at_once / self.delay
        windows = await self._busy(visitors, limit, seconds)
        lags = sorted(await self._lags(BELOW_SATURATION * limit, WINDOWS * seconds))
        for visitor in visitors:
            visitor.check()

        def median(of: str) -> float:
            return statistics.median(window[of] for window in windows)

        return Pace(
            visits=median("visits"),
            client=median("client"),
            server=median("server") if self.server is not None else None,
            busy=median("busy"),
            lag=statistics.median(lags),
            lag_p99=lags[int(0.99 * (len(lags) - 1))],
        )

    async def _busy(self, visitors: Sequence[Visitor], limit: float, seconds: float) -> list[dict[str, float]]:
        """More is due than can be visited: what limits are the requests that one may hold."""
        start = min(_LONGEST_START, 2 * seconds)
        await self.agenda.due(dict.fromkeys(self._taken(limit * (start + (WINDOWS + 1) * seconds)), datetime.now(UTC)))
        await asyncio.sleep(start)
        windows = []
        before = self._spent(visitors)
        for _ in range(WINDOWS):
            await asyncio.sleep(seconds)
            after = self._spent(visitors)
            windows.append(self._window(before, after))
            before = after
        if not await self.agenda.left():
            raise SystemExit("The agenda was empty before the time was up: the windows measured something else.")
        await self.agenda.rest()
        await self.agenda.settled()
        self.upstream.asked()
        return windows

    async def _lags(self, rate: float, seconds: float) -> list[float]:
        """So many sources a second are due, one after the other; how late each is asked for."""
        start = datetime.now(UTC) + timedelta(seconds=1)
        moments = {
            number: start + timedelta(seconds=place / rate) for place, number in enumerate(self._taken(rate * seconds))
        }
        await self.agenda.due(moments)
        await asyncio.sleep(1 + seconds + 1)
        await self.agenda.settled()
        asked = {one.number: one.at for one in _each_once(self.upstream.asked())}
        if asked.keys() != moments.keys():
            raise SystemExit(f"{len(moments)} sources were due, {len(asked)} were visited.")
        return [asked[number] - due.timestamp() for number, due in moments.items()]

    def _taken(self, wanted: float) -> list[int]:
        if wanted > self.count:
            raise SystemExit(f"{self.count} sources are too few for this: give {wanted:.0f} or fewer seconds.")
        return list(islice(self.numbers, int(wanted)))

    def _spent(self, visitors: Sequence[Visitor]) -> dict[str, float]:
        return {
            "at": asyncio.get_running_loop().time(),
            "asked": len(_each_once(self.upstream.asked())),
            "client": sum(cpu(visitor.pid).all for visitor in visitors),
            "server": cpu(self.server).all if self.server is not None else 0.0,
            "upstream": cpu(self.upstream.pid).all,
        }

    @staticmethod
    def _window(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
        wall, visits = after["at"] - before["at"], after["asked"]
        spent = {name: after[name] - before[name] for name in ("client", "server", "upstream")}
        # On a busy machine a short window may see no visit at all: the median of the others says what one costs.
        each = {name: 1000 * seconds / visits if visits else inf for name, seconds in spent.items()}
        return {**each, "visits": visits / wall, "busy": sum(spent.values()) / wall}


def _each_once(asked: Sequence[Asked]) -> Sequence[Asked]:
    """Raises SystemExit if two visited the same source: then the figures are not of the work that is to be done."""
    twice = [number for number, times in Counter(one.number for one in asked).items() if times > 1]
    if twice:
        raise SystemExit(f"{len(twice)} sources were visited twice, the first of them is number {twice[0]}.")
    return asked
