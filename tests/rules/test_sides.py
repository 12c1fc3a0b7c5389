"""Whose words they are: an allegation shown as the company's own would be the worst mistake."""

import pytest

from making import document
from rules.sides import side_of
from watchers.model import CallMeta, Company, EntryMeta, Passage

META = Company(ticker="META", name="Meta Platforms", aliases=("Meta", "Facebook"), site="https://about.fb.com")
BARE = Company(ticker="ACME", name="Acme")
BRITISH = Company(ticker="VOD", name="Vodafone", aliases=("Vodafone Group",), site="https://news.vodafone.co.uk")
PASSAGE = Passage(text="words")


@pytest.mark.parametrize(
    ("url", "company", "side"),
    [
        ("https://about.fb.com/news/one", META, "own"),
        ("https://ai.fb.com/blog/one", META, "own"),
        ("https://www.meta.com/one", META, "own"),
        ("https://meta.substack.com/p/one", META, "press"),
        ("https://metaphor.com/one", META, "press"),
        ("https://fb.com.example.org/one", META, "press"),
        ("https://www.reuters.com/meta/facebook", META, "press"),
        ("https://www.thestar.com.my/tech", META, "press"),
        ("https://www.bbc.co.uk/news", BRITISH, "press"),
        ("https://www.vodafone.co.uk/one", BRITISH, "own"),
        ("https://anything.example.com", BARE, "own"),
        (None, META, "own"),
    ],
)
def test_a_post_is_the_companys_own_by_its_host(url, company, side):
    assert side_of(document("words", url=url), PASSAGE, company) == side


@pytest.mark.parametrize(("role", "side"), [("executive", "own"), ("analyst", "analyst"), ("operator", "own")])
def test_an_analyst_is_no_executive(role, side):
    made = document("words", meta=CallMeta())
    assert side_of(made, Passage(text="words", role=role), META) == side


@pytest.mark.parametrize(
    ("filed_by", "case_name", "about", "side"),
    [
        ("Meta Platforms, Inc.", "Kadrey v. Meta Platforms, Inc.", "MOTION", "own"),
        ("Defendant", "Kadrey v. Meta Platforms, Inc.", "MOTION", "own"),
        ("defendant", "KADREY et al vs META PLATFORMS INC", "MOTION", "own"),
        ("Plaintiffs", "Kadrey v. Meta Platforms, Inc.", "MOTION", "opposing"),
        ("Plaintiff", "Meta Platforms, Inc. v. Bright Data Ltd.", "COMPLAINT", "own"),
        ("Defendant", "Meta Platforms, Inc. v. Bright Data Ltd.", "ANSWER", "opposing"),
        ("Metaphor Films", "Kadrey v. Meta Platforms, Inc.", "BRIEF", "opposing"),
        ("court", "Kadrey v. Meta Platforms, Inc.", "ORDER", "court"),
        (None, "Kadrey v. Meta Platforms, Inc.", "ORDER granting motion by Meta", "court"),
        (None, "Kadrey v. Meta Platforms, Inc.", "PROPOSED ORDER by Meta", "opposing"),
        (None, "Kadrey v. Meta Platforms, Inc.", "Motion", "opposing"),
        (None, None, None, "opposing"),
    ],
)
def test_a_filing_is_the_other_sides_unless_the_docket_says_otherwise(filed_by, case_name, about, side):
    made = document("words", meta=EntryMeta(filed_by=filed_by, case_name=case_name, description=about))
    assert side_of(made, PASSAGE, META) == side


def test_without_a_company_no_side_of_a_case_is_its_own():
    made = document("words", meta=EntryMeta(filed_by="Defendant", case_name="A v. B"))
    assert side_of(made, PASSAGE, None) == "opposing"
