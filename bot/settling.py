"""The end of a visit, in the transaction at hand: when to come again, and what is told about the source itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from bot.alerts.compose import notice_for
from bot.store import agenda, matches, outbox, troubles, watched_sources
from bot.telling import TOLD_AT_ONCE, documents_notice, first_visit_notice, trouble_notice
from watchers.model import Pace, Source, Validators
from watchers.trouble import TroubleRecord


@dataclass(frozen=True, slots=True)
class Ending:
    """How a visit ended. `trouble`: what ended it, if anything."""

    source: Source
    claim: agenda.Claim
    memory: agenda.Memory
    trouble: TroubleRecord | None
    retry_after: timedelta | None
    next_visit: datetime
    validators: Mapping[str, Validators]
    pushes_done: Sequence[int]

    @property
    def failures(self) -> int:
        """In a row, this visit's included."""
        return self.memory.failures + 1 if self.trouble is not None else 0


def settle(
    conn: Connection, ending: Ending, *, policy: Literal["quiet", "alert"], ops_channel: str, now: datetime
) -> bool:
    """Commit the end of a visit. Returns whether something is to be told in the ops channel. Raises `LeaseLost`."""
    agenda.settle(
        conn,
        ending.claim,
        now=now,
        next_visit=ending.next_visit,
        trouble=ending.trouble,
        validators=ending.validators,
        pushes_done=ending.pushes_done,
        left_alone_until=now + ending.retry_after if ending.retry_after is not None else None,
    )
    name, memory = ending.source.name, ending.memory
    shown = None if watched_sources.is_hidden(conn, name) else name
    told = []
    notice = trouble_notice(shown, memory.trouble, memory.failures, ending.trouble, ending.failures)
    if notice is not None:
        told.append((f"trouble\n{name}\n{now.isoformat()}", notice))
    of_documents = documents_notice(shown, troubles.to_tell(conn, name, at_once=TOLD_AT_ONCE))
    if of_documents is not None:
        told.append((f"documents\n{name}\n{now.isoformat()}", of_documents))
    if ending.trouble is None and memory.first_visit_done is None:
        found = matches.tally(conn, name, since=memory.added)
        told.append((f"first\n{name}\n{memory.added.isoformat()}", first_visit_notice(shown, *found, policy)))
    outbox.put(conn, [notice_for(text, channel=ops_channel, about=about, now=now) for about, text in told], now=now)
    return bool(told)


def with_freshness(pace: Pace | None, fresh_for: timedelta | None) -> Pace | None:
    """`Cache-Control: max-age` is a wish like any other; a watcher that says more knows better."""
    if fresh_for is None or (pace is not None and pace.not_before is not None):
        return pace
    return Pace(not_before=fresh_for, not_after=pace.not_after if pace else None)
