"""Where sentences begin and end, in English and Malay, as people speak, post and file.

A full stop, question or exclamation mark ends a sentence where white space and the beginning of another follow. Stops
of abbreviations, initials, numbers and citations ("Inc.", "Mark E. Zuckerberg", "No. 3", "Kadrey v. Meta") do not. A
line break ends nothing (PDFs break every line); a blank line does, and so does a line that begins with a bullet.
"""

import re
from collections.abc import Iterator, Sequence

from rules.abbreviations import ALWAYS_GO_ON, BEFORE_NUMBERS, BEGINNERS, MAY_END

LONGEST = 2000
"""Characters, from which on a sentence is cut at its last weaker mark: tables and unpunctuated speech have no end."""

NEAR = (400, 2000)
"""Characters before a place within which a sentence's beginning is looked for."""

_PARAGRAPH = re.compile(
    r"(?:\r\n?|\n)[ \t\u00a0]*(?:\r\n?|\n)\s*"  # a blank line
    r"|[\u2029\f]\s*"
    r"|(?:\r\n?|\n)[ \t\u00a0]*(?=[\u2022\u2023\u25aa\u25cf\u25e6\u2043*\u2013\u2014-][ \t\u00a0]+\S)"  # a bullet
    r"|(?:\r\n?|\n)[ \t\u00a0]*(?=\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\)[ \t\u00a0]+\S)"  # (a), 1)
)
_BETWEEN = "\r\n\f\u2029"
"""Without one of these there is one paragraph."""
_CLOSING = "\"'\u2019\u201d\u00bb)\\]"
_OPENING = "\"'\u2018\u201c\u201e\u00ab(\\[\u00bf\u00a1"
# Each run is taken whole, and from its beginning only: what a hostile text repeats is not tried again and again.
_MARK = re.compile(
    rf"(?<![.!?\u2026])(?P<mark>[.!?\u2026]++)(?P<close>[{_CLOSING}]*+(?:\[\d{{1,3}}\])*+)(?P<space>\s++)"
    rf"(?=[{_OPENING}\u2022-]*+[\w{_OPENING}$\u20ac\u00a3])"
    r"|(?P<wide>[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]*)\s*"
)
_SPACE = re.compile(r"\s*")
_WORD_BEFORE = re.compile(r"(?:[^\W_]|[.'\u2019&-])+$")
_NEXT_WORD = re.compile(rf"[{_OPENING}]*(?P<word>[^\W_]+(?:['\u2019][^\W_]+)?)(?P<stop>\.?)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})")


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of each sentence, in order, without white space around; nothing but white space is left out."""
    return tuple(sentence for start, end in _paragraphs(text) for sentence in _of_paragraph(text, start, end))


def sentences_around(text: str, places: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Those of the sentences that hold one of the places, and a few beside them. `places`: of letters, in order."""
    found: list[tuple[int, int]] = []
    paragraphs = _paragraphs(text)
    start, end = next(paragraphs)
    reading: Iterator[tuple[int, int]] = iter(())
    until = -1
    for place in places:
        if place < until:
            continue
        while end <= place:
            start, end = next(paragraphs)
        known = _known_start(text, start, place)
        if known > until:
            reading = _of_paragraph(text, known, end)
        for sentence in reading:
            found.append(sentence)
            until = sentence[1]
            if place < until:
                break
    return tuple(found)


def _known_start(text: str, start: int, place: int) -> int:
    """Where a sentence begins not far before a place: a long turn need not be read from its beginning.

    Whether a mark ends a sentence depends on where that one began, but only if the word before the mark is its first.
    So a mark that comes after two words is judged without knowing more.
    """
    for back in NEAR:
        at = text.rfind(" ", start, max(start, place - back))
        if at < 0:
            break
        for mark in _MARK.finditer(text, at + 1, place):
            if mark["mark"] is None:
                continue
            before = _word_before(text, start, mark)
            first = before.start() if before is not None else 0
            if first - 2 > start and text[first - 1] == " " and text[first - 2].isalnum() and _ends(text, start, mark):
                return mark.end()
    return start


def _of_paragraph(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for first, last in _sentences(text, start, end):
        yield from _cut(text, first, last)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    if not any(mark in text for mark in _BETWEEN):  # most turns of a call are one paragraph
        yield 0, len(text)
        return
    at = 0
    for between in _PARAGRAPH.finditer(text):
        yield at, between.start()
        at = between.end()
    yield at, len(text)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = _after_space(text, start)
    for mark in _MARK.finditer(text, start, end):
        if mark["wide"] is None and not _ends(text, at, mark):
            continue
        last = mark.end("wide") if mark["wide"] is not None else mark.end("close")
        yield at, last
        at = mark.end()
    yield at, end


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether a sentence that began at `start` ends at the mark."""
    following = _NEXT_WORD.match(text, mark.end("space"))
    word = following["word"] if following is not None else ""
    if word[:1].islower() and not _is_name_in_lower_case(word):
        return False
    if mark["mark"] != ".":
        return True
    before = _word_before(text, start, mark)
    if before is None or mark["close"][:1] in {'"', "\u201d", "\u00bb"}:
        return True
    return _stop_ends(before[0], following, is_first=before.start() == start)


def _word_before(text: str, start: int, mark: re.Match[str]) -> re.Match[str] | None:
    """No word goes over a space, and none that is known is longer than thirty characters."""
    end = mark.start()
    earliest = max(start, end - 30)
    return _WORD_BEFORE.search(text, max(earliest, text.rfind(" ", earliest, end) + 1), end)


def _stop_ends(before: str, following: re.Match[str] | None, *, is_first: bool) -> bool:
    """Whether a full stop after the word `before` ends the sentence. `is_first`: the sentence begins with that word."""
    known = before.lower().replace("\u2019", "'").lstrip(".'-&")
    word = following["word"] if following is not None else ""
    next_known = word.lower().replace("\u2019", "'")
    is_shortened = following is not None and bool(following["stop"])
    begins = next_known in BEGINNERS and not is_shortened
    if is_first and _NUMBERED.fullmatch(known):
        return False  # the number of a list or of a heading
    if known in ALWAYS_GO_ON:
        return False
    if known in MAY_END or (_INITIALS.fullmatch(known) and not before.islower()):
        return begins
    if known in BEFORE_NUMBERS:
        goes_on = (
            word[:1].isdigit() or (len(word) == 1 and word != "I") or (is_shortened and next_known in BEFORE_NUMBERS)
        )
        return not goes_on
    return True


def _is_name_in_lower_case(word: str) -> bool:
    """iPhone, eBay."""
    return len(word) > 1 and word[1].isupper()


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Without white space around; in pieces, where it is longer than anybody quotes."""
    while (start := _after_space(text, start)) < end:
        at = end if end - start <= LONGEST else _weaker_mark(text, start, start + LONGEST)
        yield start, start + len(text[start:at].rstrip())
        start = at


def _weaker_mark(text: str, start: int, limit: int) -> int:
    """Where a sentence that is too long is cut, in its second half if that can be."""
    for mark in ("\n", "; ", ", ", " "):
        at = text.rfind(mark, start + LONGEST // 2, limit)
        if at >= 0:
            return at + len(mark)
    return limit


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    assert found is not None, "even nothing is matched"
    return found.end()
