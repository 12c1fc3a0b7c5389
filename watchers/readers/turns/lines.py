"""A transcript's lines, whatever it comes in; page numbers and what stands before the call are gone."""

import re
from dataclasses import dataclass

from watchers.model import Body
from watchers.readers.html import clean, decode, paragraphs
from watchers.readers.pdf import pages

_PAGE_NUMBER = re.compile(r"^\s*(?:page\s+)?\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?\s*$", re.IGNORECASE)
_EDITORIAL_END = re.compile(r"^\W*full conference call transcript\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    page: int | None = None


def lines_of(body: Body) -> list[Line]:
    """Lines with their page, for a PDF. Raises `Unreadable` for a PDF that cannot be read."""
    if body.content[:1024].lstrip().startswith(b"%PDF-"):
        lines = [
            Line(line.strip(), number)
            for number, text in enumerate(pages(body.content, body.url or "document").texts, start=1)
            for line in text.split("\n")
        ]
    else:
        text = decode(body.content, body.charset)
        if is_html(body, text):
            lines = [Line(line) for block in paragraphs(text) for line in block.split("\n")]
        else:
            lines = [Line(line.strip()) for line in clean(text).splitlines()]
    lines = [line for line in lines if not _PAGE_NUMBER.match(line.text)]
    # Editorial summaries above a transcript repeat its quotes, and not always rightly.
    for index, line in enumerate(lines):
        if _EDITORIAL_END.match(line.text):
            return lines[index + 1 :]
    return lines


def is_html(body: Body, text: str) -> bool:
    if body.media_type is not None:
        return "html" in body.media_type
    return re.search(r"<(?:html|body|p|div)\b", text[:5000], re.IGNORECASE) is not None
