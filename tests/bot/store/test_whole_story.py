"""Visits, edits, a new rule and deliveries on both engines: the same code, the same story."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.catchup import catch_up
from bot.delivery import Courier
from bot.model import Message
from bot.rulebook import RuleBook
from bot.settings import PipelineSettings
from bot.store import agenda, outbox, roster, statements
from bot.store.database import Database
from driving import SETTINGS, no_sleep
from making import NOW, document
from running import CHANNEL, LEASE, META, OPS, RULES, Bot, scripted
from watchers.fetch import Fetcher
from watchers.model import FollowUp, Step
from watchers.trouble import Blocked

YES = "We think we should get some portion of the revenue for that."
NO = "Mind that selling access to models is not our business."


class Desk:
    """A channel's other end that takes everything."""

    pace = timedelta(0)

    def __init__(self) -> None:
        self.taken: list[Message] = []

    async def ready(self, message: Message, **_about: Any) -> None:
        return

    async def send(self, message: Message, **_about: Any) -> dict[str, str]:
        self.taken.append(message)
        return {"ts": str(len(self.taken))}

    async def find(self, message: Message, **_about: Any) -> None:
        return None

    async def preflight(self) -> None:
        return


def post(key: str, *texts: str, **about: Any):
    return document(*texts, key=key, company="META", language="en", **({"published": NOW - timedelta(days=9)} | about))


async def test_the_story_goes_the_same_on_both(database: Database):
    texts = [NO]

    async def visit(visit):
        yield Step(
            documents=(post("one", *texts),),
            cursor={"seen": len(texts), "odd": "\x00 and \ud800"},
            follow_ups=(FollowUp(key="one", at=visit.now + timedelta(days=1), about={"n": 1}),),
            troubles=(Blocked("example.com/one: kept out (403)").record(),),
        )

    source = scripted("news", visit)
    async with Fetcher(SETTINGS, clock=lambda: NOW, sleep=no_sleep) as fetcher:
        bot = Bot(database, fetcher, {"news": source})
        await database.write(lambda conn: roster.sync(conn, [source], now=NOW))
        first = await bot.visit()
        assert (first.trouble, first.tally.matches, await bot.alerts()) == (None, 1, [])
        texts.append(YES)
        await bot.visit(after=timedelta(hours=1))
        texts[1] = YES.replace("think we", "think that we")
        await bot.visit(after=timedelta(hours=1))
        assert [message.operation for message in await bot.messages() if message.alert] == ["post", "update"]
        assert len((await bot.standing()).document_troubles) == 1

        book = RuleBook.of([*RULES, RULES[0].model_copy(update={"name": "Thinking", "query": "think"})], bot.watches())
        settings = PipelineSettings(ops_channel=OPS)
        found = await catch_up(database, book, companies={"META": META}, settings=settings, clock=lambda: bot.now)
        assert found == 1, "two of the three hits were known when they came"

        desks = [Desk(), Desk()]
        couriers = [Courier(database, desk, clock=lambda: bot.now, ops_channel=OPS) for desk in desks]
        for channel in (CHANNEL, OPS):
            await asyncio.gather(*(courier.deliver(channel) for courier in couriers))
        sent = [message for desk in desks for message in desk.taken]
        assert sorted(message.operation for message in sent if message.alert) == ["post", "update"]
        assert await database.read(outbox.counts) == outbox.Counts()
        said = await database.read(lambda conn: statements.timeline(conn, "META", "paid-access"))
        assert {statement.quote for statement in said} >= {NO, YES}


async def test_two_workers_at_once_visit_each_source_once(database: Database):
    """Claims and commits side by side, as two processes would make them on one server."""
    seen: list[str] = []

    def watcher(name: str):
        async def visit(_visit):
            seen.append(name)
            yield Step(documents=(post("one", YES),))

        return scripted(name, visit)

    sources = [watcher(f"source_{number}") for number in range(12)]
    async with Fetcher(SETTINGS, clock=lambda: NOW, sleep=no_sleep) as fetcher:
        bot = Bot(database, fetcher, {source.name: source for source in sources}, first_visit="alert")
        await database.write(lambda conn: roster.sync(conn, sources, now=NOW))

        async def work() -> None:
            while claims := await database.write(lambda conn: agenda.claim_due(conn, now=NOW, limit=2, lease=LEASE)):
                reports = await asyncio.gather(*(bot.pipeline().visit(claim) for claim in claims))
                assert {report.trouble for report in reports} == {None}

        await asyncio.gather(work(), work(), work())
        assert sorted(seen) == sorted(source.name for source in sources)
        assert len(await bot.alerts()) == 12
