"""Words of a text: where they stand, and in which form they are compared.

What is stored stays as it is; only words are folded, one by one, and remembered: a language has far fewer words than
texts have. So no offset ever has to be translated, and a quote is always a slice of the stored text.

Folded away are case, Unicode's compatibility forms, curly apostrophes, invisible characters, footnote digits, and
everything between words (white space of any kind, punctuation, hyphens): "revenue‐share" is "revenue share". A hyphen
at a line's end does not tell whether it belongs to the word (pdfium even drops the line break and leaves U+0002), so
such a word is *broken*, and the text has two readings: in one its halves are two words, in the other they are one.

Inflection is English (Snowball); licence and license are one word, and so are a few other words that two spellings
would keep apart. Where that is not wanted, words are compared as they are written (`Words.exact` in `rules.tree`).
"""

import re
import threading
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import accumulate, count
from operator import add
from typing import NamedTuple

import Stemmer

from rules.written import APOSTROPHE, BREAK, INVISIBLE, MARK, MOST_WALKS, UNSPACED, Written, pattern_of

_BROKEN = re.compile(BREAK)
_BETWEEN_PIECES = re.compile(rf"{BREAK}|_+")
_LETTERS = rf"[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[{MARK}])*"
_TOKEN = re.compile(rf"[{UNSPACED}][{MARK}]*|{_LETTERS}(?:'{_LETTERS})*")
_GAP_OF_UNSPACED = re.compile(rf"(?<=[{UNSPACED}{MARK}]) (?=[{UNSPACED}])")
_HYPHENED = re.compile(rf"(?<=\w)(?:{BREAK}|[-\u2010\u2011])(?=\w)")
_FOOTNOTE = re.compile("[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+")
_DROPPED = re.compile(f"[{INVISIBLE}\u00ad]")
_APOSTROPHES = {ord(mark): "'" for mark in APOSTROPHE}

NO_WORD = "_"
"""Stands for what is no word: the line of a form to be filled in, a key of a thousand letters."""

LONGEST_REMEMBERED = 64
"""Characters of a word that is worth remembering; longer ones are addresses, keys and hostile input."""

LONGEST_WORD = 1000
"""Characters of what is taken for a word at all. Some single letters fold to eighteen."""

MOST_REMEMBERED = 200_000
"""Words."""

_SPELLINGS = (
    ("sublicenc", "sublicens"),
    ("licenc", "licens"),
    ("monetis", "monetiz"),
    ("commercialis", "commercializ"),
    ("authoris", "authoriz"),
    ("defenc", "defens"),
)
"""Beginnings of words that British and American spelling would keep apart for Snowball."""

_stemmer = Stemmer.Stemmer("english", 0)
_stemmer_lock = threading.Lock()  # a Stemmer may not be entered twice; scans run in threads


class Token(NamedTuple):
    """A word as it is compared. `position` counts the words of the text; the halves of a broken one share it."""

    start: int
    end: int
    position: int
    folded: str


class Text(Written):
    """A text and its words as they are written, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.readings: tuple[Reading, ...] = (Reading(self, joined=False),)
        if self.is_broken:
            self.readings += (Reading(self, joined=True),)


class Reading:
    """One way to read a text as a row of tokens. `scan` holds their stems between single spaces."""

    def __init__(self, text: Text, *, joined: bool) -> None:
        self._text = text
        self._joined = joined
        self._walks = 0
        forms = _joined_stems if joined else _split_stems
        self.scan = f" {' '.join(map(forms.__getitem__, text.words))} "

    def span(self, first: int, last: int) -> tuple[int, int, int, int]:
        """(start, end, position of the first, position of the last) of a row of tokens."""
        if self._tokens is not None:
            begin, end = self._tokens[first], self._tokens[last]
            return begin.start, end.end, begin.position, end.position
        return *self._text.span(first, last), first, last

    def token(self, number: int) -> Token:
        if self._tokens is not None:
            return self._tokens[number]
        start, end = self._text.span(number, number)
        return Token(start, end, number, _folded(self._text.words[number], self._joined))

    def folded(self, number: int) -> str:
        """What a token is compared as, without inflection."""
        if self._tokens is not None:
            return self._tokens[number].folded
        return _folded(self._text.words[number], self._joined)

    @property
    def tokens(self) -> list[Token]:
        """All of them, in order."""
        return self._tokens if self._tokens is not None else [*map(self.token, range(len(self._text.words)))]

    def number(self, place: int) -> int:
        """The number of the token whose stem begins at this place of `scan`."""
        if self._walks < MOST_WALKS:
            self._walks += 1
            return self.scan.count(" ", 0, place) - 1
        return bisect_left(self._places, place)

    def tokens_of(self, wanted: Callable[[str], object]) -> Iterator[tuple[int, Token]]:
        """The tokens of those written words that are wanted, with their numbers."""
        places = {place for place, word in enumerate(self._text.words) if wanted(word)}
        if self._tokens is None:
            yield from ((place, self.token(place)) for place in sorted(places))
        else:
            yield from ((number, token) for number, token in enumerate(self._tokens) if token.position in places)

    @cached_property
    def _places(self) -> list[int]:
        """Where in `scan` each stem begins."""
        lengths = accumulate(map(len, self.scan[1:-1].split(" ")), initial=1)
        return [*map(add, lengths, count())]

    @cached_property
    def _tokens(self) -> list[Token] | None:
        """All of them; None where every written word is one token, which need not be made before they are asked for."""
        words = self._text.words
        if self.scan.count(" ") == len(words) + 1:
            return None
        return [
            Token(start + first, start + last, position, folded)
            for position, (start, word) in enumerate(zip(self._text.starts, words, strict=True))
            for first, last, folded in _pieces(word, joined=self._joined)
        ]


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, not stemmed; broken ones by halves."""
    return [token for word in pattern_of(text).findall(text) for token in folded_forms(word)]


def folded_forms(word: str, *, joined: bool = False) -> list[str]:
    """What one written word is compared as, without inflection; empty for a line to be filled in."""
    return [folded for _, _, folded in _pieces(word, joined=joined) if folded != NO_WORD]


def side_by_side(words: Iterable[str]) -> str:
    """Folded words, as they are written side by side."""
    return _GAP_OF_UNSPACED.sub("", " ".join(words))


def respelled(folded: str) -> str:
    """One spelling for words (and beginnings of words) that have two."""
    for british, american in _SPELLINGS:
        if folded.startswith(british):
            return american + folded[len(british) :]
    return folded


def stem(folded: str) -> str:
    """The stem of a folded word: "licences", "licensing" → "licens"."""
    with _stemmer_lock:
        return str(_stemmer.stemWord(respelled(folded))) or folded


def fold_sentence(text: str) -> str:
    """Folded words joined by single spaces, for comparing sentences of two versions of a text.

    Hyphens are taken out, so that a text whose lines break elsewhere is still the same text.
    """
    return " ".join(folded_words(_HYPHENED.sub("", text)))


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """A name as names are compared: "Susan J. Li" → "susan j li"."""
    return " ".join(folded_words(name))


@lru_cache(maxsize=8192)
def _folded(word: str, joined: bool) -> str:
    """Of a written word that is one token."""
    return _pieces(word, joined=joined)[0][2]


def _pieces(word: str, *, joined: bool) -> list[tuple[int, int, str]]:
    """(start, end, folded) within a written word, at least one."""
    if len(word) > LONGEST_WORD:
        return [(0, len(word), NO_WORD)]
    if joined:
        whole = _BROKEN.sub("", word)
        found = [(0, len(word), token) for token in _fold(whole)]
    else:
        found = [(start, end, token) for start, end in _gaps(word) for token in _fold(word[start:end])]
    return found or [(0, len(word), NO_WORD)]


def _gaps(word: str) -> Iterator[tuple[int, int]]:
    """The parts of a written word between its breaks and underscores."""
    at = 0
    for between in _BETWEEN_PIECES.finditer(word):
        yield at, between.start()
        at = between.end()
    yield at, len(word)


def _fold(word: str) -> list[str]:
    if not word.isascii():
        word = _DROPPED.sub("", word.translate(_APOSTROPHES))
        word = _FOOTNOTE.sub("", word) or word
        for _ in range(3):  # folding case may undo normal form, and the other way round; it settles at once
            word = unicodedata.normalize("NFKC", word.casefold())
    else:
        word = word.lower()
    return _TOKEN.findall(word)


class _Stems(dict[str, str]):
    """From a written word to its stems, as they stand in `Reading.scan`."""

    def __init__(self, *, joined: bool) -> None:
        super().__init__()
        self._joined = joined

    def __missing__(self, word: str) -> str:
        form = " ".join(
            folded if folded == NO_WORD else stem(folded) for _, _, folded in _pieces(word, joined=self._joined)
        )
        if len(word) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[word] = form
        return form


_split_stems = _Stems(joined=False)
_joined_stems = _Stems(joined=True)
