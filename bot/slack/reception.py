"""Every event from Slack gets its acknowledgement in time, whatever becomes of its answer.

Slack waits three seconds. An answer that is ready by then goes with the acknowledgement; for one that is not,
"Checking …" is said, and the answer follows. So it is too where the handler fails, and where the store is away.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot.slack.answers import (
    CROWDED,
    DONE,
    SILENCE,
    STOPPED,
    STOPPING,
    TOO_LATE,
    acknowledgement,
    broken,
    checking,
)
from bot.slack.errors import TooLate
from bot.slack.events import Click, Handler, Reply, Submission
from bot.slack.payloads import Heard, heard
from bot.slack.replies import Replies
from bot.timings import Timings

log = structlog.get_logger()

AT_ONCE = 8
"""Events that are handled at a time, in one worker."""
MOST_WAITING = 200
"""Events that may be under way; whoever comes then is asked to come again."""
SORRY_WITHIN = timedelta(seconds=1)

Acknowledge = Callable[[Mapping[str, Any] | None], Awaitable[bool]]
"""Takes the acknowledgement's payload, None for an empty one; False where it did not reach Slack. Never raises."""


class Reception:
    """Socket and HTTP bring what they hear to `take`.

    `first_time(id)`: whether an envelope was answered by no worker yet, remembered as answered from then on; raises
    what the store raises.
    """

    def __init__(
        self,
        handler: Handler,
        replies: Replies,
        *,
        first_time: Callable[[str], Awaitable[bool]],
        timings: Timings,
    ) -> None:
        self._handler = handler
        self._replies = replies
        self._first_time = first_time
        self._timings = timings
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._given_up = asyncio.Event()

    def take(self, envelope: str, payload: Mapping[str, Any], acknowledge: Acknowledge) -> None:
        """Answer what came. `acknowledge` is called once, within two seconds; the rest goes on by itself."""
        task = asyncio.create_task(self._attend(envelope, payload, acknowledge), name="slack event")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self, within: timedelta) -> None:
        """Let what is under way come to its end, and tell whoever waits for more that it does not."""
        self._stopping = True
        for patience in (within, SORRY_WITHIN):
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=patience.total_seconds())
            self._given_up.set()
        left = list(self._under_way)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _attend(self, envelope: str, payload: Mapping[str, Any], acknowledge: Acknowledge) -> None:
        asked = heard(payload)
        if asked is None:
            log.warning("slack.not-understood", type=str(payload.get("type"))[:50])
            await acknowledge(None)
        elif self._stopping or len(self._under_way) > MOST_WAITING:
            await self._last(asked, STOPPING if self._stopping else CROWDED, acknowledge)
        else:
            answering = asyncio.create_task(self._answer(envelope, asked), name="slack answer")
            try:
                await self._tell(asked, answering, acknowledge)
            finally:
                answering.cancel()

    async def _tell(self, asked: Heard, answering: "asyncio.Task[Reply | None]", acknowledge: Acknowledge) -> None:
        if isinstance(asked.event, Click):
            await acknowledge(None)  # it can show nothing, so there is nothing to wait for
            await self._follow(asked, await self._outcome(answering))
            return
        try:
            async with asyncio.timeout(self._timings.acknowledge.total_seconds()):
                reply = await self._outcome(answering)
        except TimeoutError:
            await acknowledge(acknowledgement(asked.event, checking(asked.event)))
            await self._follow(asked, await self._outcome(answering) or DONE)
        else:
            await self._last(asked, reply, acknowledge)

    async def _outcome(self, answering: "asyncio.Task[Reply | None]") -> Reply | None:
        """The answer, or that there will be none since the bot stops."""
        giving_up = asyncio.create_task(self._given_up.wait(), name="slack stop")
        try:
            await asyncio.wait({answering, giving_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            giving_up.cancel()
        return answering.result() if answering.done() else STOPPED

    async def _last(self, asked: Heard, reply: Reply | None, acknowledge: Acknowledge) -> None:
        """The reply with the acknowledgement where it can show one, else behind it."""
        shown = acknowledgement(asked.event, reply)
        reached = await acknowledge(shown)
        if shown is None or not reached:
            await self._follow(asked, reply)

    async def _follow(self, asked: Heard, reply: Reply | None) -> None:
        if reply is not None and reply is not SILENCE:
            await self._replies.say(asked, reply)

    async def _answer(self, envelope: str, asked: Heard) -> Reply | None:
        """The reply, whatever happens; `SILENCE` for one that was answered before, or by its modal."""
        try:
            async with asyncio.timeout(self._timings.answer.total_seconds()), self._slots:
                if not await self._first_time(envelope):
                    log.info("slack.repeated")
                    return SILENCE
                reply = await self._handler(asked.event)
                if reply is None or reply.modal is None or isinstance(asked.event, Submission):
                    return reply
                await self._replies.open(reply.modal, asked.event.trigger)
                return SILENCE
        except TooLate:
            return TOO_LATE
        except Exception:
            reference = f"e-{secrets.token_hex(2)}"
            log.exception("slack.broke", reference=reference)
            return broken(reference)
