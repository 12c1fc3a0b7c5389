"""Our own lines: a change of state once, and never a sentence that nobody asked for."""

import pytest

from bot.telling import TOLD_AT_ONCE, counted, documents_notice, first_visit_notice, rules_notice, trouble_notice
from watchers.trouble import Blocked, NotFound, QuotaSpent, Throttled, TroubleRecord, Unreachable, Unreadable

NONE = None
DOWN = Unreachable("example.com: no answer").record()
SLOWER = Throttled("example.com: asked to come back later (429)").record()
BLOCKED = Blocked("example.com: kept out (403)").record()
GONE = NotFound("example.com: gone (410)").record()


def told(*troubles: TroubleRecord | None) -> list[bool]:
    """Whether each visit of a source, one after the other, tells something."""
    before, failures_before, lines = None, 0, []
    for now in troubles:
        failures = failures_before + 1 if now is not None else 0
        lines.append(trouble_notice("news", before, failures_before, now, failures) is not None)
        before, failures_before = now, failures
    return lines


@pytest.mark.parametrize(
    ("visits", "lines"),
    [
        ([NONE, NONE], "--"),
        ([BLOCKED, BLOCKED, BLOCKED, NONE, NONE], "x--x-"),
        ([DOWN, NONE, DOWN, NONE], "----"),
        ([DOWN, DOWN, DOWN, NONE], "-x-x"),
        ([DOWN, SLOWER, SLOWER, NONE], "-x-x"),
        ([BLOCKED, GONE, GONE, BLOCKED], "xx-x"),
        ([DOWN, BLOCKED, NONE], "-xx"),
        ([BLOCKED, DOWN, DOWN, NONE], "xx-x"),
    ],
)
def test_a_source_tells_when_its_state_changes(visits, lines):
    assert "".join("x" if line else "-" for line in told(*visits)) == lines


def test_a_line_says_what_happened_and_what_to_do():
    line = trouble_notice("news", None, 0, BLOCKED, 1)
    assert line == f"news: blocked. example.com: kept out (403). {Blocked.usual_mend}"
    assert trouble_notice("news", BLOCKED, 1, None, 0) == "news: back, after blocked."


def test_a_source_that_may_not_be_named_is_told_without_what_gives_it_away():
    assert trouble_notice(None, None, 0, BLOCKED, 1) == (
        "A source given in a private channel: blocked. `onrecord status` on the machine says which, and why."
    )
    assert trouble_notice(None, BLOCKED, 1, None, 0) == "A source given in a private channel: back, after blocked."
    assert documents_notice(None, [GONE, DOWN]) == (
        "A source given in a private channel: 2 troubles with single documents. "
        "`onrecord status` on the machine says which, and why."
    )
    assert first_visit_notice(None, 2, 1, "alert") == (
        "A source given in a private channel: first visit recorded 2 documents with 1 match."
    )


def test_what_passes_by_itself_is_not_told_at_once():
    assert {"unreachable", "throttled", "quota"}.isdisjoint(TOLD_AT_ONCE)
    assert {"blocked", "unreadable", "not-found", "credentials", "plan", "refused"} == TOLD_AT_ONCE
    assert QuotaSpent.kind not in TOLD_AT_ONCE


def test_troubles_of_documents_share_a_line():
    assert documents_notice("news", []) is None
    half = Unreadable("a.pdf: page 2 is damaged!", "Look at it.").record()
    assert documents_notice("news", [half]) == (
        "news: 1 trouble with single documents. unreadable: a.pdf: page 2 is damaged! Look at it."
    )
    many = documents_notice("news", [Unreadable(f"{number}.pdf: damaged").record() for number in range(7)])
    assert many is not None
    assert many.count("damaged") == 3
    assert many.endswith(" And 4 more: see `onrecord status`.")
    assert documents_notice("news", [half] * 7) == (
        "news: 7 troubles with single documents. unreadable: a.pdf: page 2 is damaged! Look at it. (7 times)"
    )


def test_a_first_visit_says_how_much_and_what_comes_of_it():
    assert first_visit_notice("news", 1, 0, "alert") == "news: first visit recorded 1 document with 0 matches."
    quiet = first_visit_notice("news", 40, 3, "quiet")
    assert quiet.startswith("news: first visit recorded 40 documents with 3 matches; ")
    assert "not alerted" in quiet


def test_new_rules_say_what_they_found():
    line = rules_notice(["Licensing", "Sharing"], 1, 2)
    assert line.startswith("New rules (Licensing, Sharing): 1 stored document with 2 matches recorded; ")


@pytest.mark.parametrize(
    ("number", "noun", "words"), [(0, "match", "0 matches"), (1, "match", "1 match"), (2, "document", "2 documents")]
)
def test_numbers_agree_with_their_nouns(number, noun, words):
    assert counted(number, noun) == words
