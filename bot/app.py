"""Wiring: the one place where concrete parts meet."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog
from aiohttp.abc import AbstractResolver

from bot.catchup import catch_up
from bot.config import Config
from bot.console import ConsoleNotifier
from bot.delivery import Courier, Outcome
from bot.jobs import Jobs
from bot.model import Watch
from bot.notifier import DeliveryError, Notifier, Shut
from bot.pipeline import Pipeline, Report
from bot.readiness import measured, unready
from bot.rulebook import RuleBook
from bot.schedule import Schedule
from bot.settings import PipelineSettings
from bot.slack.notifier import SlackNotifier
from bot.store import agenda, outbox, watches
from bot.store.database import Database
from bot.web.server import WebServer
from rules import packs
from rules.model import Filters, Rule
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
    held: list[str] = field(default_factory=list)
    """Sources that another worker visits now."""
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
        """Why nothing can be sent, if so; a channel that takes a message again ends it."""

    def delivery_wanted(self, channels: Iterable[str]) -> None:
        self._waiting |= set(channels)

    async def once(
        self, names: Sequence[str] | None = None, *, visited: Callable[[], None] = lambda: None
    ) -> OnceReport:
        """Visit every source once, due or not, and deliver all that is pending. `visited`: called after each."""
        report = OnceReport()
        chosen = [source.name for source in self.config.sources] if names is None else list(names)
        limit = asyncio.Semaphore(self._concurrency)

        async def one(name: str) -> None:
            async with limit:
                claim = await self.database.write(lambda conn: agenda.claim(conn, name, now=self._clock(), lease=LEASE))
                if claim is None:
                    report.held.append(name)
                else:
                    report.reports.append(await self.pipeline.visit(claim))
                visited()

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
        if outcome.shut is not None or outcome.sent:
            self.shut = outcome.shut
        return outcome

    async def preflight(self) -> None:
        """Whether what is to be told can be told at all: a revoked token must not wait for an alert to be noticed."""
        try:
            await self.courier.preflight()
        except Shut as refused:
            self.shut = refused.detail
            # Slack's answer says it all, a traceback would not.
            mend = "Watching and storing go on; mend the token."
            log.error("delivery.shut", reason=refused.detail, mend=mend)  # noqa: TRY400 - see above
        except DeliveryError as doubt:
            log.warning("delivery.doubt", reason=doubt.detail)
        else:
            self.shut = None

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

        async def housekeeping() -> None:
            await jobs.forget_finished()
            await self.preflight()

        schedule = Schedule(tick=tick, housekeeping=housekeeping)
        async with self._web():
            await self.preflight()
            await self._work(jobs, schedule, stop)

    def _web(self) -> WebServer:
        listen = self.config.web.listen
        return WebServer(
            listen.host,
            listen.port,
            unready=lambda: unready(self.database, shut=self.shut, clock=self._clock),
            metrics=lambda: measured(self.database),
        )

    async def _work(self, jobs: Jobs, schedule: Schedule, stop: asyncio.Event) -> None:
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
    config: Config, notifier: Notifier, *, clock: Clock = utc_now, resolver: AbstractResolver | None = None
) -> AsyncIterator[App]:
    """An `App` with everything open; closes it all. Raises `bot.store.errors.StoreError`."""
    async with AsyncExitStack() as stack:
        database = await Database.open(config.database_url, exclusive=True, migrate_first=True)
        stack.push_async_callback(database.close)
        fetcher = await stack.enter_async_context(
            Fetcher(fetch_settings(config), config.secrets.providers(), clock=clock, resolver=resolver)
        )
        pool = await stack.enter_async_context(reading_pool())
        now = clock()
        if database.is_sqlite:  # the file's lock is ours, so whoever left a lease is dead
            await database.write(lambda conn: agenda.free_all(conn, now=now))
            await database.write(outbox.free_all)
        await database.write(lambda conn: agenda.sync(conn, config.sources, now=now))
        kept = await database.write(lambda conn: watches.sync(conn, configured_watches(config, now), now=now))
        book = RuleBook.of(config.rules, kept)
        app: App
        # The pipeline is made before the app that it tells.
        settings = replace(pipeline_settings(config), deliver=lambda channels: app.delivery_wanted(channels))  # noqa: PLW0108 - see above
        companies = {company.ticker: company for company in config.companies}
        pipeline = Pipeline(
            database=database,
            fetcher=fetcher,
            pool=pool,
            sources={source.name: source for source in config.sources},
            companies=companies,
            book=lambda: book,
            settings=settings,
            clock=clock,
        )
        courier = Courier(database, notifier, clock=clock, ops_channel=config.slack.ops_channel)
        app = App(
            config,
            database=database,
            pipeline=pipeline,
            courier=courier,
            clock=clock,
            concurrency=min(config.fetch.concurrency, 64),
        )
        await catch_up(database, book, companies=companies, settings=settings, clock=clock)
        yield app


def notifier_for(config: Config, *, as_json: bool) -> Notifier:
    """Slack where there is a token, else the console."""
    token = config.secrets.slack_bot_token
    if token is None:
        return ConsoleNotifier(as_json=as_json)
    return SlackNotifier(token, base_url=config.slack.base_url)


async def slack_problem(config: Config) -> Shut | None:
    """Why Slack takes nothing from us, if it says so; None too where Slack is not wanted or does not answer."""
    if not config.slack_on:
        return None
    try:
        await notifier_for(config, as_json=False).preflight()
    except Shut as refused:
        return refused
    except DeliveryError as doubt:
        log.warning("delivery.doubt", reason=doubt.detail)
    return None


def default_rules() -> tuple[Rule, ...]:
    """Every shipped pack, for who has no configuration yet."""
    return tuple(
        rule for name in packs.names() for rule in packs.load(name).rules(name, severity="normal", filters=Filters())
    )


def reading_pool(size: int = 2) -> ReadingPool:
    """Children that also find the readers of one's own: where PYTHONPATH leads, they look too."""
    return ReadingPool(size, paths=[path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path])


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
