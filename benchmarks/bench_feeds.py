"""What a visit of a feed costs, beside what one would write oneself in an afternoon.

    python benchmarks/bench_feeds.py [--feeds N] [--rounds N]

Feeds are served from a process of their own; each client runs in a process of its own, and both visit the same feeds in
turns, in the same run. Figures are feeds per CPU second of the client, children included: on a machine that others use
too, read them as ratios.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.clients import Name, Process, Spent, client
from benchmarks.feeds import Manner, Material, Served, generated, real, server
from benchmarks.tables import figure, machine, table

NAMES: tuple[Name, ...] = ("onrecord", "floor")
PHASES = ("cold", "unchanged, 304", "same bytes, 200", "one new entry")
Measured = dict[Name, dict[str, list[Spent]]]


def material() -> tuple[list[Material], str]:
    """Feeds, and where they are from."""
    folder = Path(os.environ.get("ONRECORD_TEST_DATA", "")) / "blogs" / "real_feeds"
    if os.environ.get("ONRECORD_TEST_DATA") and (feeds := real(folder)):
        return feeds, f"{len(feeds)} real feeds (entries that are only teasers taken out: their pages cost extra)"
    feeds = generated()
    return feeds, f"{len(feeds)} generated feeds: set ONRECORD_TEST_DATA to measure with real ones"


def measure(served: Served, rounds: int, folder: Path) -> tuple[Measured, dict[Name, str]]:
    """Every phase for both clients in turns."""
    measured: Measured = {name: {phase: [] for phase in PHASES} for name in NAMES}
    with ExitStack() as stack:
        urls = served.urls
        clients = {name: stack.enter_context(client(name, urls, folder / name)) for name in NAMES}
        for one in clients.values():
            one.round(urls[:2])  # the readers' processes are started, and libraries imported, before the clock

        def take(phase: str, manner: Manner, new: int) -> None:
            served.behave(manner, new)
            for name, one in clients.items():
                measured[name][phase].append(one.round(urls[2:]))

        take("cold", "honest", 0)
        for _ in range(rounds):
            take("unchanged, 304", "honest", 0)
            take("same bytes, 200", "same", 0)
        for number in range(1, max(2, rounds // 2) + 1):
            take("one new entry", "honest", number)
        _agree(measured, len(urls) - 2)
        return measured, {name: _memory(one) for name, one in clients.items()}


def _agree(measured: Measured, feeds: int) -> None:
    """Both saw every new entry, and nothing twice: else the figures would compare different work."""
    for name, phases in measured.items():
        before = phases["cold"][-1].entries
        for phase in PHASES[1:]:
            for spent in phases[phase]:
                if phase == "one new entry":
                    before += feeds
                if spent.entries != before:
                    raise SystemExit(f"{name}, {phase}: {spent.entries} entries stored, where {before} were expected")


def _memory(one: Process) -> str:
    memory = one.close()
    child = f" + {memory.child / 1e6:.0f} a reader" if memory.child > 1_000_000 else ""
    return f"{memory.own / 1e6:.0f}{child}"


def report(measured: Measured, memory: dict[Name, str], feeds: int) -> str:
    """`feeds`: visited in each round."""

    def rates(name: Name) -> list[float]:
        return [feeds / statistics.median(spent.cpu for spent in measured[name][phase]) for phase in PHASES]

    def share(phase: str) -> str:
        spent = measured["onrecord"][phase]
        return f"{sum(one.children for one in spent) / sum(one.cpu for one in spent):.0%}"

    ours, floor = rates("onrecord"), rates("floor")
    rows = [
        ["onrecord", *map(figure, ours), memory["onrecord"]],
        ["  of its CPU in the readers", *map(share, PHASES), ""],
        ["floor: aiohttp + feedparser + sqlite3", *map(figure, floor), memory["floor"]],
        ["onrecord / floor", *(figure(one / other) for one, other in zip(ours, floor, strict=True)), ""],
    ]
    return table(["feeds per CPU second", *PHASES, "peak MB"], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What a visit of a feed costs.")
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5, help="of what is cheap; the median counts")
    chosen = parser.parse_args(arguments)
    feeds, origin = material()
    print(f"FEEDS: what a visit costs\n{machine()}\n{chosen.feeds} feeds from {origin}")
    with (
        tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder,
        server(feeds, chosen.feeds + 2) as served,
    ):
        measured, memory = measure(served, chosen.rounds, Path(folder))
    print(f"\n{report(measured, memory, chosen.feeds)}\n")
    print("onrecord reads in killable children, scans with the shipped packs, keeps versions and bytes; the floor does")
    print("none of it. Warm processes; the server is not counted.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
