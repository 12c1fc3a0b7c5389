"""Where each key of a TOML text stands: `tomllib` gives values without places.

A scanner of its own, for texts that `tomllib` has read already. It never raises: what it cannot follow it leaves out,
and `Places.line` falls back to the nearest enclosing place.
"""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]
"""Keys and, in arrays, indices from 0: `("source", 2, "every")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"{0,2})'  # up to two quotes may stand before the closing three
    r"|'''(?:[^']|'(?!''))*'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


class Places:
    """Lines, counted from 1, by path."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self._lines = dict(lines)

    @classmethod
    def of(cls, text: str) -> "Places":
        return cls(_Scanner(text).scan())

    def __contains__(self, path: Path) -> bool:
        return path in self._lines

    def __iter__(self) -> Iterator[Path]:
        return iter(self._lines)

    def line(self, path: Path) -> int:
        """The line of a path, or of what encloses it."""
        for length in range(len(path), 0, -1):
            found = self._lines.get(path[:length])
            if found is not None:
                return found
        return 1


class _Lost(Exception):
    """The text is not what the scanner expects here."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks = [match.start() for match in re.finditer("\n", self._text)]
        self._at = 0
        self._table: Path = ()
        self._lengths: dict[Path, int] = {}
        self._lines: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        while True:
            self._skip(_BLANK)
            if self._at >= len(self._text):
                return self._lines
            try:
                self._statement()
            except (_Lost, RecursionError):
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end + 1

    def _statement(self) -> None:
        line = self._line()
        if self._take("[["):
            self._table = self._header(self._key(), line, repeated=True)
            self._expect("]]")
        elif self._take("["):
            self._table = self._header(self._key(), line, repeated=False)
            self._expect("]")
        else:
            self._pair(self._table)

    def _header(self, key: list[str], line: int, *, repeated: bool) -> Path:
        path: Path = ()
        for place, part in enumerate(key):
            path = (*path, part)
            self._lines.setdefault(path, line)
            if repeated and place == len(key) - 1:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                # A header below an array of tables speaks of its last element.
                path = (*path, self._lengths[path] - 1)
                self._lines.setdefault(path, line)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._expect("=")
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        elif not self._skip(_STRING) and not self._skip(_SCALAR):
            raise _Lost

    def _array(self, path: Path) -> None:
        index = 0
        self._skip(_BLANK)
        while not self._take("]"):
            element = (*path, index)
            self._lines[element] = self._line()
            self._value(element)
            index += 1
            self._skip(_BLANK)
            if not self._take(","):
                self._expect("]")
                return
            self._skip(_BLANK)

    def _inline_table(self, path: Path) -> None:
        self._skip(_BLANK)
        while not self._take("}"):
            self._pair(path)
            self._skip(_BLANK)
            if not self._take(","):
                self._expect("}")
                return
            self._skip(_BLANK)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            quoted = _QUOTED_KEY.match(self._text, self._at)
            bare = _BARE_KEY.match(self._text, self._at)
            if quoted is not None:
                parts.append(_unquoted(quoted.group()))
                self._at = quoted.end()
            elif bare is not None:
                parts.append(bare.group())
                self._at = bare.end()
            else:
                raise _Lost
            self._skip(_SPACE)
            if not self._take("."):
                return parts

    def _line(self) -> int:
        return bisect_left(self._breaks, self._at) + 1

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        if match is None:
            return False
        self._at = match.end()
        return True

    def _take(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise _Lost


def _unquoted(key: str) -> str:
    try:
        value = tomllib.loads(f"k = {key}")["k"]
    except tomllib.TOMLDecodeError:
        raise _Lost from None
    assert isinstance(value, str)
    return value
