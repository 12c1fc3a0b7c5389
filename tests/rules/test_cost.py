"""What scanning costs, counted in calls instead of seconds, so that a busy machine changes nothing.

Calls do not see what a single pattern or the automaton does by itself: hostile texts are long enough for that, and the
time limit ends what is quadratic.
"""

import contextlib
import gc
import sys
from collections.abc import Callable
from itertools import cycle, islice

import pytest

from rules.engine import Engine
from rules.model import Rule
from rules.query import DEEPEST, TALLEST, QueryError
from rules.sentence import sentences
from rules.text import fold_sentence
from watchers.model import CallMeta, Document, Passage

WORDS = "we think share of the revenue is royalty from our licence and they a model for it".split()  # noqa: SIM905 - read as a sentence

QUERIES = [
    "share NEAR/5 revenue",
    "revenue PRE/100 (share OR royalty) EXCEPT (share NEAR/100 revenue)",
    "(the NEAR/100 of) NEAR/100 (a NEAR/100 the)",
    "licens* shar* -gemini",
    '="our licence" OR "the revenu* is"',
    "doc:(royalty model) license",
    "share /s revenue /s (the OR a)",
    "the PRE/s of EXCEPT (share /p revenue)",
    "share NEAR/9 percent>1 -(revenue /s amount<2)",
    '"1000 revenue" OR share',
]


def said(words: int) -> str:
    """A sentence of ten words after another, with a figure in each second one."""
    tens = (
        islice(cycle(WORDS), words),
        islice(cycle([*[""] * 9, ", at 1,000 to 2,000 dollars.", *[""] * 9, "."]), words),
    )
    return " ".join(word + end for word, end in zip(*tens, strict=True)) + "."


def call(text: str) -> Document:
    return Document(key="d", meta=CallMeta(), passages=(Passage(text=text),))


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, ours and Python's."""
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    gc.disable()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return counted


@pytest.mark.parametrize("query", QUERIES)
def test_a_text_four_times_as_long_costs_four_times_as_much(query):
    engine = Engine([Rule(name="r", query=query)])
    engine.scan(call(said(500)))
    short, long = (calls(lambda size=size: engine.scan(call(said(size)))) for size in (1500, 6000))
    assert long < short * 4.4 + 200


def test_rules_that_find_nothing_cost_nothing():
    document = call(said(500))
    few, many = (
        Engine([Rule(name=str(at), query=f'"unheard word{at}" OR shared{at} NEAR/5 revenue') for at in range(rules)])
        for rules in (10, 1000)
    )
    few.scan(document), many.scan(document)
    assert calls(lambda: many.scan(document)) <= calls(lambda: few.scan(document)) + 100


def test_a_rule_is_not_asked_where_its_rarest_words_are_missing():
    document = call(said(500))
    one = Engine([Rule(name="r", query="share")])
    more = Engine([Rule(name="r", query="share"), Rule(name="s", query="share NEAR/9 gemini NOT (share OR gemini)")])
    one.scan(document), more.scan(document)
    assert calls(lambda: more.scan(document)) < calls(lambda: one.scan(document)) * 1.1 + 100


def test_sentences_four_times_as_many_cost_four_times_as_much():
    short, long = (calls(lambda size=size: sentences("Mr. X of Y Inc. said so. " * size)) for size in (100, 400))
    assert long < short * 4.4 + 200


THOROUGH = (
    '"share revenue" OR revenue* EXCEPT (share PRE/3 revenue) OR share NEAR/5 (amount<1T OR percent<9) OR '
    "share /s revenue OR share PRE/s percent>1 OR share /p amount>1"
)
HOSTILE = [
    "-",
    "- ",
    "a-",
    "a-\n",
    "a-\n ",
    "a\x02",
    "a\u00ad",
    "'",
    "a'",
    "\u0301",
    "a\u0301",
    "\u200b",
    "_",
    ".",
    ". ",
    "?!",
    '."',
    "[1]",
    ".[1]",
    "(",
    ". (",
    "\n",
    "\n ",
    "\r",
    " ",
    "Mr. ",
    "A. ",
    "1. ",
    "U.S. ",
    "a",
    "share ",
    "\ufdfa",
    "½",
    "\n• ",
    "\n(",
    "a  \n\t",
    "1",
    "1 ",
    "1,",
    "1-",
    "1,000",
    "1 000 ",
    "$",
    "$1",
    "$1-",
    "1 to ",
    "RM",
    "1 million ",
    "twenty-",
    "a hundred ",
    "1%",
    "\u6743",
    "\u0e01\u0e34",
    "\u0e34",
    "\u6743-\n",
    "share. Revenue",
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_no_text_costs_more_than_its_length(piece):
    """Each is far beyond what a quadratic scan would finish in time."""
    text = "share " + piece * (200_000 // len(piece)) + " revenue"
    spans = sentences(text)
    assert (spans[0][0], spans[-1][1]) == (0, len(text))
    assert fold_sentence(text).startswith("share")
    matches = Engine([Rule(name="r", query=THOROUGH)]).scan(call(text))
    assert all(0 <= match.sentence_start <= match.start < match.end <= match.sentence_end for match in matches)


@pytest.mark.parametrize(
    "piece", ["(", "-", '"', "a ", "NOT ", "a NEAR/9 ", "a*", "=", "speaker:", "!", "a!", "“a", "~", "/"]
)
def test_no_query_costs_more_than_its_length(piece):
    text = piece * (20_000 // len(piece))
    with contextlib.suppress(QueryError):
        Engine([Rule(name="r", query=text)])


def test_the_tallest_query_is_answered():
    """As deep as the parser lets through, on a stack that is not empty."""
    query = " NEAR/100 ".join(["share"] * (TALLEST - DEEPEST))
    for _ in range(DEEPEST // 2 - 1):
        query = f"(the OR of {query})"
    engine = Engine([Rule(name="r", query=query)])

    def deep(levels: int) -> object:
        return deep(levels - 1) if levels else engine.scan(call(said(2000)))

    assert deep(200)


def page(*paragraphs: str) -> Document:
    return Document(key="d", meta=CallMeta(), passages=tuple(Passage(text=text) for text in paragraphs))


@pytest.mark.parametrize("query", ["gemini OR bard", "share NEAR/3 revenue", "revenue NOT gemini"])
def test_a_page_of_which_a_word_was_edited_is_not_read_again(query):
    engine = Engine([Rule(name="r", query=query)])
    paragraphs = [f"{said(50)} {number}" for number in range(100)]
    first = calls(lambda: engine.scan(page(*paragraphs)))
    paragraphs[50] = "Now it is Gemini."
    edited = page(*paragraphs)
    found = engine.scan(page(*paragraphs[:50], *paragraphs[51:]))
    again = calls(lambda: engine.scan(edited))
    assert again - len(found) * 50 < first / 2, "who found something is told again, sentence by sentence"
    assert engine.scan(edited) == Engine([Rule(name="r", query=query)]).scan(edited)


def test_what_was_read_is_remembered_within_bounds(monkeypatch):
    monkeypatch.setattr("rules.memory.MOST_REMEMBERED", 10)
    engine = Engine([Rule(name="r", query="gemini doc:number"), Rule(name="s", query="number")])
    for number in range(30):
        document = page(f"Number {number}.", "Gemini.")
        assert [match.passage for match in engine.scan(document)] == [0, 1]
        assert engine.memory.size <= 10
        assert [match.passage for match in engine.scan(document)] == [0, 1]
