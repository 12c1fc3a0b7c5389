import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.written import Written, pattern_of

ALPHABET = "aZé9_ .,'’‘-–—“”…\n\t\xa0\xad²ªÿ×€ŒŽ\x02ł权ﾗﾞกิ"


def like(text):
    return re.sub("[’‘]", "'", text)


@given(st.text(ALPHABET, max_size=60) | st.text(max_size=40))
def test_words_and_their_places_are_those_of_the_pattern(text):
    matches = list(pattern_of(text).finditer(text))
    written = Written(text)
    assert [like(word) for word in written.words] == [like(match[0]) for match in matches]
    for number, match in enumerate(matches):
        assert written.span(number, number) == match.span(), "quick at first, then from all places"
    assert written.starts == [match.start() for match in matches]


@given(
    st.lists(st.sampled_from(["we", "don’t", "pay,", "“no”", "—", "été.", "a_b"]), min_size=1).map(" ".join), st.data()
)
def test_a_row_of_words_spans_from_its_first_to_its_last(text, data):
    matches = list(pattern_of(text).finditer(text))
    first = data.draw(st.integers(0, max(0, len(matches) - 1)))
    last = data.draw(st.integers(first, max(first, len(matches) - 1)))
    if matches:
        assert Written(text).span(first, last) == (matches[first].start(), matches[last].end())


@pytest.mark.parametrize("text", ["plain words", "typographic – “quotes” and don’t", "café"])
def test_most_texts_are_plain(text):
    assert Written(text).is_plain


@pytest.mark.parametrize("text", ["the dogs’ tails", "'quoted'", "Łódź", "licens-\ning", "soft\xadhyphen", "it''s"])
def test_some_are_not(text):
    assert not Written(text).is_plain
