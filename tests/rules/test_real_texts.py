"""The engine on real calls and court documents, against patterns of the standard library."""

import re
from contextlib import suppress

import pytest

from rules.engine import Engine
from rules.model import Rule
from rules.sentence import sentences
from watchers.model import CallMeta, Document, Passage
from watchers.readers.pdf import pages
from watchers.trouble import Unreadable

PHRASES = [
    "free cash flow",
    "revenue",
    "market share",
    "licensing",
    "don't",
    "second quarter",
    "as a percentage of revenue",
]


@pytest.fixture(scope="module")
def calls(data):
    return [
        file.read_text(encoding="utf-8") for file in sorted((data / "transcripts" / "rev_nlp_text").glob("*.txt"))[::5]
    ]


@pytest.fixture(scope="module")
def court(data):
    found = []
    for file in sorted((data / "dockets" / "pdf").glob("*.pdf"))[:30]:
        with suppress(Unreadable):
            found += pages(file.read_bytes()).texts
    return found


def document(*texts):
    return Document(key="d", meta=CallMeta(), passages=tuple(Passage(text=text) for text in texts))


def test_exact_phrases_are_found_where_a_pattern_finds_them(calls):
    assert len(calls) >= 15
    engine = Engine([Rule(name=phrase, query=f'="{phrase}"') for phrase in PHRASES])
    expected, found = set(), set()
    for number, text in enumerate(calls):
        for phrase in PHRASES:
            words = r"[\W_]+".join(re.escape(word).replace("'", "['’]") for word in phrase.split())
            for hit in re.finditer(rf"(?<![\w'’]){words}(?!['’]?\w)", text, re.IGNORECASE):
                expected.add((number, phrase, hit.start(), hit.end()))
        found |= {(number, match.rule, match.start, match.end) for match in engine.scan(document(text))}
    assert found == expected
    assert {phrase for _, phrase, _, _ in found} >= {"free cash flow", "revenue", "market share"}


def test_a_prefix_is_found_where_a_pattern_finds_it(calls):
    engine = Engine([Rule(name="r", query="revenu* OR licens* OR percent*")])
    for text in calls:
        expected = [
            hit.span() for hit in re.finditer(r"\b(?:revenu|licens|percent)\w*(?:['’]\w+)*", text, re.IGNORECASE)
        ]
        assert [(match.start, match.end) for match in engine.scan(document(text))] == expected


def test_a_word_broken_by_pdfium_is_found_whole_and_by_halves(court):
    broken = [(text, hit) for text in court for hit in re.finditer(r"\b([a-z]{4,})\x02([a-z]{4,})\b", text)]
    assert broken, "the court's documents have words that are broken at the end of a line"
    for text, hit in broken:
        for query in (f'="{hit[1]} {hit[2]}"', f'="{hit[1]}{hit[2]}"'):
            spans = [(match.start, match.end) for match in Engine([Rule(name="r", query=query)]).scan(document(text))]
            assert hit.span() in spans


def test_sentences_of_real_texts_leave_nothing_out(calls, court):
    for text in calls + court:
        spans = sentences(text)
        assert "".join(text[start:end] for start, end in spans).split() or not text.strip()
        assert sum(len("".join(text[start:end].split())) for start, end in spans) == len("".join(text.split()))


def test_sentences_of_a_call_are_of_speaking_length(calls):
    lengths = sorted(end - start for text in calls for start, end in sentences(text))
    assert 30 < lengths[len(lengths) // 2] < 150
    assert lengths[-len(lengths) // 100] < 600
