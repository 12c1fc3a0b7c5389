"""What stands in the workspace: tokens, channels, and every message as a reader would find it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fake_slack import mrkdwn

BOT_SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "chat:write.public",
        "channels:join",
        "channels:read",
        "channels:history",
        "groups:read",
        "groups:history",
        "im:history",
        "files:write",
    }
)
"""What the app asks for."""


@dataclass(slots=True)
class Token:
    """`refused`: the code with which every call is answered, for one that was revoked or has run out."""

    value: str
    user: str = "U0ONRECORD"
    scopes: frozenset[str] = BOT_SCOPES
    refused: str | None = None


@dataclass(slots=True)
class Channel:
    """`post_error`: a code with which every message is refused (a posting restriction)."""

    id: str
    name: str
    private: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set)
    post_error: str | None = None


@dataclass(slots=True)
class Posted:
    """A message as it stands in a channel. `versions` are what stood there before its edits."""

    channel: str
    ts: str
    at: datetime
    text: str
    blocks: list[Any]
    metadata: dict[str, Any] | None
    thread_ts: str | None = None
    mrkdwn: bool = True
    parse: str | None = None
    link_names: bool = False
    broadcast: bool = False
    """A reply that stands in the channel too."""
    files: list[dict[str, Any]] = field(default_factory=list)
    part: int = 0
    """More than 0: Slack made several messages of a long text, and this is not the first."""
    versions: list[tuple[str, list[Any]]] = field(default_factory=list)

    @property
    def delivery_id(self) -> str | None:
        return ((self.metadata or {}).get("event_payload") or {}).get("delivery_id")

    @property
    def pings(self) -> list[str]:
        names = self.link_names or self.parse == "full"
        return mrkdwn.pings(self.text, names=names) + mrkdwn.pings_of_blocks(self.blocks)

    @property
    def links(self) -> list[str]:
        return mrkdwn.links(self.text, bare=self.parse != "none") + mrkdwn.links_of_blocks(self.blocks)

    @property
    def formats(self) -> list[str]:
        return (mrkdwn.formats(self.text) if self.mrkdwn else []) + mrkdwn.formats_of_blocks(self.blocks)

    @property
    def words(self) -> str:
        """What a reader sees: the blocks, or the text where there are none."""
        return mrkdwn.words_of_blocks(self.blocks) if self.blocks else mrkdwn.unescaped(self.text)


class Workspace:
    """`clock` is injected; `lag` is how long a message takes until histories show it."""

    def __init__(self, clock: Callable[[], datetime], *, lag: timedelta = timedelta(0)) -> None:
        self.clock = clock
        self.lag = lag
        self.tokens: dict[str, Token] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Posted] = []
        self._last = 0

    def add_token(self, value: str = "xoxb-the-secret", **about: Any) -> Token:
        token = Token(value, **about)
        self.tokens[value] = token
        return token

    def add_app_token(self, value: str = "xapp-the-secret") -> Token:
        """An app-level token: it opens sockets, and does nothing else."""
        return self.add_token(value, user="", scopes=frozenset({"connections:write"}))

    def add_channel(self, name: str, *, joined: bool = True, **about: Any) -> Channel:
        """`joined`: every bot is a member."""
        channel = Channel(f"C0{len(self.channels) + 1:04d}", name, **about)
        if joined:
            channel.members |= {token.user for token in self.tokens.values() if token.user} or {"U0ONRECORD"}
        self.channels[channel.id] = channel
        return channel

    def by_name(self, name: str) -> Channel | None:
        wanted = name.removeprefix("#")
        return next((channel for channel in self.channels.values() if channel.name == wanted), None)

    def direct(self, member: str) -> Channel | None:
        """The direct messages with a member, who need not be asked; None for what is no member's id."""
        if not member.startswith("U"):
            return None
        known = self.channels.get(f"D{member[1:]}")
        if known is None:
            known = Channel(f"D{member[1:]}", f"direct-{member.lower()}", private=True)
            known.members |= {token.user for token in self.tokens.values() if token.user}
            self.channels[known.id] = known
        return known

    def in_channel(self, name: str) -> list[Posted]:
        channel = self.by_name(name)
        return [message for message in self.messages if channel is not None and message.channel == channel.id]

    def message(self, channel: str, ts: str) -> Posted | None:
        return next((one for one in self.messages if one.channel == channel and one.ts == ts), None)

    def next_ts(self) -> str:
        """Unique in the workspace and rising, as Slack's are in a channel."""
        micro = round(self.clock().astimezone(UTC).timestamp() * 1_000_000)
        self._last = max(self._last + 1, micro)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def visible(self, channel: str) -> list[Posted]:
        """What histories show now, newest first."""
        now = self.clock()
        shown = [one for one in self.messages if one.channel == channel and one.at + self.lag <= now]
        return sorted(shown, key=lambda one: one.ts, reverse=True)
