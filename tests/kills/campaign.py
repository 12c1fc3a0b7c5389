"""A campaign of kills: workers that watch feeds and tell Slack are killed again and again while news comes in.

The parent is the outside world: it holds the feeds and Slack, whose logs are all that the count believes. The store is
asked one thing only, at the end: whether anything is still to be sent.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Self

from bot.store import outbox
from bot.store.database import Database
from fake_slack import FakeSlack
from fake_slack.faults import Fault
from fake_slack.rates import Rates
from fake_slack.server import Call
from kills.counting import Arrivals, Count, count, twice_delivered
from kills.newsroom import Newsroom
from kills.seams import LOOK_UPS, POINTS
from kills.starting import Running, Starter
from loopback import Upstream

CHANNELS = 20
FEEDS = 24
OPS = "#ops"
BLIND = "#desk-19"
"""Its history cannot be read, so what is in doubt there is sent again and marked."""
LAG = timedelta(seconds=0.3)
"""Until Slack's histories show a message."""
TIMINGS: dict[str, Any] = {
    "tick": 0.1,
    "lease": 4.0,
    "channel_lease": 3.0,
    "look_up_after": [0.2, 2.0],
    "back_off": 0.1,
    "job_silent": 2.5,
    "presence": 0.5,
    "housekeeping": 2.0,
    "stop_within": 5.0,
    "reconnect": 0.2,
}
"""Seconds. The last look-up comes long after the lag: a loaded machine must not look like a Slack that forgets. And a
worker that such a machine keeps waiting for longer than its leases would lose all that it does."""
PACE = 0.01
PATIENCE = 20.0
"""Seconds until a worker that does not come to its point is killed wherever it is."""
LATEST = 2.5
"""Seconds after its start at which a random kill falls at the latest."""
MOST_ON_THE_WAY = 30
NEWS_EVERY = 0.7
"""Seconds between two posts while a worker lives."""
RANDOM = "at a random moment"
BOTH = "both at once"
DRAIN = 120.0

CONFIG = """
[bot]
database = "{database}"
user_agent = "{agent} (tests@example.com)"
first_visit = "alert"

[web]
listen = "127.0.0.1:0"

[fetch]
allow_private_addresses = true
timeout = "60s"
per_host = {per_host}

[slack]
channel = "#on-record"
ops_channel = "{ops}"
base_url = "{slack}"
storm = 2
"""
SOURCE = """
[[source]]
name = "{name}"
kind = "blog"
url = "{url}"
every = "1s"
"""
RULE = """
[[rule]]
name = "{topic}"
query = "{topic}"
severity = "{severity}"
channel = "{channel}"
"""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Result:
    """`by_point`: how many kills fell where."""

    kills: int
    by_point: Counter[str]
    found: Count
    twice: list[str]
    seconds: float
    statuses: list[int | None]
    """Of the workers that were left in peace in the end, after a SIGTERM."""


@dataclass
class World:
    """An async context manager: feeds, Slack and a starter of workers. `workers`: their names, each with its token."""

    folder: Path
    database: str
    workers: Sequence[str] = ("alone",)
    seed: int = 7
    feeds: int = FEEDS
    channels: int = CHANNELS
    per_host: int = 8
    upstream: Upstream = field(default_factory=Upstream)
    rng: Random = field(init=False)
    slack: FakeSlack = field(init=False)
    newsroom: Newsroom = field(init=False)
    arrivals: Arrivals = field(init=False)
    starter: Starter = field(init=False)

    async def __aenter__(self) -> Self:
        self.rng = Random(self.seed)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.upstream)
            self.slack = await stack.enter_async_context(FakeSlack(now, lag=LAG, rates=Rates({}, timedelta(0))))
            self.arrivals = Arrivals(self.slack)
            self.starter = await stack.enter_async_context(Starter())
            for worker in self.workers:
                self.slack.workspace.add_token(token_of(worker))
            channels = [f"#desk-{number:02d}" for number in range(self.channels)]
            for channel in (*channels, OPS):
                self.slack.workspace.add_channel(channel.removeprefix("#"))
            self.slack.plan = self.fault
            topics = {f"topic{number:02d}": channel for number, channel in enumerate(channels)}
            feeds = tuple(f"feed-{number:02d}" for number in range(self.feeds))
            low = [topic for topic in topics if self.severity(topic) == "low"]  # a digest may only count its quotes
            self.newsroom = Newsroom(self.upstream, topics, feeds, self.rng, low)
            for worker in self.workers:
                self.config_of(worker).write_text(self._config(worker), encoding="utf-8")
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._open.aclose()

    def config_of(self, worker: str) -> Path:
        return self.folder / f"{worker}.toml"

    def log_of(self, worker: str) -> Path:
        return self.folder / f"{worker}.log"

    async def start(self, worker: str, fall: tuple[str, int, int] | None = None, **timings: float) -> Running:
        return await self.starter.start(
            {
                "config": str(self.config_of(worker)),
                "token": token_of(worker),
                "log": str(self.log_of(worker)),
                "pace": PACE,
                "timings": TIMINGS | timings,
                "fall": fall,
            }
        )

    def publish(self) -> None:
        """A post, unless so many are on their way that a worker would never get to the end of them."""
        if self.on_the_way() < MOST_ON_THE_WAY:
            self.newsroom.publish(now())

    def on_the_way(self) -> int:
        return len(self.newsroom.published) - len(self.arrivals.look())

    def count(self) -> Count:
        return count(self.newsroom.published.values(), self.newsroom.feeds, self.slack, OPS)

    async def nothing_open(self) -> bool:
        """Whether nothing is left to be sent, after all that was published has arrived."""
        if self.on_the_way():
            return False
        async with await Database.open(self.database) as store:
            left = await store.read(outbox.counts)
        return not left.waiting and not left.unknown

    def greetings(self) -> Counter[str]:
        """How often each worker asked Slack for its name: once for each start that came so far."""
        return Counter(call.headers["Authorization"].rpartition("-")[2] for call in self.slack.calls("auth.test"))

    async def all_greeted(self, before: Counter[str]) -> bool:
        after = self.greetings()
        return all(after[worker] > before[worker] for worker in self.workers)

    def _config(self, worker: str) -> str:
        head = CONFIG.format(
            database=self.database, agent=worker, ops=OPS, slack=self.slack.base_url, per_host=self.per_host
        )
        sources = (SOURCE.format(name=feed, url=self.newsroom.address(feed)) for feed in self.newsroom.feeds)
        rules = (
            RULE.format(topic=topic, channel=channel, severity=self.severity(topic))
            for topic, channel in self.newsroom.topics.items()
        )
        return "".join((head, *sources, *rules))

    def severity(self, _topic: str) -> str:
        return "high"

    def fault(self, call: Call) -> Fault | None:
        """What goes wrong with a call of Slack's."""
        if call.method not in LOOK_UPS:
            return None
        channel = self.slack.workspace.by_name(BLIND)
        asked = call.args.get("channel")
        return Fault("error", code="missing_scope") if channel is not None and asked == channel.id else None


async def campaign(world: World, kills: int, *, told: Callable[[str], None] = lambda _: None) -> Result:
    """Kill so many times, then let the workers finish, stop them as one would, and count."""
    began = monotonic()
    killing = _Killing(world, kills, told)
    async with asyncio.TaskGroup() as group:
        for worker in world.workers:
            group.create_task(killing.again_and_again(worker))
    greeted = world.greetings()
    last = [await world.start(worker) for worker in world.workers]
    await eventually(lambda: world.all_greeted(greeted), DRAIN)
    await eventually(world.nothing_open, DRAIN)
    for running in last:
        running.send(signal.SIGTERM)
    statuses = [await running.end(15) for running in last]
    return Result(
        killing.fallen, killing.by_point, world.count(), twice_delivered(world.slack), monotonic() - began, statuses
    )


class _Killing:
    def __init__(self, world: World, kills: int, told: Callable[[str], None]) -> None:
        self._world = world
        self._kills = kills
        self._told = told
        self._choices = (RANDOM, RANDOM if len(world.workers) == 1 else BOTH, *POINTS)
        self.fallen = 0
        self.by_point: Counter[str] = Counter()
        self._alive: dict[str, Running] = {}

    async def again_and_again(self, worker: str) -> None:
        while self.fallen < self._kills:
            await self._once(worker)

    async def _once(self, worker: str) -> None:
        world, rng = self._world, self._world.rng
        point = rng.choice(self._choices)
        fall = (point, rng.choice((1, 1, 2, 3, 5, 8)), int(signal.SIGKILL)) if point in POINTS else None
        running = self._alive[worker] = await world.start(worker, fall)
        status = await self._fallen(running, PATIENCE if fall is not None else rng.uniform(0, LATEST))
        if status is None:
            victims = list(self._alive.values()) if point == BOTH else [running]
            for victim in victims:
                victim.send(signal.SIGKILL)
            status = await running.end()
            point = point if point == BOTH else RANDOM
        del self._alive[worker]
        if status != -signal.SIGKILL:
            raise AssertionError(f"{worker} ended with {status}; see {world.log_of(worker)}")
        self.fallen += 1
        self.by_point[point] += 1
        if self.fallen % 50 == 0:
            self._told(f"{self.fallen} kills, {len(world.newsroom.published)} published")

    async def _fallen(self, running: Running, within: float) -> int | None:
        """Its status if it fell by itself within so many seconds. News keeps coming in."""
        until = monotonic() + within
        while True:
            self._world.publish()
            status = await running.end(min(NEWS_EVERY, max(0.0, until - monotonic())))
            if status is not None or monotonic() >= until:
                return status


async def eventually(true: Callable[[], Awaitable[bool]], within: float) -> bool:
    """Ask again and again until it is true; False where it is not within so many seconds."""
    until = monotonic() + within
    while not await true():
        if monotonic() > until:
            return False
        await asyncio.sleep(0.1)  # whatever happens, happens in another process
    return True


def token_of(worker: str) -> str:
    return f"xoxb-{worker}"
