"""PDF text by pdfium, page by page: a page is a passage.

Each page is judged by itself, without the court's stamps: a scan says nothing, however many stamps it carries, and is
said to need OCR; so does a page whose text is glyph numbers instead of letters. Where no picture is drawn, few words
are all the words there are ("EXHIBIT A"). What was blacked out, but is there, is not read (`redactions`).

pdfium marks a hyphen at a line's end with U+0002 and joins the halves ("worst<U+0002>case"), so the text alone cannot
tell "worst-case" from "worstcase". It stays in the text: the rules read both joinings, and offsets count what is
stored. No-break spaces, soft hyphens and the like stay too. Lines end with a line feed alone.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from watchers.model import Body, Document, EntryMeta, Frozen, Meta, Passage, PostMeta, Reader, Reading
from watchers.readers.html import clean
from watchers.readers.redactions import BLOCK, without_hidden_words
from watchers.readers.stamps import LONGEST_STAMP, Stamp, stamp_on, without_line_numbers, without_stamps
from watchers.trouble import TroubleRecord, Unreadable

MOST_PAGES = 2000
MOST_TEXT = 8_000_000
"""Characters of a whole document, some 3,000 pages: the answer of a reader stays below what a child may send."""
FEWEST_LETTERS = 20
"""Characters of a page with pictures, besides stamps, from which it says something."""
MOST_OBJECTS = 50_000
"""Things drawn on a page that are looked at for pictures."""
MOST_LINES = 200
"""Things drawn, other than text, from which they may be letters drawn as shapes."""
LETTERS = 0.4
"""Part of letters and digits in a page's characters below which they are glyph numbers, not words (measured)."""
LONGEST_WORDS = 40
"""Characters a word, on average: glyph numbers without the one for the space."""

_LATIN = re.compile(r"[A-Za-z]")
_LATIN_BEYOND_ASCII = re.compile("[\u00aa-\u024f]")

Judgement = Literal["words", "scan", "garbled", "blank", "damaged"]


@dataclass(slots=True)
class Pages:
    """Text by page, in order.

    `count`: pages in the document; fewer in `texts` when it was `truncated`. The rest are indices of pages. On `blank`
    ones nothing is drawn at all, `damaged` ones cannot be loaded by pdfium; both have an empty text. On `unpictured`
    ones there is little text, and no picture either. `redacted` ones had words under a box, which are left out.
    """

    texts: list[str] = field(default_factory=list)
    count: int = 0
    truncated: bool = False
    blank: set[int] = field(default_factory=set)
    damaged: set[int] = field(default_factory=set)
    unpictured: set[int] = field(default_factory=set)
    redacted: set[int] = field(default_factory=set)

    def judged(self) -> list[Judgement]:
        """What there is on each page of `texts`."""
        return [
            "damaged"
            if at in self.damaged
            else "blank"
            if at in self.blank
            else judge(text, pictured=at not in self.unpictured)
            for at, text in enumerate(self.texts)
        ]


class Options(Frozen):
    """`draft`: the docket entry that the PDF belongs to; without it the PDF speaks for itself."""

    draft: Document | None = None


def pages(content: bytes, where: str = "document") -> Pages:
    """The text of each page, as it stands. Raises `Unreadable`: no PDF, damaged, or under a password."""
    import pypdfium2

    with _opened(content, where) as document:
        found = Pages(count=len(document))
        size = 0
        for at in range(min(found.count, MOST_PAGES)):
            try:
                text = _page(document, at, found)
            except pypdfium2.PdfiumError:
                found.damaged.add(at)
                text = ""
            size += len(text)
            if size > MOST_TEXT:
                break
            found.texts.append(text)
    found.truncated = len(found.texts) < found.count
    if len(found.damaged) >= len(found.texts):
        raise Unreadable(f"{where}: the PDF is damaged; not one of its pages can be opened")
    return found


def read(body: Body, options: Options) -> Reading:
    """One document whose passages are the pages that say something. Raises `Unreadable`."""
    where = body.url or "document"
    found = pages(body.content, where)
    judged = found.judged()
    texts = [without_line_numbers(text) for text in found.texts]
    passages = tuple(
        Passage(text=text, page=at)
        for at, (text, judgement) in enumerate(zip(texts, judged, strict=True), start=1)
        if judgement == "words"
    )
    # A blank sheet between two texts needs nothing; a document of blank sheets is taken for a scan.
    drawn = len(judged) - judged.count("blank")
    needs_ocr = len(passages) <= drawn / 2
    draft = options.draft if options.draft is not None else _draft(body, texts)
    meta = draft.meta
    if isinstance(meta, EntryMeta):
        meta = meta.model_copy(update={"state": "needs-ocr" if needs_ocr else "text-ready"})
    document = draft.model_copy(update={"meta": meta, "passages": (*draft.passages, *passages)})
    return Reading(
        documents=(document,),
        troubles=tuple(_troubles(found, judged, where)),
        facts={"pages": found.count, "needs_ocr": needs_ocr},
    )


def judge(text: str, *, pictured: bool = True) -> Judgement:
    """Whether a page has words besides the stamps of a court. `pictured`: there may be words in its pictures."""
    said = without_stamps(text).replace(BLOCK, "")
    characters = "".join(said.split())
    if len(characters) < FEWEST_LETTERS:
        return "scan" if pictured else "words" if any(map(str.isalnum, characters)) else "blank"
    ascii_letters = len(_LATIN.findall(characters))
    latin_beyond = len(_LATIN_BEYOND_ASCII.findall(characters))
    if sum(map(str.isalnum, characters)) < LETTERS * len(characters):
        return "garbled"
    if latin_beyond > ascii_letters:
        return "garbled"  # no language is written in accents alone
    if ascii_letters > len(characters) / 2 and len(characters) > LONGEST_WORDS * len(said.split()):
        return "garbled"
    return "words"


def _opened(content: bytes, where: str) -> Any:
    import pypdfium2
    import pypdfium2.raw as pdfium

    start = content.find(b"%PDF-", 0, 1024)
    if start < 0:
        raise Unreadable(f"{where}: {_instead_of_pdf(content)}")
    try:
        return pypdfium2.PdfDocument(content[start:])
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise Unreadable(f"{where}: the PDF wants a password", "Open it by hand; it cannot be watched.") from None
        raise Unreadable(f"{where}: the PDF is damaged or cut short") from None


def _instead_of_pdf(content: bytes) -> str:
    if not content.strip():
        return "an empty file where a PDF was expected"
    if re.search(rb"<(?:!doctype\s+html|html|head|body)\b", content[:4096], re.IGNORECASE):
        return "a web page (a log-in, perhaps) where a PDF was expected"
    return "no PDF"


def _page(document: Any, at: int, found: Pages) -> str:
    """The text of a page; what else is to be known of it goes into `found`. Raises `pypdfium2.PdfiumError`."""
    import pypdfium2.raw as pdfium

    page = document[at]
    try:
        text_page = page.get_textpage()
        try:
            text, hidden = without_hidden_words(page, text_page, text_page.get_text_range())
        finally:
            text_page.close()
        if not pdfium.FPDFPage_CountObjects(page.raw):
            found.blank.add(at)
        if len(text.strip()) < FEWEST_LETTERS + LONGEST_STAMP and not _is_pictured(page, said=bool(text.strip())):
            found.unpictured.add(at)
    finally:
        page.close()
    if hidden:
        found.redacted.add(at)
    # Which of the two marks of a hyphen comes depends on pdfium's own call.
    return clean(text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "\x02"))


def _is_pictured(page: Any, *, said: bool) -> bool:
    """Whether there may be words that are no text: images, letters drawn as shapes, fonts that tell no letters."""
    import pypdfium2.raw as pdfium

    things: Counter[int] = Counter()
    for thing in page.get_objects(max_depth=4):
        things[thing.type] += 1
        if thing.type in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING} or things.total() > MOST_OBJECTS:
            return True
    return things[pdfium.FPDF_PAGEOBJ_PATH] > MOST_LINES or (not said and things[pdfium.FPDF_PAGEOBJ_TEXT] > 0)


def _troubles(found: Pages, judged: Sequence[Judgement], where: str) -> list[TroubleRecord]:
    said = []
    if found.truncated:
        said.append((f"only {len(found.texts)} of {found.count} pages were read", "Read the rest by hand."))
    silent = [at for at, judgement in enumerate(judged, start=1) if judgement in {"scan", "garbled"}]
    if not silent and "words" not in judged:
        silent = [at for at, judgement in enumerate(judged, start=1) if judgement == "blank"]
    if silent:
        detail = f"no words can be read on {len(silent)} of {found.count} pages ({_ranges(silent)})"
        said.append((detail, "They need OCR; nothing in them is seen."))
    if found.damaged:
        detail = (
            f"{len(found.damaged)} of {found.count} pages are damaged ({_ranges([at + 1 for at in found.damaged])})"
        )
        said.append((detail, "Look at them by hand."))
    if found.redacted:
        where_at = _ranges([at + 1 for at in found.redacted])
        detail = f"words under a box on {len(found.redacted)} of {found.count} pages ({where_at}) were left out"
        said.append((detail, "Nothing to do: what somebody blacked out is not quoted, though the file still holds it."))
    return [TroubleRecord(kind="unreadable", detail=f"{where}: {detail}", mend=mend) for detail, mend in said]


def _ranges(numbers: Sequence[int], most: int = 8) -> str:
    """Page numbers for people, so not without end: "1-3, 7"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:most]]
    return ", ".join(shown + (["…"] if len(runs) > most else []))


def _draft(body: Body, texts: Sequence[str]) -> Document:
    """What a PDF without a docket says of itself: by the court's stamp a docket entry, else a post."""
    url = body.url if body.url.startswith(("http://", "https://")) else None
    name = PurePosixPath(unquote(urlsplit(body.url).path)).name
    key = body.url or f"pdf:{hashlib.sha256(body.content).hexdigest()[:16]}"
    stamps = [stamp for stamp in map(stamp_on, texts) if stamp is not None]
    if not stamps:
        return Document(key=key, url=url, title=name, meta=PostMeta())
    return Document(key=key, url=url, title=name, meta=_stamped(stamps[0]))


def _stamped(stamp: Stamp) -> Meta:
    number, _, attachment = stamp.document.replace(".", "-").partition("-")
    # Appellate courts stamp a document's PACER id, which is no entry's number.
    entry_number = int(number) if len(number) <= 6 else None
    return EntryMeta(
        docket_number=stamp.docket_number,
        document_number=number,
        entry_number=entry_number,
        attachment_number=int(attachment) if attachment else None,
        date_filed=stamp.filed,
    )


READER = Reader(name="pdf", version=1, read=read, options=Options)
