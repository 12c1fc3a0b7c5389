"""A call's title, date and quarter: in its own words."""

import pytest

from watchers.readers.turns.heading import Heading, heading_of, spoken_in
from watchers.readers.turns.layout import Script, Turn
from watchers.readers.turns.lines import Line


def above(*lines: str, said: str = "Welcome.") -> Heading:
    return heading_of(Script(above=tuple(map(Line, lines)), turns=(Turn("Operator", said),)))


def said(text: str) -> Heading:
    return spoken_in([Turn("Operator", text)])


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("July 26th, 2023", "2023-07-26"),
        ("Jan 28, 2020, 5:00 p.m. ET", "2020-01-28"),
        ("Wednesday, 3 September 2025", "2025-09-03"),
        ("Date: 2024-02-29", "2024-02-29"),
        ("10/30/2025", "2025-10-30"),
        ("2023-02-30", None),
        ("For the year ended December 31, 2024", None),
        ("Replay until May 1, 2024", None),
        ("period ending June 30, 2024; July 30, 2024", "2024-07-30"),
    ],
)
def test_date_above(line, day):
    assert above("Northwind", line).call_date == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("This call is being recorded today, Wednesday, November 4th, 2020.", "2020-11-04"),
        ("This speaks only as of today, August 6th, 2020.", "2020-08-06"),
        ("The call is being held on February 2nd, 2022 at 8:30.", "2022-02-02"),
        ("A replay will be available until May 21st, 2020.", None),
        ("our 10-K filed on March 2nd, 2020", None),
        ("results as the transaction had occurred as of January 1st, 2018", None),
        ("for the year ended 31st December 2018", None),
    ],
)
def test_date_in_the_opening_words(text, day):
    assert said(f"Welcome. {text}").call_date == day


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Q3 2025 Earnings Call", (3, 2025)),
        ("Second Quarter 2023 Results Conference Call", (2, 2023)),
        ("Contoso FY26 Second Quarter Earnings Conference Call", (2, 2026)),
        ("the Microsoft Fiscal Year 2023 First Quarter Earnings Conference Call", (1, 2023)),
        ("the Apple Q1 FY 2022 earnings conference call", (1, 2022)),
        ("Q1 Fiscal Year 2023 Earnings Conference Call", (1, 2023)),
        ("first quarter of fiscal 2024 results call", (1, 2024)),
        ("first quarter fiscal year 2021 earnings", (1, 2021)),
        ("fourth quarter and full year 2021 results", (4, 2021)),
        ("the third quarter earnings call", (3, None)),
        ("the fiscal '22 third quarter call", (3, 2022)),
        ("2Q23 results", (2, 2023)),
        ("2024 Q4 results", (4, 2024)),
        ("Q2 40 basis points of results", (2, None)),
        ("a quarter of the earnings", (None, None)),
    ],
)
def test_quarter(text, period):
    heading = said(f"Good morning, and welcome to {text}.")
    assert (heading.quarter, heading.year) == period
    heading = above(text)
    assert (heading.quarter, heading.year) == period


def test_quarters_of_the_past_are_not_the_calls():
    heading = said("Welcome. ARPU fell in the second quarter of 2019 by a third, as nobody had thought it would.")
    assert heading.quarter is None


def test_symbol():
    assert above("Northwind Robotics (NASDAQ: NWR)").symbol == "NWR"
    assert above("Meta Platforms, Inc. (META)").symbol == "META"
    assert above("Two words of our CEO (CEO) at noon (ET)").symbol is None


def test_own_words_stand_over_claims():
    own = Heading(quarter=4, year=2019)
    claim = Heading(title="Claimed", call_date="2020-01-28", quarter=4, year=2020, symbol="COF")
    assert own.over(claim) == Heading("Claimed", "2020-01-28", 4, 2019, "COF")


def test_a_quarter_without_its_year_takes_the_claims_year_only_for_the_same_quarter():
    claim = Heading(quarter=1, year=2020)
    assert Heading(quarter=1).over(claim) == claim
    assert Heading(quarter=4).over(claim) == Heading(quarter=4)
    assert Heading().over(claim) == claim


def test_the_title_is_a_heading_and_not_the_first_words():
    document = heading_of(Script(turns=(Turn("Operator", "Welcome to the Northwind earnings conference call."),)))
    assert document.title is None
