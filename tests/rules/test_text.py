from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import LONGEST_WORD, NO_WORD, Text, fold_name, fold_sentence, folded_words, stem

TRICKY = st.text(
    st.sampled_from("abC1éß½²™ıİſﬁ'’_-‐‑—.,\x02\u00ad\ufffe\u200b\u0301\u00a0 \n\r\t“”…") | st.characters(), max_size=40
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Revenue SHARE", ["revenue", "share"]),
        ("revenue‐share, revenue‑share, revenue-share", ["revenue", "share"] * 3),
        ("a\u00a0b\u2009c\td", ["a", "b", "c", "d"]),
        ("driver’s, driver's, driverʼs", ["driver's"] * 3),
        ("‘quoted’ “words”", ["quoted", "words"]),
        ("ﬁve ｌｉｃｅｎｓｅ", ["five", "license"]),
        ("cafe\u0301 café", ["café", "café"]),
        ("reve\u200bnue \ufeffshare", ["revenue", "share"]),
        ("Llama™ 3.5, AT&T, U.S.", ["llama", "3", "5", "at", "t", "u", "s"]),
        ("revenue² grew¹", ["revenue", "grew"]),
        ("Signed: ______ (CEO)", ["signed", "ceo"]),
        ("snake_case", ["snake", "case"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("reve\x02nue", ["reve", "nue"]),
        ("", []),
    ],
)
def test_words_are_folded(text, words):
    assert folded_words(text) == words


@pytest.mark.parametrize(
    "text",
    ["licen\x02sing", "licen-\nsing", "licen\u00adsing", "licen‐\r\n  sing", "licen\x02\nsing", "licen\ufffesing"],
)
def test_a_broken_word_has_two_readings(text):
    split, joined = Text(f"of {text} it").readings
    assert [token.folded for token in split.tokens] == ["of", "licen", "sing", "it"]
    assert [token.position for token in split.tokens] == [0, 1, 1, 2]
    assert [token.folded for token in joined.tokens] == ["of", "licensing", "it"]
    assert joined.scan == " of licens it "
    halves = [f"of {text} it"[token.start : token.end] for token in split.tokens]
    assert halves == ["of", "licen", "sing", "it"]


def test_what_is_far_too_long_is_no_word():
    text = f"share {'x' * LONGEST_WORD} {'y' * (LONGEST_WORD + 1)} revenue"
    assert folded_words(text) == ["share", "x" * LONGEST_WORD, "revenue"]
    assert Text(text).readings[0].tokens[2] == (1007, 2008, 2, NO_WORD)


def test_a_text_without_broken_words_is_read_once():
    assert len(Text("well-known words - and\nlines").readings) == 1


@pytest.mark.parametrize(
    "words",
    [
        "license licence licenses licences licensed licenced licensing licencing",
        "sublicense sublicence sublicensing",
        "share shares sharing shared",
        "revenue revenues",
        "monetise monetize monetising monetizes",
        "Meta Meta's",
    ],
)
def test_forms_of_a_word_are_one(words):
    assert len({stem(word) for word in folded_words(words)}) == 1


@pytest.mark.parametrize(
    "words", ["license licensee licensor", "share shareholder", "royalty royal", "portion apportion"]
)
def test_other_words_stay_apart(words):
    assert len({stem(word) for word in folded_words(words)}) == len(words.split())


def test_sentences_of_two_versions_fold_to_the_same():
    folded = fold_sentence("We think we should get some portion of the revenue-share.")
    assert folded == fold_sentence("“We  think we should get\r\nsome portion of the reve\x02nue‐\nshare”")
    assert folded == "we think we should get some portion of the revenueshare"
    assert fold_sentence("licences") != fold_sentence("license")


def test_names_are_folded():
    assert fold_name("  O’Neil,\u00a0SUSAN J. ") == "o'neil susan j"


@given(TRICKY)
def test_folding_twice_changes_nothing(text):
    once = " ".join(folded_words(text))
    assert " ".join(folded_words(once)) == once
    sentence = fold_sentence(text)
    assert fold_sentence(sentence) == sentence


@given(TRICKY)
def test_every_token_stands_where_it_says(text):
    read = Text(text)
    for reading in read.readings:
        tokens = reading.tokens
        assert len(tokens) == len(reading.scan.split())
        assert [token.start for token in tokens] == sorted(token.start for token in tokens)
        for number, token in enumerate(tokens):
            assert 0 <= token.start < token.end <= len(text)
            assert reading.token(number) == token
            assert reading.span(number, number) == (*token[:3], token.position)
            if token.folded != NO_WORD:
                assert token.folded in folded_words(text[token.start : token.end]) or len(read.readings) == 2


@given(TRICKY)
def test_every_written_word_is_where_it_begins(text):
    read = Text(text)
    at = 0
    for word, start in zip(read.words, read.starts, strict=True):
        assert start >= at
        assert text.startswith(word, start)
        assert not any(character.isalnum() for character in text[at:start])
        at = start + len(word)
    assert not any(character.isalnum() for character in text[at:])


@given(TRICKY)
def test_no_word_is_lost(text):
    split = Text(text).readings[0]
    assert Counter(token.folded for token in split.tokens if token.folded != NO_WORD) == Counter(folded_words(text))


@given(st.text(st.sampled_from("ab -\n"), min_size=1, max_size=30))
def test_places_in_the_scan_are_numbered(text):
    reading = Text(text).readings[0]
    places = [at + 1 for at, character in enumerate(reading.scan[:-1]) if character == " "]
    if Text(text).words:
        assert [*map(reading.number, places)] == list(range(len(reading.tokens)))
