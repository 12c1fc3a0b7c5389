"""What becomes of a message that was not delivered, or may not have been: pure decisions of the courier.

The classes of errors are those of `bot.notifier`. What is in doubt stays in doubt until a look-up was answered: to put
it back before would be to send it twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.model import Message
from bot.notifier import Ambiguous, DeliveryError, Malformed, NoSuchPlace, Shut
from bot.timings import Timings

USUAL = Timings()
GIVE_UP_AFTER = timedelta(days=1)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fate:
    """What a message is from now on, and why. `due`: when it is taken up again, for one that waits or is in doubt."""

    state: Literal["waiting", "unknown", "parked", "dead"]
    reason: str
    due: datetime
    failing_since: datetime | None = None
    plain: bool = False
    pause: timedelta | None = None
    """The whole channel is left alone for this long."""
    shut: bool = False
    """Nothing can be sent at all."""


def fate_of(message: Message, error: DeliveryError, *, doubt: bool, now: datetime, timings: Timings = USUAL) -> Fate:
    """After a call that raised. `doubt`: it was a look-up that failed, so the message may stand there already."""
    open_state: Literal["waiting", "unknown"] = "unknown" if doubt else "waiting"
    failing_since = message.failing_since or now
    # A look-up that fails is no attempt, so that its waits grow with the time that it fails.
    wait = error.retry_after or max(
        back_off(message.attempts, timings.back_off), min((now - failing_since) / 4, LONGEST_WAIT)
    )
    if isinstance(error, Shut):
        # No message is to blame, so the day after which one is given up does not run.
        return Fate(open_state, error.detail, now + wait, plain=message.plain, pause=wait, shut=True)
    if doubt and _too_late(message, now):
        return Fate("dead", error.detail, now, failing_since, message.plain)
    if isinstance(error, NoSuchPlace):
        return Fate("parked", error.detail, now, failing_since, message.plain)
    if isinstance(error, Malformed):
        return Fate("dead" if message.plain else "waiting", error.detail, now, failing_since, plain=True)
    if isinstance(error, Ambiguous):
        return Fate("unknown", error.detail, now + timings.look_up_after[0], failing_since, message.plain)
    return Fate(open_state, error.detail, now + wait, failing_since, message.plain, pause=wait)


def still_in_doubt(message: Message, now: datetime, timings: Timings = USUAL) -> Fate | None:
    """After a look-up that did not find it: when to look again; None when it is time to send it again.

    The waits count from the committed try. One that went wrong many times is looked up soon, and sent again ever
    later.
    """
    last_try = message.last_try or now
    waits = (*timings.look_up_after, back_off(message.attempts - 1, timings.back_off))
    again = [last_try + wait for wait in waits if last_try + wait > now]
    if not again:
        return None
    reason = message.error or "it is being looked up"
    return Fate("unknown", reason, min(again), message.failing_since, message.plain)


def given_up(message: Message, now: datetime, *, orphaned: bool) -> Fate | None:
    """The end of a message that failed for a day, or whose parent never arrived; None while there is hope."""
    if orphaned:
        reason = "the message that it updates was never delivered"
    elif _too_late(message, now):
        reason = message.error or "it could not be delivered for a day"
    else:
        return None
    return Fate("dead", reason, now, message.failing_since, message.plain)


def back_off(attempts: int, first: timedelta = USUAL.back_off) -> timedelta:
    """5 s, 10 s, 20 s … up to ten minutes. `attempts`: how many there were before."""
    return min(first * (1 << max(0, min(attempts, 10))), LONGEST_WAIT)


def _too_late(message: Message, now: datetime) -> bool:
    return message.failing_since is not None and now - message.failing_since > GIVE_UP_AFTER
