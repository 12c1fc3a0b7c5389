"""Where a worker can be made to fall: named points of its work, at which it sends a signal to itself.

The program is the real one. Each seam calls what it wraps and does nothing else, until its point is passed for the time
at which the worker is to fall.
"""

import asyncio
import os
import random
from collections.abc import Callable
from typing import Any

POINTS = (
    "after the claim",
    "after the fetch",
    "before the commit",
    "after the commit",
    "before the visit's end",
    "after taking the channel",
    "before the fold",
    "after the fold",
    "after the doubt",
    "before the call",
    "during the call",
    "after the call",
    "during the look-up",
    "before the receipt",
    "after the receipt",
)
"""In the order of a post's way. "Before the commit", "before the fold" and "before the receipt" lie within the
transaction, "after the doubt" between the commit that a call is about to be made and the last look at whether it may be
made."""

WRITES = {"chat.postMessage", "chat.update"}
LOOK_UPS = {"conversations.history", "conversations.replies"}
LONGEST_CALL = 0.02
"""Seconds: a call that is cut short by a kill was sent, arrived, or was answered."""


class Fall:
    """Sends `number` to this process when `point` is passed for the `nth` time."""

    def __init__(self, point: str, nth: int, number: int) -> None:
        assert point in POINTS
        self._point = point
        self._left = nth
        self._number = number
        self._writing: dict[int, set[str]] = {}
        """By connection: which points the transaction at hand has on its way."""

    def passed(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._number)

    def within(self, conn: Any, now: str, then: str) -> None:
        """A transaction is at a point, and at another when it is committed."""
        self.passed(now)
        self._writing.get(id(conn), set()).add(then)

    def install(self) -> None:
        """Put the seams in. Call it once, in a process of its own."""
        self._in_visits()
        self._in_transactions()
        self._in_calls()

    def _in_visits(self) -> None:
        from bot.pipeline import Pipeline
        from watchers.fetch import Fetcher

        get, settle = Fetcher.get, Pipeline._settle

        async def get_and_fall(*given: Any, **named: Any) -> Any:
            response = await get(*given, **named)
            if response.body is not None:  # the commonest answer, "not modified", would use up every fall
                self.passed("after the fetch")
            return response

        async def fall_and_settle(pipeline: Any, run: Any, pushes: Any) -> None:
            if run.steps:
                self.passed("before the visit's end")
            await settle(pipeline, run, pushes)

        Fetcher.get = get_and_fall  # type: ignore[method-assign]
        Pipeline._settle = fall_and_settle  # type: ignore[method-assign]

    def _in_transactions(self) -> None:
        from bot import pipeline
        from bot.store import agenda, channels, gathered, outbox
        from bot.store.database import Database

        write = Database.write

        async def write_and_fall(database: Any, work: Callable[[Any], Any], then: Any = None) -> Any:
            passed: set[str] = set()

            def watched(conn: Any) -> Any:
                self._writing[id(conn)] = passed
                try:
                    return work(conn)
                finally:
                    del self._writing[id(conn)]

            result = await write(database, watched, then)
            for point in passed:
                self.passed(point)
            return result

        Database.write = write_and_fall  # type: ignore[method-assign]
        self._around(pipeline, "commit_step", "before the commit", "after the commit", lambda tally: tally.changes)
        self._around(agenda, "claim_due", "", "after the claim", bool)
        self._around(channels, "take", "", "after taking the channel", lambda token: token is not None)
        self._around(gathered, "fold", "before the fold", "after the fold", bool)
        self._around(outbox, "begin", "", "after the doubt", bool)
        self._around(outbox, "sent", "before the receipt", "after the receipt", lambda _: True)

    def _around(self, module: Any, name: str, now: str, then: str, counts: Callable[[Any], Any]) -> None:
        real = getattr(module, name)

        def done(conn: Any, *given: Any, **named: Any) -> Any:
            result = real(conn, *given, **named)
            if counts(result):
                self.within(conn, now, then)
            return result

        setattr(module, name, done)

    def _in_calls(self) -> None:
        from bot.slack.api import SlackApi

        write, read = SlackApi.write, SlackApi.read

        async def write_and_fall(api: Any, method: str, channel: str, said: Any) -> Any:
            if method not in WRITES:
                return await write(api, method, channel, said)
            self.passed("before the call")
            if self._point == "during the call":
                call = asyncio.ensure_future(write(api, method, channel, said))
                await asyncio.wait({call}, timeout=random.random() * LONGEST_CALL)
                self.passed("during the call")
                answer = await call
            else:
                answer = await write(api, method, channel, said)
            self.passed("after the call")
            return answer

        async def read_and_fall(api: Any, method: str, asked: Any = None) -> Any:
            answer = await read(api, method, asked)
            if method in LOOK_UPS:
                self.passed("during the look-up")
            return answer

        SlackApi.write = write_and_fall  # type: ignore[method-assign]
        SlackApi.read = read_and_fall  # type: ignore[method-assign]
