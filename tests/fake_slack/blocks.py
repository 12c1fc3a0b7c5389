"""Slack's rules for blocks, by its Block Kit reference: every fault as Slack words it, with a pointer to the place."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MOST_BLOCKS = 50
MOST_CHARACTERS = 13_200
"""Of all blocks as JSON: undocumented, and the strictest reading of what was measured (bolt-js#2509, #2867)."""
_STYLES = {"bold", "italic", "strike", "code"}

Faults = Iterator[str]


def length(text: str) -> int:
    """In UTF-16 units, as the browser's side of Slack counts; never less than characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def too_long(blocks: Any) -> bool:
    return length(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > MOST_CHARACTERS


def faults(blocks: Any) -> list[str]:
    """What Slack would list under `errors`; empty where it takes the blocks."""
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    found = []
    if len(blocks) > MOST_BLOCKS:
        found.append(f"no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]")
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        at = f"/blocks/{index}"
        found += _object(block, at, _BLOCKS)
        name = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(name, str):
            found += _text(name, f"{at}/block_id", 255)
            if name in seen:
                found.append(f"`block_id` must be unique [json-pointer:{at}/block_id]")
            seen.add(name)
    return found


def _object(value: Any, at: str, known: Mapping[str, Callable[[dict[str, Any], str], Faults]]) -> Faults:
    if not isinstance(value, dict):
        yield f"must be an object [json-pointer:{at}]"
        return
    check = known.get(value.get("type", ""))
    if check is None:
        yield f"unsupported type: {value.get('type')} [json-pointer:{at}/type]"
        return
    yield from check(value, at)


def _text(value: Any, at: str, most: int) -> Faults:
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{at}]"
    elif not value:
        yield f"must be more than 0 characters [json-pointer:{at}]"
    elif length(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"
    elif any("\ud800" <= character <= "\udfff" for character in value):
        yield f"must be valid text [json-pointer:{at}]"


def _keys(value: Mapping[str, Any], at: str, *allowed: str) -> Faults:
    for key in value.keys() - {"type", *allowed}:
        yield f"additional property: {key} [json-pointer:{at}]"


def _items(value: Any, at: str, most: int) -> Faults:
    if not isinstance(value, list) or not value:
        yield f"must have at least 1 item [json-pointer:{at}]"
    elif len(value) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"


def _text_object(value: Any, at: str, most: int, *, plain_only: bool = False) -> Faults:
    if not isinstance(value, dict) or value.get("type") not in ({"plain_text"} if plain_only else _TEXT_OBJECTS):
        yield f"must be a text object [json-pointer:{at}]"
        return
    yield from _keys(value, at, "text", *_TEXT_OBJECTS[value["type"]])
    yield from _text(value.get("text"), f"{at}/text", most)


def _section(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "text", "fields", "accessory", "expand")
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text [json-pointer:{at}]"
    if "text" in block:
        yield from _text_object(block["text"], f"{at}/text", 3000)
    if "fields" in block:
        yield from _items(block["fields"], f"{at}/fields", 10)
        for index, one in enumerate(block["fields"]):
            yield from _text_object(one, f"{at}/fields/{index}", 2000)
    if "accessory" in block:
        yield from _object(block["accessory"], f"{at}/accessory", _INTERACTIVE)


def _header(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "text")
    yield from _text_object(block.get("text"), f"{at}/text", 150, plain_only=True)


def _context(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "elements")
    yield from _items(block.get("elements"), f"{at}/elements", 10)
    for index, one in enumerate(block.get("elements") or []):
        if isinstance(one, dict) and one.get("type") == "image":
            yield from _image(one, f"{at}/elements/{index}")
        else:
            yield from _text_object(one, f"{at}/elements/{index}", 2000)


def _image(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "image_url", "alt_text", "title", "slack_file")
    yield from _text(block.get("alt_text"), f"{at}/alt_text", 2000)
    yield from _text(block.get("image_url"), f"{at}/image_url", 3000)


def _divider(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id")


def _markdown(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "text")
    yield from _text(block.get("text"), f"{at}/text", 12_000)


def _actions(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "elements")
    yield from _items(block.get("elements"), f"{at}/elements", 25)
    seen = set()
    for index, one in enumerate(block.get("elements") or []):
        yield from _object(one, f"{at}/elements/{index}", _INTERACTIVE)
        name = one.get("action_id")
        if name in seen:
            yield f"`action_id` must be unique [json-pointer:{at}/elements/{index}/action_id]"
        seen.add(name)


def _button(one: dict[str, Any], at: str) -> Faults:
    yield from _keys(one, at, "action_id", "text", "value", "url", "style", "confirm", "accessibility_label")
    yield from _text_object(one.get("text"), f"{at}/text", 75, plain_only=True)
    for key, most in (("action_id", 255), ("value", 2000), ("url", 3000)):
        if key in one:
            yield from _text(one[key], f"{at}/{key}", most)
    if one.get("style", "primary") not in {"primary", "danger"}:
        yield f"must be one of: primary, danger [json-pointer:{at}/style]"


def _choice(most: int) -> Callable[[dict[str, Any], str], Faults]:
    def check(one: dict[str, Any], at: str) -> Faults:
        yield from _keys(one, at, "action_id", "placeholder", "options", "initial_option", "confirm")
        yield from _items(one.get("options"), f"{at}/options", most)
        for index, option in enumerate(one.get("options") or []):
            yield from _text_object(option.get("text"), f"{at}/options/{index}/text", 75)
            yield from _text(option.get("value"), f"{at}/options/{index}/value", 150)

    return check


def _rich_text(block: dict[str, Any], at: str) -> Faults:
    yield from _keys(block, at, "block_id", "elements")
    yield from _items(block.get("elements"), f"{at}/elements", 1000)
    for index, one in enumerate(block.get("elements") or []):
        yield from _object(one, f"{at}/elements/{index}", _RICH_TEXT)


def _line(allowed: tuple[str, ...]) -> Callable[[dict[str, Any], str], Faults]:
    def check(one: dict[str, Any], at: str) -> Faults:
        yield from _keys(one, at, "elements", *allowed)
        yield from _items(one.get("elements"), f"{at}/elements", 1000)
        for index, element in enumerate(one.get("elements") or []):
            yield from _object(element, f"{at}/elements/{index}", _INLINE)

    return check


def _list(one: dict[str, Any], at: str) -> Faults:
    yield from _keys(one, at, "elements", "style", "indent", "offset", "border")
    if one.get("style") not in {"bullet", "ordered"}:
        yield f"must be one of: bullet, ordered [json-pointer:{at}/style]"
    yield from _items(one.get("elements"), f"{at}/elements", 1000)
    for index, element in enumerate(one.get("elements") or []):
        yield from _object(element, f"{at}/elements/{index}", {"rich_text_section": _line(())})


def _inline(required: tuple[str, ...], *optional: str) -> Callable[[dict[str, Any], str], Faults]:
    def check(one: dict[str, Any], at: str) -> Faults:
        yield from _keys(one, at, "style", *required, *optional)
        for key in required:
            yield from _text(one.get(key), f"{at}/{key}", 3000 if key == "url" else MOST_CHARACTERS)
        if "style" in one:
            for name, on in one["style"].items():
                if name not in _STYLES or not isinstance(on, bool):
                    yield f"unknown style: {name} [json-pointer:{at}/style]"
        if one["type"] == "link":
            if not str(one.get("url")).lower().startswith(("http://", "https://", "mailto:", "slack://")):
                yield f"must be a valid url [json-pointer:{at}/url]"
            if any(character.isspace() for character in str(one.get("url"))):
                yield f"must be a valid url [json-pointer:{at}/url]"
            if "text" in one:
                yield from _text(one["text"], f"{at}/text", MOST_CHARACTERS)

    return check


_TEXT_OBJECTS = {"plain_text": ("emoji",), "mrkdwn": ("verbatim",)}
_INLINE = {
    "text": _inline(("text",)),
    "link": _inline(("url",), "text", "unsafe"),
    "emoji": _inline(("name",), "unicode", "skin_tone"),
    "user": _inline(("user_id",)),
    "usergroup": _inline(("usergroup_id",)),
    "channel": _inline(("channel_id",)),
    "broadcast": _inline(("range",)),
    "color": _inline(("value",)),
}
_RICH_TEXT = {
    "rich_text_section": _line(()),
    "rich_text_quote": _line(("border",)),
    "rich_text_preformatted": _line(("border", "language")),
    "rich_text_list": _list,
}
_INTERACTIVE = {"button": _button, "static_select": _choice(100), "overflow": _choice(5)}
_BLOCKS = {
    "rich_text": _rich_text,
    "section": _section,
    "header": _header,
    "context": _context,
    "divider": _divider,
    "image": _image,
    "markdown": _markdown,
    "actions": _actions,
}
