"""People at the desk: `/watch` as the handler hears it, over a real store and a Slack of our own.

async with asking(tmp_path, slack) as desk:
    assert await desk.says("list") == "Nothing is watched here yet. …"
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.hearing import desk_for
from bot.inforce import InForce
from bot.model import Watch
from bot.slack.commands import handler
from bot.slack.commands.desk import Desk
from bot.slack.events import Asker, Command, Reply
from bot.store import archive, matches, watches
from bot.store.database import Database
from bot.trying import Trial
from driving import SETTINGS, ReadHere, no_sleep
from fake_slack import FakeSlack
from making import NOW
from rules.model import Match
from watchers.fetch import Fetcher
from watchers.model import Document
from working import configured, lines, table

TOKEN = "xoxb-the-secret"
ANNA, BERT = "U0ANNA", "U0BERT"

COMPANIES = """
[[company]]
ticker = "AAPL"
name = "Apple"
[[company]]
ticker = "META"
name = "Meta Platforms"
aliases = ["Meta", "Facebook"]
[[company]]
ticker = "MSFT"
name = "Microsoft"
"""
SOURCES = (
    COMPANIES,
    lines("apple-calls", "http://127.0.0.1:1/apple", company="AAPL"),
    lines("meta-calls", "http://127.0.0.1:1/meta", company="META"),
    table("blog", "acme-blog", url="https://acme.example/feed"),
    table("docket", "cand", provider="pacer-rss", court="cand", cases=["3:23-cv-03417"]),
    table("docket", "kadrey", provider="courtlistener-feed", docket=67569326, company="META"),
)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class People:
    """`last`: the reply of a moment ago. Whoever types is Anna, in #general, unless told otherwise."""

    desk: Desk
    slack: FakeSlack
    clock: Clock
    last: Reply = field(default_factory=lambda: Reply(""))

    async def says(self, text: str, *, user: str = ANNA, channel: str = "general") -> str:
        """What is replied to `/watch TEXT`, delivered as Slack delivers it."""
        place = self.slack.people._place(channel)
        asker = Asker(user, place["channel_id"], place["channel_name"])
        self.last = await handler.answer(self.desk, Command(asker, self.slack.people.escaped(text)))
        return self.last.text

    async def watches(self) -> list[Watch]:
        return [watch for watch in await self.desk.database.read(self.desk.in_force.watches) if watch.name[0] == "w"]

    async def stored(self, document: Document, *found: Match) -> None:
        """A document is in the archive, with what rules found in it."""

        def store(conn) -> None:
            recorded = archive.record(conn, document, None, now=self.clock())
            matches.add(conn, recorded.document_id, recorded.version, found, now=self.clock())

        await self.desk.database.write(store)

    def id_of(self, channel: str) -> str:
        known = self.slack.workspace.by_name(channel)
        assert known is not None
        return known.id

    async def changes(self, name: str) -> list[tuple[str, str]]:
        history = await self.desk.database.read(lambda conn: watches.changes(conn, name))
        return [(change.by, change.said) for change in history]


def workspace(slack: FakeSlack) -> None:
    """Channels: the bot is in #general, #earnings is public, of #secret and #closed only the first has it inside."""
    slack.workspace.add_token(TOKEN)
    slack.workspace.add_channel("general")
    slack.workspace.add_channel("on-record")
    slack.workspace.add_channel("earnings", joined=False)
    slack.workspace.add_channel("secret", private=True)
    slack.workspace.add_channel("closed", private=True, joined=False)


@asynccontextmanager
async def asking(
    folder: Path, store_url: str | None = None, *, sources: tuple[str, ...] = SOURCES, slack_table: str = "", **about
) -> AsyncIterator[People]:
    """`slack_table`: more lines of `[slack]`."""
    clock = Clock()
    async with FakeSlack(clock, lag=timedelta(0)) as slack:
        workspace(slack)
        told = f'[slack]\nbase_url = "{slack.base_url}"\n{slack_table}\n'
        config = configured(folder, [told, *sources], store_url, secrets={"SLACK_BOT_TOKEN": TOKEN}, **about)
        async with opened(config, clock) as desk:
            yield People(desk, slack, clock)


@asynccontextmanager
async def opened(config: Config, clock: Clock) -> AsyncIterator[Desk]:
    settings = replace(SETTINGS, allow_private_addresses=config.fetch.allow_private_addresses)
    async with (
        await Database.open(config.database_url, migrate_first=True) as database,
        Fetcher(settings, clock=clock, sleep=no_sleep) as fetcher,
    ):
        in_force = await InForce.begin(config, database, clock=clock)
        yield desk_for(config, database, in_force, lambda: Trial(fetcher, ReadHere(), now=clock()), clock)
