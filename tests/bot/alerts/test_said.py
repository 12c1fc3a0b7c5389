"""From matches to statements, and how an earlier one stands to what is said now."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.alerts.said import date_of, earlier_beside, statements_of
from bot.model import Statement
from making import document, match
from watchers.model import CallMeta, Company, EntryMeta

SEEN = date(2026, 11, 24)
META = Company(ticker="META", name="Meta Platforms", site="https://about.fb.com")
AFFIRMS = "We get some portion of the revenue from them."
DENIES = "We do not get any portion of the revenue from them."


def statement(polarity: str, words: str = "words", **about: Any) -> Statement:
    usual: dict[str, Any] = {
        "date": "2024-01-01",
        "company": "META",
        "facet": "paid-access",
        "kind": "post",
        "speaker": None,
        "role": "unknown",
        "side": "own",
        "quote": words,
        "url": None,
        "polarity": polarity,
        "modality": "fact",
        "rule": "Revenue sharing",
    }
    return Statement(**(usual | about))


@pytest.mark.parametrize(
    ("about", "said_on"),
    [
        ({"published": datetime(2025, 3, 21, 23, 59, tzinfo=UTC)}, "2025-03-21"),
        ({"published": None}, "2026-11-24"),
        ({"published": datetime(2025, 3, 22, 1, tzinfo=UTC), "meta": CallMeta(call_date="2025-03-21")}, "2025-03-21"),
        ({"published": datetime(2025, 3, 22, 1, tzinfo=UTC), "meta": CallMeta()}, "2025-03-22"),
        ({"published": None, "meta": EntryMeta(date_filed="2025-03-20")}, "2025-03-20"),
    ],
)
def test_the_date_is_the_documents_own_word(about, said_on):
    assert date_of(document("words", **about), SEEN) == said_on


def test_a_match_with_a_facet_is_a_statement_once_for_a_sentence():
    made = document(AFFIRMS, DENIES, company="META", language="en", url="https://about.fb.com/one")
    found = [
        match(made, "portion of the revenue"),
        match(made, "revenue"),
        match(made, "revenue", rule="Licensing"),
        match(made, "revenue", rule="Bare", facet=None),
        match(made, "revenue", rule="Other", facet="other"),
        match(made, "portion of the revenue", passage=1),
    ]
    said = statements_of(made, found, META, seen=SEEN)
    assert [(one.facet, one.quote, one.polarity, one.rule) for one in said] == [
        ("paid-access", AFFIRMS, "affirms", "Revenue sharing"),
        ("other", AFFIRMS, "affirms", "Other"),
        ("paid-access", DENIES, "denies", "Revenue sharing"),
    ]
    assert {(one.company, one.side, one.kind, one.url) for one in said} == {("META", "own", "post", made.url)}


@pytest.mark.parametrize(
    ("now", "before", "relation"),
    [
        (["affirms"], "affirms", "same"),
        (["affirms"], "denies", "opposite"),
        (["denies"], "affirms", "opposite"),
        (["affirms"], "unclear", "unclear"),
        (["unclear"], "denies", "unclear"),
        (["affirms", "unclear"], "denies", "opposite"),
        (["affirms", "denies"], "denies", "unclear"),
    ],
)
def test_how_an_earlier_statement_stands_to_this_one(now, before, relation):
    (shown,) = earlier_beside([statement(polarity) for polarity in now], [statement(before, "earlier words")])
    assert (shown.relation, shown.quote) == (relation, "earlier words")
