"""Calls of one company by EarningsCall's API (https://api.earningscall.dev, schema v4).

The list of events says which calls there were; a transcript is asked for when its call is over, again until it is
there, and again later for corrections.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from watchers.model import Credential, FollowUp, Pace, Response, Step, Visit
from watchers.readers import earningscall
from watchers.trouble import NotFound, PlanTooSmall, Throttled, Trouble, TroubleRecord

KEY = Credential("earningscall", query="apikey", fallback="demo")
"""The provider's public key `demo` opens AAPL and MSFT."""
HEADERS = {"X-API-Version-Schema": "v4"}
"""Without it the newest schema answers."""

BEFORE_CALL = timedelta(minutes=15)
CALL_WINDOW = timedelta(hours=3)
NOT_YET = timedelta(hours=24)
"""A transcript that is missing for longer than this is a trouble."""
CORRECTIONS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))


class Options(BaseModel):
    """`history`: how many past calls the first visit takes; `level` 2 gives speakers, 1 the bare text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str = Field(min_length=1, pattern=r"^[A-Za-z0-9.\-]+$")
    exchange: str = "NASDAQ"
    level: int = Field(2, ge=1, le=4)
    history: int = Field(4, ge=0, le=100)


@dataclass(frozen=True, slots=True)
class Event:
    year: int
    quarter: int
    held: datetime

    @property
    def name(self) -> str:
        return f"{self.year}Q{self.quarter}"


async def visit(visit: Visit) -> AsyncIterator[Step]:
    """Steps: one a call, oldest first, so that what was said before is there when the next one is read."""
    if isinstance(visit.cause, FollowUp):
        yield await _again(visit, visit.cause)
        return
    options = _options(visit)
    response = await _ask(visit, "events", {}, listing=True)
    events = _events(visit.cursor.get("events", []))
    if response.body is not None:
        told = earningscall.Options(exchange=options.exchange, symbol=options.symbol)
        reading = await visit.read(earningscall.READER, response.body, told)
        events = _events(reading.facts.get("events", []))
    listed = [_as_json(event) for event in events]
    done: dict[str, Any] = dict(visit.cursor.get("calls", {}))
    past = [event for event in events if event.held <= visit.now][: None if done else options.history]
    cursor = {"events": listed, "calls": done}
    yield Step(cursor=cursor, pace=_pace(visit.now, events))
    for event in sorted((event for event in past if event.name not in done), key=lambda event: event.held):
        step = await _call(visit, event, attempt=0)
        done[event.name] = event.held.isoformat()
        yield step.model_copy(update={"cursor": {"events": listed, "calls": dict(done)}})


async def _call(visit: Visit, event: Event, *, attempt: int) -> Step:
    """One call's transcript, or when to ask again."""
    options = _options(visit)
    key = earningscall.key_of(options.exchange, options.symbol, event.held.isoformat())
    try:
        response, poorer = await _transcript(visit, event, options.level)
    except NotFound as missing:
        late = visit.now - event.held > NOT_YET
        troubles = (missing.record(),) if late else ()
        if attempt > 40:
            return Step(troubles=troubles, done=(key,))
        return Step(troubles=troubles, follow_ups=(_ask_again(visit, event, key, attempt + 1),))
    except Throttled:
        raise
    except Trouble as trouble:
        return Step(troubles=(trouble.record(),), follow_ups=(_ask_again(visit, event, key, attempt + 1),))
    again = _corrections(visit, event, key)
    done = () if again else (key,)
    if response.body is None:
        return Step(follow_ups=again, done=done)
    told = earningscall.Options(exchange=options.exchange, symbol=options.symbol)
    reading = await visit.read(earningscall.READER, response.body, told)
    return Step(documents=reading.documents, troubles=(*reading.troubles, *poorer), follow_ups=again, done=done)


async def _transcript(visit: Visit, event: Event, level: int) -> tuple[Response, tuple[TroubleRecord, ...]]:
    """The best level that the plan opens; a poorer one is said."""
    params = {"year": str(event.year), "quarter": str(event.quarter), "level": str(level)}
    try:
        return await _ask(visit, "transcript", params), ()
    except PlanTooSmall as small:
        if level == 1:
            raise
        response = await _ask(visit, "transcript", params | {"level": "1"})
        detail = f"{small.detail}; the text comes without its speakers"
        return response, (TroubleRecord(kind="plan", detail=detail, mend=small.mend),)


async def _again(visit: Visit, follow_up: FollowUp) -> Step:
    about = follow_up.about
    event = Event(about["year"], about["quarter"], datetime.fromisoformat(about["held"]))
    return await _call(visit, event, attempt=int(about["attempt"]))


async def _ask(visit: Visit, path: str, params: Mapping[str, str], *, listing: bool = False) -> Response:
    options = _options(visit)
    base = visit.source.base_url or "https://api.earningscall.dev"
    asked = {"exchange": options.exchange, "symbol": options.symbol, **params}
    return await visit.get(f"{base}/{path}", listing=listing, params=asked, headers=HEADERS, credential=KEY)


def _ask_again(visit: Visit, event: Event, key: str, attempt: int) -> FollowUp:
    """Every minute around the call, every five until a day after, then every six hours."""
    since = visit.now - event.held
    wait = (
        timedelta(minutes=1) if since < CALL_WINDOW else timedelta(minutes=5) if since < NOT_YET else timedelta(hours=6)
    )
    return FollowUp(key=key, at=visit.now + wait, about=_about(event, attempt))


def _corrections(visit: Visit, event: Event, key: str) -> tuple[FollowUp, ...]:
    since = visit.now - event.held
    later = next((after for after in CORRECTIONS if after > since), None)
    if later is None:
        return ()
    return (FollowUp(key=key, at=event.held + later, about=_about(event, 0)),)


def _about(event: Event, attempt: int) -> dict[str, Any]:
    return {**_as_json(event), "held": event.held.isoformat(), "attempt": attempt}


def _as_json(event: Event) -> dict[str, Any]:
    return {"year": event.year, "quarter": event.quarter, "conference_date": event.held.isoformat()}


def _events(listed: list[dict[str, Any]]) -> list[Event]:
    """Newest first; what has no date cannot be waited for."""
    found = []
    for one in listed:
        try:
            held = datetime.fromisoformat(one["conference_date"])
            found.append(Event(int(one["year"]), int(one["quarter"]), held))
        except (KeyError, TypeError, ValueError):
            continue
    return sorted((event for event in found if event.held.tzinfo), key=lambda event: event.held, reverse=True)


def _pace(now: datetime, events: list[Event]) -> Pace | None:
    """Be there when the next call ends, and often while a transcript is about to appear."""
    ahead = [event.held - BEFORE_CALL - now for event in events if event.held - BEFORE_CALL > now]
    near = [event for event in events if -BEFORE_CALL <= now - event.held <= CALL_WINDOW]
    if near:
        return Pace(not_after=timedelta(minutes=1))
    return Pace(not_after=min(ahead)) if ahead else None


def _options(visit: Visit) -> Options:
    options = visit.source.options
    assert isinstance(options, Options)
    return options
