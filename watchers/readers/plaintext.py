"""Plain text as a post."""

import re

from watchers.model import Body, Document, NoOptions, Passage, PostMeta, Reader, Reading
from watchers.readers.html import clean, decode
from watchers.trouble import Unreadable

_BLANK = re.compile(r"\n[ \t]*\n")
_LONGEST_TITLE = 160


def read(body: Body, _options: NoOptions) -> Reading:
    """One post: paragraphs between blank lines; a short first line is its title. Raises `Unreadable`."""
    text = clean(decode(body.content, body.charset).replace("\r\n", "\n"))
    parts = [part.strip() for part in _BLANK.split(text) if part.strip()]
    if not parts:
        raise Unreadable(f"{body.url or 'document'}: no text in it")
    title = parts[0] if len(parts[0]) <= _LONGEST_TITLE and "\n" not in parts[0] and len(parts) > 1 else ""
    passages = tuple(Passage(text=part) for part in (parts[1:] if title else parts))
    document = Document(key=body.url or "document", title=title, meta=PostMeta(), passages=passages)
    return Reading(documents=(document,))


READER = Reader(name="text", version=1, read=read, options=NoOptions)
