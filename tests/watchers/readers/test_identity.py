"""Which entry is which: keys of one listing (how they hold from visit to visit is `test_listing`)."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.readers.identity import LONGEST, Claims, canonical_link, keys, useful_link


def claims(feed_id=None, link=None, title="", date="", content="c") -> Claims:
    return Claims(feed_id, link, title, date, content)


def test_the_ladder_id_then_link_then_title_and_date_then_words():
    assert keys([claims("guid", "https://a.example/1", "t", "d")]) == ["guid"]
    assert keys([claims(None, "https://a.example/1", "t", "d")]) == ["//a.example/1"]
    assert keys([claims(None, None, "t", "d")]) == ["t@d"]
    assert len(keys([claims(content="words")])[0]) == 16


def test_ids_that_repeat_do_not_identify():
    same = [claims("x", "https://a.example/1"), claims("x", "https://a.example/2"), claims("y", "https://a.example/3")]
    assert keys(same) == ["//a.example/1", "//a.example/2", "y"]


def test_what_cannot_be_told_apart_is_told_by_its_words_in_any_order():
    same = [claims("x", "https://a.example/", "t", "d", content) for content in ("aaaa", "bbbb", "cccc")]
    expected = dict(zip("abc", keys(same), strict=True))
    assert len(set(expected.values())) == 3
    for order in permutations(same):
        assert keys(order) == [expected[entry.content[0]] for entry in order]


def test_a_long_id_is_bounded_and_still_distinct():
    first, second = keys([claims("x" * 5000 + "1"), claims("x" * 5000 + "2")])
    assert first != second
    assert max(len(first), len(second)) <= LONGEST


@given(
    st.lists(
        st.builds(
            claims,
            st.sampled_from([None, "", "1", "2", "//a.example/1", "t@d"]),
            st.sampled_from([None, "https://a.example/1", "http://www.a.example/1/", "https://["]),
            st.sampled_from(["", "t"]),
            st.sampled_from(["", "d"]),
            st.sampled_from(["aaaaaaaaaaaaaa", "bbbbbbbbbbbbbb"]),
        ),
        max_size=12,
    )
)
def test_keys_are_distinct_whatever_is_claimed(entries):
    found = keys(entries)
    assert len(set(found)) == len(entries)
    assert all(found)


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.com/a",
        "https://www.example.com/a/",
        "https://EXAMPLE.com:443/a#top",
        "https://example.com/a?utm_source=rss&utm_medium=feed",
        "https://example.com/a?fbclid=abc",
    ],
)
def test_one_address_under_many_spellings(spelling):
    assert canonical_link(spelling) == canonical_link("https://example.com/a")


def test_other_addresses_stay_others():
    links = [
        "https://example.com/a",
        "https://example.com/A",
        "https://example.com/a?p=1",
        "https://example.com:8080/a",
    ]
    assert len({canonical_link(link) for link in links}) == len(links)


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("/blog/", "https://example.com/blog/"),
        ("post", "https://example.com/news/post"),
        ("//other.example/x", "https://other.example/x"),
        (" https://example.com/a b\n ", "https://example.com/a%20b"),
        ("http://localhost:4000/p?x=1", "https://example.com/p?x=1"),
        ("http://127.0.0.1/p", "https://example.com/p"),
        ("javascript:alert(1)", None),
        ("mailto:a@example.com", None),
        ("https://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_links_lead_somewhere_or_nowhere(link, absolute):
    assert useful_link(link, "https://example.com/news/") == absolute


def test_a_feed_on_ones_own_machine_may_link_to_it():
    assert useful_link("http://localhost:4000/p", "http://localhost:4000/") == "http://localhost:4000/p"
