"""From the outbox to a channel, once: state `unknown` is committed before the call, and looked up after a doubt.

The recipe and the classes of errors are those of Slack's documentation and of what was measured against it; any other
notifier says with the same exceptions what happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.model import Message, MessageState
from bot.notifier import Ambiguous, CannotLook, DeliveryError, Malformed, NoSuchPlace, Notifier, Receipt, Shut
from bot.store import outbox
from bot.store.database import Database

log = structlog.get_logger()

LOOK_UP_AFTER = (timedelta(seconds=2), timedelta(seconds=10))
"""From the committed try: Slack's history lags behind what was posted (korotovsky/slack-mcp-server#284)."""
GIVE_UP_AFTER = timedelta(days=1)
LEASE = timedelta(seconds=60)
BATCH = 20
MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a round in one channel. `shut`: why nothing can be sent at all, if so."""

    sent: int = 0
    failed: int = 0
    shut: str | None = None

    def plus(self, fate: Fate) -> Outcome:
        return Outcome(self.sent + fate.sent, self.failed + fate.failed, fate.shut or self.shut)


@dataclass(frozen=True, slots=True)
class Fate:
    """What came of one message. `idle`: the channel was not written to, so its pace need not be kept."""

    sent: int = 0
    failed: int = 0
    idle: bool = False
    pause: timedelta | None = None
    """The whole channel is left alone for this long."""
    shut: str | None = None


@dataclass(frozen=True, slots=True)
class LookUp:
    """`blind`: it could not be looked up, so what is sent now may be a repeat; `again`: when to look again."""

    receipt: Receipt | None = None
    blind: bool = False
    again: datetime | None = None


class Courier:
    """Sends what is due in one channel at a time; the channel's row in the store holds that over all workers."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._sleep = sleep

    async def deliver(self, channel: str) -> Outcome:
        """Send what is due in this channel, oldest first; nothing where another worker sends there now."""
        token = await self._database.write(
            lambda conn: outbox.take_channel(conn, channel, now=self._clock(), lease=LEASE)
        )
        if token is None:
            return Outcome()
        outcome = Outcome()
        held_until: datetime | None = None
        try:
            while batch := await self._database.read(
                lambda conn: outbox.due(conn, channel, now=self._clock(), limit=BATCH)
            ):
                for message in batch:
                    fate = await self._one(message, channel, token)
                    outcome = outcome.plus(fate)
                    if fate.pause is not None:
                        held_until = self._clock() + fate.pause
                        return outcome
                    until = self._clock() + LEASE
                    if not await self._database.write(
                        lambda conn, until=until: outbox.extend_channel(conn, channel, token, until=until)  # type: ignore[misc]
                    ):
                        return outcome
                    if self._notifier.pace and not fate.idle:
                        await self._sleep(self._notifier.pace.total_seconds())
            return outcome
        finally:
            if held_until is not None:
                await self._database.write(lambda conn: outbox.extend_channel(conn, channel, token, until=held_until))
            else:
                await self._database.write(lambda conn: outbox.release_channel(conn, channel, token))

    async def _one(self, message: Message, channel: str, token: int) -> Fate:
        """One message, one step further: looked up, sent, put off, parked or buried."""
        try:
            parent = await self._parent(message)
            repeat = False
            if message.state == "unknown":
                looked = await self._look_up(message, parent)
                if looked.receipt is not None:
                    await self._sent(message, looked.receipt)
                    return Fate(sent=1)
                if looked.again is not None:
                    await self._later(message, looked.again, "looking whether it arrived", state="unknown")
                    return Fate(idle=True)
                repeat = looked.blind
            if not await self._database.write(
                lambda conn: outbox.begin(conn, message.id, channel, token, now=self._clock())
            ):
                return Fate(idle=True)
            plain = message.error is not None and message.error.startswith(MALFORMED)
            receipt = await self._notifier.send(message, parent=parent, repeat=repeat, plain=plain)
        except DeliveryError as error:
            return await self._failed(message, channel, error)
        await self._sent(message, receipt)
        return Fate(sent=1)

    async def _failed(self, message: Message, channel: str, error: DeliveryError) -> Fate:
        now = self._clock()
        too_late = message.first_try is not None and now - message.first_try > GIVE_UP_AFTER
        fate = log.bind(channel=channel, message=message.id, reason=error.detail, attempts=message.attempts + 1)
        if isinstance(error, NoSuchPlace):
            fate.error("delivery.parked")
            await self._database.write(lambda conn: outbox.park(conn, message.id, error=error.detail))
            return Fate(failed=1)
        if isinstance(error, Malformed) and not (message.error or "").startswith(MALFORMED):
            fate.error("delivery.malformed")
            await self._later(message, now, f"{MALFORMED}: {error.detail}")
            return Fate(failed=1)
        if isinstance(error, Malformed) or (too_late and not isinstance(error, Shut)):
            fate.error("delivery.dead")
            await self._database.write(lambda conn: outbox.dead(conn, message.id, error=error.detail))
            return Fate(failed=1)
        wait = error.retry_after or back_off(message.attempts)
        fate.warning("delivery.put-off", seconds=wait.total_seconds())
        if isinstance(error, Ambiguous):
            await self._later(message, now + LOOK_UP_AFTER[0], error.detail, state="unknown")
            return Fate(failed=1)
        await self._later(message, now + wait, error.detail)
        return Fate(failed=1, pause=wait, shut=error.detail if isinstance(error, Shut) else None)

    async def _parent(self, message: Message) -> Receipt | None:
        parent = message.parent
        if parent is None:
            return None
        return await self._database.read(lambda conn: outbox.receipt(conn, parent))

    async def _look_up(self, message: Message, parent: Receipt | None) -> LookUp:
        try:
            found = await self._notifier.find(message, parent=parent)
        except CannotLook as error:
            log.warning("delivery.cannot-look", message=message.id, reason=error.detail)
            return LookUp(blind=True)
        if found is not None:
            return LookUp(receipt=found)
        last_try = message.last_try or message.first_try or self._clock()
        waits = [last_try + wait for wait in LOOK_UP_AFTER if last_try + wait > self._clock()]
        return LookUp(again=waits[0] if waits else None)

    async def _sent(self, message: Message, receipt: Receipt) -> None:
        await self._database.write(lambda conn: outbox.sent(conn, message.id, receipt=receipt))

    async def _later(self, message: Message, due: datetime, error: str, *, state: MessageState = "waiting") -> None:
        await self._database.write(lambda conn: outbox.again(conn, message.id, due=due, error=error, state=state))


def back_off(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … up to ten minutes."""
    return timedelta(seconds=min(600.0, 5.0 * 2 ** min(attempts, 10)))
