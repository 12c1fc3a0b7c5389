"""The text of a query, cut into its smallest parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args

from rules.refused import QueryError
from rules.tree import FieldName, Measure, Reach

LONGEST_QUERY = 20_000
"""Characters."""

WIDEST = 100
"""Positions that NEAR/n and PRE/n may span."""

MEASURES: tuple[Measure, ...] = get_args(Measure)
FIELDS: tuple[str, ...] = (*get_args(FieldName), *MEASURES, "doc")

What = Literal[
    "word", "phrase", "exact", "figure", "and", "or", "not", "near", "pre", "except", "field", "(", ")", "end"
]


@dataclass(frozen=True, slots=True)
class Part:
    """`text`: the word, what stands between the quotes, a field's name, or a whole figure ("amount>1B").

    `reach`: of NEAR/n, PRE/n, NEAR/s, "…"~n.
    """

    what: What
    text: str
    start: int
    end: int
    reach: Reach | None = None


_QUOTES = '"\u201c\u201d\u201e\u201f'
_SPACE = re.compile(r"\s+")
_QUOTED = re.compile(rf"(?P<exact>=)?[{_QUOTES}](?P<words>[^{_QUOTES}]*)(?P<closed>[{_QUOTES}](?:~(?P<slop>\d+))?)?")
_FIELD = re.compile(r"(?P<name>[A-Za-z_]+):")
_RUN = re.compile(rf"[^\s(){_QUOTES}]+")
_FIGURE = re.compile(
    rf"(?:{'|'.join(MEASURES)})(?:[=:]|\s*(?:[<>]=?|[\u2264\u2265]))\s*"
    rf"(?:[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]|[^\s(){_QUOTES}]*)",
    re.IGNORECASE,
)
_NEAR = re.compile(r"(?P<name>near|w|pre|)/(?P<n>.*)", re.IGNORECASE)
_PLUS = re.compile(r"\+(?P<n>\d+|s|p)", re.IGNORECASE)
"""Westlaw's way to write PRE."""
_WITHIN: dict[str, Reach] = {"s": "s", "sent": "s", "sentence": "s", "p": "p", "para": "p", "paragraph": "p"}
_OPERATORS: dict[str, What] = {"AND": "and", "OR": "or", "NOT": "not", "EXCEPT": "except"}
_WITHOUT_NUMBER = {"NEAR", "PRE"}
_WRITE_NUMBER = "Write {0}/5: at most 5 positions apart; or {0}/s: in the same sentence"


def parts(text: str) -> list[Part]:
    """All parts in order, an "end" last. Raises `QueryError`."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"the query is longer than {LONGEST_QUERY:,} characters",
            "Make several rules of it.",
            LONGEST_QUERY,
            len(text),
        )
    return [*_parts(text), Part("end", "", len(text.rstrip()), len(text.rstrip()) + 1)]


def _parts(text: str) -> Iterator[Part]:
    at, end = 0, len(text)
    while at < end:
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        part = _next(text, at)
        yield part
        at = part.end


def _next(text: str, at: int) -> Part:
    character = text[at]
    if character == "(":
        return Part("(", "(", at, at + 1)
    if character == ")":
        return Part(")", ")", at, at + 1)
    if quoted := _QUOTED.match(text, at):
        return _phrase(quoted)
    if character == "-":
        return _minus(text, at)
    if figure := _FIGURE.match(text, at):
        return Part("figure", figure[0].rstrip(), at, figure.end())
    if field := _FIELD.match(text, at):
        return _field(field)
    run = _RUN.match(text, at)
    assert run is not None, "nothing else is left that a part can begin with"
    return _word(run[0], at)


def _phrase(quoted: re.Match[str]) -> Part:
    start, end = quoted.span()
    if quoted["closed"] is None:
        raise QueryError("a quote is opened, and never closed", 'Close it: "…".', start, end)
    slop = int(quoted["slop"][:9]) if quoted["slop"] else None
    return Part("exact" if quoted["exact"] else "phrase", quoted["words"], start, end, slop)


def _minus(text: str, at: int) -> Part:
    after = text[at + 1 : at + 2]
    if not after or after.isspace() or after in ")-":
        raise QueryError(
            'a "-" stands alone', "Write -word without a space for NOT, or quote what contains it.", at, at + 1
        )
    return Part("not", "-", at, at + 1)


def _field(field: re.Match[str]) -> Part:
    name = field["name"].lower()
    start, end = field.span()
    if name not in FIELDS:
        near = get_close_matches(name, FIELDS, 1)
        instead = f"Did you mean {near[0]}:?" if near else f"Fields are {', '.join(f'{one}:' for one in FIELDS)}."
        raise QueryError(
            f'there is no field "{field["name"]}:"', f"{instead} To search for the words, quote them.", start, end
        )
    return Part("field", name, start, end)


def _word(word: str, at: int) -> Part:
    end = at + len(word)
    if word in _OPERATORS:
        return Part(_OPERATORS[word], word, at, end)
    if word in _WITHOUT_NUMBER:
        raise QueryError(f"{word} needs a number", f"{_WRITE_NUMBER.format(word)}.", at, end)
    if near := _NEAR.fullmatch(word):
        return _distance(word, near["name"].lower(), near["n"], at)
    if plus := _PLUS.fullmatch(word):
        return _distance(word, "pre", plus["n"], at)
    if word.startswith("="):
        return Part("exact", word[1:], at, end)
    return Part("word", word, at, end)


def _distance(word: str, name: str, n: str, at: int) -> Part:
    end = at + len(word)
    operator = "PRE" if name == "pre" else "NEAR"
    what: What = "pre" if name == "pre" else "near"
    if n.lower() in _WITHIN:
        return Part(what, word, at, end, _WITHIN[n.lower()])
    if not (n.isascii() and n.isdigit()):
        if name == "w":  # "w/o": an abbreviation, not an operator
            return Part("word", word, at, end)
        if name:
            raise QueryError(f"{word} needs a number", f"{_WRITE_NUMBER.format(operator)}.", at, end)
        raise QueryError(
            f'there is no operator "{word}"',
            "Write NEAR/n or PRE/n, /s (same sentence) or /p (same passage), or quote what you search for.",
            at,
            end,
        )
    if len(n) > len(str(WIDEST)) or not 1 <= int(n) <= WIDEST:
        raise QueryError(
            f"{word}: the distance must be from 1 to {WIDEST}",
            f"Write {operator}/5, {operator}/s for the same sentence, or AND for anywhere.",
            at,
            end,
        )
    return Part(what, word, at, end, int(n))
