"""Messages of the outbox drawn as they stand in Slack, or will stand there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model import Message
from bot.slack.picture import draw
from bot.slack.render import LONGEST_TEXT, payload
from bot.slack.text import escaped

MOST_REPLIES = 30
"""In one picture: the thread of a storm may have hundreds."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """`left_out`: how many replies of the thread are not in it."""

    svg: str
    left_out: int = 0


def drawing(wanted: Message, thread: Sequence[Message]) -> Drawing:
    """The message that stands in the channel itself, and its thread; of the thread only `wanted`, if that is in it.

    `thread`: see `bot.store.threads.thread_of`. A mark that something may be a repeat is not kept, so it is not drawn.
    """
    top, *others = thread
    replies = [message for message in others if message.operation in {"reply", "file"}]
    about = wanted.parent if wanted.operation == "update" else wanted.id
    shown = [message for message in replies if message.id == about] or replies[:MOST_REPLIES]
    left_out = 0 if about in {message.id for message in replies} else len(replies) - len(shown)
    svg = draw(
        [_standing(top, others)], channel=wanted.channel, threads={0: [_standing(message, others) for message in shown]}
    )
    return Drawing(svg, left_out)


def _standing(message: Message, others: Iterable[Message]) -> dict[str, Any]:
    """With its latest update, at the time at which it was told."""
    latest = [message, *(one for one in others if one.operation == "update" and one.parent == message.id)][-1]
    if message.file is not None:
        said: dict[str, Any] = {"text": escaped(f"{message.file.title} ({message.file.filename})", LONGEST_TEXT)}
    else:
        said = payload(latest, plain=latest.plain)
    broadcast = {"reply_broadcast": True} if message.broadcast else {}
    return {**said, **broadcast, "ts": f"{message.told.timestamp():.6f}"}
