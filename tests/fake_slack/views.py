"""views.open and views.update: a trigger opens one modal, within three seconds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from fake_slack import blocks as rules
from fake_slack.asked import Answer, Asked, SaysNo

LIFETIME = timedelta(seconds=3)
MOST_BLOCKS = 100
LARGEST = 250 * 1024


@dataclass
class View:
    """A modal as a person sees it. `versions`: what it was before."""

    id: str
    user: str
    view: dict[str, Any]
    versions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def words(self) -> str:
        return " ".join(str((block.get("text") or {}).get("text", "")) for block in self.view["blocks"])


@dataclass
class Views:
    clock: Callable[[], datetime]
    opened: dict[str, View] = field(default_factory=dict)
    _triggers: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def trigger(self, user: str) -> str:
        issued = f"{uuid4().int % 10**12}.{uuid4().hex}"
        self._triggers[issued] = (self.clock(), user)
        return issued

    def open(self, asked: Asked) -> Answer:
        trigger = asked.text("trigger_id")
        if trigger not in self._triggers:
            raise SaysNo("invalid_trigger_id")
        if trigger in self._used:
            raise SaysNo("exchanged_trigger_id")
        since, user = self._triggers[trigger]
        if self.clock() - since > LIFETIME:
            raise SaysNo("expired_trigger_id")
        view = _view(asked.args.get("view"))
        self._used.add(trigger)
        shown = View(f"V{uuid4().hex[:10].upper()}", user, view)
        self.opened[shown.id] = shown
        return {"view": {**view, "id": shown.id}}

    def update(self, asked: Asked) -> Answer:
        shown = self.opened.get(asked.text("view_id"))
        if shown is None:
            raise SaysNo("not_found")
        self.change(shown, _view(asked.args.get("view")))
        return {"view": {**shown.view, "id": shown.id}}

    def acted(self, shown: View, payload: Any) -> list[str]:
        """What the acknowledgement of a sent modal does to it; what Slack would not take of that."""
        if payload is None:
            del self.opened[shown.id]
            return []
        if payload.get("response_action") != "update":
            return [f"unknown response_action: {payload}"]
        found = faults(payload.get("view"))
        if not found:
            self.change(shown, payload["view"])
        return found

    def change(self, shown: View, view: dict[str, Any]) -> None:
        shown.versions.append(shown.view)
        shown.view = view


def faults(view: Any) -> list[str]:
    """What Slack would list under `errors` for a modal."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        return ["unsupported type [json-pointer:/view/type]"]
    found = list(rules._keys(view, "/view", *_KEYS))
    found += rules._text_object(view.get("title"), "/view/title", 24, plain_only=True)
    for name in ("submit", "close"):
        if name in view:
            found += rules._text_object(view[name], f"/view/{name}", 24, plain_only=True)
    for name, most in (("callback_id", 255), ("private_metadata", 3000)):
        if rules.length(str(view.get(name, ""))) > most:
            found.append(f"must be less than {most + 1} characters [json-pointer:/view/{name}]")
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return [*found, "must be an array [json-pointer:/view/blocks]"]
    if len(blocks) > MOST_BLOCKS:
        found.append(f"no more than {MOST_BLOCKS} items allowed [json-pointer:/view/blocks]")
    for index, block in enumerate(blocks):
        found += rules._object(block, f"/view/blocks/{index}", {**rules._BLOCKS, "input": _input})
    if any(block.get("type") == "input" for block in blocks if isinstance(block, dict)) and "submit" not in view:
        found.append("missing required field: submit [json-pointer:/view]")
    return found


def _view(given: Any) -> dict[str, Any]:
    """The argument, as an object or as JSON in a string."""
    view = json.loads(given) if isinstance(given, str) else given
    found = faults(view)
    if found:
        raise SaysNo("invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}" for fault in found]})
    if len(json.dumps(view)) > LARGEST:
        raise SaysNo("view_too_large")
    return view


def _input(block: dict[str, Any], at: str) -> rules.Faults:
    yield from rules._keys(block, at, "block_id", "label", "element", "hint", "optional", "dispatch_action")
    yield from rules._text_object(block.get("label"), f"{at}/label", 2000, plain_only=True)
    yield from rules._object(block.get("element"), f"{at}/element", _ELEMENTS)


def _plain_text_input(one: dict[str, Any], at: str) -> rules.Faults:
    allowed = ("action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length", "focus_on_load")
    yield from rules._keys(one, at, *allowed)
    if not 0 < one.get("max_length", 3000) <= 3000:
        yield f"must be 1 to 3000 [json-pointer:{at}/max_length]"


def _radio_buttons(one: dict[str, Any], at: str) -> rules.Faults:
    yield from rules._keys(one, at, "action_id", "options", "initial_option", "focus_on_load")
    yield from rules._items(one.get("options"), f"{at}/options", 10)
    for index, option in enumerate(one.get("options") or []):
        yield from rules._text_object(option.get("text"), f"{at}/options/{index}/text", 75)
        yield from rules._text(option.get("value"), f"{at}/options/{index}/value", 150)


_ELEMENTS: Mapping[str, Callable[[dict[str, Any], str], rules.Faults]] = {
    **rules._INTERACTIVE,
    "plain_text_input": _plain_text_input,
    "radio_buttons": _radio_buttons,
}
_KEYS = ("title", "submit", "close", "blocks", "callback_id", "private_metadata", "clear_on_close", "notify_on_close")
