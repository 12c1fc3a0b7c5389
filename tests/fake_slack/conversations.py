"""conversations.list, info, join, history and replies."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from fake_slack.asked import Answer, Asked, SaysNo
from fake_slack.workspace import Channel, Posted

MOST = 999


def listing(asked: Asked) -> Answer:
    wanted = asked.text("types").split(",") if asked.text("types") else ["public_channel"]
    for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
        if kind in wanted:
            asked.need(scope)
    shown = [
        channel
        for channel in asked.workspace.channels.values()
        if ("private_channel" in wanted and asked.is_member(channel) if channel.private else "public_channel" in wanted)
        and not (channel.archived and asked.flag("exclude_archived"))
    ]
    page, cursor = _page(asked, shown)
    return {"channels": [_channel(asked, channel) for channel in page], "response_metadata": {"next_cursor": cursor}}


def info(asked: Asked) -> Answer:
    """The scope that is needed is that of the channel's kind; what the bot may not see is not there."""
    channel = asked.channel()
    asked.need("groups:read" if channel.private else "channels:read")
    return {"channel": _channel(asked, channel)}


def join(asked: Asked) -> Answer:
    asked.need("channels:join")
    channel = asked.channel()
    if channel.archived:
        raise SaysNo("is_archived")
    if channel.private:
        raise SaysNo("method_not_supported_for_channel_type")
    channel.members.add(asked.token.user)
    return {"channel": _channel(asked, channel)}


def history(asked: Asked) -> Answer:
    channel = _readable(asked)
    shown = [
        one
        for one in _between(asked, asked.workspace.visible(channel.id))
        if one.thread_ts in {None, one.ts} or one.broadcast
    ]
    return _messages(asked, shown)


def replies(asked: Asked) -> Answer:
    """The parent is always the first of the answer, oldest first after it."""
    channel = _readable(asked)
    parent = asked.workspace.message(channel.id, asked.text("ts"))
    if parent is None:
        raise SaysNo("thread_not_found")
    thread = [one for one in reversed(asked.workspace.visible(channel.id)) if one.thread_ts == parent.ts]
    return _messages(asked, [parent, *_between(asked, thread)])


def _readable(asked: Asked) -> Channel:
    channel = asked.channel()
    kind = "im" if channel.id.startswith("D") else "groups" if channel.private else "channels"
    asked.need(f"{kind}:history")
    if not asked.is_member(channel):
        raise SaysNo("not_in_channel")
    return channel


def _between(asked: Asked, messages: Sequence[Posted]) -> list[Posted]:
    oldest, latest = asked.text("oldest") or "0", asked.text("latest")
    return [one for one in messages if float(one.ts) > float(oldest) and (not latest or float(one.ts) < float(latest))]


def _messages(asked: Asked, shown: Sequence[Posted]) -> Answer:
    page, cursor = _page(asked, shown)
    answer: Answer = {"messages": [_message(asked, one) for one in page], "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _message(asked: Asked, one: Posted) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "message", "ts": one.ts, "text": one.text, "user": asked.token.user}
    if one.blocks:
        said["blocks"] = one.blocks
    if one.thread_ts:
        said["thread_ts"] = one.thread_ts
    if one.files:
        said["files"] = one.files
    if one.metadata and asked.flag("include_all_metadata"):
        said["metadata"] = one.metadata
    return said


def _channel(asked: Asked, channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": asked.is_member(channel),
    }


def _page(asked: Asked, everything: Sequence[Any]) -> tuple[Sequence[Any], str]:
    limit = int(asked.text("limit") or 100)
    if not 1 <= limit <= MOST:
        raise SaysNo("invalid_limit")
    start = _offset(asked.text("cursor"))
    end = start + limit
    return everything[start:end], base64.b64encode(f"at:{end}".encode()).decode() if end < len(everything) else ""


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("at:"))
    except (binascii.Error, ValueError):
        raise SaysNo("invalid_cursor") from None
