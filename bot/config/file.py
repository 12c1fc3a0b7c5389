"""The file itself: bytes to TOML, or one problem with its line."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.config.problems import ConfigError, Problem

_LONGEST = 50_000_000
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_END = " (at end of document)"
_MENDS = (
    (
        "Invalid value",
        'Write texts in quotes (name = "…"), lists in brackets (["…"]), true and false in small letters.',
    ),
    ("Expected '=' after a key", "Write key = value; a table's name stands in brackets: [bot] or [[source]]."),
    ("Cannot overwrite a value", "The key stands twice in its table: remove one."),
    ("Duplicate inline", "The key stands twice in its table: remove one."),
    ("Cannot declare", "The table stands twice: join them, or write [[…]] where several are meant."),
    ("Expected newline", 'Write one key a line, and texts in quotes: digest_at = "08:00".'),
    ("Expected ']", "Close the table's name with the brackets it begins with."),
    ("Unclosed array", 'Close the list with "]", and put a comma between its parts.'),
    ("Illegal character '\\n'", "Close the text with the quote it begins with, on the same line."),
    ("Unterminated string", "Close the text with the quotes it begins with."),
    ("Unescaped '\\'", "Write a backslash twice, or put the text in single quotes: '…'."),
)
_MEND = "Mend the line; the shipped config.toml shows how each key is written."


def read(path: Path) -> tuple[str, Mapping[str, Any]]:
    """The text, and its values. Raises `ConfigError` with one problem."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except FileNotFoundError:
        mend = "Give the path with --config or ONRECORD_CONFIG; the shipped config.toml works as it is."
        raise _unusable(path, None, "there is no such file", mend) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no path"
        raise _unusable(path, None, f"it cannot be read: {reason}", "Give a file that this user may read.") from None
    if len(content) > _LONGEST:
        raise _unusable(path, None, "it is larger than 50 MB", "This is hardly a configuration; check the path.")
    try:
        text = content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unusable(path, line, "the line is not UTF-8", "Save the file as UTF-8.") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unusable(path, *_syntax(str(error), text)) from None
    except RecursionError:
        raise _unusable(path, None, "it is nested too deeply", "Write fewer brackets in one another.") from None
    except ValueError:
        # tomllib lets int() and datetime speak for themselves, without a line.
        raise _unusable(path, None, "a number or a date in it is out of bounds", "Write a smaller one.") from None


def _syntax(message: str, text: str) -> tuple[int, str, str]:
    mend = next((mend for start, mend in _MENDS if message.startswith(start)), _MEND)
    place = _AT_LINE.search(message)
    if place is None:
        return text.rstrip("\n").count("\n") + 1, f"TOML syntax: {message.removesuffix(_AT_END)}", mend
    return int(place[1]), f"TOML syntax at column {place[2]}: {message[: place.start()]}", mend


def _unusable(path: Path, line: int | None, problem: str, mend: str) -> ConfigError:
    return ConfigError([Problem(str(path), line, "", problem, mend)])
