import pytest

from bot.alerts.cases import case_of
from making import document
from watchers.model import EntryMeta


@pytest.mark.parametrize(("side", "allegation"), [("opposing", True), ("own", False), ("court", False)])
def test_only_the_other_side_alleges(side, allegation):
    case = case_of(document("words", meta=EntryMeta(court="cand", filed_by="Plaintiff")), side)
    assert case is not None
    assert (case.court, case.allegation) == ("cand", allegation)


def test_only_a_docket_entry_has_a_case():
    assert case_of(document("words"), "own") is None
