"""What Slack sends, read: the payload of a slash command, of a click or of a modal, the same over socket and HTTP.

Pure. Slack's word is not taken for its form: what is missing is empty, what is something else is no event of ours, and
characters that no database takes are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.plain import safe
from bot.slack.events import Asker, Click, Command, Event, Submission


@dataclass(frozen=True, slots=True)
class Heard:
    """An event and the ways back to who caused it."""

    event: Event
    response_url: str = ""
    """Takes five answers within thirty minutes. It is a secret: whoever has it may write there."""
    view: str = ""
    """The id of the modal that was sent."""


def heard(payload: Mapping[str, Any]) -> Heard | None:
    """The event in a payload; None where it holds none of ours (another kind, or nonsense)."""
    kind = _text(payload, "type")
    if kind == "block_actions":
        return _click(payload)
    if kind == "view_submission":
        return _submission(payload)
    if not kind and _text(payload, "command") and _text(payload, "user_id"):
        # The command's own name is not asked for: who has another app with the same name renames this one.
        asker = Asker(
            user=_text(payload, "user_id"),
            channel=_text(payload, "channel_id"),
            channel_name=_text(payload, "channel_name"),
            team=_text(payload, "team_id"),
        )
        command = Command(asker, text=_text(payload, "text"), trigger=_text(payload, "trigger_id"))
        return Heard(command, _text(payload, "response_url"))
    return None


def _click(payload: Mapping[str, Any]) -> Heard | None:
    actions = payload.get("actions")
    action = _inside({"action": actions[0]}, "action") if isinstance(actions, list) and actions else {}
    asker = _asker(payload)
    if not asker.user or not _text(action, "action_id"):
        return None
    click = Click(
        asker,
        action=_text(action, "action_id"),
        value=_chosen(action),
        message=_text(_inside(payload, "container"), "message_ts") or _text(_inside(payload, "message"), "ts"),
        trigger=_text(payload, "trigger_id"),
    )
    return Heard(click, _text(payload, "response_url"))


def _submission(payload: Mapping[str, Any]) -> Heard | None:
    view, asker = _inside(payload, "view"), _asker(payload)
    if not asker.user or not _text(view, "id"):
        return None
    blocks = _inside(_inside(view, "state"), "values")
    values = {
        name: _chosen(_inside(fields, name))
        for fields in (_inside(blocks, block) for block in blocks)
        for name in fields
    }
    submission = Submission(
        asker, callback=_text(view, "callback_id"), about=_text(view, "private_metadata"), values=values
    )
    return Heard(submission, view=_text(view, "id"))


def _asker(payload: Mapping[str, Any]) -> Asker:
    channel = _inside(payload, "channel")
    return Asker(
        user=_text(_inside(payload, "user"), "id"),
        channel=_text(channel, "id"),
        channel_name=_text(channel, "name"),
        team=_text(_inside(payload, "team"), "id") or _text(_inside(payload, "user"), "team_id"),
    )


def _chosen(element: Mapping[str, Any]) -> str:
    """A button's or a field's value, or that of the option that was chosen."""
    return _text(element, "value") or _text(_inside(element, "selected_option"), "value")


def _inside(mapping: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = mapping.get(key)
    return value if isinstance(value, dict) else {}


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    return safe(value) if isinstance(value, str) else ""
