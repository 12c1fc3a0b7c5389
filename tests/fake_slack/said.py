"""What a person did in Slack (a command, a click, a modal), and all that came back, as Slack would take it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from fake_slack import blocks as rules

WITHIN = 3.0
"""Seconds that Slack waits for an acknowledgement; then the person reads that the app did not respond."""
SPLIT_AT = 4000


@dataclass
class Said:
    """`shown` is what the person reads, in its order; `faults` is what Slack would not have taken."""

    kind: str
    """An envelope's type: "slash_commands" or "interactive"."""
    payload: dict[str, Any]
    accepts: bool
    """Whether the acknowledgement may hold something to be shown."""
    id: str = ""
    sent: float = 0
    sendings: int = 0
    """Slack may send it again; each wants its acknowledgement."""
    acks: list[tuple[float, Any]] = field(default_factory=list)
    """Seconds from its sending, and the payload or None."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    """What came at its response_url and was taken."""
    shown: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def sending(self) -> None:
        """It goes out now."""
        self.sendings += 1
        self.sent = self.sent or asyncio.get_running_loop().time()

    async def acknowledge(self, payload: Any) -> None:
        seconds = asyncio.get_running_loop().time() - self.sent
        async with self._changed:
            if len(self.acks) >= self.sendings:
                self.faults.append("acknowledged once too often")
            self.acks.append((seconds, payload))
            if seconds > WITHIN:
                self.faults.append(f"acknowledged after {seconds:.1f} s")
            elif payload is not None and not self.accepts:
                self.faults.append("an acknowledgement that may hold no payload holds one")
            elif payload is not None and "response_action" not in payload:
                self._show(payload)
            self._changed.notify_all()

    async def answer(self, body: dict[str, Any]) -> None:
        async with self._changed:
            self.answers.append(body)
            self._show(body)
            self._changed.notify_all()

    async def acknowledged(self, *, within: float = 20) -> tuple[float, Any]:
        """(seconds, payload) of its acknowledgement."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: self.acks)
            return self.acks[0]

    async def told(self, *, times: int = 1, within: float = 20) -> str:
        """What was shown, the last of so many."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.shown) >= times)
            return self.shown[times - 1]

    async def outcome(self, *, within: float = 20) -> str:
        """What was said in the end, quickly or after a while."""

        def final() -> list[str]:
            return [words for words in self.shown if not words.startswith("Checking ")]

        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(final)
            return final()[0]

    def _show(self, body: dict[str, Any]) -> None:
        self.faults += message_faults(body)
        self.shown.append(str(body.get("text", "")))


def message_faults(body: Any) -> list[str]:
    """What Slack would not take in a message to a response_url, or in an acknowledgement."""
    if not isinstance(body, dict):
        return ["invalid_payload"]
    found = []
    text = body.get("text", "")
    if not isinstance(text, str) or (not text and not body.get("blocks")):
        found.append("no_text")
    elif rules.length(text) > SPLIT_AT:
        found.append("msg_too_long")
    if body.get("response_type", "ephemeral") not in {"ephemeral", "in_channel"}:
        found.append("invalid_response_type")
    if "blocks" in body:
        found += rules.faults(body["blocks"])
    return found
