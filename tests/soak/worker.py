"""The program as one worker of a soak: `onrecord run` by the time of an hourglass, until SIGTERM.

A process of its own. Its one argument is an `Order`, as JSON.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

from aiohttp import connector
from aiohttp.abc import AbstractResolver, ResolveResult
from asyncpg.pool import Pool
from pgqueuer.adapters.inmemory import queries
from pgqueuer.core.buffers import JobStatusLogBuffer
from pgqueuer.core.qm import QueueManager
from prometheus_client import Gauge

ROOT = str(Path(__file__).resolve().parent.parent.parent)
sys.path[:0] = [ROOT, str(Path(ROOT) / "tests")]

from bot import logs  # noqa: E402 - the path comes first
from bot.app import notifier_for, opened  # noqa: E402
from bot.config import load  # noqa: E402
from bot.hosts import SharedHosts  # noqa: E402
from bot.queues import _Driver  # noqa: E402
from bot.slack.api import SlackApi  # noqa: E402
from bot.store import server  # noqa: E402
from bot.store.database import Database  # noqa: E402
from bot.timings import Timings  # noqa: E402
from rules import finder, memory, text  # noqa: E402
from soak.hourglass import Face  # noqa: E402
from soak.idling import IdleLoop, counting  # noqa: E402
from soak.plan import Plans, moment  # noqa: E402
from soak.samples import HELD  # noqa: E402
from watchers.child import ReadingPool  # noqa: E402
from watchers.fetch import Fetcher  # noqa: E402

NOTED_WITHIN = timedelta(seconds=2)
HEARD_WITHIN = timedelta(minutes=5)
TEXTS_REMEMBERED = 5_000
WORDS_REMEMBERED = 1_000
CONNECTIONS = 3
"""Each remembers its statements, up to a hundred; of ten most are used so seldom that it takes them days."""


class Order(TypedDict):
    """`face`, `door`: of the hourglass; `timings`: seconds, by `bot.timings` name; `retention`: seconds, as few as no
    configuration may say; `seconds`, `seed`: of the plans."""

    config: str
    face: str
    door: str
    timings: dict[str, float]
    retention: float
    seconds: float
    seed: int


class Names(AbstractResolver):
    """Every name is this machine, but while its source's DNS fails."""

    def __init__(self, plans: Plans, face: Face) -> None:
        self._plans = plans
        self._face = face

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        outage = self._plans.by_name[host.partition(".")[0]].fault(self._face.now)
        if outage is not None and outage.fault == "dns":
            raise OSError(f"no such name: {host}")
        flags = socket.AI_NUMERICHOST
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags)]

    async def close(self) -> None:
        return None


async def live(order: Order, face: Face) -> None:
    config = load(Path(order["config"]), os.environ)
    logs.configure(config.secrets, level=logging.WARNING)
    config = replace(config, bot=config.bot.model_copy(update={"retention": timedelta(seconds=order["retention"])}))
    timings = Timings(**{name: timedelta(seconds=value) for name, value in order["timings"].items()})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def clock() -> datetime:
        return moment(face.now)

    names = Names(Plans(order["seconds"], order["seed"]), face)
    notifier = notifier_for(config, as_json=True)
    async with opened(config, notifier, clock=clock, resolver=names, timings=timings, patient=stop) as app:
        await app.run(stop)


def within_a_day() -> None:
    """What fills up over many days is full within hours, so that it is seen how it stays: as with the retention."""
    memory.MOST_REMEMBERED = TEXTS_REMEMBERED
    text.MOST_REMEMBERED = finder.MOST_REMEMBERED = WORDS_REMEMBERED
    server.POOL = CONNECTIONS


def by_that_time(face: Face) -> None:
    """What libraries do by a clock of their own is done by the hourglass too.

    The queue looks ten times a second for finished jobs to note, and every ten seconds whether it is heard: two million
    moments a day that change nothing.
    """
    connector.monotonic = lambda: face.now  # type: ignore[attr-defined]
    queries.utc_now = lambda: moment(face.now)  # type: ignore[attr-defined]
    made = JobStatusLogBuffer.__init__

    def make(*given: Any, **named: Any) -> None:
        made(*given, **{"timeout": NOTED_WITHIN} | named)

    JobStatusLogBuffer.__init__ = make  # type: ignore[method-assign]
    QueueManager._run_periodic_health_check.__defaults__ = (HEARD_WITHIN,)


def main() -> None:
    order: Order = json.loads(sys.argv[1])
    face = Face(Path(order["face"]))
    counting(Database, "read", "write")
    counting(SharedHosts, "_ask")
    counting(_Driver, "_watched")
    counting(Pool, "_async__init__")
    counting(Fetcher, "_request")
    counting(ReadingPool, "read")
    counting(SlackApi, "_call")
    by_that_time(face)
    within_a_day()
    Gauge(HELD, "Blocks of memory that objects hold").set_function(sys.getallocatedblocks)
    loop = IdleLoop(face, Path(order["door"]))
    asyncio.set_event_loop(loop)
    with suppress(KeyboardInterrupt):
        loop.run_until_complete(live(order, face))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


if __name__ == "__main__":
    main()
