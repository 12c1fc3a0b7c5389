"""What is measured while the time stands still: memory, rows, and how late visits were."""

import mmap
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, func, inspect, select, table

from bot.store.database import Database

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident bytes of a process, and of all that it started: the reading children."""

    itself: int
    children: int


@dataclass(frozen=True, slots=True)
class Lag:
    """From due to visit, of all visits so far: how many, seconds in sum, and how many took longer than `LATE`."""

    visits: int
    seconds: float
    late: int


LATE = 60
"""Seconds: a bound of the program's histogram."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`at`: the soak's seconds; `memory`, `lag`: by worker; `rows`: by table."""

    at: float
    memory: dict[str, Memory]
    lag: dict[str, Lag]
    rows: dict[str, int]


def memory_of(pid: int) -> Memory:
    return Memory(_resident(pid), sum(_resident(child) for child in _children(pid)))


async def rows_of(store: Database) -> dict[str, int]:
    return await store.read(_rows)


async def lag_of(session: aiohttp.ClientSession, port: int) -> Lag:
    """As the worker's own /metrics tell it."""
    async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    name = "onrecord_due_to_visit_seconds"
    (family,) = (family for family in text_string_to_metric_families(text) if family.name == name)
    told = {(sample.name, sample.labels.get("le", "")): sample.value for sample in family.samples}
    visits = int(told[f"{name}_count", ""])
    return Lag(visits, told[f"{name}_sum", ""], visits - int(told[f"{name}_bucket", f"{LATE:.1f}"]))


def _rows(conn: Connection) -> dict[str, int]:
    """The queue's tables stand beside ours."""
    names = sorted(inspect(conn).get_table_names())
    return {name: conn.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE
    except FileNotFoundError:
        return 0  # it ended just now


def _children(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            told = (task / "children").read_text(encoding="ascii")
        except FileNotFoundError:
            continue  # a thread that ended
        for child in map(int, told.split()):
            found |= {child, *_children(child)}
    return found
