"""People in the workspace: they type commands, click buttons, send modals.

said = await slack.people.types("/watch add AAPL guidance", channel="general")
assert await said.told() == …
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fake_slack.mrkdwn import inside
from fake_slack.responses import Responses
from fake_slack.said import Said
from fake_slack.views import View, Views
from fake_slack.workspace import Posted, Workspace

TEAM = {"id": "T0ONRECORD", "domain": "onrecord"}
ANNA = "U0ANNA"
_ADDRESS = re.compile(r"https?://[^\s|<>]+")
_CHANNEL = re.compile(r"#([a-z0-9_-]+)")


class Way(Protocol):
    async def send(self, said: Said) -> None: ...


@dataclass
class People:
    """`way`: the sockets, or the app's request URLs."""

    workspace: Workspace
    responses: Responses
    views: Views
    way: Way
    clock: Callable[[], datetime]

    async def types(self, line: str, *, user: str = ANNA, channel: str = "general", escape: bool = True) -> Said:
        """`line`: "/watch list". `channel`: a channel's name or id, or "D…" for a direct message."""
        command, _, text = line.partition(" ")
        said = Said("slash_commands", {}, accepts=True)
        said.payload |= {
            "token": "verification",
            "team_id": TEAM["id"],
            "team_domain": TEAM["domain"],
            **self._place(channel),
            "user_id": user,
            "user_name": user.lower(),
            "command": command,
            "text": self.escaped(text) if escape else text,
            "api_app_id": "A0ONRECORD",
            "is_enterprise_install": "false",
            "response_url": self.responses.issue(said),
            "trigger_id": self.views.trigger(user),
        }
        await self.way.send(said)
        return said

    async def clicks(self, message: Posted, action: str, option: str | None = None, *, user: str = ANNA) -> Said:
        """`action`: the `action_id` of a button or menu in the message; `option`: the value of a menu's option."""
        element, block = next(
            (one, block)
            for block in message.blocks
            for one in inside(block)
            if one.get("action_id") == action and (option is None or option in _options(one))
        )
        channel = self.workspace.channels[message.channel]
        done: dict[str, Any] = {"type": element["type"], "action_id": action, "block_id": block.get("block_id", "b1")}
        if option is None:
            done |= {"value": element.get("value", ""), "text": element.get("text")}
        else:
            chosen = next(one for one in element["options"] if one["value"] == option)
            done["selected_option"] = chosen
        said = Said("interactive", {}, accepts=False)
        said.payload |= {
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": TEAM["id"]},
            "api_app_id": "A0ONRECORD",
            "token": "verification",
            "container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": False},
            "trigger_id": self.views.trigger(user),
            "team": TEAM,
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel.id, "name": "privategroup" if channel.private else channel.name},
            "message": {"type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks},
            "state": {"values": {}},
            "response_url": self.responses.issue(said),
            "actions": [done | {"action_ts": f"{self.clock().timestamp():.6f}"}],
        }
        await self.way.send(said)
        return said

    async def submits(self, modal: View, values: dict[str, str]) -> Said:
        """`values`: what is entered or chosen, by `action_id`. What the acknowledgement does to the modal is done."""
        state = {}
        for index, block in enumerate(modal.view["blocks"]):
            element = block.get("element") or block.get("accessory") or {}
            name = element.get("action_id")
            if name in values:
                given = (
                    {"selected_option": {"value": values[name]}} if "options" in element else {"value": values[name]}
                )
                state[block.get("block_id", f"b{index}")] = {name: {"type": element["type"], **given}}
        said = Said("interactive", {}, accepts=True)
        about = {key: modal.view[key] for key in ("type", "blocks", "title")}
        said.payload |= {
            "type": "view_submission",
            "team": TEAM,
            "user": {"id": modal.user, "username": modal.user.lower(), "team_id": TEAM["id"]},
            "api_app_id": "A0ONRECORD",
            "token": "verification",
            "trigger_id": self.views.trigger(modal.user),
            "view": {
                **about,
                "id": modal.id,
                "callback_id": modal.view.get("callback_id", ""),
                "private_metadata": modal.view.get("private_metadata", ""),
                "state": {"values": state},
            },
            "response_urls": [],
        }
        await self.way.send(said)
        _, payload = await said.acknowledged()
        said.faults += self.views.acted(modal, payload)
        return said

    def escaped(self, text: str) -> str:
        """As a command with `should_escape` delivers it: addresses, channels and the three characters."""
        plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        linked = _ADDRESS.sub(lambda found: f"<{found[0]}>", plain)

        def channel(found: re.Match[str]) -> str:
            known = self.workspace.by_name(found[1])
            return found[0] if known is None else f"<#{known.id}|{known.name}>"

        return _CHANNEL.sub(channel, linked)

    def _place(self, channel: str) -> dict[str, str]:
        """Slack names public channels only."""
        if channel.startswith("D"):
            return {"channel_id": channel, "channel_name": "directmessage"}
        known = self.workspace.channels.get(channel) or self.workspace.by_name(channel)
        assert known is not None, f"there is no channel {channel}"
        return {"channel_id": known.id, "channel_name": "privategroup" if known.private else known.name}


def _options(element: dict[str, Any]) -> Iterator[str]:
    return (option["value"] for option in element.get("options", []))
