"""Words of others in Slack: literal, bounded, without tricks.

Whatever a document or a person wrote stands in `rich_text` text elements, which Slack takes literally; the notification
`text` holds it escaped, and escapes exactly three characters (Slack's documentation; `html.escape` is wrong).
"""

import re
from typing import Any

_TRICKS = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")


def safe(text: str) -> str:
    """Without control characters and marks that turn the direction of writing."""
    return _TRICKS.sub("", text)


def escape(text: str) -> str:
    return safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(text: str, most: int) -> str:
    """One line of at most so many characters."""
    flat = " ".join(safe(text).split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def around(text: str, start: int, end: int, most: int) -> tuple[str, str, str]:
    """(before, hit, after) within `most` characters; what is cut is marked by an ellipsis."""
    if len(text) <= most:
        return text[:start], text[start:end], text[end:]
    hit = text[start:end][:most]
    room = (most - len(hit)) // 2
    before, after = text[:start], text[end:]
    if len(before) > room:
        before = "…" + before[len(before) - room :].partition(" ")[2]
    if len(after) > room:
        after = after[:room].rpartition(" ")[0] + "…"
    return before, hit, after


def element(text: str, *, bold: bool = False, italic: bool = False, strike: bool = False) -> dict[str, Any]:
    """A rich_text text element. Slack refuses an empty one, so empty text is a space."""
    made: dict[str, Any] = {"type": "text", "text": safe(text) or " "}
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("strike", strike)) if on}
    return made | ({"style": style} if style else {})


def link(url: str | None, text: str) -> dict[str, Any]:
    """A link where the address is one, else the words alone."""
    words = safe(text) or "document"
    if url is None or not url.startswith(("http://", "https://")) or len(url) > 2900:
        return element(words, bold=True)
    return {"type": "link", "url": safe(url).replace(" ", "%20"), "text": words, "style": {"bold": True}}
