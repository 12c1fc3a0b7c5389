"""Wiring: the one place where concrete parts meet."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.config import Config
from bot.delivery import Courier, Outcome
from bot.jobs import Jobs
from bot.model import Watch
from bot.notifier import Notifier
from bot.pipeline import Pipeline, Report
from bot.rulebook import RuleBook
from bot.schedule import Schedule
from bot.settings import PipelineSettings
from bot.store import agenda, outbox, watches
from bot.store.database import Database
from watchers.child import ReadingPool
from watchers.fetch import Fetcher, FetchSettings

log = structlog.get_logger()

Clock = Callable[[], datetime]

LEASE = timedelta(minutes=2)
STOP_WITHIN = timedelta(seconds=10)
DRAIN_WAITS = 60.0
"""Seconds for which `run --once` waits for messages that are to be looked up or tried again."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class OnceReport:
    """What a single round did: each source's report, and what of the outbox is left."""

    reports: list[Report] = field(default_factory=list)
    left: outbox.Counts = field(default_factory=outbox.Counts)
    shut: str | None = None


class App:
    """The running bot. Made by `opened`."""

    def __init__(
        self,
        config: Config,
        *,
        database: Database,
        pipeline: Pipeline,
        courier: Courier,
        clock: Clock,
        concurrency: int,
    ) -> None:
        self.config = config
        self.database = database
        self.pipeline = pipeline
        self.courier = courier
        self._clock = clock
        self._concurrency = concurrency
        self._waiting: set[str] = set()
        self.shut: str | None = None
        """Why nothing can be sent, if so."""

    def delivery_wanted(self, channels: Iterable[str]) -> None:
        self._waiting |= set(channels)

    async def once(self, names: Sequence[str] | None = None) -> OnceReport:
        """Visit every source once, due or not, and deliver all that is pending."""
        report = OnceReport()
        chosen = [source.name for source in self.config.sources] if names is None else list(names)
        limit = asyncio.Semaphore(self._concurrency)

        async def one(name: str) -> None:
            async with limit:
                claim = await self.database.write(lambda conn: agenda.claim(conn, name, now=self._clock(), lease=LEASE))
                if claim is not None:
                    report.reports.append(await self.pipeline.visit(claim))

        async with asyncio.TaskGroup() as group:
            for name in chosen:
                group.create_task(one(name), name=f"visit {name}")
        report.shut = await self.drain()
        report.left = await self.database.read(outbox.counts)
        return report

    async def drain(self) -> str | None:
        """Deliver all that is pending, what waits for its hour too. Returns why nothing can be sent, if so."""
        await self.database.write(lambda conn: outbox.hasten(conn, now=self._clock()))
        until = asyncio.get_running_loop().time() + DRAIN_WAITS
        while True:
            channels = await self.database.read(lambda conn: outbox.channels_due(conn, self._clock()))
            outcomes = await asyncio.gather(*(self.deliver(channel) for channel in channels))
            shut = next((outcome.shut for outcome in outcomes if outcome.shut), None)
            following = await self.database.read(outbox.next_due)
            if shut is not None or following is None or asyncio.get_running_loop().time() > until:
                return shut
            wait = (following - self._clock()).total_seconds()
            if asyncio.get_running_loop().time() + wait > until:
                return None
            await asyncio.sleep(max(wait, 0.05))

    async def deliver(self, channel: str) -> Outcome:
        outcome = await self.courier.deliver(channel)
        self.shut = outcome.shut
        return outcome

    async def run(self, stop: asyncio.Event) -> None:
        """The bot until `stop` is set; what is under way is finished or handed back."""
        jobs = Jobs(visit=self._visited, deliver=self.deliver, concurrency=self._concurrency)
        self._under_way: dict[str, agenda.Claim] = {}

        async def tick() -> None:
            now = self._clock()
            claims = await self.database.write(
                lambda conn: agenda.claim_due(conn, now=now, limit=self._room(), lease=LEASE)
            )
            self._under_way |= {claim.source: claim for claim in claims}
            await jobs.visits(claims)
            waiting, self._waiting = self._waiting, set()
            due = await self.database.read(lambda conn: outbox.channels_due(conn, now))
            await jobs.deliveries(sorted(waiting | set(due)))

        schedule = Schedule(tick=tick, housekeeping=jobs.forget_finished)
        worker = asyncio.create_task(jobs.run(), name="jobs")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        schedule.start()
        try:
            await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if worker.done() and not stop.is_set():
                worker.result()
        finally:
            stopping.cancel()
            schedule.stop()
            jobs.stop()
            await asyncio.wait({worker}, timeout=STOP_WITHIN.total_seconds())
            worker.cancel()
            await asyncio.gather(worker, stopping, return_exceptions=True)
            await self._hand_back()

    async def _visited(self, claim: agenda.Claim) -> None:
        try:
            if await self.database.read(lambda conn: agenda.holds(conn, claim)):
                await self.pipeline.visit(claim)
        finally:
            self._under_way.pop(claim.source, None)

    def _room(self) -> int:
        return max(0, 2 * self._concurrency - len(self._under_way))

    async def _hand_back(self) -> None:
        """Whoever comes next need not wait for our leases to run out."""
        now = self._clock()
        for claim in list(self._under_way.values()):
            await self.database.write(lambda conn, claim=claim: agenda.release(conn, claim, now=now))  # type: ignore[misc]


@asynccontextmanager
async def opened(
    config: Config, notifier: Notifier, *, clock: Clock = utc_now, lock: bool = True
) -> AsyncIterator[App]:
    """An `App` with everything open; closes it all. Raises `bot.store.errors.StoreError`."""
    async with AsyncExitStack() as stack:
        database = await Database.open(config.database_url, exclusive=lock, migrate_first=True)
        stack.push_async_callback(database.close)
        fetcher = await stack.enter_async_context(
            Fetcher(fetch_settings(config), config.secrets.providers(), clock=clock)
        )
        pool = await stack.enter_async_context(ReadingPool())
        now = clock()
        await database.write(lambda conn: agenda.sync(conn, config.sources, now=now))
        kept = await database.write(lambda conn: watches.sync(conn, configured_watches(config, now), now=now))
        book = RuleBook.of(config.rules, kept)
        app: App
        settings = replace(pipeline_settings(config), deliver=lambda channels: app.delivery_wanted(channels))
        pipeline = Pipeline(
            database=database,
            fetcher=fetcher,
            pool=pool,
            sources={source.name: source for source in config.sources},
            companies={company.ticker: company for company in config.companies},
            book=lambda: book,
            settings=settings,
            clock=clock,
        )
        courier = Courier(database, notifier, clock=clock)
        app = App(
            config,
            database=database,
            pipeline=pipeline,
            courier=courier,
            clock=clock,
            concurrency=min(config.fetch.concurrency, 64),
        )
        yield app


def fetch_settings(config: Config) -> FetchSettings:
    return FetchSettings(
        user_agent=config.bot.user_agent,
        concurrency=config.fetch.concurrency,
        per_host=config.fetch.per_host,
        timeout=config.fetch.timeout,
        max_bytes=config.fetch.max_bytes,
        allow_private_addresses=config.fetch.allow_private_addresses,
    )


def pipeline_settings(config: Config) -> PipelineSettings:
    return PipelineSettings(
        first_visit=config.bot.first_visit,
        digest_at=config.bot.digest_at,
        timezone=config.bot.timezone,
        ops_channel=config.slack.ops_channel,
        lease=LEASE,
    )


def configured_watches(config: Config, now: datetime) -> list[Watch]:
    """Every rule is, with its channel, a watch."""
    return [
        Watch(
            name=f"config:{watch.rule}:{watch.channel or config.slack.channel}",
            rule=watch.rule,
            channel=watch.channel or config.slack.channel,
            filters=watch.filters,
            since=now,
        )
        for watch in config.watches
    ]
