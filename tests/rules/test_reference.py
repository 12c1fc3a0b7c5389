"""The engine against the plainest program that does the same: looks at every word, tries every pair.

The reference knows how a text was put together, so it need not tokenise; it knows no automaton and no triggers. Where
sentences end it does not judge itself: that has tests of its own.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

import Stemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import Engine
from rules.model import Rule
from rules.query import QueryError, canonical, parse
from rules.sentence import sentences
from rules.tree import And, Doc, Except, Field, Figure, Near, Not, Or, Query, Words, finds
from watchers.model import CallMeta, Document, Passage

STEMMER = Stemmer.Stemmer("english")
WORDS = [
    "share",
    "Shares",
    "revenue",
    "licence",
    "LICENSING",
    "licensee",
    "driver’s",
    "the",
    "of",
    "3",
    "30",
    "percent",
]
BETWEEN = [" ", " ", " ", "\n", ", ", "-", "‑", ". ", "\u00a0", " — ", "\r\n\r\n", "% "]
BROKEN = ["\x02", "-\n", "\u00ad", "‐\r\n ", "\x02\n"]
SPEAKERS = [None, "Mark Zuckerberg", "Susan Li"]


@dataclass
class Written:
    """`pieces`: (word, what follows it)."""

    pieces: list[tuple[str, str]]
    speaker: str | None

    @property
    def text(self) -> str:
        return "".join(word + after for word, after in self.pieces)

    def tokens(self, *, joined):
        """(start, end, position, folded)."""
        found, at, position, open_ = [], 0, 0, False
        for word, after in self.pieces:
            folded = word.lower().replace("’", "'")
            if open_ and joined:
                start, _, _, before = found.pop()
                found.append((start, at + len(word), position, before + folded))
            else:
                found.append((at, at + len(word), position, folded))
            at += len(word) + len(after)
            open_ = after in BROKEN
            if not open_:
                position += 1
        return found


def spelled(word):
    return "licens" + word[6:] if word.startswith("licenc") else word


def same(wanted, token, exact):
    if wanted.endswith("*"):
        return spelled(token).startswith(spelled(wanted[:-1]))
    return wanted == token or (not exact and STEMMER.stemWord(spelled(wanted)) == STEMMER.stemWord(spelled(token)))


def leaf(node, written):
    spans = set()
    for joined in (False, True):
        tokens = written.tokens(joined=joined)
        for at in range(len(tokens) - len(node.words) + 1):
            run = tokens[at : at + len(node.words)]
            if all(same(word, token[3], node.exact) for word, token in zip(node.words, run, strict=True)):
                spans.add((run[0][0], run[-1][1], run[0][2], run[-1][2]))
    return spans


def figures(written):
    """(low, high, its place) of each percentage."""
    tokens = written.tokens(joined=False)
    found = []
    for at, (word, after) in enumerate(written.pieces):
        if not word.isdigit():
            continue
        start, end, position, _ = tokens[at]
        if after.startswith("%"):
            place = start, end + 1, position, position
        elif after in {" ", "\n", "\u00a0", "-"} and [word for word, _ in written.pieces[at + 1 : at + 2]] == [
            "percent"
        ]:
            place = start, tokens[at + 1][1], position, tokens[at + 1][2]
        else:
            continue
        low, to = written.pieces[at - 1] if at else ("", "")
        if low.isdigit() and int(low) < int(word) and to in {"-", " — ", "-\n"}:
            found.append((int(low), int(word), (tokens[at - 1][0], place[1], tokens[at - 1][2], place[3])))
        else:
            found.append((int(word), int(word), place))
    return found


def fits(node, low, high):
    return {
        ">": high > node.low,
        ">=": high >= node.low,
        "<": low < node.low,
        "<=": low <= node.low,
        ":": low <= node.high and high >= node.low,
    }[node.bound]


def pairs(node, left, right):
    """All pairs that NEAR allows, (the one before, the one after): first those with the left side before."""
    there = [(a, b) for a, b in product(left, right) if a[1] <= b[0] and b[2] - a[3] <= node.reach]
    back = [(b, a) for a, b in product(left, right) if b[1] <= a[0] and a[2] - b[3] <= node.reach]
    return there, [] if node.ordered else back


def within_sentences(node, written, left, right):
    found = set()
    for start, end in sentences(written.text):
        some, others = ({span for span in side if start <= span[0] and span[1] <= end} for side in (left, right))
        if node.ordered:
            found |= nearest([(a, b) for a, b in product(some, others) if a[1] <= b[0]])
            continue
        for one, other in [*product(some, [others]), *product(others, [some])]:
            no_earlier = [span for span in other if span[0] >= one[0]]
            no_later = [span for span in other if span[0] <= one[0]]
            beside = [min(no_earlier)] if no_earlier else []
            beside += [max(no_later)] if no_later else []
            found |= {(*map(min, one[::2], span[::2]), *map(max, one[1::2], span[1::2])) for span in beside}
    return {(start, end, first, last) for start, first, end, last in found} if not node.ordered else found


def in_passage(node, left, right):
    if not node.ordered:
        return left | right if left and right else set()
    there = [(a, b) for a, b in product(left, right) if a[1] <= b[0]]
    return {span for pair in there for span in pair}


def joined_places(node, written, left, right):
    if node.reach == "s":
        return within_sentences(node, written, left, right)
    if node.reach == "p":
        return in_passage(node, left, right)
    there, back = pairs(node, left, right)
    return nearest(there) | nearest(back)


def over(a, b):
    return a[0], b[1], a[2], b[3]


def nearest(found):
    """Of all pairs those in which one of the two has no nearer partner on that side."""
    spans = set()
    for a, b in found:
        after = min((y for x, y in found if x == a), key=lambda span: (span[0], span[1]))
        before = max((x for x, y in found if y == b), key=lambda span: (span[1], span[0]))
        spans |= {over(a, after), over(before, b)}
    return spans


def shortest(spans):
    return {
        span
        for span in spans
        if not any(other[0] >= span[0] and other[1] <= span[1] and other[:2] != span[:2] for other in spans)
    }


def spans(node, written, *, quoted):
    match node:
        case Words():
            return leaf(node, written)
        case Or(parts):
            return set().union(*(spans(part, written, quoted=quoted) for part in parts))
        case Figure():
            return {place for low, high, place in figures(written) if fits(node, low, high)}
        case Near(left, right):
            found = joined_places(node, written, *(spans(side, written, quoted=False) for side in (left, right)))
            return shortest(found) if quoted and node.reach != "p" else found
        case Except(kept, dropped):
            out = spans(dropped, written, quoted=False)
            return {
                span
                for span in spans(kept, written, quoted=quoted)
                if not any(span[0] < other[1] and other[0] < span[1] for other in out)
            }
    raise AssertionError(node)


def anywhere(node, passages):
    match node:
        case And(parts):
            return all(anywhere(part, passages) for part in parts)
        case Or(parts):
            return any(anywhere(part, passages) for part in parts)
        case Not(part) | Doc(part):
            return anywhere(part, passages) != isinstance(node, Not)
    return any(judge(node, written, passages) is not None for written in passages)


def positive(node):
    match node:
        case And(parts) | Or(parts):
            return [words for part in parts for words in positive(part)]
        case Doc(part):
            return positive(part)
        case Not() | Field():
            return []
    return [node] if finds(node) else []


def judge(node, written, passages):
    """None: false; otherwise what is quoted."""
    match node:
        case And(parts):
            answers = [judge(part, written, passages) for part in parts]
            if None in answers:
                return None
            if any(finds(part) and not isinstance(part, Doc) for part in parts):
                answers = [answer for part, answer in zip(parts, answers, strict=True) if not isinstance(part, Doc)]
            return set().union(*answers)
        case Or(parts):
            true = [answer for part in parts if (answer := judge(part, written, passages)) is not None]
            return set().union(*true) if true else None
        case Not(part):
            return set() if judge(part, written, passages) is None else None
        case Field(_, value):
            name = (written.speaker or "").lower().split()
            return set() if value in name else None
        case Doc(part):
            if not anywhere(part, passages):
                return None
            return set().union(*(spans(words, written, quoted=True) for words in positive(part)))
    return spans(node, written, quoted=True) or None


pieces = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from(BETWEEN) | st.sampled_from(BROKEN)), min_size=1, max_size=25
)
passages_ = st.lists(st.builds(Written, pieces, st.sampled_from(SPEAKERS)), min_size=1, max_size=3)


def several(kind, inner):
    """Flat, as the parser makes them."""
    return st.lists(inner, min_size=2, max_size=3).map(lambda parts: flat(kind, *parts))


def flat(kind, *parts):
    return kind(tuple(leaf for part in parts for leaf in (part.parts if isinstance(part, kind) else (part,))))


def negated(part):
    return part.part if isinstance(part, Not) else Not(part)


def with_words(tree):
    """Something to quote, where the tree alone has nothing."""
    return tree if finds(tree) else flat(And, Words(("share",)), tree)


plain = st.sampled_from(["share", "revenue", "license", "licensing", "licensee", "driver's", "of", "sharerevenue", "3"])
prefix = st.sampled_from(["lic*", "licenc*", "rev*", "share*", "drive*"])
words = st.builds(
    Words,
    st.lists(plain, min_size=1, max_size=3).map(tuple) | st.lists(plain | prefix, min_size=1, max_size=3).map(tuple),
    st.booleans(),
)
numbers = st.sampled_from([1, 3, 17, 30]).map(Decimal)
bounded = st.builds(
    lambda bound, number: Figure("percent", bound, number, number),
    st.sampled_from([">", ">=", "<", "<=", ":"]),
    numbers,
)
figure = bounded | st.builds(lambda low, more: Figure("percent", ":", low, low + more), numbers, numbers)
reaches = st.sampled_from([1, 2, 3, 10, "s", "p"])
places = st.recursive(
    words | words | figure,
    lambda inner: (
        st.builds(Near, inner, inner, reaches, st.booleans()) | st.builds(Except, inner, inner) | several(Or, inner)
    ),
    max_leaves=6,
)
fields = st.sampled_from([Field("speaker", "zuckerberg"), Field("speaker", "susan")])


def conditions(leaves):
    return st.recursive(
        leaves,
        lambda inner: several(And, inner) | several(Or, inner) | inner.map(negated),
        max_leaves=6,
    )


trees = conditions(places | places | fields | st.builds(Doc, conditions(words | figure | fields))).map(with_words)


def document(passages):
    return Document(
        key="d",
        meta=CallMeta(),
        passages=tuple(Passage(text=written.text, speaker=written.speaker) for written in passages),
    )


def test_the_reference_finds_what_is_plain_to_see():
    half = Written([("share", " "), ("3", "-"), ("30", " "), ("percent", ". "), ("The", " "), ("share", "")], None)
    assert figures(half) == [(3, 30, (6, 18, 1, 3))]
    assert spans(Near(Words(("share",)), Words(("percent",)), "s"), half, quoted=True) == {(0, 18, 0, 3)}
    written = Written([("revenue", "-\n"), ("share", " "), ("of", " "), ("LICENSING", ".")], None)
    assert leaf(Words(("revenue", "share")), written) == {(0, 14, 0, 0)}
    assert leaf(Words(("revenueshare",)), written) == {(0, 14, 0, 0)}
    assert judge(Near(Words(("share",)), Words(("license",)), 2), written, [written]) == {(9, 27, 0, 2)}
    assert judge(Near(Words(("share",)), Words(("license",)), 1), written, [written]) is None


@settings(max_examples=250)
@given(trees, passages_)
def test_the_engine_finds_what_the_reference_finds(tree, passages):
    query = canonical(Query(tree))
    try:
        assert parse(query).root == tree
    except QueryError as refused:
        raise AssertionError(refused.pointed(query)) from refused
    matches = Engine([Rule(name="r", query=query)]).scan(document(passages))
    expected = [
        (number, *span)
        for number, written in enumerate(passages)
        for span in sorted({span[:2] for span in judge(tree, written, passages) or ()})
    ]
    assert [(match.passage, match.start, match.end) for match in matches] == expected


chains = st.recursive(
    words, lambda inner: st.builds(Near, inner, inner, st.sampled_from([1, 2, 4, 8]), st.booleans()), max_leaves=5
)


def all_pairs(node, written):
    if isinstance(node, Words):
        return leaf(node, written)
    there, back = pairs(node, all_pairs(node.left, written), all_pairs(node.right, written))
    return {over(a, b) for a, b in there + back}


@settings(max_examples=200)
@given(chains, pieces)
def test_looking_at_the_nearest_only_misses_nothing(tree, found):
    """NEAR within NEAR is true exactly when some choice of words makes it true."""
    written = Written(found, None)
    matches = Engine([Rule(name="r", query=canonical(Query(tree)))]).scan(document([written]))
    assert bool(matches) == bool(all_pairs(tree, written))


dense = st.lists(
    st.tuples(st.sampled_from(["share", "Share", "revenue", "The", "of"]), st.sampled_from([" ", " ", ". ", "-\n"])),
    min_size=1,
    max_size=14,
)
single = st.sampled_from(["share", "revenue", "the"]).map(lambda word: Words((word,)))
joined = st.recursive(
    single | st.just(Words(("share", "of"))),
    lambda inner: (
        st.builds(Near, inner, inner, st.sampled_from([1, 2, 3, 5, "s", "p"]), st.booleans())
        | st.builds(Near, inner, inner, st.sampled_from([1, 2, 3, 5, "s", "p"]), st.just(value=False))
        | st.builds(Except, inner, inner)
        | several(Or, inner)
    ),
    max_leaves=5,
)


@settings(max_examples=250)
@given(joined, dense)
def test_operators_on_places_find_what_the_reference_finds(tree, found):
    written = Written(found, None)
    matches = Engine([Rule(name="r", query=canonical(Query(tree)))]).scan(document([written]))
    expected = sorted({span[:2] for span in spans(tree, written, quoted=True)})
    assert [(match.start, match.end) for match in matches] == expected


CHUNKS = [
    [("share", " ")],
    [("share", ". "), ("Of", " ")],
    [("revenue", " ")],
    [("revenue", ". "), ("Share", " ")],
    [("the", " ")],
    [("3", "-"), ("30", "% ")],
    [("17", " "), ("percent", " ")],
    [("30", "%. ")],
]
chunks = st.lists(st.sampled_from(CHUNKS), min_size=1, max_size=9).map(
    lambda found: [one for chunk in found for one in chunk]
)
thresholds = st.sampled_from([3, 17, 30]).map(Decimal)
compared = st.builds(
    lambda bound, number: Figure("percent", bound, number, number),
    st.sampled_from([">", ">=", "<", "<=", ":"]),
    thresholds,
)
side = st.sampled_from(
    [Words(("share",)), Words(("revenue",)), Words(("share", "of")), Or((Words(("share",)), Words(("share", "of"))))]
)
far = st.builds(Near, side, side | compared, st.sampled_from(["s", "s", "p", 3]), st.booleans())
further = far | st.builds(Near, far, side, st.sampled_from(["s", "p", 2]), st.booleans()) | st.builds(Except, side, far)


@settings(max_examples=1000)
@given(further, chunks)
def test_sentences_passages_and_figures_are_found_where_the_reference_finds_them(tree, found):
    written = Written(found, None)
    matches = Engine([Rule(name="r", query=canonical(Query(tree)))]).scan(document([written]))
    expected = sorted({span[:2] for span in spans(tree, written, quoted=True)})
    assert [(match.start, match.end) for match in matches] == expected


asked = st.builds(Doc, conditions(single | fields))
docs = (conditions(asked | single) | several(And, asked | single)).map(with_words)


@settings(max_examples=200)
@given(docs, st.lists(st.builds(Written, dense, st.sampled_from(SPEAKERS)), min_size=2, max_size=3))
def test_what_is_asked_of_documents_is_found_where_the_reference_finds_it(tree, passages):
    matches = Engine([Rule(name="r", query=canonical(Query(tree)))]).scan(document(passages))
    expected = [
        (number, *span)
        for number, written in enumerate(passages)
        for span in sorted({span[:2] for span in judge(tree, written, passages) or ()})
    ]
    assert [(match.passage, match.start, match.end) for match in matches] == expected


@settings(max_examples=50)
@given(st.lists(trees, min_size=2, max_size=8), passages_)
def test_rules_together_find_what_each_finds_alone(several_trees, passages):
    rules = [Rule(name=str(at), query=canonical(Query(tree))) for at, tree in enumerate(several_trees)]
    alone = [match for rule in rules for match in Engine([rule]).scan(document(passages))]
    engine = Engine(rules)
    together = engine.scan(document(passages))
    assert sorted(together, key=repr) == sorted(alone, key=repr)
    others = [replace(written, speaker=speaker) for written, speaker in zip(passages, reversed(SPEAKERS), strict=False)]
    assert engine.scan(document(others)) == Engine(rules).scan(document(others)), "the same texts, said by others"
    assert list(together) == sorted(together, key=lambda match: (match.passage, match.start, match.end))


digits = st.sampled_from(["1", "000", "1000", "1000000", "of"])
grouped = st.lists(st.tuples(digits, st.sampled_from([",", " "])), min_size=1, max_size=12)


def numbers_of(words):
    """The words; what may be groups of one number stands together."""
    found = []
    for word in words:
        first = found[-1][0] if found else ""
        if len(word) == 3 and word.isdigit() and first.isdigit() and len(first) < 4 and first[0] != "0":
            found[-1].append(word)
        else:
            found.append([word])
    return found


@settings(max_examples=200)
@given(st.lists(digits, min_size=1, max_size=3).map(tuple), grouped)
def test_a_number_is_found_however_it_is_grouped(asked, found):
    """As it is asked for, in one piece, or in groups, each where the words stand side by side."""
    text = "".join(word + after for word, after in found)
    rule = Rule(name="r", query=canonical(Query(Words(asked))))
    matches = Engine([rule]).scan(document([Written([(text, "")], None)]))
    words = re.findall(r"\w+", text)
    whole = ["".join(groups) for groups in numbers_of(asked)]
    apart = [group for word in whole for group in (f"{int(word):,}".split(",") if word[0] == "1" else [word])]
    expected = {
        at
        for way in (list(asked), whole, apart)
        for at in range(len(words) - len(way) + 1)
        if words[at : at + len(way)] == way
    }
    starts = [hit.start() for hit in re.finditer(r"\w+", text)]
    assert {match.start for match in matches} == {starts[at] for at in expected}


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("授权模"), min_size=1, max_size=3),
    st.text(st.sampled_from("授权模授权模，。 \nａ-x"), max_size=30),
)
def test_letters_of_scripts_without_spaces_are_found_wherever_they_stand(asked, text):
    matches = Engine([Rule(name="r", query=asked)]).scan(document([Written([(text, "")], None)]))
    pattern = r"[^\w]*".join(asked)
    expected = [(hit.start(1), hit.end(1)) for hit in re.finditer(f"(?=({pattern}))", text)]
    assert [(match.start, match.end) for match in matches] == expected
