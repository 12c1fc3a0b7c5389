"""Channels, as Slack shows them to the bot: whether it is in there, and who else may look."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notifier import Ambiguous, DeliveryError, NoSuchPlace
from bot.slack.api import SlackApi
from bot.slack.errors import NoRight

REMEMBERED = timedelta(minutes=5)
"""How long a channel is taken for public without asking again."""


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    name: str
    private: bool
    member: bool
    """Whether the bot is in there."""


class Places:
    """Raises a `bot.notifier.DeliveryError` where Slack gives no clear answer."""

    def __init__(self, api: SlackApi, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._clock = clock
        self._public: dict[str, tuple[bool, datetime]] = {}
        self._ids: dict[str, str] = {}

    async def about(self, channel: str) -> Place | None:
        """None for a channel that is not there, or that is private and the bot is not in it."""
        if channel.startswith("D"):
            return await self._direct(channel)
        try:
            answer = await self._api.read("conversations.info", {"channel": channel})
        except (NoSuchPlace, NoRight):
            return None
        one = answer.get("channel")
        if not isinstance(one, dict):  # whoever took that for a channel would take it for a public one
            raise Ambiguous("no clear answer from Slack to conversations.info: no channel in it")
        place = Place(channel, str(one.get("name") or ""), bool(one.get("is_private")), bool(one.get("is_member")))
        return None if one.get("is_archived") else place

    async def join(self, channel: str) -> None:
        """Raises `NoSuchPlace` or `NoRight` where the bot may not."""
        await self._api.write("conversations.join", channel, {})

    async def is_public(self, channel: str) -> bool:
        """Whether everybody in the workspace may look into it, by id or `#name`. No, where that is not known."""
        known = self._public.get(channel)
        if known is not None and self._clock() - known[1] < REMEMBERED:
            return known[0]
        try:
            where = await self._named(channel) if channel.startswith("#") else channel
            place = await self.about(where) if where is not None else None
        except DeliveryError:
            return False
        public = place is not None and not place.private
        self._public[channel] = public, self._clock()
        return public

    async def named(self, name: str) -> Place | None:
        """A channel by its name, without "#"."""
        channel = await self._named(f"#{name}")
        return await self.about(channel) if channel is not None else None

    async def _direct(self, channel: str) -> Place | None:
        """A direct message: the right to ask about it is not asked for, that to read it is."""
        try:
            await self._api.read("conversations.history", {"channel": channel, "limit": 1})
        except (NoSuchPlace, NoRight):
            return None
        return Place(channel, "", private=True, member=True)

    async def _named(self, name: str) -> str | None:
        if name not in self._ids:
            await learn_id(self._api, self._ids, name)
        return self._ids.get(name)


async def learn_id(api: SlackApi, ids: MutableMapping[str, str], name: str) -> None:
    """Learn what Slack lists, until `name` ("#earnings") is among it.

    Raises a `bot.notifier.DeliveryError` without a clear answer.
    """
    asked: dict[str, str | int | bool] = {"types": "public_channel,private_channel", "exclude_archived": True}
    async for page in api.pages("conversations.list", asked, "channels"):
        ids.update({f"#{one['name']}": str(one["id"]) for one in page})
        if name in ids:
            return
