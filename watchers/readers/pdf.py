"""PDF text by pdfium, page by page: a page is a passage.

Judged page by page: a scan whose only text is the court's stamp says nothing, and is said to need OCR. pdfium marks a
hyphen at a line's end with U+0002; it stays in the text, and the rules read both joinings.
"""

import re
from dataclasses import dataclass, field

from watchers.model import Body, Document, EntryMeta, Frozen, Meta, Passage, PostMeta, Reader, Reading
from watchers.readers.court import has_court_stamp, without_margin_numbers, without_stamps
from watchers.readers.html import clean
from watchers.trouble import TroubleRecord, Unreadable

MOST_PAGES = 2000
MOST_TEXT = 20_000_000
"""Characters of a whole document."""
LEAST_ON_PAGE = 20
"""Characters besides stamps from which a page says something."""
LEAST_LETTERS = 0.4
"""Part of letters and digits below which a page's text is glyph numbers, not words."""


@dataclass(slots=True)
class Pages:
    """Text by page; `count` pages in the document, fewer in `texts` when it was `truncated`."""

    texts: list[str] = field(default_factory=list)
    count: int = 0
    truncated: bool = False


class Options(Frozen):
    """`draft`: the docket entry that the PDF belongs to; without it the PDF speaks for itself."""

    draft: Document | None = None


def pages(content: bytes, where: str = "document") -> Pages:
    """The text of each page. Raises `Unreadable`."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    start = content.find(b"%PDF-", 0, 1024)
    if start < 0:
        kind = "a web page (a log-in, perhaps)" if b"<html" in content[:2048].lower() else "no PDF"
        raise Unreadable(f"{where}: {kind} where a PDF was expected" if content else f"{where}: an empty file")
    try:
        document = pypdfium2.PdfDocument(content[start:])
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise Unreadable(f"{where}: the PDF wants a password", "Open it by hand; it cannot be watched.") from None
        raise Unreadable(f"{where}: the PDF is damaged") from None
    read = Pages(count=len(document))
    size = 0
    for index in range(min(read.count, MOST_PAGES)):
        try:
            page = document[index]
            text = page.get_textpage().get_text_range()
        except pypdfium2.PdfiumError:
            text = ""
        text = clean(text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "\x02"))
        size += len(text)
        if size > MOST_TEXT:
            break
        read.texts.append(text)
    read.truncated = len(read.texts) < read.count
    return read


def read(body: Body, options: Options) -> Reading:
    """One document whose passages are pages. Raises `Unreadable`."""
    where = body.url or "document"
    found = pages(body.content, where)
    draft = options.draft
    texts = [without_margin_numbers(text) for text in found.texts]
    silent = [number for number, text in enumerate(texts, start=1) if not says_something(text)]
    troubles = []
    if found.truncated:
        detail = f"{where}: only {len(found.texts)} of {found.count} pages were read"
        troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend="Read the rest by hand."))
    if silent:
        detail = f"{where}: {len(silent)} of {found.count} pages have no text (scans?)"
        troubles.append(TroubleRecord(kind="unreadable", detail=detail, mend="They need OCR; nothing in them is seen."))
    needs_ocr = len(silent) > len(texts) / 2 or not texts
    passages = tuple(
        Passage(text=text, page=number) for number, text in enumerate(texts, start=1) if number not in silent
    )
    document = (
        _with_pages(draft, passages, needs_ocr=needs_ocr)
        if draft
        else _alone(body, passages, texts, needs_ocr=needs_ocr)
    )
    return Reading(documents=(document,), troubles=tuple(troubles))


def says_something(text: str) -> bool:
    """Whether a page has words besides the stamps of a court."""
    said = "".join(without_stamps(text).split())
    if len(said) < LEAST_ON_PAGE:
        return False
    return sum(map(str.isalnum, said)) >= LEAST_LETTERS * len(said)


def _with_pages(draft: Document, passages: tuple[Passage, ...], *, needs_ocr: bool) -> Document:
    meta = draft.meta
    if isinstance(meta, EntryMeta):
        meta = meta.model_copy(update={"state": "needs-ocr" if needs_ocr else "text-ready"})
    return draft.model_copy(update={"meta": meta, "passages": (*draft.passages, *passages)})


def _alone(body: Body, passages: tuple[Passage, ...], texts: list[str], *, needs_ocr: bool) -> Document:
    name = re.sub(r"[?#].*", "", body.url).rstrip("/").rpartition("/")[2]
    meta: Meta = PostMeta()
    if any(map(has_court_stamp, texts)):
        meta = EntryMeta(state="needs-ocr" if needs_ocr else "text-ready")
    url = body.url if body.url.startswith(("http://", "https://")) else None
    return Document(key=body.url or "document", url=url, title=name, meta=meta, passages=passages)


READER = Reader(name="pdf", version=1, read=read, options=Options)
