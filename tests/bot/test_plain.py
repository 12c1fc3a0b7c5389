"""Words of others made fit to be shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plain import TRICKS, json_line, one_line, pieces, safe, short, utf16_length

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=300)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\x00b\x1b[31mc\x9b2Jd", "ab[31mc2Jd"),
        ("li\x02censing", "li-censing"),
        ("\u202esdneb\u202c", "sdneb"),
        ("re\u00advenue sha\u200bring", "revenue sharing"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("hidden\U000e0041\U000e0042 tags", "hidden tags"),
        ("line\nfeed\tand tab", "line\nfeed\tand tab"),
        ("pembahagian pendapatan – “Ünïcode” 収益 😀", "pembahagian pendapatan – “Ünïcode” 収益 😀"),
    ],
)
def test_what_tricks_a_reader_is_left_out_and_every_word_stays(said, shown):
    assert safe(said) == shown


def test_a_line_break_of_a_pdf_is_a_space():
    assert one_line("get\nsome portion of\r\n  the revenue") == "get some portion of the revenue"


def test_short_marks_that_it_cut():
    assert short("some portion of the revenue", 13) == "some portion…"
    assert short("some portion", 12) == "some portion"


def test_pieces_keep_the_words_and_know_the_hit_over_a_line_break():
    text = "we should get\nsome portion of\nthe revenue for."
    start = text.index("some")
    end = text.index(" for.")
    assert pieces(text, [(start, end)], 200) == [
        ("we should get ", False),
        ("some portion of the revenue", True),
        (" for.", False),
    ]


def test_overlapping_hits_are_shown_once():
    text = "license access to the models"
    shown = pieces(text, [(8, 14), (0, 14), (22, 28)], 200)
    assert shown == [("license access", True), (" to the ", False), ("models", True)]


def test_a_long_text_is_cut_around_its_hit_and_between_words():
    text = "before " * 3000 + "some portion of the revenue " + "after " * 3000
    start = text.index("some")
    shown = pieces(text, [(start, start + 27)], 120)
    words = "".join(piece for piece, _ in shown)
    assert ("some portion of the revenue", True) in shown
    assert words.startswith("…before ")
    assert words.endswith(" after…")
    assert len(words) <= 122


def test_a_hit_longer_than_the_room_is_cut_too():
    shown = pieces("x" * 1000, [(0, 1000)], 50)
    assert shown == [("x" * 50, True), ("…", False)]


@given(ANY_TEXT, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4), st.integers(10, 120))
def test_pieces_are_the_text_itself_within_the_room(text, hits, most):
    shown = pieces(text, hits, most)
    words = "".join(piece for piece, _ in shown)
    assert len(words) <= most + 2
    assert not TRICKS.search(words)
    assert words.strip("… ") in one_line(text)


@given(ANY_TEXT)
def test_a_line_of_json_is_the_same_value_and_moves_no_terminal(text):
    line = json_line({"text": text})
    assert json.loads(line) == {"text": text}
    assert len(line.splitlines()) == 1
    assert not TRICKS.search(line)
    line.encode()


@given(ANY_TEXT)
def test_utf16_length_is_that_of_the_encoding(text):
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2
