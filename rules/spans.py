"""Places in a text, and how the operators join them. Pure; all lists are sorted and free of doubles.

The work of each grows with the number of places (times its logarithm), never with pairs of them.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Span(NamedTuple):
    """Characters `start` to `end` of the text, which are its words number `first` to `last`."""

    start: int
    end: int
    first: int
    last: int


def union(*lists: Iterable[Span]) -> list[Span]:
    return sorted({span for spans in lists for span in spans})


def near(left: list[Span], right: list[Span], distance: int, *, ordered: bool) -> list[Span]:
    """Each place of one side with the nearest of the other, before and after it, at most `distance` words apart.

    The two may not overlap. With `ordered` the left one comes first. "Apart" counts from the last word of the first to
    the first word of the second: neighbours are one apart.
    """
    found = _followed(left, right, distance) | _preceded(left, right, distance)
    if not ordered:
        found |= _followed(right, left, distance) | _preceded(right, left, distance)
    return sorted(found)


def except_(kept: list[Span], dropped: list[Span]) -> list[Span]:
    """What overlaps with nothing of `dropped`."""
    if not dropped:
        return kept
    starts = [span.start for span in dropped]
    reach = list(accumulate((span.end for span in dropped), max))
    return [span for span in kept if not ((before := bisect_left(starts, span.end)) and reach[before - 1] > span.start)]


def shortest(spans: list[Span]) -> list[Span]:
    """Those that do not contain another: what is quoted should be no longer than it has to be."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        while kept and kept[-1].end >= span.end:
            kept.pop()
        kept.append(span)
    return kept


def _followed(first: list[Span], second: list[Span], distance: int) -> set[Span]:
    """Each of `first` with the nearest of `second` that begins after it."""
    starts = [(span.start, span.end) for span in second]
    found: set[Span] = set()
    for span in first:
        at = bisect_left(starts, (span.end, -1))
        if at < len(second) and second[at].first - span.last <= distance:
            found.add(_over(span, second[at]))
    return found


def _preceded(first: list[Span], second: list[Span], distance: int) -> set[Span]:
    """Each of `second` with the nearest of `first` that ends before it."""
    ending = sorted(first, key=lambda span: (span.end, span.start))
    ends = [(span.end, span.start) for span in ending]
    found: set[Span] = set()
    for span in second:
        at = bisect_left(ends, (span.start + 1, -1))
        if at and span.first - ending[at - 1].last <= distance:
            found.add(_over(ending[at - 1], span))
    return found


def _over(before: Span, after: Span) -> Span:
    return Span(before.start, after.end, before.first, after.last)
