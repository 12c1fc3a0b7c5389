"""What is shown to who asked, as Slack takes it: in the acknowledgement, at a response_url, or in a modal. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from bot.plain import utf16_length
from bot.slack.events import Click, Event, Reply, Submission

LONGEST_TEXT = 2900
"""UTF-16 units. A section takes 3,000, and beyond 4,000 Slack makes several messages of a text."""

STOPPING = Reply("I am being restarted; nothing changed. Please repeat that in a minute.")
STOPPED = Reply("I am being restarted and did not finish that. Please look in a minute whether it is done.")
CROWDED = Reply("Too much at once; nothing changed. Please repeat that in a minute.")
TOO_LATE = Reply("That took too long to open; nothing changed. Please try once more.")
DONE = Reply("Done.")
SILENCE = Reply("")
"""Stands for nothing at all: a repeated envelope was answered before, a modal that opened says enough."""

_ADDRESS = re.compile(r"<(https?://[^\s<>|]+)(?:\|[^<>]*)?>")


def checking(event: Event) -> Reply:
    """What is said when an answer takes its time. An address is shown as Slack gave it, which is escaped."""
    address = _ADDRESS.search(getattr(event, "text", ""))
    return Reply(f"Checking <{address[1]}>…" if address else "Checking …")


def broken(reference: str) -> Reply:
    return Reply(f"Something broke on my side; nothing changed. Reference `{reference}`.")


def acknowledgement(event: Event, reply: Reply | None) -> Mapping[str, Any] | None:
    """The payload of an acknowledgement that shows the reply; None for an empty one, which shows nothing.

    That of a click can show nothing (`accepts_response_payload` is false): its reply goes to its response_url.
    """
    if reply is None or reply is SILENCE or isinstance(event, Click):
        return None
    if isinstance(event, Submission):
        return {"response_action": "update", "view": in_modal(reply)}
    return message(event, reply)


def message(event: Event, reply: Reply) -> Mapping[str, Any]:
    """As an acknowledgement of a command and a response_url take it."""
    said = {
        "response_type": "in_channel" if reply.in_channel else "ephemeral",
        "text": _cut(reply.text),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    # Without it an answer to a click would take the place of the alert that was clicked.
    return said | ({"replace_original": False} if isinstance(event, Click) else {})


def in_modal(reply: Reply) -> Mapping[str, Any]:
    """A modal stands in no channel, so what is said after it is said in it, or in the modal that follows."""
    if reply.modal is not None:
        return reply.modal
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Onrecord"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": _cut(reply.text) or " "}}],
    }


def _cut(text: str) -> str:
    """At most so long; cut between lines, so that no mark is left open."""
    if utf16_length(text) <= LONGEST_TEXT:
        return text
    kept, room = [], LONGEST_TEXT - 2
    for line in text.split("\n"):
        room -= utf16_length(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])
