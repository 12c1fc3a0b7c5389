"""From the tree of a query to a function that reads a passage.

A judge answers None where its part of the query is false, and otherwise the places that are quoted for it: none for NOT
and for fields.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from rules.fields import asks
from rules.figures import fits
from rules.found import Finders, Found
from rules.phrases import Lexicon
from rules.spans import Span, except_, near, shortest, together, union, within
from rules.tree import And, Doc, Except, Field, Figure, Near, Node, Not, Or, Reach, Words, finds
from watchers.model import Company, Document, Passage


@dataclass(slots=True)
class Scene:
    """A document that is scanned, and what is known of the whole of it so far. `company`: that of the document."""

    document: Document
    company: Company | None = None
    views: list["View"] = field(default_factory=list)
    answers: dict[int, bool] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """One passage of a scene, and what is found in it."""

    scene: Scene
    number: int
    passage: Passage
    found: Found


Places: TypeAlias = Callable[[View], list[Span]]
Join: TypeAlias = Callable[[View, list[Span], list[Span]], list[Span]]
Judge: TypeAlias = Callable[[View], list[Span] | None]
Anywhere: TypeAlias = Callable[[Scene], bool]


def set_scene(document: Document, company: Company | None, finders: Finders) -> Scene:
    scene = Scene(document, company)
    scene.views = [
        View(scene, number, passage, Found(passage.text, finders)) for number, passage in enumerate(document.passages)
    ]
    return scene


def judge(node: Node, lexicon: Lexicon) -> Judge:
    """Read a query within one passage."""
    match node:
        case And(parts):
            quoted = any(finds(part) and not isinstance(part, Doc) for part in parts)
            return _all([_condition(part, lexicon) if quoted else judge(part, lexicon) for part in parts])
        case Or(parts) if not all(isinstance(part, Words) for part in parts):
            return _any([judge(part, lexicon) for part in parts])
        case Not(part):
            inner = judge(part, lexicon)
            return lambda view: [] if inner(view) is None else None
        case Field():
            ask = asks(node)
            return lambda view: [] if ask(view.scene.document, view.passage, view.scene.company) else None
        case Doc(part):
            return _somewhere(part, lexicon, _quotes(part, lexicon))
        case _:
            found = places(node, lexicon)
            return lambda view: found(view) or None


def places(node: Node, lexicon: Lexicon, *, inner: bool = False) -> Places:
    """All places of words, phrases, figures and what joins them. `inner`: for another operator, not to be quoted."""
    match node:
        case Words():
            leaf, *others = leaves = lexicon.leaves(node)
            if not others:
                return lambda view: view.found.leaf(leaf)
            return lambda view: view.found.any_of(leaves)
        case Figure():
            return lambda view: sorted(span for said, span in view.found.figures if fits(node, said))
        case Or(parts):
            # Most of a pack is long lists of words: one function for each would cost more memory than all else.
            choices = [places(part, lexicon, inner=inner) for part in parts if not isinstance(part, Words)]
            words = tuple(leaf for part in parts if isinstance(part, Words) for leaf in lexicon.leaves(part))
            if not choices:
                return lambda view: view.found.any_of(words)
            return lambda view: union(view.found.any_of(words), *(choice(view) for choice in choices))
        case Near(left, right, reach, ordered):
            sides = places(left, lexicon, inner=True), places(right, lexicon, inner=True)
            # What stands together in a passage is quoted by itself: from one to the other may be a page.
            return _Joined(*sides, _joining(reach, ordered=ordered), whole=inner or reach == "p")
        case Except(kept, dropped):
            keep, drop = places(kept, lexicon, inner=inner), places(dropped, lexicon, inner=True)
            return lambda view: except_(found, drop(view)) if (found := keep(view)) else found
        case _:
            raise TypeError(f"{type(node).__name__} names no place; the parser refuses it here")


def _condition(part: Node, lexicon: Lexicon) -> Judge:
    """A part of an AND that has other words to quote: what it asks of the document is not quoted."""
    return _somewhere(part.part, lexicon, None) if isinstance(part, Doc) else judge(part, lexicon)


@cache
def _joining(reach: Reach, *, ordered: bool) -> Join:
    match reach:
        case "s":
            return lambda view, left, right: within(left, right, view.found.sentences, ordered=ordered)
        case "p":
            return lambda _, left, right: together(left, right, ordered=ordered)
        case _:
            return lambda _, left, right: near(left, right, reach, ordered=ordered)


@dataclass(frozen=True, slots=True)
class _Joined:
    """`whole`: not only the shortest. A pack has thousands of these: functions would take five times the room."""

    left: Places
    right: Places
    join: Join
    whole: bool

    def __call__(self, view: View) -> list[Span]:
        if not (before := self.left(view)) or not (after := self.right(view)):
            return []
        joined = self.join(view, before, after)
        return joined if self.whole else shortest(joined)


def _all(parts: list[Judge]) -> Judge:
    def found(view: View) -> list[Span] | None:
        quoted: list[list[Span]] = []
        for part in parts:
            spans = part(view)
            if spans is None:
                return None
            quoted.append(spans)
        return union(*quoted)

    return found


def _any(parts: list[Judge]) -> Judge:
    def found(view: View) -> list[Span] | None:
        true = [spans for part in parts if (spans := part(view)) is not None]
        return union(*true) if true else None

    return found


def _somewhere(part: Node, lexicon: Lexicon, quotes: Places | None) -> Judge:
    """True in every passage of a document that has the part; asked once for each document."""
    answer = _anywhere(part, lexicon)
    key = id(answer)

    def found(view: View) -> list[Span] | None:
        answers = view.scene.answers
        if key not in answers:
            answers[key] = answer(view.scene)
        if not answers[key]:
            return None
        return quotes(view) if quotes is not None else []

    return found


def _anywhere(node: Node, lexicon: Lexicon) -> Anywhere:
    """Each word, phrase and field for itself, in any passage."""
    match node:
        case And(parts):
            every = [_anywhere(part, lexicon) for part in parts]
            return lambda scene: all(part(scene) for part in every)
        case Or(parts):
            either = [_anywhere(part, lexicon) for part in parts]
            return lambda scene: any(part(scene) for part in either)
        case Not(part):
            inner = _anywhere(part, lexicon)
            return lambda scene: not inner(scene)
        case Doc(part):
            return _anywhere(part, lexicon)
        case _:
            one = judge(node, lexicon)
            return lambda scene: any(one(view) is not None for view in scene.views)


def _quotes(part: Node, lexicon: Lexicon) -> Places:
    """What a passage adds to a `doc:(…)` that stands for itself: every positive word of it."""
    said = [places(words, lexicon) for words in positive(part)]
    return lambda view: union(*(words(view) for words in said))


def positive(node: Node) -> list[Node]:
    """Words, phrases and what joins them to places, outside of any NOT. Figures alone are not among them."""
    match node:
        case And(parts) | Or(parts):
            return [words for part in parts for words in positive(part)]
        case Doc(part):
            return positive(part)
        case Not() | Field():
            return []
        case _:
            return [node] if finds(node) else []
