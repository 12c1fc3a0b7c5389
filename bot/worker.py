"""One worker: it asks what is due, hands it out, does what it is given, and hands back what it cannot finish.

Workers come and go without a leader: each asks the store by its own tick, and whoever is free takes the jobs.
"""

import asyncio
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, get_args

import structlog
from sqlalchemy import Connection

from bot.delivery import Courier, Outcome
from bot.folders import Folders
from bot.jobs import Jobs, Queue
from bot.notifier import DeliveryError, Shut
from bot.pipeline import Pipeline
from bot.schedule import Schedule, Work
from bot.store import agenda, envelopes, outbox, workers, wrong_clock
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.timings import Timings
from bot.web.server import WebServer
from watchers.model import Push

log = structlog.get_logger()

Role = Literal["visit", "deliver", "annotate", "web", "slack"]
ROLES: tuple[Role, ...] = get_args(Role)
NOBODY_DOES: Mapping[Role, str] = {"visit": "no source is visited", "deliver": "nothing is told"}
"""What does not happen where no worker has these roles; the others can be left out on purpose."""
AGENDA = ""
"""Stands for the agenda among sources, which all have names."""
ABSENT_AFTER = 6
"""Beats that a worker may miss before it is taken for gone."""
BACK_BY = timedelta(seconds=30)
"""A clock that goes back by more was wrong: what it put off is mended at once."""
HAND_BACK_WITHIN = timedelta(seconds=1)
"""How long a stop waits for a database that may be away."""
ENVELOPES_KEPT = timedelta(hours=1)
"""Longer than Slack repeats anything, and than anybody could repeat what it signed."""
KEPT_IN_STOCK = 2
"""Claims for each visit that can be under way: a worker that is free finds a job waiting, and few wait for long."""


class Door(Protocol):
    """Where people are heard."""

    @property
    def trouble(self) -> str | None:
        """Why nobody is heard, if so."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until the stop; then what is under way comes to its end within half of `Timings.stop_within`."""


class Worker:
    """Runs until it is told to stop.

    `roles`: which parts of the work are done here; `learn`: asks what other workers were told by hosts; `renew`: reads
    anew what people changed; `notes`: what of that is not in force; `read_archive`: reads what is stored with rules
    that are new; `door`: where people are heard, if anywhere; `daily`: what is done once a day.
    """

    def __init__(
        self,
        *,
        database: Database,
        pipeline: Pipeline,
        courier: Courier,
        queue: Queue,
        folders: Folders,
        web: Callable[["Worker"], WebServer],
        learn: Callable[[], Awaitable[None]] | None,
        renew: Callable[[], Awaitable[None]],
        notes: Callable[[], list[str]],
        read_archive: Callable[[], Awaitable[None]],
        door: Door | None,
        clock: Callable[[], datetime],
        concurrency: int,
        timings: Timings,
        daily: Callable[[], Awaitable[None]],
        roles: Collection[Role] = ROLES,
    ) -> None:
        self._database = database
        self._pipeline = pipeline
        self._courier = courier
        self._folders = folders
        self._web = web
        self._learn = learn
        self._renew = renew
        self._notes = notes
        self._read_archive = read_archive
        self._door = door if "slack" in roles else None
        self._clock = clock
        self._timings = timings
        self._daily = daily
        self._last_day: datetime | None = None
        self._roles = tuple(role for role in ROLES if role in roles)
        self._stock = KEPT_IN_STOCK * concurrency
        self._jobs = Jobs(
            queue,
            visit=self._visited if "visit" in roles else None,
            deliver=self._delivered if "deliver" in roles else None,
            concurrency=concurrency,
            timings=timings,
        )
        self._caught_up = False
        """Whether what is stored was read with the rules of the start."""
        self._waiting: set[str] = set()
        self._visiting: dict[str, agenda.Claim] = {}
        self._id = str(uuid.uuid4())
        self._since = self._last_tick = clock()
        self.shut: str | None = None
        """Why nothing can be sent, if so; a channel that takes a message again ends it."""
        self._refused = False
        """Whether it was Slack's answer to the question that shut it, not one to a message."""
        self._unkept: dict[str, str] = {}
        """By source: why what its last visit found could not be stored; and why nobody can be visited at all."""

    @property
    def unkept(self) -> str | None:
        """Why what visits find cannot be stored, if so; a visit of the same source that comes through ends it."""
        return next(iter(self._unkept.values()), None)

    @property
    def troubles(self) -> list[str]:
        """What cannot be done just now, in sentences; none when all is well."""
        deaf = self._door.trouble if self._door is not None else None
        said = {
            "nothing can be sent": self.shut,
            "nobody is heard": deaf,
            "what is found cannot be kept": self.unkept,
        }
        return [f"{what}: {why}" for what, why in said.items() if why is not None]

    def delivery_wanted(self, channels: Iterable[str]) -> None:
        """Something waits there now: the next tick need not ask."""
        self._waiting |= set(channels)

    async def hint(self, source: str, push: Push) -> None:
        """Make a source due now and hand it out at once, to whichever worker is free."""
        now = self._clock()

        def due(conn: Connection) -> list[agenda.Claim]:
            agenda.hint(conn, source, push, now=now)
            if not self._jobs.reach_workers:
                return []  # a tick finds that it is due
            claim = agenda.claim(conn, source, now=now, lease=self._timings.lease)
            return [] if claim is None else [claim]  # who visits it now finds the push when it settles

        await self._database.write(due, self._jobs.visits)

    async def run(self, stop: asyncio.Event) -> None:
        """The work until `stop` is set; then what is under way is finished, or handed back within seconds."""
        works: dict[str, tuple[Work, timedelta]] = {}
        if "visit" in self._roles:
            works["archive"] = (self._catch_up, self._timings.tick)
        works |= {
            "tick": (self._tick, self._timings.tick),
            "presence": (self._say_present, self._timings.presence),
            "housekeeping": (self._keep_house, self._timings.housekeeping),
            "refused": (self._ask_again, self._timings.refused),
        }
        if "visit" in self._roles and self._folders:
            works["folders"] = (self._look_into_folders, self._timings.tick)
        schedule = Schedule(works)
        async with AsyncExitStack() as stack:
            if "web" in self._roles:
                await stack.enter_async_context(self._web(self))
            await self._preflight()
            await self._at_the_door()
            await self._until(stop, schedule)

    async def _catch_up(self) -> None:
        """What is stored is read with new rules before anything new is: so the first alert has its "earlier".

        Of a large archive this takes minutes, in which all but visits goes on. A fault in it must not end the watching.
        """
        try:
            await self._read_archive()
        finally:
            self._caught_up = True

    async def _until(self, stop: asyncio.Event, schedule: Schedule) -> None:
        work = asyncio.create_task(self._jobs.run(), name="jobs")
        works = {work}
        if self._door is not None:
            works.add(asyncio.create_task(self._door.run(stop), name="door"))
        stopping = asyncio.create_task(stop.wait(), name="stop")
        schedule.start()
        try:
            await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() and not stop.is_set():
                work.result()
        finally:
            stopping.cancel()
            works.add(asyncio.create_task(schedule.stop(), name="schedule ends"))
            self._jobs.stop()
            await asyncio.wait(works, timeout=self._timings.stop_within.total_seconds())
            await self._jobs.abandon(within=HAND_BACK_WITHIN)
            for one in works:
                one.cancel()
            await asyncio.gather(*works, stopping, return_exceptions=True)
            await self._hand_back()

    async def _tick(self) -> None:
        """Ask for what is due and hand it out: on PostgreSQL in one transaction, in memory right after it."""
        try:
            await self._ask_what_is_due()
        except StoreError as error:
            self._unkept[AGENDA] = error.detail
            raise
        else:
            self._unkept.pop(AGENDA, None)

    async def _ask_what_is_due(self) -> None:
        now = self._clock()
        before, self._last_tick = self._last_tick, now
        if now < before - BACK_BY:
            await self._set_right()
        await self._renew()
        if "visit" in self._roles and self._caught_up and self._jobs.work_on("visit"):
            if self._learn is not None:
                await self._learn()
            backlog = await self._jobs.backlog()
            room = 0 if backlog is None else self._stock - backlog
            if room > 0:
                lease = self._timings.lease
                await self._database.write(
                    lambda conn: agenda.claim_due(conn, now=now, limit=room, lease=lease), self._jobs.visits
                )
        if "deliver" in self._roles:
            waiting, self._waiting = self._waiting, set()
            due = await self._database.read(lambda conn: outbox.channels_due(conn, now))
            await self._jobs.deliveries(sorted(waiting | set(due)))

    async def _look_into_folders(self) -> None:
        for source in await asyncio.to_thread(self._folders.changed):
            await self.hint(source, Push(by="folder"))

    async def _set_right(self) -> None:
        """What a clock that was ahead put off must not wait until the time that it showed."""
        now, lease = self._clock(), max(self._timings.lease, self._timings.channel_lease)
        mended = await self._database.write(lambda conn: wrong_clock.set_right(conn, now=now, lease=lease))
        if mended:
            log.warning("clock.was-ahead", mended=mended)

    async def _keep_house(self) -> None:
        await self._set_right()
        await self._jobs.forget_finished()
        if self._door is not None:
            now = self._clock()
            await self._database.write(lambda conn: envelopes.forget(conn, before=now - ENVELOPES_KEPT))
        if "visit" in self._roles:
            await self._once_a_day()
        await self._preflight()

    async def _ask_again(self) -> None:
        """A token that was refused may be taken again; what a delivery was refused, the next one finds out."""
        if self._refused:
            await self._preflight()

    async def _once_a_day(self) -> None:
        """Each worker looks; who comes after another finds nothing to do."""
        now = self._clock()
        # A clock that went back must not put it off by as much.
        if self._last_day is not None and abs(now - self._last_day) < self._timings.daily:
            return
        await self._daily()
        self._last_day = now

    async def _preflight(self) -> None:
        """Whether what is to be told can be told at all: a revoked token must not wait for an alert to be noticed."""
        if not {"deliver", "slack"} & set(self._roles):
            return
        try:
            await self._courier.preflight()
        except Shut as refused:
            if self.shut is None:
                # Slack's answer says it all, a traceback would not.
                mend = "Watching and storing go on; mend the token."
                log.error("delivery.shut", reason=refused.detail, mend=mend)  # noqa: TRY400 - see above
            self.shut, self._refused = refused.detail, True
        except DeliveryError as doubt:
            log.warning("delivery.doubt", reason=doubt.detail)
        else:
            if self.shut is not None:
                log.info("delivery.open")
            self.shut, self._refused = None, False

    async def _at_the_door(self) -> None:
        """What a worker does first. A database that goes away just now is waited for like at any other time."""
        try:
            await self._set_right()
            await self._say_present()
        except StoreError as error:
            log.warning("worker.not-announced", reason=error.detail)

    async def _say_present(self) -> None:
        now = self._clock()
        row = workers.Worker(
            self._id,
            socket.gethostname(),
            os.getpid(),
            self._roles,
            self._since,
            seen=now,
            troubles=(*self.troubles, *self._notes()),
        )
        gone_before = now - ABSENT_AFTER * self._timings.presence
        await self._database.write(lambda conn: workers.beat(conn, row, gone_before=gone_before))

    async def _visited(self, claim: agenda.Claim) -> None:
        self._visiting[claim.source] = claim
        try:
            await self._pipeline.visit(claim)
        except StoreError as error:
            self._unkept[claim.source] = error.detail
            raise
        else:
            self._unkept.pop(claim.source, None)
        finally:
            if self._visiting.get(claim.source) is claim and not _cancelled():
                del self._visiting[claim.source]

    async def _delivered(self, channel: str) -> Outcome:
        outcome = await self._courier.deliver(channel)
        if outcome.shut is not None or outcome.sent:
            self.shut = outcome.shut
        return outcome

    async def _hand_back(self) -> None:
        """Whoever comes next need not wait for our leases to run out. Without a database they run out by themselves."""
        now = self._clock()
        claims = list(self._visiting.values())

        def release(conn: Connection) -> None:
            for claim in claims:
                agenda.release(conn, claim, now=now)
            workers.leave(conn, self._id)

        handing_back = asyncio.create_task(self._database.write(release), name="hand back")
        # Not a timeout: that would wait until what it cancels has said goodbye to a server that stalls.
        await asyncio.wait({handing_back}, timeout=HAND_BACK_WITHIN.total_seconds())
        if not handing_back.done():
            handing_back.cancel()
            log.warning("worker.not-handed-back", sources=len(claims), reason="the store does not answer in time")
            return
        try:
            handing_back.result()
        except StoreError as error:
            log.warning("worker.not-handed-back", sources=len(claims), reason=error.detail)
        else:
            log.info("worker.stopped", handed_back=len(claims))


def _cancelled() -> bool:
    task: asyncio.Task[Any] | None = asyncio.current_task()
    return task is not None and task.cancelling() > 0
