"""Words of others in Slack: literal and bounded.

Whatever a document or a person wrote stands in `rich_text` text elements, which Slack takes literally; the notification
`text` holds it escaped, and escapes exactly three characters (Slack's documentation; `html.escape` is wrong).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from bot.plain import Piece, safe, utf16_length

LONGEST_URL = 2900
"""Slack takes 3,000 characters."""

Element = dict[str, Any]

_ENTITIES: Mapping[str, str] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_NOT_IN_URL = re.compile(r"[\s|<>\"]")


def escaped(text: str, most: int) -> str:
    """`text` for `mrkdwn` or a message's `text`: at most so many characters, never cut inside an entity."""
    words = "".join(_ENTITIES.get(character, character) for character in safe(text))
    if utf16_length(words) <= most:
        return words
    kept: list[str] = []
    room = most - 1
    for character in safe(text):
        written = _ENTITIES.get(character, character)
        room -= utf16_length(written)
        if room < 0:
            break
        kept.append(written)
    return "".join(kept).rstrip() + "…"


def words(text: str, *, bold: bool = False, italic: bool = False, strike: bool = False) -> Element:
    """A rich_text text element. Slack refuses an empty one, so empty text is a space."""
    made: Element = {"type": "text", "text": safe(text) or " "}
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("strike", strike)) if on}
    return made | ({"style": style} if style else {})


def link(url: str | None, text: str, *, bold: bool = False) -> Element:
    """A link where the address is one of the web, else the words alone."""
    address = address_of(url)
    if address is None:
        return words(text, bold=bold)
    made: Element = {"type": "link", "url": address, "text": safe(text) or "document"}
    return made | ({"style": {"bold": True}} if bold else {})


def address_of(url: str | None, most: int = LONGEST_URL) -> str | None:
    """An address of at most so many characters that Slack takes and that leads to the web, or None."""
    bare = safe(url or "").strip().replace("\n", "").replace("\t", "")
    address = _NOT_IN_URL.sub(lambda found: quote(found[0]), bare)
    if not address.lower().startswith(("http://", "https://")) or utf16_length(address) > most:
        return None
    return address


def section(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def quotation(pieces: Iterable[Piece]) -> Element:
    """A quote with its hits in bold."""
    elements = [words(text, bold=hit) for text, hit in pieces]
    return {"type": "rich_text_quote", "elements": elements or [words(" ")]}


def rich_text(*elements: Element) -> Element:
    return {"type": "rich_text", "elements": list(elements)}
