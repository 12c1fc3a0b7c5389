"""Wiring: the one place where concrete parts meet."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog
from aiohttp.abc import AbstractResolver
from sqlalchemy import make_url

from bot.alerts.gathering import Folding
from bot.catchup import read_archive
from bot.config import Config
from bot.console import ConsoleNotifier
from bot.daily import once_a_day
from bot.delivery import Courier, no_owners
from bot.digest import DigestHour
from bot.folders import Folders
from bot.hosts import SharedHosts
from bot.inforce import InForce
from bot.jobs import LONGEST_BREAK, Queue
from bot.notifier import Notifier
from bot.pipeline import Pipeline, Report
from bot.queues import InProcess, OnServer
from bot.readiness import measured, noted, unready
from bot.settings import PipelineSettings
from bot.slack.events import Handler
from bot.store import agenda, outbox, watches
from bot.store.database import Database
from bot.store.errors import StoreUnreachable
from bot.timings import Timings
from bot.trying import Trial
from bot.web.hooks import VisitHooks
from bot.web.server import Routes, WebServer
from bot.worker import ROLES, Door, Role, Worker
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
        in_force: InForce,
        read_archive: Callable[[], Awaitable[None]],
        pipeline: Pipeline,
        courier: Courier,
        clock: Clock,
        timings: Timings,
        door: Callable[[], tuple[Door | None, Routes | None]],
    ) -> None:
        self._hosts = hosts
        self.in_force = in_force
        self.read_archive = read_archive
        self._make_door = door
        self._door: Door | None = None
        self._slack_routes: Routes | None = None
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
        await self.read_archive()
        chosen = list(self.in_force.book().sources if names is None else names)
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
            self._door, self._slack_routes = self._make_door()
        if self._slack_routes is not None and "web" not in roles:
            log.warning("slack.deaf", reason='with slack.mode "http" the roles slack and web belong together')
        self._worker = Worker(
            database=self.database,
            pipeline=self.pipeline,
            courier=self.courier,
            queue=self._queue,
            folders=Folders(self.config.sources),
            web=self._web,
            learn=self._hosts.refresh if self._hosts is not None else None,
            renew=self.in_force.renew,
            notes=lambda: self.in_force.notes,
            read_archive=self.read_archive,
            door=self._door,
            clock=self._clock,
            concurrency=self._concurrency,
            timings=self._timings,
            daily=lambda: once_a_day(
                self.database,
                retention=self.config.bot.retention,
                ops_channel=self.config.slack.ops_channel,
                clock=self._clock,
            ),
            roles=roles,
        )
        try:
            await self._worker.run(stop)
        finally:
            self._worker = None

    def _web(self, worker: Worker) -> WebServer:
        listen = self.config.web.listen
        secret = self.config.secrets.hook_secret
        routes: list[Routes] = [VisitHooks(lambda: self.in_force.book().sources, secret, worker.hint)]
        if self._slack_routes is not None:
            routes.append(self._slack_routes)
        return WebServer(
            listen.host,
            listen.port,
            unready=lambda: unready(self.database, troubles=worker.troubles, clock=self._clock),
            metrics=lambda: measured(self.database, self._clock()),
            routes=routes,
            notes=lambda: noted(self.database, self.in_force.notes),
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
        in_force = await InForce.begin(config, database, clock=clock)
        app: App
        # The pipeline is made before the app that it tells.
        settings = replace(pipeline_settings(config, timings), deliver=lambda channels: app.delivery_wanted(channels))  # noqa: PLW0108 - see above
        companies = {company.ticker: company for company in config.companies}
        pipeline = Pipeline(
            database=database,
            fetcher=fetcher,
            pool=pool,
            companies=companies,
            book=in_force.book,
            renew=in_force.renew,
            settings=settings,
            clock=clock,
        )
        courier = Courier(
            database,
            notifier,
            clock=clock,
            ops_channel=config.slack.ops_channel,
            owners=watches.owners if config.slack_on else no_owners,
            folding=folding_of(config),
            timings=timings,
        )

        def door() -> tuple[Door | None, Routes | None]:
            """Where people are heard, and what of it is offered over the web server."""
            if not config.slack_on:
                return None, None
            from bot import hearing  # who has no Slack need not hold its library in memory
            from bot.slack.http import SignedRequests

            desk = hearing.desk_for(config, database, in_force, lambda: Trial(fetcher, pool, now=clock()), clock)
            answers = handler if handler is not None else hearing.handler_for(desk)
            made = hearing.door_for(config, answers, database=database, clock=clock, timings=timings)
            return made, made if isinstance(made, SignedRequests) else None

        app = App(
            config,
            database=database,
            queue=queue,
            hosts=hosts,
            in_force=in_force,
            read_archive=lambda: read_archive(in_force, database, companies=companies, settings=settings, clock=clock),
            pipeline=pipeline,
            courier=courier,
            clock=clock,
            timings=timings,
            door=door,
        )
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
    from bot.slack.notifier import SlackNotifier  # who has no Slack need not hold its library in memory

    return SlackNotifier(token, base_url=config.slack.base_url)


def default_rules() -> tuple[Rule, ...]:
    """Every shipped pack, for who has no configuration yet."""
    return tuple(
        rule for name in packs.names() for rule in packs.load(name).rules(name, severity="normal", filters=Filters())
    )


def reading_pool(size: int = 2) -> ReadingPool:
    """Children that also find the readers of one's own: where PYTHONPATH leads, they look too."""
    return ReadingPool(size, paths=[path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path])


def folding_of(config: Config) -> Folding | None:
    """What is told together; None where there is no Slack, since a terminal has no threads."""
    return Folding(config.slack.storm, config.slack.storm_window) if config.slack_on else None


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
            return await _store_that_is_up(config, timings)
        except StoreUnreachable as error:
            if patient is None or patient.is_set():
                raise
            log.warning("store.awaited", reason=error.detail, seconds=pause.total_seconds())
            with suppress(TimeoutError):
                await asyncio.wait_for(patient.wait(), pause.total_seconds())
            pause = min(2 * pause, LONGEST_BREAK)


async def _store_that_is_up(config: Config, timings: Timings) -> tuple[Database, Queue]:
    database = await Database.open(config.database_url, exclusive=True, migrate_first=True, silent=timings.store_silent)
    if database.is_sqlite:
        return database, InProcess()
    queue = OnServer(make_url(config.database_url), silent=timings.store_silent)
    try:
        await queue.prepare()  # the server may go away again after its first answer, as many do when they are made
    except BaseException:
        await database.close()
        raise
    return database, queue


def pipeline_settings(config: Config, timings: Timings) -> PipelineSettings:
    return PipelineSettings(
        first_visit=config.bot.first_visit,
        digest=DigestHour(config.bot.digest_at, config.bot.timezone),
        ops_channel=config.slack.ops_channel,
        lease=timings.lease,
    )
