"""From the outbox to a channel, once: state `unknown` is committed before the call, and looked up after a doubt.

The recipe is that of what was measured against Slack's documentation; any other notifier says with the same exceptions
what happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from bot.alerts.compose import notice_for
from bot.alerts.gathering import Folding, Lately, fold
from bot.fates import POSTS, Fate, fate_of, given_up, next_probe, still_in_doubt
from bot.metrics import DELIVERIES
from bot.model import Message
from bot.notifier import Ambiguous, CannotLook, DeliveryError, Notifier, Receipt
from bot.store import channels, gathered, outbox
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.timings import Timings

T = TypeVar("T")

log = structlog.get_logger()

BATCH = 20
MOST_FOLDED = 500
"""Alerts that are looked at together."""


@dataclass(slots=True)
class Outcome:
    """What came of a round in one channel. `shut`: why nothing can be sent at all, if so."""

    sent: int = 0
    failed: int = 0
    shut: str | None = None


@dataclass(slots=True)
class _Turn:
    """The turn of this worker as the one sender of a channel."""

    channel: str
    token: int
    until: datetime
    pause: timedelta | None = None
    """The channel is left alone for this long when the turn ends."""
    over: bool = False
    """Nothing more is sent in it: the channel refuses, or another is its sender by now."""
    idle: bool = False
    """The last message did not write to the channel, so its pace need not be kept."""


def no_owners(_conn: Connection, _channel: str) -> Sequence[str]:
    """Where nobody has a direct message."""
    return ()


class Courier:
    """Sends what is due in one channel at a time; the channel's row in the store holds that over all workers.

    `ops_channel` is told of a channel that refuses and of every message that is given up; `owners` says whom else a
    channel that refuses concerns, as Slack's ids of members. `folding`: when many alerts are told as one message; None:
    never.
    """

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        *,
        clock: Callable[[], datetime],
        ops_channel: str | None = None,
        owners: Callable[[Connection, str], Sequence[str]] = no_owners,
        folding: Folding | None = None,
        timings: Timings | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._ops_channel = ops_channel
        self._owners = owners
        self._folding = folding
        self._timings = timings or Timings()
        self._sleep = sleep
        self._not_kept: dict[str, Receipt] = {}
        """What was sent while the store went away: it need not be looked up, which some channels cannot."""

    async def preflight(self) -> None:
        """Raises `bot.notifier.Shut` where nothing can be sent, another `DeliveryError` where that is not known."""
        await self._notifier.preflight()

    async def deliver(self, channel: str) -> Outcome:
        """Send what is due in this channel, oldest first; nothing where another worker sends there now."""
        outcome = Outcome()
        turn = await self._take(channel)
        if turn is None:
            return outcome
        try:
            while batch := await self._batch(turn):
                for message in batch:
                    if turn.pause is not None and message.operation in POSTS:
                        continue  # it is posting that Slack wants a rest from
                    await self._one(message, turn, outcome)
                    if turn.over or not await self._extend(turn):
                        return outcome
                    if self._notifier.pace and not turn.idle:
                        await self._sleep(self._notifier.pace.total_seconds())
                if turn.pause is not None:
                    break
            return outcome
        finally:
            await self._leave(turn)

    async def _batch(self, turn: _Turn) -> list[Message]:
        """What is to be sent next, after what belongs together was put together."""
        if self._folding is not None:
            more = True
            while more:  # what is beyond the bound must not be told one by one
                more = await self._fold(turn, self._folding)
        if turn.over:
            return []
        return await self._database.read(lambda conn: outbox.due(conn, turn.channel, now=self._clock(), limit=BATCH))

    async def _fold(self, turn: _Turn, folding: Folding) -> bool:
        """Whether there may be more to put together: as many as are looked at waited, and some of them wait no more."""
        now = self._clock()

        def read(conn: Connection) -> tuple[list[Message], Lately]:
            waiting = gathered.untried(conn, turn.channel, now=now, limit=MOST_FOLDED)
            if not waiting:
                return [], Lately()
            return waiting, Lately(*gathered.lately(conn, turn.channel, since=now - folding.window))

        waiting, lately = await self._database.read(read)
        folded = fold(waiting, lately, folding, now=now)
        if folded:
            turn.over = not await self._database.write(
                lambda conn: gathered.fold(
                    conn,
                    turn.channel,
                    turn.token,
                    folded.new,
                    carried=folded.carried,
                    threaded=folded.threaded,
                    broadcast=folded.broadcast,
                    now=now,
                )
            )
            if not turn.over:
                log.info("delivery.folded", channel=turn.channel, alerts=len(folded.carried) + len(folded.threaded))
        return bool(folded) and not turn.over and len(waiting) == MOST_FOLDED

    async def _one(self, message: Message, turn: _Turn, outcome: Outcome) -> None:
        """One message, one step further: looked up, sent, put off, parked or buried."""
        doubt = message.state == "unknown" or (message.state == "parked" and message.last_try is not None)
        repeat = False
        turn.idle = True
        if message.id in self._not_kept:
            await self._sent(message, self._not_kept[message.id], outcome)
            return
        try:
            parent = await self._parent(message)
            if doubt:
                found, repeat = await self._look_up(message, parent)
                if found is not None:
                    await self._sent(message, found, outcome)
                    return
                again = None if repeat else still_in_doubt(message, self._clock(), self._timings)
                if again is not None:
                    await self._befalls(message, again, turn)
                    return
                doubt = False
            orphaned = message.operation in {"update", "file"} and message.parent is not None and parent is None
            end = given_up(message, self._clock(), orphaned=orphaned)
            if end is not None:
                await self._failed(message, end, turn, outcome)
                return
            await self._asked(self._notifier.ready(message, parent=parent), message)
            if not await self._begin(message, turn):
                turn.over = True
                return
            turn.idle = False
            tried = message.model_copy(update={"last_try": self._clock()})
            receipt = await self._asked(
                self._notifier.send(tried, parent=parent, repeat=repeat, plain=message.plain), message
            )
        except DeliveryError as error:
            fate = fate_of(message, error, doubt=doubt, now=self._clock(), timings=self._timings)
            await self._failed(
                message, fate, turn, outcome, untried=fate.state == "parked" and not doubt and not repeat
            )
        else:
            await self._sent(message, receipt, outcome)

    async def _parent(self, message: Message) -> Receipt | None:
        parent = message.parent
        if parent is None:
            return None
        return await self._database.read(lambda conn: outbox.receipt(conn, parent))

    async def _look_up(self, message: Message, parent: Receipt | None) -> tuple[Receipt | None, bool]:
        """(where it stands, whether it could not be looked up). Raises a `DeliveryError` without an answer."""
        try:
            return await self._asked(self._notifier.find(message, parent=parent), message), False
        except CannotLook as error:
            log.warning("delivery.cannot-look", message=message.id, reason=error.detail)
            return None, True

    async def _asked(self, call: Awaitable[T], message: Message) -> T:
        """What the notifier answers. A mistake of its own is a doubt, and the other messages must not wait for it."""
        try:
            return await call
        except DeliveryError:
            raise
        except Exception as error:
            log.exception("delivery.broke", channel=message.channel, message=message.id)
            raise Ambiguous(f"the notifier failed ({type(error).__name__})") from error

    async def _failed(
        self, message: Message, fate: Fate, turn: _Turn, outcome: Outcome, *, untried: bool = False
    ) -> None:
        outcome.failed += 1
        if fate.shut:
            outcome.shut = fate.reason
        turn.pause = fate.pause or turn.pause
        await self._befalls(message, fate, turn, untried=untried)
        turn.over = turn.over or fate.shut or fate.state == "parked"

    async def _befalls(self, message: Message, fate: Fate, turn: _Turn, *, untried: bool = False) -> None:
        """Commit what becomes of a message; people hear of what will not go on by itself."""
        now = self._clock()

        def commit(conn: Connection) -> bool:
            known = channels.parked_since(conn, turn.channel)
            mine = outbox.put_off(
                conn,
                message.id,
                turn.channel,
                turn.token,
                state=fate.state,
                due=fate.due,
                error=fate.reason,
                failing_since=fate.failing_since,
                plain=fate.plain,
                alone=fate.alone,
                untried=untried,
            )
            if mine and fate.state == "parked":
                until = next_probe(known or now, now)
                channels.park(conn, turn.channel, until=until, error=fate.reason, now=now)
                if known is None:
                    outbox.put(conn, self._refusal(conn, message, fate, now), now=now)
            elif mine and fate.state == "dead":
                outbox.put(conn, self._end(message, fate, now), now=now)
            return mine

        turn.over = not await self._database.write(commit)
        DELIVERIES.labels(outcome=fate.state).inc()
        bound = log.bind(channel=turn.channel, message=message.id, reason=fate.reason, attempts=message.attempts + 1)
        if fate.state in {"parked", "dead"} or fate.shut:
            bound.error("delivery.shut" if fate.shut else f"delivery.{fate.state}")
        else:
            bound.warning("delivery.put-off", state=fate.state, due=fate.due.isoformat())

    def _refusal(self, conn: Connection, message: Message, fate: Fate, now: datetime) -> list[Message]:
        """Lines for whom a channel that takes nothing concerns, but for the channel itself."""
        channel = message.channel
        text = (
            f"Nothing can be posted in {channel}: {fate.reason}. What is to be told there is kept and goes by itself "
            f"when that is mended (in a private channel: /invite @onrecord). If another channel has that name by now, "
            f"`onrecord deliveries retry {message.id}` looks the name up again."
        )
        told = {*([self._ops_channel] if self._ops_channel else []), *self._owners(conn, channel)} - {channel}
        about = f"parked\n{channel}\n{message.id}\n{now.isoformat()}"
        return [notice_for(text, channel=one, about=f"{about}\n{one}", now=now) for one in sorted(told)]

    def _end(self, message: Message, fate: Fate, now: datetime) -> list[Message]:
        """A line for the ops channel about a message that was given up, unless it was for that one, or a picture."""
        ops = self._ops_channel
        if ops is None or ops == message.channel or message.operation == "file":
            return []
        text = (
            f"A message for {message.channel} was given up: {fate.reason}. "
            f"To try it again: `onrecord deliveries retry {message.id}`."
        )
        return [notice_for(text, channel=ops, about=f"dead\n{message.id}\n{message.attempts}", now=now)]

    async def _sent(self, message: Message, receipt: Receipt, outcome: Outcome) -> None:
        try:
            await self._database.write(lambda conn: outbox.sent(conn, message.id, receipt=receipt))
        except StoreError:
            self._not_kept[message.id] = receipt
            raise
        self._not_kept.pop(message.id, None)
        outcome.sent += 1
        DELIVERIES.labels(outcome="sent").inc()

    async def _take(self, channel: str) -> _Turn | None:
        now = self._clock()
        token = await self._database.write(
            lambda conn: channels.take(conn, channel, now=now, lease=self._timings.channel_lease)
        )
        return None if token is None else _Turn(channel, token, now + self._timings.channel_lease)

    async def _begin(self, message: Message, turn: _Turn) -> bool:
        """Commit that the call is about to be made; False when this worker must not make it."""
        mine = await self._database.write(
            lambda conn: outbox.begin(conn, message.id, turn.channel, turn.token, now=self._clock())
        )
        # A process that was stopped in between wakes up here: its turn is over, and another looks the message up.
        return mine and self._clock() < turn.until

    async def _extend(self, turn: _Turn) -> bool:
        turn.until = self._clock() + self._timings.channel_lease
        return await self._database.write(
            lambda conn: channels.extend(conn, turn.channel, turn.token, until=turn.until)
        )

    async def _leave(self, turn: _Turn) -> None:
        """End the turn; a channel that is to be left alone stays taken for as long."""
        if turn.pause is None:
            await self._database.write(lambda conn: channels.release(conn, turn.channel, turn.token))
            return
        until = self._clock() + turn.pause
        await self._database.write(lambda conn: channels.extend(conn, turn.channel, turn.token, until=until))
