"""What comes from Slack, whichever way it came (socket or HTTP), and what is said back. Pure values."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where. Ids are Slack's: "U…", "C…" (public), "G…" (private), "D…" (direct)."""

    user: str
    channel: str
    channel_name: str
    """As Slack gives it, without "#": "privategroup" and "directmessage" stand for those that it does not name."""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """`/watch …`. `text`: what stands after it, channels and links as `<#C1|name>` and `<https://…|…>`."""

    asker: Asker
    text: str
    trigger: str = ""
    """Opens one modal, within three seconds."""


@dataclass(frozen=True, slots=True)
class Click:
    """A button or a menu of a message. `value`: the button's value, or that of the option that was chosen."""

    asker: Asker
    action: str
    """Its `action_id`."""
    value: str
    message: str
    """The `ts` of the message it stands in."""
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal that was sent. `values`: by `action_id`.

    It stands in no channel, so `asker` names none; `about` may. A reply is shown in the modal, None closes it.
    """

    asker: Asker
    callback: str
    about: str
    """Its `private_metadata`."""
    values: Mapping[str, str] = field(default_factory=dict)


Event = Command | Click | Submission


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back: `in_channel` to everybody there, else to the asker alone.

    `text` is mrkdwn of our own words, with those of others escaped (`bot.slack.text.escaped`).
    """

    text: str
    in_channel: bool = False
    modal: Mapping[str, Any] | None = None
    """Opened instead of a reply, with the event's trigger: within three seconds of it, so without long work before."""


Handler = Callable[[Event], Awaitable[Reply | None]]
"""Answers an event; None says nothing (a click that only changes the message). What it raises is our fault, and is told
as such with a reference."""
