"""A transcript's lines, whatever it comes in; page numbers and what runs along the edges of pages are gone."""

import re
from collections import Counter
from dataclasses import dataclass

from watchers.model import Body
from watchers.readers.html import clean, decode, paragraphs
from watchers.readers.pdf import pages

_PAGE_NUMBER = re.compile(r"^(?:page\s{1,3})?\d{1,3}(?:\s{0,3}(?:of|/)\s{0,3}\d{1,3})?$", re.IGNORECASE)
_EDGE = 3
"""Lines at the head and at the foot of a page that may be running titles."""
_FEWEST_PAGES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line, trimmed; an empty one parts two blocks. `page`: of a PDF, counted from 1."""

    text: str
    page: int | None = None


def lines_of(body: Body) -> list[Line]:
    """Lines with their page, for a PDF. Raises `Unreadable` for a PDF that cannot be read."""
    if b"%PDF-" in body.content[:1024]:
        return _pdf_lines(pages(body.content, body.url or "document").texts)
    text = decode(body.content, body.charset)
    if is_html(body, text):
        lines = [Line(line) for block in paragraphs(text) for line in (*block.split("\n"), "")]
    else:
        lines = [Line(line.strip()) for line in clean(text).splitlines()]
    return [line for line in lines if not _PAGE_NUMBER.match(line.text[:20])]


def is_html(body: Body, text: str) -> bool:
    if body.media_type is not None:
        return "html" in body.media_type
    return re.search(r"<(?:html|body|p|div)\b", text[:5000], re.IGNORECASE) is not None


def _pdf_lines(texts: list[str]) -> list[Line]:
    sheets = [[line.strip() for line in text.split("\n")] for text in texts]
    running = _running_titles(sheets)
    lines = []
    for number, sheet in enumerate(sheets, start=1):
        begin, end = _words(sheet, running)
        lines += [Line(line, number) for line in sheet[begin:end]]
    return lines


def _words(sheet: list[str], running: set[str]) -> tuple[int, int]:
    """Where the words of a page begin and end: from each edge inwards, as long as no line says anything."""
    begin, end = 0, len(sheet)
    while begin < min(_EDGE, end) and _says_nothing(sheet[begin], running):
        begin += 1
    while end > max(len(sheet) - _EDGE, begin) and _says_nothing(sheet[end - 1], running):
        end -= 1
    return begin, end


def _says_nothing(line: str, running: set[str]) -> bool:
    return not line or _PAGE_NUMBER.match(line[:20]) is not None or _shape(line) in running


def _running_titles(sheets: list[list[str]]) -> set[str]:
    """Lines that stand at the edge of most pages: a title, a copyright, "Page 3 of 14"."""
    seen = Counter(
        shape for sheet in sheets for shape in {_shape(line) for line in (*sheet[:_EDGE], *sheet[-_EDGE:]) if line}
    )
    return {shape for shape, count in seen.items() if count >= max(_FEWEST_PAGES, len(sheets) / 2 + 1)}


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line[:200])
