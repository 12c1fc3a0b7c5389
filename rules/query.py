"""The language of rules: from text to tree and back.

    query   = all { "OR" all }
    all     = one { ["AND"] one }                     side by side means AND
    one     = ("NOT" | "-") one | kept
    kept    = near { "EXCEPT" near }
    near    = term { ("NEAR/" | "w/" | "/" | "PRE/" | "+") (n | "s" | "p") term }
    term    = word | word* | root! | "a phrase" | ="exact words" | "loose phrase"~n | figure
            | field:term | doc:term | ( query )
    figure  = ("amount" | "percent") (">" | ">=" | "<" | "<=" | ":") number [".." number]

Operators are in capitals (those with a stroke need not be). All of a query is read within one passage; `doc:(…)` asks
for something anywhere in the document. Each positive term of an AND is a hit, so a query that can be true without one
(only NOT, only fields) is refused.

NOT says that a passage must not have something at all. EXCEPT is local: `license EXCEPT "driver's license"` drops those
hits of "license" that overlap with one of "driver's license", and keeps the others in the same passage. Both sides of
EXCEPT, NEAR and PRE are words, phrases, figures and what joins them to places in the text: NEAR, PRE, EXCEPT, and OR of
these. A figure is quoted like a word, but a query needs a word beside it: figures stand in every call.
`docs/query.md` has an example of each.
"""

from collections.abc import Callable, Sequence
from typing import get_args

from rules.canonical import written
from rules.lexer import LONGEST_QUERY, WIDEST, Part, parts
from rules.refused import QueryError
from rules.tree import (
    And,
    Doc,
    Except,
    Field,
    FieldName,
    Figure,
    Near,
    Node,
    Not,
    Or,
    Place,
    Query,
    Words,
    all_of,
    below,
    finds,
    is_span,
)
from rules.values import field_value, figure, phrase_words

__all__ = ["Query", "QueryError", "canonical", "parse"]

DEEPEST = 30
"""Operators within each other, as `a OR (b AND NOT c)` has three. They are counted in the tree, so that a query and its
canonical form, which may have more parentheses, are read alike."""

MOST_OPEN = DEEPEST + 2
"""Parentheses, NOTs and fields that are open at once. A canonical form needs one for each operator, and one for
`doc:(…)`."""

TALLEST = 100
"""Nodes of the tree above each other: a chain of NEAR grows by one with each link."""


def parse(text: str) -> Query:
    """The tree of a query. Raises `QueryError`. What can be read can be read in its canonical form, too."""
    root = _Parser(text).query()
    _refuse_what_is_too_tall(root)
    _refuse_what_finds_nothing(root)
    _refuse_what_becomes_too_long(root)
    return Query(root)


def canonical(query: Query) -> str:
    """The query as it was understood: operators spelled out, words folded. Parsing it gives the same tree."""
    return written(query.root)


def _refuse_what_is_too_tall(root: Node) -> None:
    """All that is done with a tree goes down it by recursion."""
    waiting = [(root, 1, 0)]
    while waiting:
        node, height, depth = waiting.pop()
        if height > TALLEST:
            raise QueryError(
                f"more than {TALLEST} operators are joined in a chain", "Make several rules of it.", *root.place
            )
        if depth > DEEPEST:
            raise QueryError(f"more than {DEEPEST} operators stand within each other", "Make it flatter.", *node.place)
        chained = isinstance(node, Near | Except)
        for at, part in enumerate(below(node)):
            waiting.append((part, height + 1, depth if chained and not at else depth + 1))


def _refuse_what_becomes_too_long(root: Node) -> None:
    if len(written(root)) > LONGEST_QUERY:
        raise QueryError(
            f"with all operators spelled out the query is longer than {LONGEST_QUERY:,} characters",
            "Make several rules of it.",
            *root.place,
        )


def _refuse_what_finds_nothing(node: Node) -> None:
    """Raises `QueryError` at the part by which the query could be true without a word to quote."""
    if finds(node):
        return
    if isinstance(node, Doc):
        _refuse_what_finds_nothing(node.part)
    if isinstance(node, Or):
        for part in node.parts:
            _refuse_what_finds_nothing(part)
    mend = "Add a word or a phrase that has to be there."
    if isinstance(node, Field):
        problem = "a field alone finds no words to quote"
        if node.name == "title":
            mend = "Add a word that has to be in the text; to find the titles themselves: section:title and the word."
    elif any(isinstance(part, Figure) for part in all_of(node)):
        problem = "a figure alone is too broad: there is one in nearly every passage"
        mend = "Add a word or a phrase that has to be in the same passage: royalty amount>1B, or royalty /s percent>10."
    elif isinstance(node, Not):
        problem = "NOT alone finds no words to quote"
    else:
        problem = "NOT and fields alone find no words to quote"
    raise QueryError(problem, mend, *node.place)


class _Parser:
    def __init__(self, text: str) -> None:
        self._parts = parts(text)
        self._at = 0
        self._depth = 0
        self._field: FieldName | None = None
        self._in_doc = False

    def query(self) -> Node:
        if self._peek().what == "end":
            raise QueryError(
                "the query is empty", "Write a word or a phrase to search for.", 0, max(1, self._peek().end)
            )
        root = self._any()
        if self._peek().what != "end":  # only this can be left over
            part = self._peek()
            raise QueryError(
                'a ")" has no "(" before it', "Remove it, or open a parenthesis before.", part.start, part.end
            )
        return root

    def _peek(self) -> Part:
        return self._parts[self._at]

    def _take(self) -> Part:
        part = self._parts[self._at]
        self._at += 1
        return part

    def _any(self) -> Node:
        found = [self._all()]
        while self._peek().what == "or":
            self._take()
            found.append(self._all())
        return _joined(Or, found)

    def _all(self) -> Node:
        found = [self._one()]
        while self._peek().what not in {"or", ")", "end"}:
            if self._peek().what == "and":
                self._take()
            found.append(self._one())
        return _joined(And, found)

    def _one(self) -> Node:
        if self._peek().what != "not":
            return self._kept()
        sign = self._take()
        part = self._deeper(sign, self._one)
        if isinstance(part, Not):
            return part.part
        return Not(part, (sign.start, part.place[1]))

    def _kept(self) -> Node:
        kept = self._near()
        while self._peek().what == "except":
            operator = self._take()
            dropped = self._near()
            _spans_only(operator, kept, dropped)
            kept = Except(kept, dropped, (kept.place[0], dropped.place[1]))
        return kept

    def _near(self) -> Node:
        left = self._term()
        while self._peek().what in {"near", "pre"}:
            operator = self._take()
            right = self._term()
            _spans_only(operator, left, right)
            assert operator.reach is not None
            place = (left.place[0], right.place[1])
            left = Near(left, right, operator.reach, operator.what == "pre", place)
        return left

    def _term(self) -> Node:
        part = self._take()
        match part.what:
            case "word" | "phrase" | "exact":
                return self._words(part)
            case "figure":
                return self._figure(part)
            case "(":
                return self._deeper(part, self._group, part)
            case "field":
                return self._deeper(part, self._in_field, part)
            case _:
                raise self._missing(part)

    def _missing(self, part: Part) -> QueryError:
        before = self._parts[self._at - 2] if self._at > 1 else None
        if before is not None and before.what == "(" and part.what == ")":
            return QueryError("nothing stands in the parentheses", "Remove them.", before.start, part.end)
        if before is not None and before.what not in {"word", "phrase", "exact", "figure", "(", ")"}:
            name = f"{before.text}:" if before.what == "field" else before.text
            return QueryError(
                f"nothing to search for follows {name}",
                f"Write a word or a phrase after {name}.",
                before.start,
                part.end,
            )
        if part.what == "end":
            return QueryError('a "(" is never closed', 'Add a ")".', *self._open())
        return QueryError(
            f"nothing to search for stands before {part.text}",
            f'Write a word or a phrase before it, or quote it: "{part.text}".',
            part.start,
            part.end,
        )

    def _open(self) -> Place:
        """The last parenthesis that is open."""
        opened: list[Part] = []
        for part in self._parts:
            if part.what == "(":
                opened.append(part)
            elif part.what == ")" and opened:
                opened.pop()
        return (opened[-1].start, opened[-1].end) if opened else (0, 1)

    def _group(self, opening: Part) -> Node:
        node = self._any()
        if self._peek().what != ")":
            raise QueryError('a "(" is never closed', 'Add a ")".', opening.start, opening.end)
        self._take()
        return node

    def _deeper(self, part: Part, into: Callable[..., Node], *given: Part) -> Node:
        self._depth += 1
        if self._depth > MOST_OPEN:
            raise QueryError(
                f"more than {MOST_OPEN} parentheses stand within each other", "Make it flatter.", part.start, part.end
            )
        node = into(*given)
        self._depth -= 1
        return node

    def _in_field(self, part: Part) -> Node:
        self._refuse_within_field(part, f"{part.text}:")
        if part.text == "doc":
            return self._doc(part)
        names: tuple[FieldName, ...] = get_args(FieldName)
        self._field = next(name for name in names if name == part.text)
        node = self._term()
        self._field = None
        return node

    def _refuse_within_field(self, part: Part, name: str) -> None:
        if self._field is not None:
            raise QueryError(
                f"{name} stands within {self._field}:",
                "Write one field after the other; quote a value with a colon.",
                part.start,
                part.end,
            )

    def _figure(self, part: Part) -> Node:
        self._refuse_within_field(part, part.text)
        return figure(part)

    def _doc(self, part: Part) -> Node:
        if self._in_doc:
            return self._term()
        self._in_doc = True
        inner = self._term()
        self._in_doc = False
        return Doc(inner, (part.start, inner.place[1]))

    def _words(self, part: Part) -> Node:
        if self._field is not None:
            before = self._parts[self._at - 2]
            start = before.start if before.what == "field" else part.start
            return Field(self._field, field_value(self._field, part), (start, part.end))
        words = phrase_words(part)
        place = (part.start, part.end)
        exact = part.what == "exact"
        if not isinstance(part.reach, int) or len(words) == 1:
            return Words(words, exact, place)
        if not 1 <= part.reach <= WIDEST:
            raise QueryError(f"the distance must be from 1 to {WIDEST}", 'Write "…"~5.', *place)
        return _chain([Words((word,), exact, place) for word in words], part.reach)


def _chain(words: Sequence[Words], reach: int) -> Node:
    """Each within reach of the one before it."""
    node: Node = words[0]
    for word in words[1:]:
        node = Near(node, word, reach, place=word.place)
    return node


def _joined(kind: type[And] | type[Or], found: list[Node]) -> Node:
    if len(found) == 1:
        return found[0]
    flat: list[Node] = []
    for node in found:
        flat.extend(node.parts if isinstance(node, kind) else [node])
    return kind(tuple(flat), (found[0].place[0], found[-1].place[1]))


def _spans_only(operator: Part, *sides: Node) -> None:
    for side in sides:
        if not is_span(side):
            raise QueryError(
                f"{operator.text} joins words, phrases, figures, and OR of these; this is something else",
                f'Write "a phrase" in quotes, (a OR b), or AND outside: a {operator.text} b AND c.',
                *side.place,
            )
