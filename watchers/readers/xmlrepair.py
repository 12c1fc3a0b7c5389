"""What people's feeds get wrong in XML, put right where there is no doubt.

feedparser reads such feeds too, by guess, and then writes "Q&A; with the CEO" for "Q&A with the CEO": words that nobody
said.
"""

import re
from html.entities import html5

from watchers.readers.html import clean

_AMPERSAND = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]\w{0,31});)?", re.DOTALL)
_OF_XML = {"amp", "lt", "gt", "quot", "apos"}


def repaired(feed: str) -> str:
    """Ampersands that begin no reference are escaped, HTML's names for characters resolved, control characters gone.

    A feed that declares entities of its own is left alone.
    """
    if "<!ENTITY" in feed:
        return feed
    return _AMPERSAND.sub(_reference, clean(feed))


def _reference(found: re.Match[str]) -> str:
    whole, name = found.group(0), found.group(1)
    if whole.startswith("<!") or (name and name in _OF_XML):
        return whole
    if name and name.startswith("#"):
        number = int("0" + name[1:], 0) if name[1] in "xX" else int(name[1:])
        return whole if _is_character(number) else "\ufffd"
    characters = html5.get(f"{name};") if name else None
    return "".join(f"&#{ord(one)};" for one in characters) if characters else f"&amp;{whole[1:]}"


def _is_character(number: int) -> bool:
    """XML 1.0, 2.2."""
    return number in {9, 10, 13} or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
