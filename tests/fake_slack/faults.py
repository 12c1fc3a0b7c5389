"""What can go wrong between a client and Slack, before or after the method did its work."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["cut", "half", "hang", "500", "html", "text", "bad-json", "empty", "429", "error", "no-ts"]


@dataclass(frozen=True, slots=True)
class Fault:
    """`stored`: the method has done its work (the message stands in the channel) when the answer goes wrong.

    cut: the connection is closed without an answer; half: in the middle of one; hang: no answer comes;
    html, text, bad-json, empty: a 200 that is no answer of Slack's; no-ts: an answer that does not say where;
    429: with `retry_after` (None: without the header); error: `{"ok": false, "error": code}`.
    """

    kind: Kind
    stored: bool = False
    code: str = "internal_error"
    retry_after: str | None = "3"
