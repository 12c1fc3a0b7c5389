"""Wiring: the one place where concrete parts meet."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from aiohttp.abc import AbstractResolver
from sqlalchemy import make_url

from bot.catchup import catch_up
from bot.config import Config
from bot.console import ConsoleNotifier
from bot.delivery import Courier
from bot.folders import Folders
from bot.hearing import door_for, handler_for
from bot.hosts import SharedHosts
from bot.jobs import LONGEST_BREAK, Queue
from bot.model import Watch
from bot.notifier import Notifier
from bot.pipeline import Pipeline, Report
from bot.queues import InProcess, OnServer
from bot.readiness import measured, unready
from bot.rulebook import RuleBook
from bot.settings import PipelineSettings
from bot.slack.events import Handler
from bot.slack.http import SignedRequests
from bot.slack.notifier import SlackNotifier
from bot.slack.socket import Socket
from bot.store import agenda, outbox, watches
from bot.store.database import Database
from bot.store.errors import StoreUnreachable
from bot.timings import Timings
from bot.web.hooks import VisitHooks
from bot.web.server import Routes, WebServer
from bot.worker import ROLES, Role, Worker
from rules import packs
from rules.model import Filters, Rule
from watchers.child import ReadingPool
from watchers.fetch import Fetcher, FetchSettings

log = structlog.get_logger()

Clock = Callable[[], datetime]

MOST_VISITS = 256
"""At a time, in one worker, four for each request: most wait for a host's turn, and cost little meanwhile."""


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
    """The parts of the bot, put together. Made by `opened`."""

    def __init__(
        self,
        config: Config,
        *,
        database: Database,
        queue: Queue,
        hosts: SharedHosts | None,
        pipeline: Pipeline,
        courier: Courier,
        clock: Clock,
        timings: Timings,
        handler: Handler,
    ) -> None:
        self._hosts = hosts
        self._handler = handler
        self._door: Socket | SignedRequests | None = None
        self.config = config
        self.database = database
        self.pipeline = pipeline
        self.courier = courier
        self._queue = queue
        self._clock = clock
        self._timings = timings
        self._concurrency = min(4 * config.fetch.concurrency, MOST_VISITS)
        self._worker: Worker | None = None

    def delivery_wanted(self, channels: Iterable[str]) -> None:
        if self._worker is not None:
            self._worker.delivery_wanted(channels)

    async def once(
        self, names: Sequence[str] | None = None, *, visited: Callable[[], None] = lambda: None
    ) -> OnceReport:
        """Visit every source once, due or not, and deliver all that is pending. `visited`: called after each."""
        report = OnceReport()
        chosen = [source.name for source in self.config.sources] if names is None else list(names)
        limit = asyncio.Semaphore(self._concurrency)
        lease = self._timings.lease

        async def one(name: str) -> None:
            async with limit:
                claim = await self.database.write(lambda conn: agenda.claim(conn, name, now=self._clock(), lease=lease))
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
        until = asyncio.get_running_loop().time() + self._timings.drain.total_seconds()
        while True:
            channels = await self.database.read(lambda conn: outbox.channels_due(conn, self._clock()))
            outcomes = await asyncio.gather(*(self.courier.deliver(channel) for channel in channels))
            shut = next((outcome.shut for outcome in outcomes if outcome.shut), None)
            following = await self.database.read(outbox.next_due)
            if shut is not None or following is None or asyncio.get_running_loop().time() > until:
                return shut
            wait = (following - self._clock()).total_seconds()
            if asyncio.get_running_loop().time() + wait > until:
                return None
            await asyncio.sleep(max(wait, 0.05))

    async def run(self, stop: asyncio.Event, roles: Collection[Role] = ROLES) -> None:
        """A whole worker until `stop` is set, or the parts of one that `roles` name."""
        if "slack" in roles:
            self._door = door_for(
                self.config, self._handler, database=self.database, clock=self._clock, timings=self._timings
            )
        if isinstance(self._door, SignedRequests) and "web" not in roles:
            log.warning("slack.deaf", reason='with slack.mode "http" the roles slack and web belong together')
        self._worker = Worker(
            database=self.database,
            pipeline=self.pipeline,
            courier=self.courier,
            queue=self._queue,
            folders=Folders(self.config.sources),
            web=self._web,
            learn=self._hosts.refresh if self._hosts is not None else None,
            door=self._door,
            clock=self._clock,
            concurrency=self._concurrency,
            timings=self._timings,
            roles=roles,
        )
        try:
            await self._worker.run(stop)
        finally:
            self._worker = None

    def _web(self, worker: Worker) -> WebServer:
        listen = self.config.web.listen
        secret = self.config.secrets.hook_secret
        routes: list[Routes] = [VisitHooks({source.name for source in self.config.sources}, secret, worker.hint)]
        if isinstance(self._door, SignedRequests):
            routes.append(self._door)
        return WebServer(
            listen.host,
            listen.port,
            unready=lambda: unready(self.database, troubles=worker.troubles, clock=self._clock),
            metrics=lambda: measured(self.database),
            routes=routes,
        )


@asynccontextmanager
async def opened(
    config: Config,
    notifier: Notifier,
    *,
    clock: Clock = utc_now,
    resolver: AbstractResolver | None = None,
    timings: Timings | None = None,
    patient: asyncio.Event | None = None,
    handler: Handler | None = None,
) -> AsyncIterator[App]:
    """An `App` with everything open; closes it all. Raises `bot.store.errors.StoreError`.

    `handler`: who answers people in Slack, if not the bot's own.
    `patient`: wait for a database that is not up yet, and say so, instead of raising; until this event is set.
    """
    timings = timings or Timings()
    async with AsyncExitStack() as stack:
        database, queue = await _store(config, timings, patient=patient)
        stack.push_async_callback(database.close)
        hosts = shared_hosts(config, database, clock, timings)
        if hosts is not None:
            stack.push_async_callback(hosts.close)
        fetcher = await stack.enter_async_context(
            Fetcher(fetch_settings(config), config.secrets.providers(), clock=clock, resolver=resolver, hosts=hosts)
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
        settings = replace(pipeline_settings(config, timings), deliver=lambda channels: app.delivery_wanted(channels))  # noqa: PLW0108 - see above
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
        courier = Courier(database, notifier, clock=clock, ops_channel=config.slack.ops_channel, timings=timings)
        app = App(
            config,
            database=database,
            queue=queue,
            hosts=hosts,
            pipeline=pipeline,
            courier=courier,
            clock=clock,
            timings=timings,
            handler=handler if handler is not None else handler_for(config, database),
        )
        await catch_up(database, book, companies=companies, settings=settings, clock=clock)
        yield app


def shared_hosts(config: Config, database: Database, clock: Clock, timings: Timings) -> SharedHosts | None:
    """Limits that hold over all workers; a file has one worker only."""
    if database.is_sqlite:
        return None
    url = make_url(config.database_url)
    return SharedHosts(url, database, config.fetch.per_host, clock, silent=timings.store_silent)


def notifier_for(config: Config, *, as_json: bool) -> Notifier:
    """Slack where there is a token, else the console."""
    token = config.secrets.slack_bot_token
    if token is None:
        return ConsoleNotifier(as_json=as_json)
    return SlackNotifier(token, base_url=config.slack.base_url)


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


async def _store(config: Config, timings: Timings, *, patient: asyncio.Event | None) -> tuple[Database, Queue]:
    """The database and the queue in it, both up to date. Raises `StoreError`."""
    pause = timings.reconnect
    while True:
        try:
            database = await Database.open(
                config.database_url, exclusive=True, migrate_first=True, silent=timings.store_silent
            )
        except StoreUnreachable as error:
            if patient is None or patient.is_set():
                raise
            log.warning("store.awaited", reason=error.detail, seconds=pause.total_seconds())
            with suppress(TimeoutError):
                await asyncio.wait_for(patient.wait(), pause.total_seconds())
            pause = min(2 * pause, LONGEST_BREAK)
            continue
        if database.is_sqlite:
            return database, InProcess()
        queue = OnServer(make_url(config.database_url), silent=timings.store_silent)
        try:
            await queue.prepare()
        except BaseException:
            await database.close()
            raise
        return database, queue


def pipeline_settings(config: Config, timings: Timings) -> PipelineSettings:
    return PipelineSettings(
        first_visit=config.bot.first_visit,
        digest_at=config.bot.digest_at,
        timezone=config.bot.timezone,
        ops_channel=config.slack.ops_channel,
        lease=timings.lease,
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
