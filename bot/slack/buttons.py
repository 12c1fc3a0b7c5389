"""What stands below an alert: what people did with it, and what they can do. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from bot.model import FOREVER, Alert, Handled, Reason
from bot.slack.text import Element

GOT_IT, NOT_RELEVANT, MUTE, UNMUTE = "got-it", "not-relevant", "mute", "unmute"
REASON = "reason"
"""Of the modal: its `callback_id` is `NOT_RELEVANT`, its `private_metadata` the alert's id."""
LASTS: dict[str, timedelta | None] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "forever": None,
}
_LASTS_SAID = {"1h": "For 1 hour", "24h": "For 24 hours", "7d": "For 7 days", "forever": "Until somebody unmutes it"}


def below(alert: Alert, handled: Sequence[Handled]) -> Iterator[Element]:
    """Blocks for the end of an alert's message."""
    if handled:
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": said(one)} for one in handled]}
    acts = {one.act for one in handled}
    buttons = []
    if "got-it" not in acts:
        buttons.append(_button(GOT_IT, "Got it", alert.id))
    if "not-relevant" not in acts:
        buttons.append(_button(NOT_RELEVANT, "Not relevant", alert.id))
    if "muted" in acts:
        buttons.append(_button(UNMUTE, "Unmute", alert.id))
    elif alert.watches:
        buttons.append(_menu(alert.id))
    if buttons:
        yield {"type": "actions", "elements": buttons}


def said(one: Handled) -> str:
    """In mrkdwn; ids of members are Slack's."""
    match one.act:
        case "got-it":
            return f":white_check_mark: Got it · <@{one.by}>"
        case "not-relevant":
            return f":no_entry_sign: Not relevant ({one.reason}) · <@{one.by}>"
        case "muted":
            return f":mute: Muted by <@{one.by}> {_until(one.until)}"


def why(alert_id: str) -> dict[str, Any]:
    """The modal that asks why an alert is not relevant."""
    options = [{"text": _plain(reason.capitalize()), "value": reason} for reason in get_args(Reason)]
    asked = {"type": "radio_buttons", "action_id": REASON, "options": options, "initial_option": options[0]}
    return {
        "type": "modal",
        "callback_id": NOT_RELEVANT,
        "private_metadata": alert_id,
        "title": _plain("Not relevant"),
        "submit": _plain("Send"),
        "close": _plain("Cancel"),
        "blocks": [{"type": "input", "block_id": REASON, "label": _plain("What is wrong with it?"), "element": asked}],
    }


def _button(action: str, label: str, alert_id: str) -> Element:
    return {"type": "button", "action_id": action, "text": _plain(label), "value": alert_id}


def _menu(alert_id: str) -> Element:
    options = [{"text": _plain(words), "value": f"{lasts} {alert_id}"} for lasts, words in _LASTS_SAID.items()]
    return {"type": "static_select", "action_id": MUTE, "placeholder": _plain("Mute"), "options": options}


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}


def _until(at: datetime | None) -> str:
    if at is None or at == FOREVER:
        return "until somebody unmutes it"
    utc = at.astimezone(UTC)
    return f"until <!date^{int(utc.timestamp())}^{{date_short}}, {{time}}|{utc:%Y-%m-%d %H:%M} UTC>"
