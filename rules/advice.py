"""What is amiss with a query that can be read: it finds too much, or can hardly ever find anything.

Some of it shows in the query itself; the rest, when parts of it are asked for by themselves in texts that are at hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rules.canonical import written
from rules.query import parse
from rules.refused import QueryError
from rules.tree import And, Doc, Except, Field, Near, Node, Not, Or, Place, Query, Words, below, finds

BROAD = 0.25
"""What part of the documents, from which on a query finds too much."""
FEWEST = 10
"""Documents, of which a part can be told."""
ONE_VALUE = frozenset({"role", "section", "side", "kind", "company", "court", "lang", "source"})
"""Fields of which a passage has one value."""
_REACHES = {"s": "in one sentence", "p": "in that order"}
MOST_WORDS = 40
"""Words that are asked for by themselves: a query of hundreds of words is made by a machine."""


@dataclass(frozen=True, slots=True)
class Advice:
    """`place`: in the text of the query; None where it is about the whole."""

    problem: str
    mend: str
    place: Place | None = None

    def pointed(self, query: str) -> str:
        """With carets under the place."""
        if self.place is None:
            return f"{self.problem}. {self.mend}"
        return f"{self.problem}.\n{QueryError(self.problem, self.mend, *self.place).pointed(query)}\n{self.mend}"


@dataclass(frozen=True, slots=True)
class Seen:
    """In how many documents and passages something was found."""

    documents: int = 0
    passages: int = 0


def contradictions(query: Query) -> Iterator[Advice]:
    """What can never be true, whatever the texts are."""
    for node in _positive(query.root):
        if not isinstance(node, And):
            continue
        values: dict[str, Field] = {}
        for part in node.parts:
            if not isinstance(part, Field) or part.name not in ONE_VALUE or part.value.endswith("*"):
                continue
            other = values.setdefault(part.name, part)
            if other.value != part.value:
                yield Advice(
                    f"No passage has both {part.name}:{other.value} and {part.name}:{part.value}",
                    f"Write {part.name}:({other.value} OR {part.value}) for either of them.",
                    (other.place[0], part.place[1]),
                )
        excluded = {part.part for part in node.parts if isinstance(part, Not)}
        for part in node.parts:
            if part in excluded:
                yield Advice(f"{written(part)} is asked for and excluded at once", "Remove one of the two.", part.place)


def parts_to_ask(query: Query) -> tuple[str, ...]:
    """Queries to be asked by themselves beside the whole: what `judged` and `missing` want to know."""
    asked: list[str] = []
    for node in _positive(query.root):
        match node:
            case Words():
                asked += [written(one) for one in (node, *_words_of(node))]
            case Near():
                asked += [written(node), written(_apart(node)), written(Doc(_apart(node)))]
            case And():
                asked += [written(node), *([written(Doc(node))] if _spreads(node) else [])]
            case _:
                pass
    return tuple(filter(_can_be_asked, dict.fromkeys(asked)))


def judged(query: Query, seen: Mapping[str, Seen], read: Seen) -> Iterator[Advice]:
    """`seen`: by the queries of `parts_to_ask`, and by the canonical whole; `read`: how much was looked through."""
    whole = seen[written(query.root)]
    if read.documents >= FEWEST and whole.documents >= BROAD * read.documents:
        yield Advice(
            f"It is broad: it finds something in {whole.documents} of {read.documents} documents",
            'Ask for a "phrase" in quotes, for words near each other (a NEAR/5 b, a /s b), or exclude what is meant '
            "otherwise with EXCEPT.",
        )
    never = [
        advice
        for node in _positive(query.root)
        if isinstance(node, Near | And) and not seen.get(written(node), Seen()).passages
        for advice in _never(node, seen)
    ]
    yield from never
    if read.documents and not (whole.documents or never or missing(query, seen)):
        yield Advice(
            f"All its words stand somewhere in the {read.documents} documents, but never so that the whole is true",
            "Ask for less at once; what is new may come yet.",
        )


def missing(query: Query, seen: Mapping[str, Seen]) -> tuple[Words, ...]:
    """The words and phrases of it that stand nowhere, each word of a phrase for itself where that is missing."""
    found: dict[str, Words] = {}
    for node in _positive(query.root):
        if isinstance(node, Words) and not seen[written(node)].passages:
            absent = [one for one in _words_of(node) if not seen[written(one)].passages]
            for one in absent or [node]:
                found.setdefault(written(one), one)
    return tuple(found.values())


def nowhere(words: Words, known: Sequence[str], read: Seen) -> Advice:
    """`known`: words that do stand in the texts, spelled like it perhaps."""
    problem = f"{written(words)} stands in none of the {read.documents} documents"
    if len(words.words) > 1:
        return Advice(problem, "Its words do: ask for them near each other, a NEAR/5 b.", words.place)
    near = get_close_matches(words.words[0].removesuffix("*"), known, 3, 0.75)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Look at how it is spelled; what is new may come yet."
    return Advice(problem, hint, words.place)


def _never(node: Near | And, seen: Mapping[str, Seen]) -> Iterator[Advice]:
    """A part that was never true, although what it is made of was."""
    both = _apart(node) if isinstance(node, Near) else node
    together = seen.get(written(both), Seen()).passages
    if isinstance(node, Near) and together:
        apart_by = _count(node.reach, "word") if isinstance(node.reach, int) else ""
        reach = _REACHES.get(str(node.reach), f"at most {apart_by} apart")
        yield Advice(
            f"Both sides of {_operator(node)} stand in {_count(together, 'passage')}, but never {reach}",
            f"Reach further, or ask for both: {written(both)}.",
            node.place,
        )
    elif _spreads(both) and (spread := seen.get(written(Doc(both)), Seen())).documents:
        yield Advice(
            f"Its parts stand together in {_count(spread.documents, 'document')}, but never in one passage",
            f"Write {written(Doc(both))} for the whole document.",
            node.place,
        )


def _can_be_asked(text: str) -> bool:
    """Written out, and put into `doc:(…)`, it is longer and deeper than it was."""
    try:
        parse(text)
    except QueryError:
        return False
    return True


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _operator(node: Near) -> str:
    return f"{'PRE' if node.ordered else 'NEAR'}/{node.reach}"


def _apart(node: Near) -> And:
    return And((node.left, node.right))


def _spreads(node: And) -> bool:
    """Whether it asks for several words, which may stand in several passages."""
    return sum(isinstance(part, Words | Near | Except | Or) for part in node.parts) > 1


def _words_of(phrase: Words) -> list[Words]:
    """Its words by themselves."""
    return [Words((word,), phrase.exact, phrase.place) for word in phrase.words] if len(phrase.words) > 1 else []


def _positive(root: Node) -> list[Node]:
    """All nodes that have to be there, or may be; the first `MOST_WORDS` words at most."""
    found: list[Node] = []
    words = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Words):
            words += 1
            if words > MOST_WORDS:
                continue
        if finds(node):
            found.append(node)
        match node:
            case Except(kept):
                waiting.append(kept)
            case Doc(And(parts)):  # they need not stand in one passage
                waiting += reversed(parts)
            case Not():
                pass
            case _:
                waiting += reversed(below(node))
    return found
