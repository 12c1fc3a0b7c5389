"""A world in which Slack fails, news comes in bursts, some of it late and some of it of low severity."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Self

from bot.store import outbox
from bot.store.database import Database
from bot.store.errors import NoStoreYet, SchemaOutOfDate
from fake_slack.faults import Fault
from fake_slack.server import Call
from kills.campaign import World, now
from kills.seams import WRITES

AT_ONCE = (2, 5, 10, 25)
"""Posts of a burst: one feed's, about one topic."""
MOST_ON_THE_WAY = 80
LATE = timedelta(days=4)
DIGEST_EVERY = 3.0
"""Seconds: what waits for the morning comes as often."""
CLASSES: dict[str, tuple[Fault, ...]] = {
    "connection cut": (Fault("cut"), Fault("cut", stored=True), Fault("half", stored=True)),
    "500": (Fault("500"), Fault("500", stored=True)),
    "no answer of Slack's (HTML, text, broken JSON, empty)": tuple(
        Fault(kind, stored=stored) for kind in ("html", "text", "bad-json", "empty") for stored in (False, True)
    ),
    "internal_error, or a code that nobody knows": tuple(
        Fault("error", stored=stored, code=code) for code in ("internal_error", "new_code") for stored in (False, True)
    ),
    "success without a ts": (Fault("no-ts", stored=True),),
    "429": (Fault("429", retry_after="1"),),
}
"""What fails, each class as often as any other. Without a Retry-After a channel would rest for half a minute."""


@dataclass
class Stormy(World):
    """Every second topic is of low severity. `alerts`: how many there are at least."""

    alerts: int = 300
    feeds: int = 4
    channels: int = 8
    _classes: Iterator[tuple[Fault, ...]] = field(default_factory=lambda: cycle(CLASSES.values()))
    """In turns: by chance a short run would see too little of one."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.newsroom.kept = 2 * MOST_ON_THE_WAY
        return self

    def publish(self) -> None:
        if self.on_the_way() >= MOST_ON_THE_WAY:
            return
        about = self.rng.choice(self.newsroom.feeds), self.rng.choice(tuple(self.newsroom.topics))
        at = now() - self.rng.choice((timedelta(0), timedelta(0), LATE))
        for _ in range(self.rng.choice(AT_ONCE)):
            self.newsroom.publish(at, about)

    def severity(self, topic: str) -> str:
        return "low" if int(topic[-1]) % 2 else "high"

    def fault(self, call: Call) -> Fault | None:
        if self.rng.random() >= (0.25 if call.method in WRITES else 0.1):
            return None
        return self.rng.choice(next(self._classes))

    async def nothing_open(self) -> bool:
        """And as many as wanted were published."""
        if len(self.newsroom.published) < self.alerts:
            self.publish()
            return False
        await self._morning()
        return await super().nothing_open()

    @asynccontextmanager
    async def mornings(self) -> AsyncIterator[None]:
        """The hour of the digest comes again and again. One that fails ends what goes on meanwhile.

        Whatever is raised comes in an `ExceptionGroup`.
        """

        async def again() -> None:
            while True:
                await asyncio.sleep(DIGEST_EVERY)
                await self._morning()

        async with asyncio.TaskGroup() as group:
            task = group.create_task(again())
            yield
            task.cancel()

    async def _morning(self) -> None:
        with suppress(NoStoreYet, SchemaOutOfDate):  # every worker so far was killed before it had made one
            async with await Database.open(self.database) as store:
                await store.write(lambda conn: outbox.hasten(conn, now=now()))


def faults_by_class(calls: list[Call]) -> dict[str, int]:
    """How often each class of faults befell a call."""
    return {name: sum(call.fault in faults for call in calls) for name, faults in CLASSES.items()}
