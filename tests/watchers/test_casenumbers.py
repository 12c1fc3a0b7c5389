"""How courts number their cases."""

import pytest

from watchers.casenumbers import docket_number_core, same_case


@pytest.mark.parametrize(
    ("number", "core"),
    [
        ("3:23-cv-03417-VC", "23-cv-3417"),
        ("3:23-cv-03417", "23-cv-3417"),
        ("23-cv-3417", "23-cv-3417"),
        ("3:23-CV-03417", "23-cv-3417"),
        ("3:2023-cv-03417", "23-cv-3417"),
        ("1:13-cr-00256-LAP-2", "13-cr-256"),
        ("18-00079", "18-79"),
        ("18-79", "18-79"),
        ("22-3054", "22-3054"),
        ("MDL No. 2967", None),
        ("", None),
    ],
)
def test_a_case_has_one_number_however_it_is_written(number, core):
    assert docket_number_core(number) == core


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("3:23-cv-03417", "3:23-cv-03417-VC", True),
        ("23-cv-3417", "3:23-cv-03417-VC", True),
        ("2:23-cv-00103", "4:23-cv-00103", False),
        ("2:23-cv-00103", "23-cv-103", True),
        ("02:23-cv-00103", "2:23-cv-00103", True),
        ("23-cv-3417", "23-cr-3417", False),
        ("23-3417", "22-3417", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_tells_cases_apart_by_their_office_where_both_name_one(one, other, same):
    assert same_case(one, other) is same
    assert same_case(other, one) is same
