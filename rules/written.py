"""The words of a text as they are written: cut by patterns where a text needs it, and faster where it is plain.

Most texts hold nothing but the characters of cp1252 (ASCII, typographic quotes and dashes, western letters), and no
apostrophe outside of a word. There every character that is in no word can be made a space, and the text be split: a
third of the time, the same words.

Chinese, Japanese, Thai and their like put no spaces between words: there each letter, with its marks, is a word by
itself, so that what is asked for is found wherever it stands.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, pairwise
from operator import add


def _spans(points: Iterable[int]) -> Iterator[str]:
    """Points in order, as a character class has them."""
    listed = [*points]
    first = listed[0]
    for before, point in pairwise([*listed, -1]):
        if point != before + 1:
            yield f"{chr(first)}-{chr(before)}"
            first = point


_THAI_TO_TIBETAN, _MYANMAR, _KHMER = range(0x0E00, 0x1000), range(0x1000, 0x10A0), range(0x1780, 0x1800)
_KANA, _HALF_WIDTH_KANA = range(0x3041, 0x3100), range(0xFF66, 0xFF9E)
_MORE_KANA_AND_BOPOMOFO, _HAN_MARKS = range(0x31A0, 0x3200), range(0x3005, 0x3008)
_HAN = range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x323B0)
_OF_UNSPACED = chain(
    _THAI_TO_TIBETAN, _MYANMAR, _KHMER, _HAN_MARKS, _KANA, range(0x3105, 0x3130), _MORE_KANA_AND_BOPOMOFO, *_HAN,
    _HALF_WIDTH_KANA,
)  # fmt: skip

UNSPACED = "".join(_spans(point for point in _OF_UNSPACED if unicodedata.category(chr(point))[0] == "L"))
"""Letters of scripts that put no spaces between words, as a character class has them."""
MARK = "\u0300-\u036f\u3099\u309a" + "".join(
    _spans(
        point
        for point in chain(range(0x0900, 0x10A0), range(0x1780, 0x1800))
        if unicodedata.category(chr(point)) in {"Mn", "Mc"}
    )
)
"""Accents, and the vowels and tones that India and its neighbours write around a letter."""
_KANA_MARK = "\uff9e\uff9f"
INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060\ufeff"
BREAK = r"(?:[\x02\ufffe\u00ad](?:[ \t]*(?:\r\n?|\n)[ \t]*)?|[-\u2010\u2011][ \t]*(?:\r\n?|\n)[ \t]*)"
"""What breaks a word at a line's end; pdfium leaves U+0002 in its place."""
APOSTROPHE = "'\u2018\u2019\u02bc\uff07"
_REST = rf"[\w{MARK}{INVISIBLE}]*"
_LETTER = rf"[^\W{UNSPACED}]"
_LETTERS = rf"{_LETTER}(?:{_LETTER}|[{MARK}{INVISIBLE}])*"

_WORD = re.compile(rf"\w{_REST}(?:(?:[{APOSTROPHE}]|{BREAK})\w{_REST})*")
_WORD_OR_LETTER = re.compile(
    rf"[{UNSPACED}][{MARK}{INVISIBLE}{_KANA_MARK}]*|{_LETTERS}(?:(?:[{APOSTROPHE}]|{BREAK}){_LETTERS})*"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_LINE_END_HYPHEN = re.compile("[-\u2010\u2011][ \t]*[\r\n]")


def _plain(byte: int) -> int:
    character = bytes([byte]).decode("cp1252", errors="ignore")
    if character and character in APOSTROPHE:
        return ord("'")
    return byte if character and re.match(r"\w", character) else ord(" ")


_PLAIN = bytes(map(_plain, range(256)))
_NEITHER_SIDE = (b" '", b"' ", b"''")
MOST_WALKS = 4
"""Places that are found by going there; for more of them it is quicker to know all."""


class Written:
    """`words`: in order. An apostrophe may be another one than in the text; every word has its length there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_broken = is_broken(text)
        self._spaced = None if self.is_broken else _spaced(text)
        self.words: list[str] = pattern_of(text).findall(text) if self._spaced is None else self._spaced.split()
        self._walks = 0
        self._starts: list[int] | None = None

    @property
    def is_plain(self) -> bool:
        return self._spaced is not None

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where a row of written words begins and ends."""
        if self._spaced is None or self._walks >= MOST_WALKS:
            return self.starts[first], self.starts[last] + len(self.words[last])
        self._walks += 1
        rest = self._spaced.split(None, first)[first]
        start = len(self.text) - len(rest)
        if last > first:
            rest = rest.split(None, last - first)[last - first]
        return start, len(self.text) - len(rest) + len(self.words[last])

    @property
    def starts(self) -> list[int]:
        """Where each of them begins: after what stands before and between the words, and after the words."""
        if self._starts is None:
            between = accumulate(map(len, pattern_of(self.text).split(self.text)))
            before = accumulate(map(len, self.words), initial=0)
            self._starts = [*map(add, between, before)][: len(self.words)]
        return self._starts


def pattern_of(text: str) -> re.Pattern[str]:
    """What finds its words. The simple one takes half the time."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError as error:
        return _WORD if _UNSPACED.search(text, error.start) is None else _WORD_OR_LETTER
    return _WORD


def is_unspaced(word: str) -> bool:
    """Whether it is a letter of a script that puts no spaces between words."""
    return _UNSPACED.match(word) is not None


def is_broken(text: str) -> bool:
    """Whether a word goes over a line's end. Quick where there is none: single characters are found at gigabytes a
    second, a pattern is not.
    """
    if "\x02" in text or (not text.isascii() and ("\u00ad" in text or "\ufffe" in text)):
        return True
    return ("\n" in text or "\r" in text) and _LINE_END_HYPHEN.search(text) is not None


def _spaced(text: str) -> str | None:
    """The text with spaces for all that is in no word; None where that is not so simple."""
    try:
        plain = text.encode("ascii" if text.isascii() else "cp1252").translate(_PLAIN)
    except UnicodeEncodeError:
        return None
    if b"'" in plain and (plain[:1] == b"'" or plain[-1:] == b"'" or any(pair in plain for pair in _NEITHER_SIDE)):
        return None
    return plain.decode("cp1252")
