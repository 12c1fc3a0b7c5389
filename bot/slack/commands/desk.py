"""What a verb may touch, and the handler of all commands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.config import Config
from bot.inforce import InForce
from bot.model import Watch
from bot.notifier import DeliveryError
from bot.slack.commands.wording import Refusal, member
from bot.slack.events import Asker
from bot.slack.places import Place, Places
from bot.store import places as known_places
from bot.store import watched_sources
from bot.store.database import Database
from bot.trying import Trial

UNNAMED = frozenset({"privategroup", "directmessage"})
"""How Slack calls channels whose names it does not tell."""


@dataclass(frozen=True, slots=True)
class Here:
    """The channel in which something is typed. `names`: all under which the store knows it, the usual one first."""

    names: tuple[str, ...]

    def holds(self, watch: Watch) -> bool:
        return watch.channel in self.names


@dataclass(frozen=True, slots=True)
class Desk:
    """`trial`: something to try a source with. The clock is injected."""

    database: Database
    in_force: InForce
    places: Places
    trial: Callable[[], Trial]
    clock: Callable[[], datetime]

    @property
    def config(self) -> Config:
        """As it is in force now."""
        return self.in_force.config

    def here(self, conn: Connection, asker: Asker) -> Here:
        name = "" if asker.channel_name in UNNAMED else asker.channel_name
        return Here(self.names_of(conn, asker.channel, name))

    def names_of(self, conn: Connection, channel: str, name: str) -> tuple[str, ...]:
        slack = self.config.slack
        configured = {slack.channel, *(watch.channel for watch in self.config.watches if watch.channel)}
        return tuple(known_places.names_of(conn, channel, name, configured))

    def given(self, conn: Connection) -> frozenset[str]:
        """Names of the sources that people gave, ever: only who names one hears of it."""
        return watched_sources.names(conn) - {source.name for source in self.config.sources}

    async def shown(self, watches: list[Watch], here: Here) -> list[Watch]:
        """Those of which whoever asks here may know: of this channel, and of public ones."""
        return [
            watch
            for watch in watches
            if here.holds(watch) or (not watch.private and await self.places.is_public(watch.channel))
        ]

    async def place(self, channel: str) -> Place | None:
        """Raises `Refusal` where Slack gives no clear answer."""
        try:
            return await self.places.about(channel)
        except DeliveryError as error:
            raise Refusal(f"Slack doesn't tell me about this channel now ({error.detail}). Nothing changed.") from None

    def must_be_allowed(self, asker: Asker) -> None:
        """Raises `Refusal` for who may not change what is watched."""
        admins = self.config.slack.admins
        if admins and asker.user not in admins:
            few = ", ".join(map(member, admins[:5]))
            raise Refusal(f"Only {few} may change what is watched. Nothing changed. Ask one of them.")
