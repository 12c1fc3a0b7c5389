"""What an editor or a lawyer reads must not mislead."""

from datetime import UTC, datetime, timedelta

import pytest

from alerting import NOW, SHARE, alert, call, filing, quote
from bot.alerts import wording
from bot.alerts.shown import foremost, shown
from bot.model import Case, Earlier


def test_an_allegation_is_called_one_and_names_who_makes_it():
    assert wording.caution(filing()) == "Allegation by Plaintiffs: a claim about META, not its own words"


def test_a_filer_that_the_docket_does_not_name_is_not_named():
    case = Case(
        court="cand", docket_number="3:23-cv-1", case_name="A v. B", entry_number=1, filed_by=None, allegation=True
    )
    told = alert(quote(speaker=None, side="opposing", role="unknown", section=None), kind="docket-entry", case=case)
    assert wording.caution(told) == "The docket names no filer: read this as the other side's claim about META"
    assert wording.speaker(told, told.quotes[0]) == "filer not named"
    assert "the other side's words" not in wording.attribution(told, shown(told)[0][0])


def test_the_companys_own_words_need_no_caution():
    assert wording.caution(call()) == ""


def test_the_court_is_named_as_one():
    case = filing().case.model_copy(update={"filed_by": "court", "allegation": False})
    said = quote(side="court", speaker="court", role="unknown", section=None)
    told = alert(said, kind="docket-entry", case=case, title="ORDER")
    assert wording.speaker(told, said) == "the court"
    assert wording.case_line(told).endswith("filed by the court")
    assert wording.attribution(told, shown(told)[0][0]) == ["Revenue sharing"]


def test_words_of_the_press_are_not_shown_as_the_companys():
    told = alert(quote(side="press", speaker=None, role="unknown", section=None), kind="post")
    assert wording.kind(told) == "press report"
    assert wording.caution(told) == "Reported by the press: not META's own words"


def test_an_analyst_is_called_analyst_once():
    told = alert(quote(side="analyst", role="analyst"))
    assert wording.attribution(told, shown(told)[0][0]) == ["analyst", "Q&A", "Revenue sharing"]


def test_the_case_is_named_once():
    assert wording.case_line(filing()) == "cand · 3:23-cv-03417 · entry 482"
    own = filing().case.model_copy(update={"allegation": False, "filed_by": "Meta"})
    assert wording.case_line(filing(case=own)) == "cand · 3:23-cv-03417 · entry 482 · filed by Meta"
    untitled = filing(title="ORDER")
    assert wording.case_line(untitled).startswith("Kadrey v. Meta Platforms, Inc. · cand · ")


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(hours=23), ""),
        (timedelta(days=1), "1 day before this alert"),
        (timedelta(days=3, hours=5), "3 days before this alert"),
        (timedelta(days=90), "3 months before this alert"),
        (timedelta(days=900), "2 years before this alert"),
    ],
)
def test_what_is_late_says_how_late(late, said):
    assert wording.age(alert(published=NOW - late), NOW) == said


def test_a_bare_date_is_not_given_an_hour():
    assert wording.published(alert(published=datetime(2025, 3, 21, tzinfo=UTC))) == "2025-03-21"
    assert wording.published(alert(published=datetime(2025, 3, 21, 14, 5, tzinfo=UTC))) == "2025-03-21 14:05 UTC"
    assert wording.published(alert(published=None)) == "no date given"


def test_midnight_where_the_court_sits_is_a_bare_date_too():
    pacific = datetime(2025, 3, 21, 7, 0, tzinfo=UTC)
    assert wording.published(filing(published=pacific)) == "2025-03-21"
    assert wording.published(alert(published=pacific)) == "2025-03-21 07:00 UTC"
    assert wording.published(filing(published=pacific.replace(minute=4))) == "2025-03-21 07:04 UTC"


def test_removed_words_are_removed_whatever_else_changed():
    gone = quote(before=SHARE)
    changed = quote("We also license access.", "license", before="We license access.", text_start=3000)
    told = alert(gone, changed, status="changed")
    assert [one.removed for one in shown(told)[0]] == [True, False]
    assert wording.status(told) == "words changed since they were told"
    assert wording.status(alert(gone, status="removed")) == "words removed since they were told"


def test_new_words_in_an_edited_document_are_not_called_changed():
    assert wording.status(alert(status="changed")) == "added to a document seen before"
    assert wording.status(filing(status="available")) == "document now readable"
    assert wording.status(alert()) == ""


def test_one_sentence_found_by_two_rules_is_shown_once_with_both_hits():
    told = alert(quote(), quote(hit="reselling these services", rule="Licensing", severity="normal"))
    [one], left_out = shown(told)
    assert left_out == 0
    assert len(one.hits) == 2
    assert wording.attribution(told, one)[-1] == "Revenue sharing, Licensing (normal)"


def test_the_most_severe_quotes_are_kept_in_the_order_of_the_document():
    quotes = [quote(f"Sentence {n}.", "", severity="low", text_start=n * 100, passage=n) for n in range(9)]
    quotes[7] = quote("The one.", "", severity="high", text_start=700, passage=7)
    kept, left_out = shown(alert(*quotes), 3)
    assert [one.quote.text for one in kept] == ["Sentence 0.", "Sentence 1.", "The one."]
    assert left_out == 6
    assert foremost(alert(*quotes)).quote.text == "The one."


def test_an_earlier_statement_says_when_who_and_where():
    said = Earlier(date="2024-07-23", kind="docket-entry", speaker=None, quote="x", url=None, relation="same")
    assert wording.earlier_label(said) == "2024-07-23 · filer not named · court docket"


def test_a_name_or_a_list_of_rules_without_end_is_cut():
    told = alert(*(quote(speaker="n" * 500, rule=f"rule {n} " + "r" * 200) for n in range(50)))
    one = shown(told)[0][0]
    assert len(wording.speaker(told, one.quote)) <= wording.LONGEST_NAME
    assert len(" ".join(wording.attribution(told, one))) < 300
