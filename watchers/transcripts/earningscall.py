"""Calls of one company by EarningsCall's API (https://api.earningscall.dev, schema v4).

The list of events says which calls there were; a transcript is asked for when its call is over, again until it is
there, and again later for corrections. What fails with one call is that call's trouble and is asked for again; a key
that is refused is the source's.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from watchers.model import Credential, FollowUp, Pace, Response, Step, Visit
from watchers.readers import earningscall
from watchers.trouble import (
    CredentialsMissing,
    NotFound,
    PlanTooSmall,
    QuotaSpent,
    Throttled,
    Trouble,
    TroubleRecord,
    Unreadable,
)

KEY = Credential("earningscall", query="apikey", fallback="demo")
"""The provider's public key `demo` opens AAPL and MSFT."""
HEADERS = {"X-API-Version-Schema": "v4"}
"""Without it the newest schema answers."""

BEFORE_CALL = timedelta(minutes=15)
CALL_WINDOW = timedelta(hours=3)
NOT_YET = timedelta(hours=24)
"""A transcript that is missing for longer than this is a trouble."""
CORRECTIONS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))
GIVE_UP = timedelta(days=14)
FEWEST_ATTEMPTS = 4
"""Even a call of years ago is asked for so often."""


class Options(BaseModel):
    """`history`: how many past calls the first visit takes; `level` 2 gives speakers, 1 the bare text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str = Field(min_length=1, pattern=r"^[A-Za-z0-9.\-]+$")
    exchange: str = Field("NASDAQ", pattern=r"^[A-Za-z0-9_]+$")
    level: int = Field(2, ge=1, le=4)
    history: int = Field(4, ge=0, le=100)


@dataclass(frozen=True, slots=True)
class Event:
    """`year` and `quarter` are how the provider finds the call; `held`: when it begins."""

    year: int
    quarter: int
    held: datetime

    @property
    def name(self) -> str:
        return f"{self.year}Q{self.quarter}"

    def as_json(self) -> dict[str, Any]:
        return {"year": self.year, "quarter": self.quarter, "conference_date": self.held.isoformat()}


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps: one a call, oldest first, so that what was said before is there when the next one is read."""
    if isinstance(visit.cause, FollowUp):
        yield await _again(visit, visit.cause)
        return
    events = await _listed(visit)
    done: dict[str, Any] = dict(visit.cursor.get("calls", {}))
    past = [event for event in events if event.held <= visit.now]
    since = _since(visit, past)
    listed = [event.as_json() for event in events]
    yield Step(cursor=_cursor(listed, done, since), pace=_pace(visit.now, events, done))
    for event in reversed(past):
        if event.name in done or event.held < since:
            continue
        step = await _call(visit, event, attempt=0)
        done[event.name] = event.held.isoformat()
        yield step.model_copy(update={"cursor": _cursor(listed, done, since)})


async def _listed(visit: Visit) -> list[Event]:
    """The events, newest first; from memory where the list did not change."""
    response = await _ask(visit, "events", {}, listing=True)
    if response.body is None:
        return _events(visit.cursor.get("events", []))
    options = _options(visit)
    told = earningscall.Options(exchange=options.exchange, symbol=options.symbol)
    reading = await visit.read(earningscall.READER, response.body, told)
    if "events" not in reading.facts:
        raise Unreadable(f"{response.body.url}: no list of events", "The provider's schema changed; report it.")
    return _events(reading.facts["events"])


async def _call(visit: Visit, event: Event, *, attempt: int) -> Step:
    """One call's transcript, or when to ask again."""
    options = _options(visit)
    key = earningscall.key_of(options.exchange, options.symbol, event.held.isoformat())
    try:
        response, poorer = await _transcript(visit, event, options.level, again=attempt > 0)
        again = _corrections(visit, event, key)
        done = () if again else (key,)
        if response.body is None:
            return Step(troubles=poorer, follow_ups=again, done=done)
        told = earningscall.Options(exchange=options.exchange, symbol=options.symbol, key=key)
        reading = await visit.read(earningscall.READER, response.body, told)
    except (Throttled, CredentialsMissing, QuotaSpent):
        raise
    except Trouble as trouble:
        return _failed(visit, event, key, trouble, attempt)
    return Step(documents=reading.documents, troubles=(*reading.troubles, *poorer), follow_ups=again, done=done)


async def _transcript(
    visit: Visit, event: Event, level: int, *, again: bool
) -> tuple[Response, tuple[TroubleRecord, ...]]:
    """The best level that the plan opens; a poorer one is said."""
    params = {"year": str(event.year), "quarter": str(event.quarter), "level": str(level)}
    try:
        return await _ask(visit, "transcript", params, again=again), ()
    except PlanTooSmall as small:
        if level == 1:
            raise
        response = await _ask(visit, "transcript", params | {"level": "1"}, again=again)
        detail = f"{event.name}: {small.detail}; the text comes without its speakers"
        return response, (TroubleRecord(kind="plan", detail=detail, mend="Take a dearer plan, or set level = 1."),)


async def _again(visit: Visit, follow_up: FollowUp) -> Step:
    about = follow_up.about
    event = Event(about["year"], about["quarter"], datetime.fromisoformat(about["held"]))
    return await _call(visit, event, attempt=int(about["attempt"]))


async def _ask(
    visit: Visit, path: str, params: Mapping[str, str], *, listing: bool = False, again: bool = False
) -> Response:
    options = _options(visit)
    base = visit.source.base_url or "https://api.earningscall.dev"
    asked = {"exchange": options.exchange, "symbol": options.symbol, **params}
    return await visit.get(
        f"{base}/{path}", listing=listing, again=again, params=asked, headers=HEADERS, credential=KEY
    )


def _failed(visit: Visit, event: Event, key: str, trouble: Trouble, attempt: int) -> Step:
    """A call that could not be had: said, unless it is only not there yet, and asked for again until that is vain."""
    since = visit.now - event.held
    expected = isinstance(trouble, NotFound) and since <= NOT_YET
    record = trouble.record().model_copy(update={"detail": f"{event.name}: {trouble.detail}"})
    if since > GIVE_UP and attempt + 1 >= FEWEST_ATTEMPTS:
        given_up = record.model_copy(update={"detail": f"{record.detail}; it is not asked for any more"})
        return Step(troubles=(given_up,), done=(key,))
    wait = timedelta(days=1) if isinstance(trouble, PlanTooSmall) else _wait(since)
    later = FollowUp(key=key, at=visit.now + max(wait, trouble.retry_after or wait), about=_about(event, attempt + 1))
    return Step(troubles=() if expected else (record,), follow_ups=(later,))


def _wait(since: timedelta) -> timedelta:
    """Every minute around the call, every five until a day after, then every six hours."""
    if since < CALL_WINDOW:
        return timedelta(minutes=1)
    return timedelta(minutes=5) if since < NOT_YET else timedelta(hours=6)


def _corrections(visit: Visit, event: Event, key: str) -> tuple[FollowUp, ...]:
    since = visit.now - event.held
    later = next((after for after in CORRECTIONS if after > since), None)
    if later is None:
        return ()
    return (FollowUp(key=key, at=event.held + later, about=_about(event, 0)),)


def _about(event: Event, attempt: int) -> dict[str, Any]:
    return {
        "year": event.year,
        "quarter": event.quarter,
        "held": event.held.isoformat(),
        "attempt": attempt,
    }


def _events(listed: list[dict[str, Any]]) -> list[Event]:
    """Newest first; what has no date cannot be waited for, and a quarter that is listed twice is one transcript."""
    found: dict[str, Event] = {}
    for one in listed:
        try:
            event = Event(int(one["year"]), int(one["quarter"]), datetime.fromisoformat(one["conference_date"]))
        except (KeyError, TypeError, ValueError):
            continue
        if event.held.tzinfo is not None and (event.name not in found or found[event.name].held < event.held):
            found[event.name] = event
    return sorted(found.values(), key=lambda event: event.held, reverse=True)


def _since(visit: Visit, past: list[Event]) -> datetime:
    """The oldest call that is wanted: fixed by the first visit."""
    fixed = visit.cursor.get("since")
    if isinstance(fixed, str):
        return datetime.fromisoformat(fixed)
    wanted = past[: _options(visit).history]
    return wanted[-1].held if wanted else visit.now


def _cursor(listed: list[dict[str, Any]], done: Mapping[str, Any], since: datetime) -> dict[str, Any]:
    return {"events": listed, "calls": dict(done), "since": since.isoformat()}


def _pace(now: datetime, events: list[Event], done: Mapping[str, Any]) -> Pace | None:
    """Be there when the next call is held. What is asked for already, follow-ups ask for again."""
    ahead = [event.held - now for event in events if event.held > now and event.name not in done]
    if not ahead:
        return None
    soonest = min(ahead)
    return Pace(not_after=soonest - BEFORE_CALL if soonest > BEFORE_CALL else timedelta(minutes=1))


def _options(visit: Visit) -> Options:
    options = visit.source.options
    assert isinstance(options, Options)
    return options
