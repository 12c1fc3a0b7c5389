"""A query as a tree. Nodes are equal when they ask the same; `place` (offsets in the query's text) does not count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

FieldName = Literal["speaker", "role", "section", "side", "kind", "company", "court", "lang", "source", "item", "title"]
Measure = Literal["amount", "percent"]
Bound = Literal[">", ">=", "<", "<=", ":"]

Reach: TypeAlias = int | Literal["s", "p"]
"""How far two places may stand apart: in positions, in one sentence ("s"), in one passage ("p")."""

Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Words:
    """A word or a phrase: folded words side by side; one that ends in "*" is a prefix.

    `exact`: compared as written (folded), without inflection.
    """

    words: tuple[str, ...]
    exact: bool = False
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of money or a percentage that stands in the text.

    `bound` ":" asks for `low` to `high`, which may be one; any other compares with `low`, and `high` is the same.
    `currency`: ISO 4217; None is any.
    """

    measure: Measure
    bound: Bound
    low: Decimal
    high: Decimal
    currency: str | None = None
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Both, within `reach` of each other; `ordered`: the left one first."""

    left: "Node"
    right: "Node"
    reach: Reach
    ordered: bool = False
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Except:
    """The hits of `kept` that do not overlap with a hit of `dropped`."""

    kept: "Node"
    dropped: "Node"
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Field:
    """Who, where, what kind. `value` is folded; it ends in "*" where it is a prefix."""

    name: FieldName
    value: str
    place: Place = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Doc:
    """True in every passage of a document that has this anywhere."""

    part: "Node"
    place: Place = field(default=(0, 0), compare=False, repr=False)


Node: TypeAlias = Words | Figure | Near | Except | And | Or | Not | Field | Doc


def all_of(node: Node) -> Iterator[Node]:
    """A node and all that it is made of."""
    yield node
    for part in below(node):
        yield from all_of(part)


def words_of(node: Node) -> Iterator[Words]:
    """Every word and phrase of a query, what is excluded too."""
    return (part for part in all_of(node) if isinstance(part, Words))


@dataclass(frozen=True, slots=True)
class Query:
    root: Node


def below(node: Node) -> tuple[Node, ...]:
    """What a node is made of."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Near(first, second) | Except(first, second):
            return first, second
        case Not(part) | Doc(part):
            return (part,)
        case Words() | Figure() | Field():
            return ()


def is_span(node: Node) -> bool:
    """Whether it names a place in the text, so that it may stand beside NEAR, PRE and EXCEPT."""
    if isinstance(node, Or):
        return all(map(is_span, node.parts))
    return isinstance(node, Words | Figure | Near | Except)


def finds(node: Node) -> bool:
    """Whether it always brings words to quote when it is true. Figures are no words: they stand everywhere."""
    match node:
        case And(parts):
            if any(finds(part) for part in parts if not isinstance(part, Doc)):
                return True
            # Words anywhere in the document do not make a figure a find.
            return any(map(finds, parts)) and not any(map(_brings_figures, parts))
        case Or(parts):
            return all(map(finds, parts))
        case Near(left, right):
            return finds(left) or finds(right)
        case Except(part) | Doc(part):
            return finds(part)
        case Figure() | Not() | Field():
            return False
        case Words():
            return True


def _brings_figures(node: Node) -> bool:
    match node:
        case Figure():
            return True
        case Doc() | Not():
            return False
        case _:
            return any(map(_brings_figures, below(node)))
