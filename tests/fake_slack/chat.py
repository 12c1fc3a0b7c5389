"""chat.postMessage and chat.update, and auth.test beside them."""

import json
from typing import Any

from fake_slack import blocks as rules
from fake_slack.asked import Answer, Asked, SaysNo
from fake_slack.rates import Rates
from fake_slack.workspace import Posted

SPLIT_AT = 4000
"""Beyond it Slack makes several messages of one `text` (java-slack-sdk#704, bolt-python#764)."""
LONGEST_TEXT = 40_000
LARGEST_METADATA = 4096
"""Bytes of JSON. Slack gives no number; ours is far below any."""


class Chat:
    def __init__(self, rates: Rates) -> None:
        self._rates = rates

    def test(self, asked: Asked) -> Answer:
        return {
            "url": "https://onrecord.slack.com/",
            "team": "Onrecord",
            "user": "onrecord",
            "user_id": asked.token.user,
        }

    def post(self, asked: Asked) -> Answer:
        asked.need("chat:write")
        channel = asked.channel(by_name=True)
        if channel.archived:
            raise SaysNo("is_archived")
        if not asked.is_member(channel) and "chat:write.public" not in asked.token.scopes:
            raise SaysNo("not_in_channel")
        if channel.post_error is not None:
            raise SaysNo(channel.post_error)
        content = _content(asked)
        thread = asked.text("thread_ts") or None
        parent = asked.workspace.message(channel.id, thread) if thread is not None else None
        if thread is not None and parent is None:
            raise SaysNo("thread_not_found")
        if parent is not None and parent.thread_ts not in {None, parent.ts}:
            raise SaysNo("invalid_thread_ts")  # Slack's page: not the `ts` of a reply
        wait = self._rates.message(channel.id, asked.workspace.clock())
        if wait is not None:
            raise SaysNo("ratelimited", wait=wait)
        text, ts = content["text"], ""
        parts = [text[at : at + SPLIT_AT] for at in range(0, len(text), SPLIT_AT)] or [""]
        for index, part in enumerate(parts):
            ts = asked.workspace.next_ts()
            posted = Posted(
                channel=channel.id,
                ts=ts,
                at=asked.workspace.clock(),
                thread_ts=thread,
                broadcast=thread is not None and asked.flag("reply_broadcast"),
                part=index,
                **(content | {"text": part}),
            )
            asked.workspace.messages.append(posted)
        return {"channel": channel.id, "ts": ts, "message": {"text": text, "type": "message"}}

    def update(self, asked: Asked) -> Answer:
        asked.need("chat:write")
        channel = asked.channel()
        posted = asked.workspace.message(channel.id, asked.text("ts"))
        if posted is None:
            raise SaysNo("message_not_found")
        if len(asked.text("text")) > SPLIT_AT:
            raise SaysNo("msg_too_long")
        content = _content(asked)
        posted.versions.append((posted.text, posted.blocks))
        posted.text, posted.blocks = content["text"], content["blocks"]
        posted.metadata = content["metadata"] or posted.metadata
        posted.parse = content["parse"]
        return {"channel": channel.id, "ts": posted.ts, "text": posted.text}


def _content(asked: Asked) -> dict[str, Any]:
    """The arguments that make a message, judged as Slack judges them."""
    text, blocks = asked.text("text"), _json(asked, "blocks") or []
    if not text and not blocks:
        raise SaysNo("no_text")
    if len(text) > LONGEST_TEXT:
        raise SaysNo("msg_too_long")
    found = rules.faults(blocks)
    if found:
        messages = [f"[ERROR] {fault}" for fault in found]
        raise SaysNo("invalid_blocks", errors=found, response_metadata={"messages": messages})
    if rules.too_long(blocks):
        raise SaysNo("msg_blocks_too_long")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise SaysNo("invalid_arguments")
    return {
        "text": text,
        "blocks": blocks,
        "metadata": _metadata(asked),
        "mrkdwn": asked.text("mrkdwn").lower() != "false",
        "parse": asked.text("parse") or None,
        "link_names": asked.flag("link_names"),
    }


def _metadata(asked: Asked) -> dict[str, Any] | None:
    metadata = _json(asked, "metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SaysNo("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        raise SaysNo("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > LARGEST_METADATA:
        raise SaysNo("metadata_too_large")
    return metadata


def _json(asked: Asked, name: str) -> Any:
    """An argument that is JSON, or, in a form, JSON in a string."""
    value = asked.args.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SaysNo(f"invalid_{name}_format") from None
