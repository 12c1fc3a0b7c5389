"""A Slack of our own, a real store and the real courier between them; time moves only when somebody waits."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from alerting import NOW
from bot.delivery import Courier
from bot.model import Message
from bot.slack.notifier import SlackNotifier
from bot.store import outbox, watches
from bot.store.database import Database
from fake_slack import FakeSlack

TOKEN = "xoxb-the-secret"
TIMEOUT = 1.0
"""Seconds of the wall clock after which the client gives up an answer that never comes."""


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Desk:
    """All that a delivery needs. `deliver` sends what is there and what comes due, until nothing is open any more."""

    clock: Clock
    slack: FakeSlack
    database: Database
    notifier: SlackNotifier
    courier: Courier
    _asked: int = 0
    _step: timedelta = timedelta(seconds=1)

    async def put(self, *messages: Message) -> None:
        await self.database.write(lambda conn: outbox.put(conn, messages, now=self.clock()))

    async def round(self) -> None:
        """Every channel with something due, once."""
        for channel in await self.database.read(lambda conn: outbox.channels_due(conn, self.clock())):
            await self.courier.deliver(channel)

    async def deliver(self, *, within: timedelta = timedelta(hours=6)) -> None:
        until = self.clock() + within
        while self.clock() < until:
            await self.round()
            if not await self.forward():
                return

    async def forward(self) -> bool:
        """On to when the next message is due and its channel is free; False when there is none.

        A channel that was left alone for half an hour is not asked after every second.
        """
        following = await self.database.read(outbox.next_due)
        if following is None:
            return False
        idle = len(self.slack.log) == self._asked
        self._asked = len(self.slack.log)
        self._step = min(self._step * 2, timedelta(seconds=60)) if idle else timedelta(seconds=1)
        self.clock.now = max(following, self.clock() + self._step)
        return True

    async def states(self) -> dict[str, list[Message]]:
        kept = await self.database.read(
            lambda conn: outbox.listing(conn, ("waiting", "unknown", "sent", "parked", "dead"))
        )
        found: dict[str, list[Message]] = {}
        for message in kept:
            found.setdefault(message.state, []).append(message)
        return found

    def posted(self, channel: str = "#on-record") -> list[str | None]:
        """Delivery ids as they stand in a channel."""
        return [one.delivery_id for one in self.slack.workspace.in_channel(channel)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock, lag=timedelta(seconds=3)) as slack:
        slack.workspace.add_token(TOKEN)
        slack.workspace.add_channel("on-record")
        slack.workspace.add_channel("on-record-ops")
        yield slack


@pytest.fixture
def notifier(slack: FakeSlack, clock: Clock) -> SlackNotifier:
    timer = lambda: clock().timestamp()  # noqa: E731 - as short as it can be
    return SlackNotifier(SecretStr(TOKEN), base_url=slack.base_url, timeout_seconds=TIMEOUT, timer=timer)


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[Database]:
    async with await Database.open(f"sqlite:///{tmp_path}/onrecord.db", migrate_first=True) as database:
        yield database


@pytest.fixture
def desk(clock: Clock, slack: FakeSlack, database: Database, notifier: SlackNotifier) -> Desk:
    courier = Courier(
        database, notifier, clock=clock, sleep=clock.sleep, ops_channel="#on-record-ops", owners=watches.owners
    )
    return Desk(clock, slack, database, notifier, courier)
