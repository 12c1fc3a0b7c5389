"""Slack's rates: one message a second in a channel, and its tiers of calls a minute."""

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

TIERS = {
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.replies": 50,
    "conversations.join": 50,
    "conversations.list": 20,
}
"""Calls a minute, of an app that its customer made (tiers 3 and 2). Methods that are not here are not limited."""
BETWEEN_MESSAGES = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Rates:
    """Each answers how many seconds to wait, or None for yes. `tiers`: calls of a method a minute."""

    def __init__(self, tiers: Mapping[str, int] = TIERS, between: timedelta = BETWEEN_MESSAGES) -> None:
        self._tiers = tiers
        self._between = between
        self._last: dict[str, datetime] = {}
        self._calls: dict[str, deque[datetime]] = defaultdict(deque)

    def message(self, channel: str, now: datetime) -> int | None:
        last = self._last.get(channel)
        if last is not None and now - last < self._between:
            return ceil((last + self._between - now).total_seconds())
        self._last[channel] = now
        return None

    def call(self, method: str, now: datetime) -> int | None:
        most = self._tiers.get(method)
        if most is None:
            return None
        calls = self._calls[method]
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= most:
            return ceil((calls[0] + MINUTE - now).total_seconds())
        calls.append(now)
        return None
