"""One call as a method sees it, and how a method says no."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fake_slack.workspace import Channel, Token, Workspace

Answer = dict[str, Any]


class SaysNo(Exception):
    """`{"ok": false, "error": code, …}`. `wait`: seconds of a 429."""

    def __init__(self, code: str, *, wait: int | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait
        self.more = more


@dataclass(slots=True)
class Asked:
    """`args` as they came: JSON values, or strings from a form or the address."""

    workspace: Workspace
    token: Token
    args: dict[str, Any]

    def need(self, scope: str) -> None:
        if scope not in self.token.scopes:
            raise SaysNo("missing_scope", needed=scope, provided=",".join(sorted(self.token.scopes)))

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in {"1", "true"}

    def text(self, name: str) -> str:
        value = self.args.get(name)
        return "" if value is None else str(value)

    def channel(self, *, by_name: bool = False) -> Channel:
        """The channel that is meant. Only posting takes a name, or a member's id for a direct message.

        What a bot may not see is not there.
        """
        wanted = self.text("channel")
        channel = self.workspace.channels.get(wanted)
        if channel is None and by_name:
            channel = self.workspace.by_name(wanted) or self.workspace.direct(wanted)
        if channel is None or (channel.private and self.token.user not in channel.members):
            raise SaysNo("channel_not_found")
        return channel

    def is_member(self, channel: Channel) -> bool:
        return self.token.user in channel.members


Method = Callable[[Asked], Awaitable[Answer] | Answer]
