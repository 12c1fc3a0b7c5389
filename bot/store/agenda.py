"""The agenda: which source is due, who visits it, and what its watcher remembers.

A claim carries a fencing token. Every commit of a visit asks for it; where it is another's by now, `LeaseLost` is
raised and the whole transaction goes back (the zombie's late commit is refused).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, case, delete, or_, select, update

from bot.store import troubles
from bot.store.archive import recent_published
from bot.store.dialect import upsert
from bot.store.errors import LeaseLost
from bot.store.schema import Moment, follow_ups, pushes, sources, validators
from watchers.model import Cursor, FollowUp, Push, Validators
from watchers.trouble import TroubleRecord

VALIDATORS_KEPT = timedelta(days=90)

# What every visit asks for. Made once: making a statement costs more than running it.
_NOW = bindparam("now", type_=Moment)
_OF_SOURCE = sources.c.name == bindparam("of")
_SOURCE = select(sources).where(_OF_SOURCE)
_NOBODYS = or_(sources.c.lease_until.is_(None), sources.c.lease_until <= _NOW)
_TO_BE_TAKEN = select(sources.c.name, sources.c.token, sources.c.next_visit).with_for_update(skip_locked=True)
_FREE = _TO_BE_TAKEN.where(_OF_SOURCE, _NOBODYS)
_WELCOME = or_(sources.c.left_alone_until.is_(None), sources.c.left_alone_until <= _NOW)
# Two questions, each with an index: asked as one, every source would be looked at, at every tick.
_DUE = (
    _TO_BE_TAKEN.where(sources.c.active, sources.c.next_visit <= _NOW, _NOBODYS, _WELCOME)
    .order_by(sources.c.next_visit, sources.c.name)
    .limit(bindparam("most"))
)
_TO_FOLLOW = _TO_BE_TAKEN.where(
    sources.c.name.in_(select(follow_ups.c.source).where(follow_ups.c.at <= _NOW)),
    sources.c.active.is_not(False),  # so said SQLite does not take the index that begins with it, but the names
    _NOBODYS,
    _WELCOME,
).limit(bindparam("most"))
_TAKE = (
    update(sources)
    .where(_OF_SOURCE)
    .values(token=bindparam("given"), lease_until=bindparam("until"), next_visit=bindparam("until"))
)
_FENCED = update(sources).where(_OF_SOURCE, sources.c.token == bindparam("held"))
_VALIDATORS = select(validators).where(validators.c.source == bindparam("of"))
_FORGET_VALIDATORS = delete(validators).where(
    validators.c.source == bindparam("of"), validators.c.used < bindparam("before")
)
_FOLLOW_UPS = (
    select(follow_ups)
    .where(follow_ups.c.source == bindparam("of"), follow_ups.c.at <= bindparam("now"))
    .order_by(follow_ups.c.at)
)
_PUSHES = select(pushes).where(pushes.c.source == bindparam("of")).order_by(pushes.c.id)


@dataclass(frozen=True, slots=True)
class Claim:
    source: str
    token: int
    due: datetime
    """When the source was due; in the future where only a document of it is to be looked at again."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a source when a visit begins."""

    added: datetime
    cursor: Cursor = field(default_factory=dict)
    validators: Mapping[str, Validators] = field(default_factory=dict)
    first_visit_done: datetime | None = None
    left_alone_until: datetime | None = None
    """The other side asked for it (Retry-After)."""
    failures: int = 0
    recent_published: tuple[datetime, ...] = ()
    trouble: TroubleRecord | None = None


def free_all(conn: Connection, *, now: datetime) -> None:
    """Take back every lease, for the one bot on a file: whoever held them is dead."""
    conn.execute(
        update(sources)
        .where(sources.c.lease_until.is_not(None))
        .values(token=sources.c.token + 1, lease_until=None, next_visit=now)
    )


def claim_due(conn: Connection, *, now: datetime, limit: int, lease: timedelta) -> list[Claim]:
    """Take what is due, oldest first; then what is not, but a document of it is to be looked at again.

    The lease is also the next visit: a worker that dies loses only time.
    """
    claims = _take(conn, conn.execute(_DUE, {"now": now, "most": limit}).all(), until=now + lease)
    if len(claims) < limit:
        to_follow = conn.execute(_TO_FOLLOW, {"now": now, "most": limit - len(claims)}).all()
        claims += _take(conn, to_follow, until=now + lease)
    return claims


def claim(conn: Connection, source: str, *, now: datetime, lease: timedelta) -> Claim | None:
    """Take one source, due or not; None where it is in another's hands."""
    free = conn.execute(_FREE, {"of": source, "now": now}).all()
    taken = _take(conn, free, until=now + lease)
    return replace(taken[0], due=min(taken[0].due, now)) if taken else None


def holds(conn: Connection, held: Claim, *, now: datetime) -> bool:
    """Whether the claim is still this worker's. Who comes when its lease is over comes too late."""
    mine = sources.c.name == held.source, sources.c.token == held.token, sources.c.lease_until > now
    return conn.execute(select(sources.c.name).where(*mine)).first() is not None


def memory(conn: Connection, source: str) -> Memory:
    row = conn.execute(_SOURCE, {"of": source}).one()
    known = conn.execute(_VALIDATORS, {"of": source})
    return Memory(
        added=row.added,
        cursor=row.cursor,
        validators={
            v.url: Validators(given_by=v.given_by, etag=v.etag, last_modified=v.last_modified, body_hash=v.body_hash)
            for v in known
        },
        first_visit_done=row.first_visit_done,
        left_alone_until=row.left_alone_until,
        failures=row.failures,
        recent_published=recent_published(conn, source),
        trouble=troubles.of(row.trouble),
    )


def follow_ups_due(conn: Connection, source: str, now: datetime) -> list[FollowUp]:
    rows = conn.execute(_FOLLOW_UPS, {"of": source, "now": now})
    return [FollowUp(key=row.key, at=row.at, about=row.about) for row in rows]


def hint(conn: Connection, source: str, push: Push, *, now: datetime) -> None:
    """Make a source due now, for a reason that its watcher is told."""
    conn.execute(pushes.insert().values(source=source, by=push.by, payload=push.payload, at=now))
    conn.execute(update(sources).where(sources.c.name == source).values(next_visit=now))


def pushes_of(conn: Connection, source: str) -> list[tuple[int, Push]]:
    rows = conn.execute(_PUSHES, {"of": source})
    return [(row.id, Push(by=row.by, payload=row.payload)) for row in rows]


def step(
    conn: Connection,
    held: Claim,
    *,
    cursor: Cursor | None,
    validators: Mapping[str, Validators],
    follow_ups: Sequence[FollowUp],
    done: Sequence[str],
    now: datetime,
    until: datetime,
    listed: bool = False,
) -> None:
    """What a step says besides documents. `listed`: it knows all that the source shows now. Raises `LeaseLost`."""
    values: dict[str, Any] = {"lease_until": until}
    if listed:
        values["listed"] = now
    if cursor is not None:
        values["cursor"] = dict(cursor)
    _fenced(conn, held, values)
    _remember(conn, held.source, validators, now)
    _follow(conn, held.source, follow_ups, done)


def brought(conn: Connection, held: Claim, *, now: datetime) -> None:
    """The source had something new or changed. Raises `LeaseLost`."""
    _fenced(conn, held, {"last_document": now})


def settle(
    conn: Connection,
    held: Claim,
    *,
    now: datetime,
    next_visit: datetime,
    trouble: TroubleRecord | None,
    validators: Mapping[str, Validators],
    pushes_done: Sequence[int] = (),
    left_alone_until: datetime | None = None,
) -> None:
    """The end of a visit. A push that came meanwhile makes the source due at once. Raises `LeaseLost`."""
    row = conn.execute(_SOURCE, {"of": held.source}).one()
    if pushes_done:
        conn.execute(delete(pushes).where(pushes.c.id.in_(list(pushes_done))))
    pushed = conn.execute(_PUSHES, {"of": held.source}).first() is not None
    before = troubles.of(row.trouble)
    values: dict[str, Any] = {
        "next_visit": now if pushed else next_visit,
        "lease_until": None,
        "left_alone_until": left_alone_until,
        "last_visit": now,
        "trouble": trouble.model_dump() if trouble else None,
        "failures": row.failures + 1 if trouble else 0,
    }
    if (before.kind if before else None) != (trouble.kind if trouble else None):
        values["since"] = now
    if trouble is None:
        values["last_success"] = now
        values["first_visit_done"] = row.first_visit_done or now
    _fenced(conn, held, values)
    _remember(conn, held.source, validators, now)
    troubles.forget_old(conn, held.source, now=now)
    # Pages of years ago are not asked for again: what was not used for long only costs room.
    conn.execute(_FORGET_VALIDATORS, {"of": held.source, "before": now - VALIDATORS_KEPT})


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The end of a visit that found nothing new, after one that came through."""

    claim: Claim
    at: datetime
    next_visit: datetime


def settle_unchanged(conn: Connection, ended: Sequence[Unchanged]) -> None:
    """The commonest event, many at once. A visit that lost its lease has nothing to lose by it: it is left out."""
    pushed = select(pushes.c.id).where(pushes.c.source == sources.c.name).exists()
    statement = (
        update(sources)
        .where(sources.c.name == bindparam("source"), sources.c.token == bindparam("held"))
        .values(
            next_visit=case(
                (pushed, bindparam("at", type_=sources.c.next_visit.type)),
                else_=bindparam("following", type_=sources.c.next_visit.type),
            ),
            lease_until=None,
            last_visit=bindparam("at", type_=sources.c.last_visit.type),
            last_success=bindparam("at", type_=sources.c.last_success.type),
        )
    )
    conn.execute(
        statement,
        [
            {"source": one.claim.source, "held": one.claim.token, "at": one.at, "following": one.next_visit}
            # In one order, so that no two groups lock crosswise.
            for one in sorted(ended, key=lambda one: one.claim.source)
        ],
    )


def put_off(conn: Connection, held: Claim, *, until: datetime, now: datetime) -> None:
    """The source itself was not visited: it rests until then, unless a push came meanwhile. Raises `LeaseLost`."""
    pushed = conn.execute(select(pushes.c.id).where(pushes.c.source == held.source).limit(1)).first() is not None
    _fenced(conn, held, {"lease_until": None, "next_visit": min(now, until) if pushed else until})


def extend(conn: Connection, held: Claim, until: datetime) -> None:
    """Raises `LeaseLost`."""
    _fenced(conn, held, {"lease_until": until, "next_visit": until})


def release(conn: Connection, held: Claim, *, now: datetime) -> None:
    """Hand the work back: it is due again at once, for anybody. It was due before, by a clock that may be right."""
    conn.execute(
        update(sources)
        .where(sources.c.name == held.source, sources.c.token == held.token)
        .values(lease_until=None, next_visit=min(now, held.due))
    )


_validators = validators
_follow_ups = follow_ups


def _take(conn: Connection, free: Sequence[Row[Any, Any, Any]], *, until: datetime) -> list[Claim]:
    """`free`: locked rows with name, token and next visit."""
    claims = [Claim(row.name, row.token + 1, row.next_visit) for row in free]
    if claims:
        conn.execute(_TAKE, [{"of": one.source, "given": one.token, "until": until} for one in claims])
    return claims


def _fenced(conn: Connection, held: Claim, values: Mapping[str, Any]) -> None:
    done = conn.execute(_FENCED, {"of": held.source, "held": held.token, **values})
    if done.rowcount != 1:
        raise LeaseLost(f"{held.source} was given to another worker")


def _remember(conn: Connection, source: str, seen: Mapping[str, Validators], now: datetime) -> None:
    rows = [{"source": source, "url": url, **known.model_dump(), "used": now} for url, known in seen.items()]
    upsert(conn, _validators, rows)


def _follow(conn: Connection, source: str, again: Sequence[FollowUp], done: Sequence[str]) -> None:
    if done:
        conn.execute(delete(_follow_ups).where(_follow_ups.c.source == source, _follow_ups.c.key.in_(list(done))))
    rows = [{"source": source, "key": f.key, "at": f.at, "about": dict(f.about)} for f in again]
    upsert(conn, _follow_ups, rows)
