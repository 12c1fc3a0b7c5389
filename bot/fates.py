"""What becomes of a message that was not delivered, or may not have been: pure decisions of the courier.

The classes of errors are those of `bot.notifier`. What is in doubt stays in doubt until a look-up was answered: to put
it back before would be to send it twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.model import Message, Operation
from bot.notifier import Ambiguous, DeliveryError, Malformed, NoSuchMessage, NoSuchPlace, Shut
from bot.timings import Timings

USUAL = Timings()
GIVE_UP_AFTER = timedelta(days=1)
LONGEST_WAIT = timedelta(minutes=10)
FIRST_PROBE = timedelta(minutes=1)
LAST_PROBE = timedelta(hours=1)
POSTS: frozenset[Operation] = frozenset({"post", "reply"})
"""What is subject to the pace of a channel."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a message is from now on, and why. `due`: when it is taken up again, unless it is dead."""

    state: Literal["waiting", "unknown", "parked", "dead"]
    reason: str
    due: datetime
    failing_since: datetime | None = None
    plain: bool = False
    pause: timedelta | None = None
    """The whole channel is left alone for this long."""
    shut: bool = False
    """Nothing can be sent at all."""
    alone: bool = False
    """What it belonged to is gone: it stands by itself from now on."""


def fate_of(message: Message, error: DeliveryError, *, doubt: bool, now: datetime, timings: Timings = USUAL) -> Fate:
    """After a call that raised. `doubt`: it was a look-up that failed, so the message may stand there already."""
    open_state: Literal["waiting", "unknown"] = "unknown" if doubt else "waiting"
    parked = message.state == "parked"
    # The time in which its place refused does not count towards the day after which a message is given up.
    failing_since = message.failing_since if message.failing_since and not parked else now
    # A look-up that fails is no attempt, so that its waits grow with the time that it fails.
    wait = error.retry_after or max(
        back_off(message.attempts, timings.back_off), min((now - failing_since) / 4, LONGEST_WAIT)
    )
    if isinstance(error, Shut):
        # No message is to blame, so the day after which one is given up does not run.
        return Fate(open_state, error.detail, now + wait, plain=message.plain, pause=wait, shut=True)
    if doubt and _too_late(message, now) and not parked:
        return Fate("dead", error.detail, now, failing_since, message.plain)
    if isinstance(error, NoSuchPlace):
        since = message.failing_since or now
        if message.operation == "file":  # best effort: its alert has arrived, or waits for the place itself
            return Fate("dead", error.detail, now, since, message.plain)
        return Fate("parked", error.detail, next_probe(since, now), since, message.plain)
    if isinstance(error, NoSuchMessage):
        moot = message.operation != "reply"
        return Fate("dead" if moot else "waiting", error.detail, now, failing_since, message.plain, alone=not moot)
    if isinstance(error, Malformed):
        return Fate("dead" if message.plain else "waiting", error.detail, now, failing_since, plain=True)
    if isinstance(error, Ambiguous):
        return Fate("unknown", error.detail, now + timings.look_up_after[0], failing_since, message.plain)
    # Slack limits each method by itself: what waits for a look-up or an update need not keep others from being posted.
    pause = wait if message.operation in POSTS and not doubt else None
    return Fate(open_state, error.detail, now + wait, failing_since, message.plain, pause=pause)


def next_probe(since: datetime, now: datetime) -> datetime:
    """When a place that refuses since then is tried again: after a minute, then ever later, at last every hour."""
    return now + min(max(now - since, FIRST_PROBE), LAST_PROBE)


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
        reason = "the message that it belongs to was never delivered"
    elif _too_late(message, now) and message.state != "parked":
        reason = message.error or "it could not be delivered for a day"
    else:
        return None
    return Fate("dead", reason, now, message.failing_since, message.plain)


def back_off(attempts: int, first: timedelta = USUAL.back_off) -> timedelta:
    """5 s, 10 s, 20 s … up to ten minutes. `attempts`: how many there were before."""
    return min(first * (1 << max(0, min(attempts, 10))), LONGEST_WAIT)


def _too_late(message: Message, now: datetime) -> bool:
    return message.failing_since is not None and now - message.failing_since > GIVE_UP_AFTER
