"""What a query asks for, in words for people who write none themselves."""

from decimal import Decimal

from rules.text import side_by_side
from rules.tree import And, Doc, Except, Field, FieldName, Figure, Near, Node, Not, Or, Query, Words

_PASSAGE = "a passage (a speaker's turn, a page, a paragraph)"
_FIELDS: dict[FieldName, str] = {
    "speaker": "the speaker's name has {}",
    "role": "the speaker's role is {}",
    "section": "the section is {}",
    "side": "the words are those of: {}",
    "kind": "the document is a {}",
    "company": "the company is {}",
    "court": "the court is {}",
    "lang": "the language is {}",
    "source": "the source is {}",
    "item": "the filing has item {}",
    "title": "the document's title has {}",
}
_SIDES = {
    "own": "the company itself",
    "analyst": "an analyst",
    "opposing": "the other side of a case",
    "court": "a court",
    "press": "the press",
}
_BOUNDS = {">": "more than {}", ">=": "{} or more", "<": "less than {}", "<=": "{} or less", ":": "{}"}
_SIZES = ((12, "trillion"), (9, "billion"), (6, "million"))


def reading(query: Query) -> str:
    """Some lines: where it looks, and a line for each of its conditions."""
    root = query.root
    if isinstance(root, Or):
        return "\n".join([f"Finds {_PASSAGE} with one of these:", *(f"  - {_said(part)}" for part in root.parts)])
    parts = root.parts if isinstance(root, And) else (root,)
    return "\n".join([f"Finds {_PASSAGE} with:", *(f"  - {_said(part)}" for part in parts)])


def _said(node: Node) -> str:
    match node:
        case Words():
            return _words(node)
        case Figure():
            return _figure(node)
        case Near():
            return _near(node)
        case Except(kept, dropped):
            return f"{_within(kept)}, unless it overlaps with {_within(dropped)}"
        case And(parts):
            return " and also ".join(map(_within, parts))
        case Or(parts):
            return " or ".join(map(_within, parts))
        case Not(part):
            return f"not this: {_within(part)}"
        case Field(name, value):
            return _field(name, value)
        case Doc(part):
            return f"anywhere in the document: {_within(part)}"


def _within(node: Node) -> str:
    return f"({_said(node)})" if isinstance(node, Near | Except | And | Or | Not) else _said(node)


def _words(words: Words) -> str:
    text = side_by_side(words.words)
    if len(words.words) == 1 and text.endswith("*"):
        return f"a word that begins with “{text[:-1]}”"
    shown = f"“{text.replace('*', '…')}”"
    return f"exactly {shown}" if words.exact else shown


def _near(node: Near) -> str:
    left, right = _within(node.left), _within(node.right)
    match node.reach, node.ordered:
        case "s", False:
            return f"{' and '.join(map(_within, _of_one_sentence(node)))} in one sentence"
        case "s", True:
            return f"{left} and after it, in the same sentence, {right}"
        case "p", False:
            return f"{left} and {right}, in whatever order"
        case "p", True:
            return f"{left} and anywhere after it {right}"
        case 1, True:
            return f"{left} and right after it {right}"
        case reach, True:
            return f"{left} and after it, at most {reach} words on, {right}"
        case reach, _:
            return f"{left} at most {reach} {'word' if reach == 1 else 'words'} from {right}, before or after it"


def _of_one_sentence(node: Node) -> list[Node]:
    if isinstance(node, Near) and node.reach == "s" and not node.ordered:
        return [*_of_one_sentence(node.left), *_of_one_sentence(node.right)]
    return [node]


def _figure(figure: Figure) -> str:
    kind = "an amount of" if figure.measure == "amount" else "a percentage of"
    low, high = _number(figure.low, figure), _number(figure.high, figure)
    if figure.low != figure.high:
        return f"{kind} {low} to {high}"
    return f"{kind} {_BOUNDS[figure.bound].format(low)}"


def _number(value: Decimal, figure: Figure) -> str:
    if figure.measure == "percent":
        return f"{value.normalize():f}"
    currency = f"{figure.currency} " if figure.currency is not None else ""
    for power, name in _SIZES:
        if value >= Decimal(10) ** power:
            return f"{currency}{value.scaleb(-power).normalize():f} {name}"
    return f"{currency}{value.normalize():,f}"


def _field(name: FieldName, value: str) -> str:
    bare = value.removesuffix("*")
    shown = _SIDES[value] if name == "side" else f"“{bare}…”" if value != bare else f"“{bare}”"
    return _FIELDS[name].format(shown)
