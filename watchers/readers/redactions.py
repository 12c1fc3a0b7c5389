"""Failed redactions: words under an opaque box, which pdfium reads although nobody sees them.

Whoever blacked them out did not mean them to be read, so they are neither matched, stored nor quoted: each letter
becomes a full block. Only what cannot be seen is taken away. A box that is drawn over letters is a suspicion; the
picture of the page decides, since clipping, blending and winding rules make many a box harmless
(freelawproject/x-ray#1 onwards, whose approach this is).

A box may carry a label of its own ("REDACTED" in white). Not seen: words that lie under a label to the last letter,
words under a picture (an OCR layer lies there as well), boxes on a page of more than `MOST_OBJECTS` things, or on one
so large that letters are smaller than pixels.
"""

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

BLOCK = "\u2588"
MOST_OBJECTS = 50_000
"""Things drawn on a page that are looked at."""

_SMALLEST_BOX = 4.0
"""Points; thinner ones are rules and underlines."""
_COVERED = 0.8
"""Part of a letter's area that must lie in the box."""
_MOST_PIXELS = 8_000_000
_SCALE = 2.0
"""Pixels a point: enough to see the strokes of small print."""
_TOLERANCE = 12
"""Grey levels by which one colour may vary."""
_SHELF = 12
"""Points: a line of text."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """In points, from the lower left of the page."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def inside(self, other: "Box") -> float:
        """Part of this box's area that lies in the other."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        area = (self.right - self.left) * (self.top - self.bottom)
        return width * height / area if width > 0 and height > 0 and area > 0 else 0.0

    def widened(self, by: float, within: "Box") -> "Box":
        return Box(
            max(self.left - by, within.left),
            max(self.bottom - by, within.bottom),
            min(self.right + by, within.right),
            min(self.top + by, within.top),
        )


@dataclass(frozen=True, slots=True, order=True)
class _Letter:
    """A letter or digit. `at`: its place among pdfium's characters of the page; `owner`: address of its text object."""

    at: int
    said: str
    owner: int
    where: Box


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """A box, and the text objects (by address) that it may hide, or that are a label on it."""

    box: Box
    under: frozenset[int]
    over: frozenset[int]


class _Shelves(Generic[Thing]):
    """Things by where they lie, so that a chart of ten thousand boxes is not held against every letter of its page."""

    def __init__(self, things: Iterable[tuple[Box, Thing]]) -> None:
        self._shelves: dict[int, list[tuple[Box, Thing]]] = {}
        for place, thing in things:
            for shelf in self._of(place):
                self._shelves.setdefault(shelf, []).append((place, thing))

    def meeting(self, box: Box) -> list[Thing]:
        """Each thing once, in the order in which they came, shelf by shelf."""
        return [
            thing
            for shelf in self._of(box)
            for place, thing in self._shelves.get(shelf, [])
            if place.meets(box) and shelf == max(self._of(box).start, self._of(place).start)
        ]

    @staticmethod
    def _of(place: Box) -> range:
        # Nothing that lies beside the page is seen.
        lowest, highest = (round(max(min(edge, 15_000), -15_000)) // _SHELF for edge in (place.bottom, place.top))
        return range(lowest, highest + 1)


def without_hidden_words(page: Any, text_page: Any, text: str) -> tuple[str, int]:
    """The text of a page as pdfium gives it, hidden letters replaced by `BLOCK`, and how many these are.

    `text` is `text_page.get_text_range()`. Raises `pypdfium2.PdfiumError`.
    """
    import pypdfium2.raw as pdfium

    suspicions = _suspicions(page)
    if not suspicions:
        return text, 0
    hidden: set[int] = set()
    picture: _Picture | None = None
    owners = frozenset().union(*(one.under | one.over for one in suspicions))
    letters = _Shelves((letter.where, letter) for letter in _letters(text_page, owners))
    for one in suspicions:
        inside = sorted(letter for letter in letters.meeting(one.box) if letter.where.inside(one.box) >= _COVERED)
        suspects = [letter for letter in inside if letter.owner in one.under]
        if suspects:
            picture = picture or _Picture(page)
            hidden |= _hidden(suspects, [letter for letter in inside if letter.owner in one.over], one.box, picture)
    # pdfium counts characters; its text leaves some of them out, and is counted in UTF-16.
    units = bytearray(text.encode("utf-16-le", "surrogatepass"))
    block = BLOCK.encode("utf-16-le")
    for at in hidden:
        place = 2 * pdfium.FPDFText_GetTextIndexFromCharIndex(text_page.raw, at)
        if 0 <= place < len(units):
            units[place : place + 2] = block
    return units.decode("utf-16-le", "surrogatepass"), len(hidden)


def _hidden(suspects: Sequence[_Letter], labels: Sequence[_Letter], box: Box, picture: "_Picture") -> set[int]:
    """Places of the letters in a box that nobody sees: words in one colour, but for where a label stands on them."""
    unseen = {letter.at for letter in suspects if picture.is_one_colour(letter.where.widened(1.0, box))}
    if not unseen:
        return set()
    labelled = {
        letter.at
        for letter in suspects
        if letter.at not in unseen
        if any(label.said != letter.said and label.where.meets(letter.where) for label in labels)
    }
    runs = _runs(suspects)
    return {letter.at for run in runs if all(one.at in unseen | labelled for one in run) for letter in run}


def _suspicions(page: Any) -> list[_Suspicion]:
    """Boxes that are drawn over text, or have its colour."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPage_CountObjects(page.raw)
    if count > MOST_OBJECTS:
        return []
    objects = [pdfium.FPDFPage_GetObject(page.raw, at) for at in range(count)]
    kinds = [pdfium.FPDFPageObj_GetType(thing) for thing in objects]
    boxes = []
    for at, kind in enumerate(kinds):
        if kind == pdfium.FPDF_PAGEOBJ_FORM or (kind == pdfium.FPDF_PAGEOBJ_PATH and _is_filled(objects[at])):
            box = _bounds(objects[at])
            if box is not None and min(box.right - box.left, box.top - box.bottom) > _SMALLEST_BOX:
                boxes.append((at, box, _colour(objects[at]) if kind == pdfium.FPDF_PAGEOBJ_PATH else None))
    boxes += [(count, box, None) for box in _annotations(page)]
    if not boxes:
        return []
    texts = _Shelves(
        (place, (at, objects[at]))
        for at, kind in enumerate(kinds)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT and (place := _bounds(objects[at])) is not None
    )
    found = []
    for drawn, box, colour in boxes:
        there = texts.meeting(box)
        under = frozenset(
            _address(thing) for at, thing in there if at < drawn or (colour is not None and _colour(thing) == colour)
        )
        if under:
            found.append(_Suspicion(box, under, frozenset(_address(thing) for _, thing in there) - under))
    return found


def _annotations(page: Any) -> Iterable[Box]:
    """Boxes that were put on the page with a viewer's tools and never burnt in."""
    import pypdfium2.raw as pdfium

    kinds = {pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_REDACT}
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), 1000)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if not annotation:
            continue
        rectangle = pdfium.FS_RECTF()
        if pdfium.FPDFAnnot_GetSubtype(annotation) in kinds and pdfium.FPDFAnnot_GetRect(annotation, rectangle):
            yield Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        pdfium.FPDFPage_CloseAnnot(annotation)


def _letters(text_page: Any, owners: frozenset[int]) -> list[_Letter]:
    """The letters and digits of these text objects, in reading order."""
    import pypdfium2.raw as pdfium

    found = []
    for at in range(pdfium.FPDFText_CountChars(text_page.raw)):
        owner = _address(pdfium.FPDFText_GetTextObject(text_page.raw, at))
        said = chr(pdfium.FPDFText_GetUnicode(text_page.raw, at))
        if owner in owners and said.isalnum():
            found.append(_Letter(at, said, owner, _char_box(text_page, at)))
    return found


def _runs(letters: Sequence[_Letter]) -> list[list[_Letter]]:
    """Letters that follow one another but for a space or a stop: they are hidden together or not at all."""
    runs: list[list[_Letter]] = []
    for letter in letters:
        if runs and letter.at - runs[-1][-1].at <= 3:
            runs[-1].append(letter)
        else:
            runs.append([letter])
    return runs


class _Picture:
    """The page as one sees it, in grey."""

    def __init__(self, page: Any) -> None:
        width, height = page.get_size()
        scale = min(_SCALE, (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
        self._page = page
        bitmap = page.render(scale=scale, grayscale=True)
        self._width, self._height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._pixels = bytes(bitmap.buffer)
        bitmap.close()

    def is_one_colour(self, box: Box) -> bool:
        """Whether nothing can be told apart in a box. One too small to tell counts as seen."""
        left, top = self._pixel(box.left, box.top)
        right, bottom = self._pixel(box.right, box.bottom)
        # The pixels at the very edge are mixed with what lies beside the box.
        columns = slice(max(min(left, right) + 1, 0), min(max(left, right), self._width))
        rows = range(max(min(top, bottom) + 1, 0), min(max(top, bottom), self._height))
        area = b"".join(
            self._pixels[row * self._stride + columns.start : row * self._stride + columns.stop] for row in rows
        )
        return bool(area) and max(area) - min(area) <= _TOLERANCE

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        import pypdfium2.raw as pdfium

        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(self._page.raw, 0, 0, self._width, self._height, 0, x, y, across, down)
        return across.value, down.value


def _is_filled(path: Any) -> bool:
    import pypdfium2.raw as pdfium

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    drawn = pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    return bool(drawn) and fill.value != pdfium.FPDF_FILLMODE_NONE


def _colour(thing: Any) -> tuple[int, ...] | None:
    import pypdfium2.raw as pdfium

    parts = [ctypes.c_uint() for _ in range(4)]
    return tuple(part.value for part in parts) if pdfium.FPDFPageObj_GetFillColor(thing, *parts) else None


def _bounds(thing: Any) -> Box | None:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return None
    return Box(left.value, bottom.value, right.value, top.value)


def _char_box(text_page: Any, at: int) -> Box:
    import pypdfium2.raw as pdfium

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text_page.raw, at, left, right, bottom, top)
    return Box(left.value, bottom.value, right.value, top.value)


def _address(thing: Any) -> int:
    return ctypes.cast(thing, ctypes.c_void_p).value or 0
