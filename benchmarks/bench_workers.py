"""Many sources, several workers, one database: how many visits a second, how late, and what each costs.

    python benchmarks/bench_workers.py [--sources N,N] [--workers N,N] [--seconds S] [--concurrency N] [--at-rest N]

The upstream answers after 300 ms, and `fetch.concurrency` is so small that waiting is the limit: workers that share
their work in earnest are then faster together. Whoever visits, the database server and the upstream are processes of
their own, and the CPU of each is read apart. The floor does the same visits in the same run.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks import databases, visitors
from benchmarks.agendas import configured, seeded, seeded_plain
from benchmarks.databases import Store
from benchmarks.pace import BELOW_SATURATION, Bench, Pace
from benchmarks.processes import Resident
from benchmarks.rest import at_rest
from benchmarks.tables import figure, machine, table
from benchmarks.visitors import Visitor
from benchmarks.waiting import upstream

Who = Literal["onrecord", "floor"]
On = Literal["SQLite", "PostgreSQL"]


@dataclass(frozen=True, slots=True)
class Row:
    """`started_within`: seconds until the last of the workers was ready."""

    who: Who
    on: On
    sources: int
    workers: int
    started_within: float
    pace: Pace


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, the same for everyone. `delay` and `seconds` (of a window) in seconds."""

    workers: Sequence[int]
    seconds: float
    delay: float
    concurrency: int

    async def rows(self, on: On, store: Store, folder: Path, count: int) -> list[Row]:
        """Onrecord with more and more workers, a file with one; then the floor with one."""
        with upstream(self.delay) as there:
            config = configured(folder, count, there, concurrency=self.concurrency)
            agenda = await seeded(store, config)
            async with agenda.database:
                about = {"server": store.server, "delay": self.delay, "at_once": self.concurrency, "count": count}
                ours = Bench.of(agenda, there, **about)
                many = self.workers if store.server is not None else [1]
                rows = await self._more_and_more(
                    "onrecord", on, ours, many, lambda: visitors.onrecord(config, store, folder, only="visit")
                )
                floor = Bench.of(await seeded_plain(agenda.database, there, count), there, **about)
                return rows + await self._more_and_more(
                    "floor", on, floor, [1], lambda: visitors.floor(store, folder, concurrency=self.concurrency)
                )

    async def _more_and_more(
        self, who: Who, on: On, bench: Bench, many: Sequence[int], start: Callable[[], AbstractContextManager[Visitor]]
    ) -> list[Row]:
        rows = []
        with ExitStack() as stack:
            running: list[Visitor] = []
            for wanted in many:
                running += [stack.enter_context(start()) for _ in range(wanted - len(running))]
                pace = await bench.measured(running, self.seconds)
                rows.append(Row(who, on, bench.count, wanted, running[-1].started_within, pace))
                print(f"{who} on {on}, {bench.count:,} sources, {wanted}: {pace}", file=sys.stderr, flush=True)
        return rows


def report(rows: Sequence[Row]) -> str:
    one = {(row.who, row.on, row.sources): row.pace.visits for row in rows if row.workers == 1}
    head = ["who", "store", "sources", "workers", "visits/s", "x one", "CPU s: worker", "server"]
    head += ["cores busy", "lag s: median", "p99", "start s"]
    return table(
        head,
        [
            [
                row.who,
                row.on,
                f"{row.sources:,}",
                str(row.workers),
                figure(row.pace.visits),
                figure(row.pace.visits / one[row.who, row.on, row.sources]),
                figure(row.pace.client),
                figure(row.pace.server) if row.pace.server is not None else "-",
                figure(row.pace.busy),
                figure(row.pace.lag),
                figure(row.pace.lag_p99),
                figure(row.started_within),
            ]
            for row in rows
        ],
    )


def ratios(rows: Sequence[Row]) -> str:
    """What the targets are about: many sources beside few, and Onrecord beside the floor."""
    by = {(row.who, row.on, row.sources, row.workers): row.pace for row in rows}
    told = []
    for (who, on, sources, workers), pace in by.items():
        fewest = min(row.sources for row in rows)
        few = by[who, on, fewest, workers]
        if sources != fewest and who == "onrecord":
            more = figure(_all(pace) / _all(few))
            told.append(f"{on}, {workers} workers: a visit among {sources:,} costs {more} of one among {fewest:,}")
        floor = by["floor", on, sources, 1]
        if who == "onrecord" and workers == 1:
            told.append(f"{on}, {sources:,} sources: a visit costs {figure(_all(pace) / _all(floor))} of the floor's")
    return "\n".join(told)


def _all(pace: Pace) -> float:
    return pace.client + (pace.server or 0.0)


def memory(resting: Mapping[On, tuple[Resident, Resident]], count: int) -> str:
    rows = [
        [on, figure(later.own / 1e6), figure(first.own / 1e6), " + ".join(figure(one / 1e6) for one in first.children)]
        for on, (first, later) in resting.items()
    ]
    head = [f"MB at rest, {count:,} sources", "started on a full store", "on an empty one", "its reading children"]
    return table(head, rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Many sources, several workers, one database.")
    parser.add_argument("--sources", type=_numbers, default=[10_000, 100_000])
    parser.add_argument("--workers", type=_numbers, default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=8.0, help="of a window; the median of three counts")
    parser.add_argument("--delay", type=float, default=0.3, help="seconds until the upstream answers")
    parser.add_argument("--concurrency", type=int, default=12, help="fetch.concurrency of each worker")
    parser.add_argument("--at-rest", type=int, default=1000, help="sources of the worker whose memory is read")
    parser.add_argument("--stores", type=_names, default=["SQLite", "PostgreSQL"])
    chosen = parser.parse_args(arguments)
    plan = Plan(chosen.workers, chosen.seconds, chosen.delay, chosen.concurrency)
    limit = chosen.concurrency / chosen.delay
    print(f"WORKERS: what many of them do together\n{machine()}")
    print(f"the upstream answers after {chosen.delay:g} s; each worker holds {chosen.concurrency} requests at most,")
    print(f"so that waiting allows {figure(limit)} visits a second to each; lags at {BELOW_SATURATION:.0%} of that")
    rows: list[Row] = []
    resting: dict[On, tuple[Resident, Resident]] = {}
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as name, databases.postgres() as server:
        folder = Path(name)
        for on in chosen.stores:
            for count in chosen.sources:
                place = folder / f"{on}-{count}"
                store = server.store() if on == "PostgreSQL" else databases.file(place)
                rows += asyncio.run(plan.rows(on, store, place, count))
            place = folder / f"{on}-rest"
            store = server.store() if on == "PostgreSQL" else databases.file(place)
            resting[on] = asyncio.run(at_rest(store, place, chosen.at_rest))
    print(f"\n\n{report(rows)}\n\nCPU seconds per 1,000 visits that found nothing new.\n\n{ratios(rows)}\n")
    print(f"{memory(resting, chosen.at_rest)}\n")
    return 0


def _numbers(given: str) -> list[int]:
    return [int(number) for number in given.split(",")]


def _names(given: str) -> list[str]:
    return given.split(",")


if __name__ == "__main__":
    sys.exit(main())
