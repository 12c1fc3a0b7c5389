"""What a worker holds in memory when it has nothing to do."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import visitors
from benchmarks.agendas import Agenda, configured
from benchmarks.databases import Store
from benchmarks.processes import Resident, resident
from benchmarks.waiting import upstream
from bot.store.database import Database
from bot.store.schema import sources

A_SECOND = 100
"""Sources that are due within a second: far more than of a thousand sources are due in a newsroom."""
QUIET_FOR = 5.0
"""Seconds from the last visit to the look at its memory."""


async def at_rest(store: Store, folder: Path, count: int) -> tuple[Resident, Resident]:
    """Of a whole worker that waits: one that visited all sources for the first time, and one started after it.

    Both visit every source once more, one after the other, and find it unchanged, before they rest.
    """
    with upstream(0.0) as there:
        config = configured(folder, count, there, concurrency=64)
        async with await Database.open(store.url, migrate_first=True) as database:
            agenda = Agenda(database, sources)
            resting = []
            for visits in (2, 1):
                with visitors.onrecord(config, store, folder, only=None) as worker:
                    await agenda.settled()
                    await agenda.due(_one_after_another(count))
                    await asyncio.sleep(count / A_SECOND)
                    await agenda.settled()
                    if len(there.asked()) != visits * count:
                        raise SystemExit("Some sources were not visited, or more than once: that is other work.")
                    await asyncio.sleep(QUIET_FOR)
                    worker.check()
                    resting.append(resident(worker.pid))
    return resting[0], resting[1]


def _one_after_another(count: int) -> dict[int, datetime]:
    start = datetime.now(UTC)
    return {number: start + timedelta(seconds=number / A_SECOND) for number in range(count)}
