"""SQLite's one writer: what waits for it is committed together.

Each piece of work is all or nothing by itself, and is told done only when the commit that holds it is on the disk. A
commit waits for the disk and costs as much as many statements: fifty visits that found nothing new share one. Nobody
waits for company: a group is what came while the one before it was written.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")

MOST_TOGETHER = 50

_Job = tuple[Callable[[Connection], Any], Future[Any]]
_Outcome = tuple[Any, BaseException | None]


class Writer:
    """Runs plain functions of a `Connection`, in the order in which they came, on a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "store-writer")
        self._waiting: deque[_Job] = deque()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns or raises, once that is on the disk. Work whose group was rolled back runs twice."""
        done: Future[T] = Future()
        self._waiting.append((work, done))
        self._thread.submit(self._write_waiting)
        return await asyncio.wrap_future(done)

    def close(self) -> None:
        """Waits for what was begun."""
        self._thread.shutdown()

    def _write_waiting(self) -> None:
        jobs: list[_Job] = []
        while self._waiting and len(jobs) < MOST_TOGETHER:
            job = self._waiting.popleft()
            if job[1].set_running_or_notify_cancel():
                jobs.append(job)
        if not jobs:
            return  # written with an earlier group
        for (_, done), (result, error) in zip(jobs, self._outcomes([work for work, _ in jobs]), strict=True):
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

    def _outcomes(self, works: Sequence[Callable[[Connection], Any]]) -> list[_Outcome]:
        began = False
        outcomes: list[_Outcome]
        try:
            with self._engine.connect() as conn:
                conn.exec_driver_sql("BEGIN IMMEDIATE")
                began = True
                try:
                    outcomes = [_saved(conn, work) for work in works] if len(works) > 1 else [(works[0](conn), None)]
                except BaseException:
                    conn.rollback()
                    raise
                conn.commit()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            if len(works) == 1 or not began:
                return [(None, error)] * len(works)
            # The whole group went back: on a full disk SQLite gives up more than a savepoint. Alone each may have room.
            return [outcome for work in works for outcome in self._outcomes([work])]
        return outcomes


def _saved(conn: Connection, work: Callable[[Connection], Any]) -> _Outcome:
    """Run a piece of work within the group's transaction; what it raises undoes it alone."""
    conn.exec_driver_sql("SAVEPOINT work")
    try:
        result = work(conn)
    except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
        conn.exec_driver_sql("ROLLBACK TO work")
        conn.exec_driver_sql("RELEASE work")
        return None, error
    conn.exec_driver_sql("RELEASE work")
    return result, None
