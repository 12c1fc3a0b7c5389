"""A visit from claim to settlement: the watcher's steps, scanned and committed one by one.

Watching ends at a commit; delivery starts from one. One bad source never stops another: whatever a watcher raises ends
its own visit, as a trouble that is stored and told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import structlog
from sqlalchemy import Connection

from bot import metrics
from bot.alerts.quiet import Quiet
from bot.budgets import Budgets
from bot.commit import Tally, Terms, commit_step, met_in
from bot.heartbeat import beating
from bot.rulebook import RuleBook
from bot.scan import Scanned, scan
from bot.settings import PipelineSettings
from bot.settling import Ending, settle, with_freshness
from bot.store import agenda, steering
from bot.store.database import Database
from bot.store.errors import LeaseLost, StoreError
from bot.together import Together
from bot.visits import Clock, Hands
from bot.watching import steps_of
from watchers.child import ReadingPool
from watchers.fetch import Fetcher
from watchers.model import Cause, Company, Cursor, FollowUp, Pace, Push, Source, Step, Validators
from watchers.pace import History, next_visit
from watchers.trouble import Throttled, Trouble, TroubleRecord, Unreadable

log = structlog.get_logger()

FOLLOW_UP_AGAIN = timedelta(minutes=15)
"""When a follow-up that met a trouble is tried again, where the other side did not say."""


_NOTHING = Step()


class BookChanged(Exception):
    """The rules changed between the scan and the commit: scan again."""


@dataclass(slots=True)
class Report:
    """What came of a visit. `trouble`: what ended it; `troubles`: of single documents."""

    source: str
    tally: Tally = field(default_factory=Tally)
    trouble: TroubleRecord | None = None
    troubles: list[TroubleRecord] = field(default_factory=list)
    lost: bool = False
    """The visit had been given to somebody else; nothing more was committed."""
    first: bool = False


@dataclass(slots=True)
class _Run:
    """The moving parts of one visit."""

    source: Source
    claim: agenda.Claim
    memory: agenda.Memory
    hands: Hands
    report: Report
    cursor: Cursor
    pace: Pace | None = None
    retry_after: timedelta | None = None
    steps: int = 0
    """How many had something to commit."""

    def unchanged(self) -> bool:
        """Whether there is nothing to say of this visit but when it was, after one that came through."""
        memory = self.memory
        return (
            not self.steps
            and self.report.trouble is None
            and memory.trouble is None
            and memory.first_visit_done is not None
            and memory.left_alone_until is None
            and self.hands.learned_nothing()
        )


class Pipeline:
    def __init__(
        self,
        *,
        database: Database,
        fetcher: Fetcher,
        pool: ReadingPool,
        companies: Mapping[str, Company],
        book: Callable[[], RuleBook],
        renew: Callable[[], Awaitable[object]],
        settings: PipelineSettings,
        clock: Clock,
        budgets: Budgets | None = None,
        rng: Random | None = None,
    ) -> None:
        self._database = database
        self._budgets = budgets or Budgets(database, clock)
        self._fetcher = fetcher
        self._pool = pool
        self._companies = companies
        self._book = book
        self._renew = renew
        self._settings = settings
        self._clock = clock
        self._rng = rng or Random()  # noqa: S311 - jitter, not a secret
        self._unchanged = Together[agenda.Unchanged](
            lambda ended: database.write(lambda conn: agenda.settle_unchanged(conn, ended))
        )

    async def visit(self, claim: agenda.Claim) -> Report:
        """Visit one source under its claim, and settle it. Raises only what the store raises."""
        source = await self._source(claim)
        if source is None:
            return Report(claim.source, lost=True)
        began = self._clock()
        held, memory, follow_ups, pushes = await self._database.read(
            lambda conn: (
                agenda.holds(conn, claim, now=began),
                agenda.memory(conn, source.name),
                agenda.follow_ups_due(conn, source.name, began),
                agenda.pushes_of(conn, source.name),
            )
        )
        report = Report(source.name, first=memory.first_visit_done is None)
        if not held:  # it waited so long for a worker that it was given to another
            report.lost = True
            return report
        hands = Hands(source, self._fetcher, self._pool, memory.validators, self._budgets)
        run = _Run(source, claim, memory, hands, report, memory.cursor)
        try:
            if memory.left_alone_until is not None and memory.left_alone_until > began:
                await self._leave_alone(run)
            else:
                metrics.LAG_SECONDS.observe(max(0.0, (began - claim.due).total_seconds()))
                async with beating(lambda: self._extend(claim), self._settings.lease, name=source.name):
                    await self._visit(run, follow_ups, pushes, whole=claim.due <= began)
        except LeaseLost:
            report.lost = True
            log.warning("visit.lost", source=source.name, token=claim.token)
        metrics.VISIT_SECONDS.labels(kind=source.kind).observe((self._clock() - began).total_seconds())
        outcome = "lost" if report.lost else report.trouble.kind if report.trouble else "ok"
        metrics.VISITS.labels(kind=source.kind, outcome=outcome).inc()
        return report

    async def _source(self, claim: agenda.Claim) -> Source | None:
        """Another worker may have heard of it first. None for what is watched no more: then it is handed back."""
        if claim.source not in self._book().sources:
            await self._renew()
        source = self._book().sources.get(claim.source)
        if source is None:
            await self._database.write(lambda conn: agenda.release(conn, claim, now=self._clock()))
            log.info("visit.unwanted", source=claim.source)
        return source

    async def _visit(
        self, run: _Run, follow_ups: Sequence[FollowUp], pushes: Sequence[tuple[int, Push]], *, whole: bool
    ) -> None:
        """`whole`: the source itself is due, and not only documents of it."""
        for follow_up in follow_ups:
            await self._follow(run, follow_up)
        causes: list[Cause] = []
        for _, push in pushes:
            if push not in causes:  # a hint without a payload, given ten times, is one
                causes.append(push)
        # A push may be about one document: what was there before is known only when the whole source was seen once.
        if run.report.first or (whole and not causes):
            causes = [None, *causes]
        for cause in causes:
            try:
                await self._steps(run, cause)
            except Trouble as trouble:
                run.report.trouble = trouble.record()
                run.retry_after = trouble.retry_after
        if causes:
            await self._settle(run, [number for number, _ in pushes])
        else:
            now = self._clock()
            await self._database.write(lambda conn: agenda.put_off(conn, run.claim, until=run.claim.due, now=now))

    async def _follow(self, run: _Run, follow_up: FollowUp) -> None:
        """One document looked at again; a trouble puts it off and is not the source's."""
        try:
            renewed = await self._steps(run, follow_up)
        except Trouble as trouble:
            later = self._clock() + max(trouble.retry_after or FOLLOW_UP_AGAIN, FOLLOW_UP_AGAIN)
            if isinstance(trouble, Throttled):
                run.retry_after = trouble.retry_after
            again = follow_up.model_copy(update={"at": later})
            await self._take_in(run, Step(follow_ups=(again,), troubles=(trouble.record(),)), about=follow_up.key)
        else:
            if follow_up.key not in renewed:
                await self._take_in(run, Step(done=(follow_up.key,)))

    async def _steps(self, run: _Run, cause: Cause) -> set[str]:
        """One run of the watcher. Returns the keys whose follow-ups it spoke of. Raises a `Trouble`."""
        about = cause.key if isinstance(cause, FollowUp) else None
        spoken_of: set[str] = set()
        visit = run.hands.visit(cursor=run.cursor, cause=cause, now=self._clock())
        try:
            async with aclosing(steps_of(run.source, visit)) as steps:
                async for step in steps:
                    await self._take_in(run, step, about=about)
                    spoken_of |= {follow_up.key for follow_up in step.follow_ups} | set(step.done)
        except Trouble:
            run.hands.forget_run()
            raise
        return spoken_of

    async def _take_in(self, run: _Run, step: Step, *, about: str | None = None) -> None:
        """Scan and commit one step; again, if the rules changed meanwhile. Raises `Unreadable`, if it cannot."""
        validators = run.hands.take_singles()
        if about is None and not validators and step == _NOTHING:
            return  # most visits find nothing, and their end is committed anyhow
        while True:
            book = self._book()
            scanned = await asyncio.to_thread(scan, book, step.documents, run.hands) if step.documents else []
            try:
                tally = await self._database.write(
                    lambda conn: self._commit(conn, book, run, step, scanned, validators, about)  # noqa: B023 - awaited within the loop
                )
            except BookChanged:
                await self._renew()
                continue
            except (StoreError, LeaseLost):
                raise
            except Exception as error:
                log.exception("commit.failed", source=run.source.name)
                raise Unreadable(
                    f"what it brought could not be stored ({type(error).__name__})",
                    "The log holds the whole story; the source is visited again by itself.",
                ) from error
            break
        run.steps += 1
        run.hands.committed(step.documents, validators)
        run.cursor = step.cursor if step.cursor is not None else run.cursor
        run.pace = step.pace or run.pace
        run.report.tally.add(tally)
        troubles = met_in(step, scanned)
        run.report.troubles += troubles
        for trouble in troubles:
            log.warning("document.trouble", source=run.source.name, **trouble.model_dump())
        for alert in tally.alerts:
            metrics.ALERTS.labels(severity=alert.severity).inc()
            log.info("alert.made", source=run.source.name, alert=alert.id, channel=alert.channel, title=alert.title)
        for kind, change in tally.changes:
            metrics.DOCUMENTS.labels(kind=kind, change=change).inc()
        if tally.channels:
            self._settings.deliver(tally.channels)

    def _commit(
        self,
        conn: Connection,
        book: RuleBook,
        run: _Run,
        step: Step,
        scanned: Sequence[Scanned],
        validators: Mapping[str, Validators],
        about: str | None,
    ) -> Tally:
        # Who has not heard yet of a new rule must not store what it would have found.
        changed = bool(scanned) and steering.generation(conn, steady=True) != book.generation
        if changed or self._book() is not book:
            raise BookChanged
        now = self._clock()
        terms = Terms(
            watches=book.listening(run.source.name),
            quiet=Quiet(self._settings.first_visit, run.memory.first_visit_done),
            companies=self._companies,
            digest=self._settings.digest,
        )
        lease = self._settings.lease
        return commit_step(conn, run.claim, step, scanned, validators, terms, about=about, now=now, lease=lease)

    async def _settle(self, run: _Run, pushes: Sequence[int]) -> None:
        source, report, memory = run.source, run.report, run.memory
        now = self._clock()
        failures = memory.failures + 1 if report.trouble is not None else 0
        spent = report.trouble is not None and report.trouble.kind == "quota"
        # Waiting for a budget is no failure: who backed off would leave a part of the next one unused.
        tries = 0 if spent else failures
        history = History(published=memory.recent_published, failures=tries, retry_after=run.retry_after)
        pace = with_freshness(run.pace, run.hands.fresh_for)
        budget = await self._budgets.free_at(source)
        again = next_visit(now, history, pace, source.every, budget=budget, rng=self._rng)
        if not pushes and run.unchanged():
            await self._unchanged.add(agenda.Unchanged(run.claim, now, again))
            return
        ending = Ending(
            source=source,
            claim=run.claim,
            memory=memory,
            trouble=report.trouble,
            retry_after=run.retry_after,
            next_visit=again,
            validators=run.hands.take_all(),
            pushes_done=pushes,
        )
        ops = self._settings.ops_channel
        policy = self._settings.first_visit
        if await self._database.write(lambda conn: settle(conn, ending, policy=policy, ops_channel=ops, now=now)):
            self._settings.deliver({ops})
        if report.trouble is not None:
            log.warning("visit.trouble", source=source.name, failures=failures, **report.trouble.model_dump())
        elif report.tally.changes:
            log.info(
                "visit.news", source=source.name, documents=len(report.tally.changes), matches=report.tally.matches
            )

    async def _leave_alone(self, run: _Run) -> None:
        """Retry-After outlives the process: nobody is asked before its time."""
        until = run.memory.left_alone_until
        assert until is not None
        detail = f"{run.source.name} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
        run.report.trouble = Throttled(detail).record()
        await self._database.write(lambda conn: agenda.put_off(conn, run.claim, until=until, now=self._clock()))

    async def _extend(self, claim: agenda.Claim) -> None:
        await self._database.write(lambda conn: agenda.extend(conn, claim, self._clock() + self._settings.lease))
