from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.figures import figures, fits, span_of
from rules.text import Text
from rules.tree import Figure


def said(text):
    """(what, low, high, currency, the words) of each."""
    return [(one.measure, one.low, one.high, one.currency, text[one.start : one.end]) for one in figures(text)]


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$1.2 billion", 1_200_000_000, "USD"),
        ("US$3m", 3_000_000, "USD"),
        ("C$4.5 million", 4_500_000, "CAD"),
        ("€ 30 Mio.", 30_000_000, "EUR"),
        ("30 Mio. €", 30_000_000, "EUR"),
        ("RM1.5 million", 1_500_000, "MYR"),
        ("RM 2.3 bilion", 2_300_000_000, "MYR"),
        ("Rp 1.5 miliar", 1_500_000_000, "IDR"),
        ("£2bn", 2_000_000_000, "GBP"),
        ("USD 1,250,000", 1_250_000, "USD"),
        ("1 000 000 euros", 1_000_000, "EUR"),
        ("1.000.000,50 EUR", Decimal("1000000.5"), "EUR"),
        ("$1.234 billion", 1_234_000_000, "USD"),
        ("$250k", 250_000, "USD"),
        ("$10-million", 10_000_000, "USD"),
        ("$ 30\nmillion", 30_000_000, "USD"),
        ("12 crore rupees", 120_000_000, "INR"),
        ("3亿元", 300_000_000, "CNY"),
        ("three million dollars", 3_000_000, "USD"),
        ("5 US dollars", 5, "USD"),
        ("4 million", 4_000_000, None),
        ("1.2 billion", 1_200_000_000, None),
    ],
)
def test_an_amount_is_read(text, value, currency):
    assert said(f"We paid {text} for it.") == [("amount", value, value, currency, text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30%", 30),
        ("30 %", 30),
        ("30 percent", 30),
        ("30-percent", 30),
        ("30 per cent", 30),
        ("30 peratus", 30),
        ("2,75 Prozent", Decimal("2.75")),
        ("0.5%", Decimal("0.5")),
        ("1,200%", 1200),
        ("thirty percent", 30),
        ("Twenty-five per cent", 25),
        ("a hundred percent", 100),
        ("nineteen percent", 19),
    ],
)
def test_a_percentage_is_read(text, value):
    assert said(f"It fell, by {text} at that.") == [("percent", value, value, None, text)]


@pytest.mark.parametrize(
    ("text", "measure", "low", "high"),
    [
        ("20 to 30 percent", "percent", 20, 30),
        ("20-30%", "percent", 20, 30),
        ("twenty to thirty percent", "percent", 20, 30),
        ("$3 to $4 billion", "amount", 3_000_000_000, 4_000_000_000),
        ("$3–4 billion", "amount", 3_000_000_000, 4_000_000_000),
        ("$3 to 4", "amount", 3, 4),
    ],
)
def test_a_range_is_read_with_both_its_ends(text, measure, low, high):
    [(*found, _, words)] = said(f"About {text}.")
    assert (found, words) == ([measure, low, high], text)


@pytest.mark.parametrize(
    ("between", "range_", "measure", "low", "high"),
    [
        ("between", "$5 and $10 million", "amount", 5_000_000, 10_000_000),
        ("Between", "5 and 10 million dollars", "amount", 5_000_000, 10_000_000),
        ("between", "20 and 30 percent", "percent", 20, 30),
        ("antara", "RM5 dan RM10 juta", "amount", 5_000_000, 10_000_000),
        ("BETWEEN", "$5 AND $10 MILLION", "amount", 5_000_000, 10_000_000),
        ("between", "$5 million and $10 million", "amount", 5_000_000, 10_000_000),
        ("between", "$900 million and $1.1 billion", "amount", 900_000_000, 1_100_000_000),
        ("between approximately", "$5 and about $10 million", "amount", 5_000_000, 10_000_000),
        ("between", "5% and 10%", "percent", 5, 10),
    ],
)
def test_a_range_that_lies_between_two_is_read_with_both(between, range_, measure, low, high):
    assert [(*found, words) for *found, _, words in said(f"It is {between} {range_}.")] == [
        (measure, low, high, range_)
    ]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("We paid $5 and $10 million came back.", ["$5", "$10 million"]),
        ("It rose between $5 and 10 percent.", ["$5", "10 percent"]),
        ("It fell $5 to 10 percent.", ["$5", "10 percent"]),
        ("It is between $5 and 10 employees.", ["$5"]),
        ("It grew from 5% to 10%.", ["5%", "10%"]),
        ("Between $10 million and $5 million it is one.", ["$10 million", "$5 million"]),
        ("Between 5% and $10 million it is none.", ["5%", "$10 million"]),
        ("Between $5 million, $7 million and $9 million.", ["$5 million", "$7 million", "$9 million"]),
    ],
)
def test_what_is_no_range_is_two(text, figures):
    assert [words for *_, words in said(text)] == figures


@pytest.mark.parametrize(
    "text",
    [
        "3M and Q3 of 2024",
        "1,000 units",
        "5 thousand stores",
        "30 percentage points",
        "100bps",
        "M2 million",
        "page 30",
        "one of them",
        "1" * 30 + " dollars",
        "",
    ],
)
def test_a_number_alone_is_no_figure(text):
    assert said(text) == []


def test_figures_beside_each_other_stay_apart():
    assert [words for *_, words in said("30 million. €5, $10 $20; in 2019-30% and Q3 300 million")] == [
        "30 million",
        "€5",
        "$10",
        "$20",
        "30%",
        "300 million",
    ]


@pytest.mark.parametrize(
    ("bound", "low", "high", "fit"),
    [
        (">", 20, 20, True),
        (">", 30, 30, False),
        (">=", 30, 30, True),
        ("<", 20, 20, False),
        ("<", 21, 21, True),
        ("<=", 20, 20, True),
        (":", 25, 25, True),
        (":", 30, 40, True),
        (":", 31, 40, False),
    ],
)
def test_a_range_fits_where_one_value_of_it_does(bound, low, high, fit):
    [twenty_to_thirty] = figures("20 to 30 percent")
    assert fits(Figure("percent", bound, Decimal(low), Decimal(high)), twenty_to_thirty) is fit
    assert not fits(Figure("amount", bound, Decimal(low), Decimal(high)), twenty_to_thirty)


def test_a_currency_that_is_asked_for_must_be_told():
    asked = Figure("amount", ">", Decimal(1), Decimal(1), "USD")
    assert [fits(asked, one) for one in figures("$5, €5, 5 million")] == [True, False, False]


PIECES = "1 30 1,000 2.5 000 $ € RM US$ % percent per cent million bn m k dollars - to , . 亿 a ’ Q"
TRICKY = st.lists(st.sampled_from([*PIECES.split(), *" \u00a0\x02\n "]), max_size=25).map("".join)


@given(TRICKY)
def test_figures_stand_in_order_where_they_say(text):
    at = 0
    words = Text(text)
    for one in figures(text):
        assert at <= one.start < one.end <= len(text)
        at = one.end
        assert one.low <= one.high
        span = span_of(one, words.starts)
        assert 0 <= span.first <= span.last < len(words.words)
        assert words.starts[span.last] < one.end
        assert any(character.isalnum() for character in text[one.start : one.end])
