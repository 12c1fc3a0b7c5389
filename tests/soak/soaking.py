"""A soak from beginning to end: the world outside in this process, the workers in theirs, one time for all.

The outside is what is believed: what the sources handed out, and what stands in Slack. Of the program itself are asked
its rows, its memory and its own measure of lateness, and at the end whether anything is left to be sent.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Self

import aiohttp

from bot.store import outbox
from bot.store.database import Database
from fake_slack import FakeSlack
from kills.counting import Arrivals
from soak.hourglass import Hourglass
from soak.plan import HOUR, MINUTE, TOPICS, Plan, Plans, channel_of, moment
from soak.samples import Sample, lag_of, memory_of, rows_of
from soak.upstream import FEED, Upstreams

PROGRAM = Path(__file__).with_name("worker.py")
OPS = "#ops"
TIMINGS = {"tick": 30.0, "presence": 60.0, "daily": HOUR}
"""Seconds. Whoever asks every second what is due asks 86,400 times a day, and finds the same."""
LAST_ALERTS = HOUR
"""How long what was found at the very end may take to be told."""
ENDS_WITHIN = 60.0
"""Seconds of the wall's time from a SIGTERM to a worker's end."""

CONFIG = """
[bot]
database = "sqlite:///store.db"
user_agent = "{worker} (tests@example.com)"

[web]
listen = "127.0.0.1:{port}"

[fetch]
allow_private_addresses = true

[slack]
channel = "#desk-00"
ops_channel = "{ops}"
base_url = "{slack}"
"""
COMPANY = """
[[company]]
ticker = "{topic}"
name = "Company of {topic}"
"""
RULE = """
[[rule]]
name = "{topic}"
query = "{topic}"
facet = "{topic}"
channel = "{channel}"
"""
SOURCE = """
[[source]]
name = "{name}"
kind = "blog"
url = "{url}"
company = "{company}"
recheck = ["1h", "6h"]
"""


@dataclass
class Soak:
    """An async context manager. `seconds`: of the day; `retention`: how long documents are kept in it."""

    folder: Path
    database: str
    workers: Sequence[str]
    seconds: float
    retention: float
    every: float
    """Seconds between two samples."""
    told: Callable[[str], None]
    samples: list[Sample] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Of the workers, after a SIGTERM."""

    async def __aenter__(self) -> Self:
        self._began = monotonic()
        self.plans = Plans(self.seconds)
        async with AsyncExitStack() as stack:
            self.hourglass = await stack.enter_async_context(Hourglass(self.folder, len(self.workers)))
            self.upstreams = await stack.enter_async_context(Upstreams(self.plans, lambda: self.hourglass.now))
            self.slack = await stack.enter_async_context(FakeSlack(lambda: moment(self.hourglass.now)))
            self.arrivals = Arrivals(self.slack)
            self.slack.workspace.add_token()
            for channel in (*map(channel_of, TOPICS), OPS):
                self.slack.workspace.add_channel(channel.removeprefix("#"))
            self._http = await stack.enter_async_context(aiohttp.ClientSession())
            self._ports = {worker: _free_port() for worker in self.workers}
            self._processes: dict[str, asyncio.subprocess.Process] = {}
            stack.push_async_callback(self._kill)
            for worker in self.workers:
                self._processes[worker] = await self._start(worker)
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def wall_seconds(self) -> float:
        return monotonic() - self._began

    def log_of(self, worker: str) -> Path:
        return self.folder / f"{worker}.log"

    async def run(self) -> None:
        """The whole day, the alerts of its last minutes, and the end of the workers."""
        ended = asyncio.gather(*(process.wait() for process in self._processes.values()))
        day = asyncio.create_task(self._day())
        await asyncio.wait({ended, day}, return_when=asyncio.FIRST_COMPLETED)
        if not day.done():
            day.cancel()
            logs = "\n".join(self.log_of(worker).read_text(encoding="utf-8")[-3000:] for worker in self.workers)
            raise AssertionError(f"a worker ended: {ended.result()}\n{logs}")
        await day
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        self.hourglass.run_on()
        async with asyncio.timeout(ENDS_WITHIN):
            self.statuses = await ended

    def on_the_way(self) -> int:
        return len(self.upstreams.shown.keys() - self.arrivals.look())

    async def _day(self) -> None:
        await self._up()
        now = 0.0
        while now < self.seconds:
            now = min(now + self.every, self.seconds)
            await self.hourglass.run_to(now)
            await self._sample()
        while await self._something_left() and now < self.seconds + LAST_ALERTS:
            now += MINUTE
            await self.hourglass.run_to(now)

    async def _up(self) -> None:
        """Wait for workers that import and migrate, while no time passes."""
        for port in self._ports.values():
            while True:
                try:
                    await lag_of(self._http, port)
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)  # it is another process, and has no other way to say it

    async def _something_left(self) -> bool:
        if self.on_the_way():
            return True
        left = await self._store.read(outbox.counts)
        return bool(left.waiting or left.unknown)

    async def _sample(self) -> None:
        if not self.samples:
            self._store = await self._open.enter_async_context(await Database.open(self.database))
        now = self.hourglass.now
        memory = {worker: memory_of(process.pid) for worker, process in self._processes.items()}
        lag = {worker: await lag_of(self._http, port) for worker, port in self._ports.items()}
        self.samples.append(Sample(now, memory, lag, await rows_of(self._store)))
        visits = sum(one.visits for one in lag.values())
        shown = ", ".join(f"{one.itself / 1e6:.0f} MB" for one in memory.values())
        self.told(
            f"{now / HOUR:5.2f} h: {visits} visits, {shown}, {len(self.upstreams.shown)} to be told, "
            f"{self.on_the_way()} on the way, {self.wall_seconds:.0f} s"
        )

    async def _start(self, worker: str) -> asyncio.subprocess.Process:
        config = self.folder / f"{worker}.toml"
        config.write_text(self._config(worker), encoding="utf-8")
        order = {
            "config": str(config),
            "face": str(self.hourglass.face),
            "door": str(self.hourglass.door),
            "timings": TIMINGS,
            "retention": self.retention,
            "seconds": self.plans.seconds,
            "seed": self.plans.seed,
        }
        with self.log_of(worker).open("wb") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                str(PROGRAM),
                json.dumps(order),
                env=os.environ | {"SLACK_BOT_TOKEN": "xoxb-the-secret", "ONRECORD_DATABASE": self.database},
                stdout=log,
                stderr=log,
            )

    async def _kill(self) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                process.kill()
                await process.wait()

    def _config(self, worker: str) -> str:
        head = CONFIG.format(worker=worker, port=self._ports[worker], ops=OPS, slack=self.slack.base_url)
        companies = (COMPANY.format(topic=topic) for topic in TOPICS)
        rules = (RULE.format(topic=topic, channel=channel_of(topic)) for topic in TOPICS)
        sources = (self._source(plan, number) for number, plan in enumerate(self.plans.by_name.values()))
        return "".join((head, *companies, *rules, *sources))

    def _source(self, plan: Plan, number: int) -> str:
        company = TOPICS[number % len(TOPICS)]
        told = SOURCE.format(name=plan.name, url=self.upstreams.site(plan) + FEED, company=company)
        return told + (f'every = "{plan.kind.every:.0f}s"\n' if plan.kind.every is not None else "")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: Any = free.getsockname()[1]
        return int(port)
