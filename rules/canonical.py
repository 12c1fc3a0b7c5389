"""A tree written out in the one way that says how it was understood."""

import re

from rules.numerals import plain, short
from rules.text import side_by_side
from rules.tree import And, Doc, Except, Field, Figure, Near, Node, Not, Or, Words

_BARE_VALUE = re.compile(r'[^\s()"\u201c\u201d\u201e\u201f:*!=~/,-][^\s()"\u201c\u201d\u201e\u201f:*!=~/,]*\*?')

_OR, _AND, _NOT, _EXCEPT, _NEAR, _TERM = range(6)
"""How tightly each binds."""


def written(node: Node) -> str:
    """Parsing this gives the same tree."""
    return _write(node)[0]


def _write(node: Node) -> tuple[str, int]:
    match node:
        case Words(words, exact):
            return _words(words, exact=exact), _TERM
        case Figure():
            return _figure(node), _TERM
        case Field(name, value):
            return f"{name}:{_value(value)}", _TERM
        case Doc(part):
            return f"doc:({written(part)})", _TERM
        case Not(part):
            return f"NOT {_within(part, _NOT)}", _NOT
        case Near(left, right, reach, ordered):
            operator = "PRE" if ordered else "NEAR"
            return f"{_within(left, _NEAR)} {operator}/{reach} {_within(right, _TERM)}", _NEAR
        case Except(kept, dropped):
            return f"{_within(kept, _EXCEPT)} EXCEPT {_within(dropped, _NEAR)}", _EXCEPT
        case And(parts):
            return " AND ".join(_within(part, _NOT) for part in parts), _AND
        case Or(parts):
            return " OR ".join(_within(part, _NOT) for part in parts), _OR


def _within(node: Node, loosest: int) -> str:
    """In parentheses, where it binds less tightly than may stand there."""
    text, binds = _write(node)
    return text if binds >= loosest else f"({text})"


def _words(words: tuple[str, ...], *, exact: bool) -> str:
    text = side_by_side(words)
    if exact:
        return f'="{text}"'
    return f'"{text}"' if " " in text else text


def _value(value: str) -> str:
    return value if _BARE_VALUE.fullmatch(value) else f'"{value}"'


def _figure(node: Figure) -> str:
    low, high = short(node.low), short(node.high)
    # Percentages have no letters, and that of a range's end would count for a beginning without one, too.
    if node.measure == "percent" or (node.low and node.low < node.high and low[-1].isdigit()):
        low, high = plain(node.low), plain(node.high)
    return f"{node.measure}{node.bound}{node.currency or ''}{low}" + (f"..{high}" if node.high != node.low else "")
