"""However the steps of two workers on one source interleave, the archive is that of one worker."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, create_engine, event, select

from bot.store import agenda, archive, roster
from bot.store.agenda import Claim
from bot.store.errors import LeaseLost
from bot.store.schema import documents, metadata, versions
from making import NOW, document, source
from watchers.model import Document

LEASE = timedelta(minutes=2)
UPSTREAM = [f"The words of day {day}." for day in range(8)]
"""What the source publishes: the watcher's cursor counts how many of them it has taken."""


class TwoWorkers(RuleBasedStateMachine):
    """Each worker claims, takes the next documents at its own cursor, settles, stalls or dies, in any order."""

    @initialize()
    def open(self) -> None:
        self.engine = create_engine("sqlite://")
        event.listen(self.engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON").close())
        self.conn = self.engine.connect()
        metadata.create_all(self.conn)
        roster.sync(self.conn, [source()], now=NOW)
        self.conn.commit()
        self.now = NOW
        self.holds: dict[str, tuple[Claim, int] | None] = {"left": None, "right": None}

    def teardown(self) -> None:
        self.conn.close()
        self.engine.dispose()

    @rule(worker=st.sampled_from(["left", "right"]))
    def claim(self, worker: str) -> None:
        claim = agenda.claim(self.conn, "news", now=self.now, lease=LEASE)
        if claim is not None:
            self.holds[worker] = claim, int(agenda.memory(self.conn, "news").cursor.get("taken", 0))
        self.conn.commit()

    @rule(worker=st.sampled_from(["left", "right"]), many=st.integers(1, 3))
    def steps(self, worker: str, many: int) -> None:
        for _ in range(many):
            self._step(worker)

    def _step(self, worker: str) -> None:
        """What a worker that lost its lease brings is rolled back whole, and it gives up."""
        hold = self.holds[worker]
        if hold is None or hold[1] >= len(UPSTREAM):
            return
        claim, taken = hold
        try:
            archive.record(self.conn, self._document(taken), None, now=self.now)
            agenda.step(
                self.conn,
                claim,
                cursor={"taken": taken + 1},
                validators={},
                follow_ups=(),
                done=(),
                now=self.now,
                until=self.now + LEASE,
            )
        except LeaseLost:
            self.conn.rollback()
            self.holds[worker] = None
        else:
            self.conn.commit()
            self.holds[worker] = claim, taken + 1

    @rule(worker=st.sampled_from(["left", "right"]))
    def settle(self, worker: str) -> None:
        hold = self.holds[worker]
        if hold is None:
            return
        try:
            agenda.settle(self.conn, hold[0], now=self.now, next_visit=self.now, trouble=None, validators={})
        except LeaseLost:
            self.conn.rollback()
        else:
            self.conn.commit()
        self.holds[worker] = None

    @rule(worker=st.sampled_from(["left", "right"]))
    def die(self, worker: str) -> None:
        self.holds[worker] = None

    @rule()
    def stall(self) -> None:
        """Whoever holds a lease sleeps through it, and wakes up as a zombie."""
        self.now += LEASE

    @invariant()
    def the_archive_is_that_of_one_worker(self) -> None:
        taken = int(agenda.memory(self.conn, "news").cursor.get("taken", 0))
        assert self._archived(self.conn) == self._by_one_worker(taken)
        self.conn.rollback()

    @staticmethod
    def _document(number: int) -> Document:
        # Every third is an edit of the one before: versions must not be doubled or mixed up either.
        return document(UPSTREAM[number], key=str(number - 1 if number % 3 == 2 else number))

    @staticmethod
    def _archived(conn: Connection) -> list[tuple[str, int, str]]:
        rows = conn.execute(
            select(documents.c.key, versions.c.version, versions.c.digest)
            .join(versions, versions.c.document_id == documents.c.id)
            .order_by(documents.c.key, versions.c.version)
        )
        return [(row.key, row.version, row.digest) for row in rows]

    def _by_one_worker(self, taken: int) -> list[tuple[str, int, str]]:
        versions_of: dict[str, list[str]] = {}
        for number in range(taken):
            made = self._document(number)
            versions_of.setdefault(made.key, []).append(archive._digest(made))
        return sorted(
            (key, number, digest)
            for key, digests in versions_of.items()
            for number, digest in enumerate(digests, start=1)
        )


TestTwoWorkers = TwoWorkers.TestCase
TestTwoWorkers.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
