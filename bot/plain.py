"""Words of others, made fit to be shown: on a terminal, in Slack, in a line of JSON. Nothing is reworded.

Documents are hostile: a control character can drive a terminal, a mark of direction can make "sdneb" read as "bends",
an invisible one can hide words. They are left out wherever a person reads, and escaped where a program does.
"""

import json
import re
from collections.abc import Iterable, Sequence

TRICKS = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls; the second range holds the one-byte forms of escape sequences
    "\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # invisible, or turning the direction
    "\ufff9-\ufffb\ufffe\uffff"  # marks of annotations, and what is no character
    "\ud800-\udfff"  # halves of surrogate pairs: no encoding has them
    "\U000e0000-\U000e0fff"  # tags: text that nobody sees
    "]"
)
_BREAKS_LINES = re.compile(f"{TRICKS.pattern[:-1]}\u2028\u2029]")
"""What must not stand raw in a line of JSON either; U+2028 and U+2029 end a line for some readers."""

Piece = tuple[str, bool]
"""Some text, and whether it is a hit."""


def safe(text: str) -> str:
    """Without control characters and invisible marks; line feeds and tabs stay.

    U+0002 is how the reader of PDFs keeps a hyphen at the end of a line: it was printed, so it is shown.
    """
    return TRICKS.sub("", text.replace("\x02", "-"))


def one_line(text: str) -> str:
    """`safe`, and every run of white space a single space: line breaks of a PDF are not words of anybody."""
    return re.sub(r"\s+", " ", safe(text))


def short(text: str, most: int) -> str:
    """One line of at most so many characters; an ellipsis where something was cut."""
    flat = one_line(text).strip()
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def pieces(text: str, hits: Iterable[tuple[int, int]], most: int) -> list[Piece]:
    """The text on one line as (words, is it a hit), at most about `most` characters around the first hit.

    `hits` are offsets in `text`, in any order. Cuts are made between words where there are any, and marked "…".
    """
    found: list[Piece] = []
    at = 0
    for start, end in sorted(hits):
        begin = max(start, at)
        if begin < end:
            found += [(text[at:begin], False), (text[begin:end], True)]
            at = end
    found.append((text[at:], False))
    flat = [(one_line(words), hit) for words, hit in found]
    length = sum(len(words) for words, _ in flat)
    shown = flat if length <= most else _window(flat, most)
    return [piece for piece in shown if piece[0]]


def json_line(value: object) -> str:
    """One line of JSON that no terminal obeys and no reader splits: what would do so is escaped, the value is the same.

    `value` is what `json.dumps` takes. There is no line feed at the end.
    """
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _BREAKS_LINES.sub(lambda found: json.dumps(found[0])[1:-1], line)


def utf16_length(text: str) -> int:
    """Length as JavaScript and Java count it: the larger of the two ways in which a limit can be meant."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def _window(flat: Sequence[Piece], most: int) -> list[Piece]:
    """`most` characters of the pieces, with the first hit in the middle."""
    whole = "".join(words for words, _ in flat)
    first, last = _first_hit(flat)
    room = max(0, most - (last - first))
    left = min(first, room // 2)
    right = min(len(whole) - last, room - left)
    begin = first - min(first, room - right)
    end = last + right
    if begin > 0:
        space = whole.find(" ", begin, first)
        begin = begin if space < 0 else space + 1
    if last - first > most:
        end = first + most
    elif end < len(whole):
        space = whole.rfind(" ", last, end)
        end = end if space < 0 else space
    shown: list[Piece] = [("…", False)] if begin > 0 else []
    at = 0
    for words, hit in flat:
        shown.append((words[max(0, begin - at) : max(0, end - at)], hit))
        at += len(words)
    return [*shown, ("…", False)] if end < len(whole) else shown


def _first_hit(flat: Sequence[Piece]) -> tuple[int, int]:
    """(start, end) of the first hit on the one line; (0, 0) where there is none."""
    at = 0
    for words, hit in flat:
        if hit:
            return at, at + len(words)
        at += len(words)
    return 0, 0
