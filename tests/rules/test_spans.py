"""The operators on places, against their definitions."""

from hypothesis import given
from hypothesis import strategies as st

from rules.spans import Span, except_, near, shortest, union


def at(first, last=None):
    """Words of one letter with nothing between: word 3 is character 3."""
    last = first if last is None else last
    return Span(first, last + 1, first, last)


places = st.lists(st.builds(lambda first, more: at(first, first + more), st.integers(0, 15), st.integers(0, 3))).map(
    lambda spans: sorted(set(spans))
)
distances = st.integers(1, 6)


def joined(first, second, distance):
    """Each of `first` with the nearest of `second` after it, each of `second` with the nearest of `first` before it."""
    found = set()
    for a in first:
        after = [b for b in second if b.start >= a.end and b.first - a.last <= distance]
        if after:
            b = min(after, key=lambda span: (span.start, span.end))
            found.add(Span(a.start, b.end, a.first, b.last))
    for b in second:
        before = [a for a in first if a.end <= b.start and b.first - a.last <= distance]
        if before:
            a = max(before, key=lambda span: (span.end, span.start))
            found.add(Span(a.start, b.end, a.first, b.last))
    return found


@given(places, places, distances)
def test_ordered_near_is_its_definition(left, right, distance):
    assert near(left, right, distance, ordered=True) == sorted(joined(left, right, distance))


@given(places, places, distances)
def test_near_is_its_definition(left, right, distance):
    expected = joined(left, right, distance) | joined(right, left, distance)
    assert near(left, right, distance, ordered=False) == sorted(expected)
    assert near(right, left, distance, ordered=False) == sorted(expected)


@given(places, places)
def test_except_keeps_what_overlaps_with_nothing(kept, dropped):
    expected = [span for span in kept if not any(span.start < out.end and out.start < span.end for out in dropped)]
    assert except_(kept, dropped) == expected


@given(places)
def test_shortest_drops_what_contains_another(spans):
    expected = [
        span
        for span in spans
        if not any(other != span and span.start <= other.start and other.end <= span.end for other in spans)
    ]
    assert shortest(spans) == expected


@given(places, places)
def test_union_is_sorted_and_free_of_doubles(left, right):
    assert union(left, right) == sorted({*left, *right})


def test_neighbours_are_one_apart():
    assert near([at(0)], [at(1)], 1, ordered=True) == [at(0, 1)]
    assert near([at(0)], [at(2)], 1, ordered=True) == []
    assert near([at(0, 3)], [at(5)], 2, ordered=False) == [at(0, 5)]


def test_a_place_is_not_near_itself():
    assert near([at(4)], [at(4)], 5, ordered=False) == []
    assert near([at(4)], [at(4), at(6)], 5, ordered=False) == [at(4, 6)]
