"""A visit from claim to settlement: the watcher's steps, scanned and committed one by one.

Watching ends at a commit; delivery starts from one. One bad source never stops another: whatever a watcher raises ends
its own visit, as a trouble that is stored and told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import structlog
from sqlalchemy import Connection

from bot import metrics
from bot.alerts.compose import notice_for
from bot.alerts.quiet import Quiet
from bot.commit import Scanned, Tally, Terms, commit_step
from bot.digest import next_digest
from bot.rulebook import RuleBook
from bot.settings import PipelineSettings
from bot.store import agenda, archive, outbox
from bot.store.database import Database
from bot.store.errors import LeaseLost
from bot.telling import first_visit_notice, trouble_notice
from bot.visits import Clock, Hands
from watchers import registry
from watchers.child import ReadingPool
from watchers.fetch import Fetcher
from watchers.model import Cause, Company, FollowUp, Pace, Push, Source, Step, Validators
from watchers.pace import History, next_visit
from watchers.trouble import Throttled, Trouble, TroubleRecord, Unreadable

log = structlog.get_logger()

FOLLOW_UP_AGAIN = timedelta(minutes=15)
"""When a follow-up that met a trouble is tried again, where the other side did not say."""


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


class Pipeline:
    def __init__(
        self,
        *,
        database: Database,
        fetcher: Fetcher,
        pool: ReadingPool,
        sources: Mapping[str, Source],
        companies: Mapping[str, Company],
        book: Callable[[], RuleBook],
        settings: PipelineSettings,
        clock: Clock,
        rng: Random | None = None,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._pool = pool
        self._sources = sources
        self._companies = companies
        self._book = book
        self._settings = settings
        self.clock = clock
        self._rng = rng or Random()  # noqa: S311 - jitter, not a secret

    async def visit(self, claim: agenda.Claim) -> Report:
        """Visit one source under its claim, and settle it. Raises only what the store raises."""
        source = self._sources[claim.source]
        report = Report(source.name)
        began = self.clock()
        memory, follow_ups, pushes = await self._database.read(lambda conn: _what_is_known(conn, source.name, began))
        metrics.LAG_SECONDS.observe(max(0.0, (began - claim.due).total_seconds()))
        report.first = memory.first_visit_done is None
        hands = Hands(source, self._fetcher, self._pool, memory.validators)
        run = _Run(self, source, claim, memory, hands, report)
        try:
            async with self._heartbeat(claim):
                for follow_up in follow_ups:
                    await run.follow(follow_up)
                causes: list[Cause] = [push for _, push in pushes]
                for cause in causes or [None]:
                    await run.through(cause)
                await self._settle(run, memory, [number for number, _ in pushes])
        except LeaseLost:
            report.lost = True
            log.warning("visit.lost", source=source.name, token=claim.token)
        metrics.VISIT_SECONDS.labels(kind=source.kind).observe((self.clock() - began).total_seconds())
        outcome = "lost" if report.lost else report.trouble.kind if report.trouble else "ok"
        metrics.VISITS.labels(kind=source.kind, outcome=outcome).inc()
        return report

    async def commit(self, run: "_Run", step: Step) -> None:
        """Scan and commit one step; again, if the rules changed meanwhile."""
        while True:
            book = self._book()
            scanned = await asyncio.to_thread(_scan, book, step, run.hands) if step.documents else []
            singles = run.hands.take_singles()
            try:
                tally = await self._database.write(
                    lambda conn: self._commit(conn, book, run, step, scanned, singles)  # noqa: B023 - awaited within the loop
                )
            except BookChanged:
                run.hands.give_back(singles)
                continue
            break
        run.report.tally.add(tally)
        run.report.troubles += step.troubles
        for trouble in step.troubles:
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
        run: "_Run",
        step: Step,
        scanned: Sequence[Scanned],
        singles: Mapping[str, Validators],
    ) -> Tally:
        if self._book() is not book:
            raise BookChanged
        now = self.clock()
        terms = Terms(
            watches=book.watches,
            quiet=Quiet(self._settings.first_visit, run.memory.first_visit_done),
            companies=self._companies,
            digest=next_digest(now, self._settings.digest_at, self._settings.timezone),
        )
        return commit_step(conn, run.claim, step, scanned, singles, terms, now=now, lease=self._settings.lease)

    async def _settle(self, run: "_Run", memory: agenda.Memory, pushes: Sequence[int]) -> None:
        source, report = run.source, run.report
        completed = report.trouble is None
        now = self.clock()
        failures = 0 if completed else memory.failures + 1
        history = History(published=memory.recent_published, failures=failures, retry_after=run.retry_after)
        again = next_visit(now, history, _with_freshness(run.pace, run.hands.fresh_for), source.every, rng=self._rng)
        ops = self._settings.ops_channel
        first = completed and report.first

        def settle(conn: Connection) -> list[str]:
            agenda.settle(
                conn,
                run.claim,
                now=now,
                next_visit=again,
                trouble=report.trouble,
                document_troubles=report.troubles,
                validators=run.hands.take_all() if completed else {},
                pushes_done=pushes,
            )
            lines = []
            if notice := trouble_notice(source, memory.trouble, report.trouble, failures):
                lines.append((f"trouble\n{source.name}\n{now.isoformat()}", notice))
            if first:
                found = archive.tally(conn, source.name)
                lines.append((f"first\n{source.name}", first_visit_notice(source, *found, self._settings.first_visit)))
            messages = [notice_for(text, channel=ops, about=about, now=now) for about, text in lines]
            outbox.put(conn, messages, now=now)
            return [text for _, text in lines]

        if await self._database.write(settle):
            self._settings.deliver({ops})
        if report.trouble is not None:
            log.warning("visit.trouble", source=source.name, failures=failures, **report.trouble.model_dump())
        elif report.tally.changes:
            log.info(
                "visit.news", source=source.name, documents=len(report.tally.changes), matches=report.tally.matches
            )

    @asynccontextmanager
    async def _heartbeat(self, claim: agenda.Claim) -> AsyncIterator[None]:
        """Extend the lease of a long visit; a visit that lost it finds out at its next commit."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(self._settings.lease.total_seconds() / 3)
                with suppress(LeaseLost):
                    await self._database.write(
                        lambda conn: agenda.extend(conn, claim, self.clock() + self._settings.lease)
                    )

        task = asyncio.create_task(beat(), name=f"heartbeat {claim.source}")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Run:
    """The moving parts of one visit."""

    def __init__(
        self,
        pipeline: Pipeline,
        source: Source,
        claim: agenda.Claim,
        memory: agenda.Memory,
        hands: Hands,
        report: Report,
    ) -> None:
        self._pipeline = pipeline
        self.source = source
        self.claim = claim
        self.memory = memory
        self.hands = hands
        self.report = report
        self.cursor = memory.cursor
        self.pace: Pace | None = None
        self.retry_after: timedelta | None = None

    async def through(self, cause: Cause) -> None:
        """One run of the watcher; what ends it becomes the source's trouble."""
        try:
            await self._steps(cause)
        except Trouble as trouble:
            self.report.trouble = trouble.record()
            self.retry_after = trouble.retry_after

    async def follow(self, follow_up: FollowUp) -> None:
        """One document looked at again; a trouble puts it off and is not the source's."""
        try:
            await self._steps(follow_up)
        except Trouble as trouble:
            later = self._pipeline.clock() + max(trouble.retry_after or FOLLOW_UP_AGAIN, FOLLOW_UP_AGAIN)
            again = follow_up.model_copy(update={"at": later})
            if isinstance(trouble, Throttled):
                self.retry_after = trouble.retry_after
            await self._pipeline.commit(self, Step(follow_ups=(again,), troubles=(trouble.record(),)))
        else:
            await self._pipeline.commit(self, Step(done=(follow_up.key,)) if self._still_due(follow_up) else Step())

    async def _steps(self, cause: Cause) -> None:
        watcher = registry.find(self.source.kind, self.source.provider)
        visit = self.hands.visit(cursor=self.cursor, cause=cause, now=self._pipeline.clock())
        self._renewed: set[str] = set()
        try:
            async for step in watcher.visit(visit):
                await self._pipeline.commit(self, step)
                self._renewed |= {follow_up.key for follow_up in step.follow_ups} | set(step.done)
                if step.cursor is not None:
                    self.cursor = step.cursor
                if step.pace is not None:
                    self.pace = step.pace
        except (Trouble, LeaseLost, asyncio.CancelledError):
            raise
        except Exception as error:
            log.exception("watcher.failed", source=self.source.name)
            raise Unreadable(
                f"the watcher failed on what it was given ({type(error).__name__})",
                "The log holds the whole story; the source is visited again by itself.",
            ) from error

    def _still_due(self, follow_up: FollowUp) -> bool:
        """Whether the watcher neither renewed the follow-up nor said that it is done with it."""
        return follow_up.key not in self._renewed


def _what_is_known(
    conn: Connection, source: str, now: datetime
) -> tuple[agenda.Memory, list[FollowUp], list[tuple[int, Push]]]:
    return agenda.memory(conn, source), agenda.follow_ups_due(conn, source, now), agenda.pushes_of(conn, source)


def _scan(book: RuleBook, step: Step, hands: Hands) -> list[Scanned]:
    return [
        Scanned(document, hands.body_of(document), tuple(book.engine.scan(document))) for document in step.documents
    ]


def _with_freshness(pace: Pace | None, fresh_for: timedelta | None) -> Pace | None:
    """`Cache-Control: max-age` is a wish like any other; a watcher that says more knows better."""
    if fresh_for is None or (pace is not None and pace.not_before is not None):
        return pace
    return Pace(not_before=fresh_for, not_after=pace.not_after if pace else None)
