"""What Slack makes of text: whom it calls, what it links, what it formats (its page "Formatting message text")."""

import re
from collections.abc import Iterator
from typing import Any

_SEQUENCE = re.compile(r"<([^<>]*)>")
_PINGS = re.compile(r"!(?:channel|here|everyone|group)\b|!subteam\^|@[UWB]")
_BARE_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>|]+", re.IGNORECASE)
_NAMED = re.compile(r"(?<![\w@])@(?:channel|here|everyone|[a-z0-9._-]+)", re.IGNORECASE)
_FORMATS = re.compile(r"(?<!\w)([*_~])(?=\S)[^\n]*?\S\1(?!\w)|`[^`\n]+`|```|^\s*(?:>|&gt;)", re.MULTILINE)


def pings(text: str, *, names: bool = False) -> list[str]:
    """Who is called by this text. `names`: "@here" counts too (`link_names`, or `parse` "full")."""
    found = [sequence for sequence in _SEQUENCE.findall(text) if _PINGS.match(sequence)]
    return found + (_NAMED.findall(text) if names else [])


def links(text: str, *, bare: bool) -> list[str]:
    """Where this text leads. `bare`: an address without brackets becomes a link too."""
    sequences = _SEQUENCE.findall(text)
    found = [sequence.partition("|")[0] for sequence in sequences if not sequence.startswith(("!", "@", "#"))]
    return found + (_BARE_URL.findall(_SEQUENCE.sub(" ", text)) if bare else [])


def formats(text: str) -> list[str]:
    """Words that this text would set in bold, italics, strike or code, or as a quote."""
    return [found[0] for found in _FORMATS.finditer(_SEQUENCE.sub(" ", text))]


def unescaped(text: str) -> str:
    """As a reader sees it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a tree of blocks, from the outside in."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from inside(one)
    elif isinstance(value, list):
        for one in value:
            yield from inside(one)


def pings_of_blocks(blocks: list[Any]) -> list[str]:
    found = []
    for one in inside(blocks):
        if one.get("type") in {"user", "usergroup", "broadcast"}:
            found.append(str(one))
        if one.get("type") == "mrkdwn":
            found += pings(one["text"])
    return found


def links_of_blocks(blocks: list[Any]) -> list[str]:
    found = []
    for one in inside(blocks):
        if one.get("type") == "link" or (one.get("type") == "button" and "url" in one):
            found.append(one["url"])
        if one.get("type") == "mrkdwn":
            found += links(one["text"], bare=not one.get("verbatim", False))
    return found


def formats_of_blocks(blocks: list[Any]) -> list[str]:
    """What mrkdwn in the blocks formats; styles of rich_text are the sender's own."""
    return [found for one in inside(blocks) if one.get("type") == "mrkdwn" for found in formats(one["text"])]


def words_of_blocks(blocks: list[Any]) -> str:
    """All text of the blocks, as a reader sees it."""
    parts = []
    for one in inside(blocks):
        text = one.get("text")
        if isinstance(text, str):
            parts.append(unescaped(text) if one.get("type") == "mrkdwn" else text)
    return "".join(parts)
