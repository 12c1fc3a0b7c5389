"""Places in a text, and how the operators join them. Pure; all lists are sorted and free of doubles.

The work of each grows with the number of places (times its logarithm), never with pairs of them.
"""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
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


def together(left: list[Span], right: list[Span], *, ordered: bool) -> list[Span]:
    """All places of both sides, if both are there; `ordered`: those of the left before one of the right, and of the
    right after one of the left.
    """
    if not left or not right:
        return []
    if ordered:
        last, first = max(span.start for span in right), min(span.end for span in left)
        left, right = [span for span in left if span.end <= last], [span for span in right if span.start >= first]
    return union(left, right)


def within(left: list[Span], right: list[Span], bounds: Sequence[tuple[int, int]], *, ordered: bool) -> list[Span]:
    """From one side to the other, where both stand within the same bounds, which are in order and apart (sentences).

    Each place is taken with the nearest of the other side that begins no earlier, and that begins no later. They may
    overlap, unless `ordered`: it is enough that both are there.
    """
    join = _begun_before if ordered else _beside
    found: set[Span] = set()
    for some, others in _shared(left, right, bounds):
        found |= join(some, others)
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


def _shared(
    left: list[Span], right: list[Span], bounds: Sequence[tuple[int, int]]
) -> Iterator[tuple[list[Span], list[Span]]]:
    """What of each side stands within bounds that hold some of both."""
    starts = [start for start, _ in bounds]
    sides: tuple[dict[int, list[Span]], dict[int, list[Span]]] = {}, {}
    for spans, side in zip((left, right), sides, strict=True):
        for span in spans:
            at = bisect_right(starts, span.start) - 1
            if at >= 0 and span.end <= bounds[at][1]:
                side.setdefault(at, []).append(span)
    for at in sides[0].keys() & sides[1].keys():
        yield sides[0][at], sides[1][at]


def _begun_before(left: list[Span], right: list[Span]) -> set[Span]:
    return _followed(left, right, sys.maxsize) | _preceded(left, right, sys.maxsize)


def _beside(left: list[Span], right: list[Span]) -> set[Span]:
    found: set[Span] = set()
    for some, others in ((left, right), (right, left)):
        starts = [span.start for span in others]
        for span in some:
            no_earlier, later = bisect_left(starts, span.start), bisect_right(starts, span.start)
            nearest = others[no_earlier : no_earlier + 1] + others[max(0, later - 1) : later]
            found.update(_cover(span, other) for other in nearest)
    return found


def _cover(one: Span, other: Span) -> Span:
    return Span(
        min(one.start, other.start), max(one.end, other.end), min(one.first, other.first), max(one.last, other.last)
    )
