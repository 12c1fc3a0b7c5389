"""Which alerts are told as one message: a day's low ones, a storm, late ones of one source."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting import NOW, alert, message
from bot.alerts.gathering import LATE_AT_ONCE, MOST_SHOWN, PAGE, Folding, Lately, fold, is_late
from bot.model import Message

FOLDING = Folding(most=5, window=timedelta(minutes=1))
FRESH = NOW - timedelta(minutes=5)


def one(number: int, severity: str = "normal", *, due=NOW, **about) -> Message:
    told = alert(id=f"alert-{number}", severity=severity, **({"published": FRESH} | about))
    return message(told, now=due)


def many(count: int, severity: str = "normal", *, first: int = 0, **about) -> list[Message]:
    return [one(number, severity, **about) for number in range(first, first + count)]


def folded(waiting, lately=None, now=NOW):
    return fold(waiting, lately or Lately(), FOLDING, now=now)


def test_a_few_are_told_one_by_one():
    assert not folded(many(5))
    assert not folded([])


def test_many_at_once_are_one_message_and_its_thread():
    waiting = many(30)
    made = folded(waiting)
    [head] = made.new
    assert (head.operation, head.channel, head.due) == ("post", "#on-record", NOW)
    assert head.gathering is not None
    assert (head.gathering.kind, head.gathering.count, len(head.gathering.alerts)) == ("storm", 30, 3)
    assert made.threaded == {told.id: head.id for told in waiting}
    assert made.carried == {}
    assert made.broadcast == set()


def test_the_most_severe_are_quoted_and_counted():
    made = folded([*many(8), *many(2, "high", first=100)])
    gathering = made.new[0].gathering
    assert (gathering.severity, dict(gathering.severities)) == ("high", {"normal": 8, "high": 2})
    assert [told.id for told in gathering.alerts] == ["alert-100", "alert-101", "alert-0"]


def test_what_was_posted_within_the_window_counts():
    assert not folded(many(2), Lately(posts=3))
    assert folded(many(2), Lately(posts=4))


def test_what_comes_while_a_storm_lasts_goes_into_its_thread():
    [head] = folded(many(8)).new
    made = folded(many(2, first=50), Lately(threads={head.id: 8}, heads=[head]))
    [again] = made.new
    assert (again.operation, again.parent) == ("update", head.id)
    assert again.gathering.count == 10
    assert set(made.threaded.values()) == {head.id}
    further = folded(many(1, first=60), Lately(threads={head.id: 10}, heads=[again, head]))
    assert (further.new[0].parent, further.new[0].gathering.count) == (head.id, 11)
    assert further.new[0].id != again.id


def test_a_storm_is_over_when_what_is_new_and_what_was_told_within_the_window_make_none():
    [head] = folded(many(8)).new
    assert not folded(many(1, "high", first=50), Lately(threads={head.id: 4}, heads=[head]))
    assert not folded(many(3, first=50), Lately(posts=1, threads={head.id: 1}, heads=[head]))
    assert folded(many(3, first=50), Lately(posts=2, threads={head.id: 1}, heads=[head])).new[0].parent == head.id


def test_what_is_late_makes_no_storm_of_what_is_not():
    [head] = folded(many(30, published=NOW - timedelta(days=3))).new
    assert not folded(many(5, first=50), Lately(threads={head.id: 30}, heads=[head]))


def test_what_is_worse_than_the_storm_so_far_is_shown_to_the_channel_once():
    [head] = folded(many(8)).new
    worse = many(3, "high", first=50)
    made = folded(worse, Lately(threads={head.id: 8}, heads=[head]))
    assert made.broadcast == {worse[0].id}
    lately = Lately(threads={head.id: 11}, heads=[*made.new, head])
    further = folded(many(2, "high", first=70), lately)
    assert (further.new[0].parent, further.broadcast) == (head.id, set())


def test_one_low_alert_is_told_as_any_other_and_two_are_a_digest():
    assert not folded(many(1, "low"))
    waiting = many(2, "low")
    made = folded(waiting)
    [page] = made.new
    assert (page.operation, page.gathering.kind, page.gathering.count) == ("post", "digest", 2)
    assert made.carried == {told.id: page.id for told in waiting}
    assert made.threaded == {}


def test_a_digest_shows_every_alert_over_as_many_pages_as_it_takes():
    waiting = many(2 * PAGE + 3, "low")
    made = folded(waiting)
    first, *others = made.new
    assert [(page.operation, page.parent) for page in others] == [("reply", first.id)] * 2
    assert [page.gathering.before for page in made.new] == [0, PAGE, 2 * PAGE]
    shown = [told for page in made.new for told in page.gathering.alerts]
    assert shown == [told.alert for told in waiting]
    assert {page.gathering.count for page in made.new} == {len(waiting)}
    assert made.carried[waiting[-1].id] == others[-1].id


def test_low_ones_are_no_part_of_a_storm():
    made = folded([*many(9, "low"), *many(3, first=50)])
    assert {page.gathering.kind for page in made.new} == {"digest"}


def test_late_ones_of_one_source_are_one_message():
    old = NOW - timedelta(days=3)
    waiting = [
        *many(LATE_AT_ONCE, published=old),
        *many(LATE_AT_ONCE - 1, first=20, published=old, source="other"),
    ]
    made = folded(waiting)
    [head] = made.new
    assert (head.gathering.kind, head.gathering.alerts[0].source) == ("late", "meta-calls")
    assert set(made.threaded) == {told.id for told in waiting[:LATE_AT_ONCE]}
    joined = folded(many(1, first=90, published=old), Lately(heads=[head]))
    assert joined.new[0].parent == head.id
    assert not folded(many(1, first=90, published=old, source="other"), Lately(heads=[head]))


def test_late_ones_join_a_message_for_ten_windows_however_often_it_is_drawn_anew():
    old = NOW - timedelta(days=3)
    [head] = folded(many(LATE_AT_ONCE, published=old)).new
    begun = NOW - timedelta(minutes=10)
    post = head.model_copy(update={"made": begun})
    again = folded(many(1, first=50, published=old), Lately(heads=[post]), begun + timedelta(minutes=5)).new
    further = many(1, first=60, published=old)
    lately = Lately(threads={head.id: 4}, heads=[*again, post])
    assert folded(further, lately, NOW - timedelta(seconds=1)).new[0].parent == head.id
    assert not folded(further, lately, NOW)


def test_high_late_ones_that_join_what_was_told_are_shown_to_the_channel():
    old = NOW - timedelta(days=3)
    [head] = folded(many(LATE_AT_ONCE, "high", published=old)).new
    joining = [*many(1, first=50, published=old), *many(MOST_SHOWN + 1, "high", first=60, published=old)]
    assert folded(joining, Lately(heads=[head])).broadcast == set(), "the message itself is still to come"
    told = head.model_copy(update={"made": NOW, "state": "sent"})
    assert folded(joining, Lately(heads=[told])).broadcast == {told.id for told in joining[1:-1]}
    assert folded(joining[:1], Lately(heads=[told])).broadcast == set()


def test_late_ones_of_many_sources_are_a_storm_all_the_same():
    waiting = [one(number, published=NOW - timedelta(days=3), source=f"source-{number}") for number in range(9)]
    [head] = folded(waiting).new
    assert (head.gathering.kind, head.gathering.count) == ("storm", 9)


@pytest.mark.parametrize(
    ("about", "due", "late"),
    [
        ({"published": NOW - timedelta(hours=23)}, NOW, False),
        ({"published": NOW - timedelta(hours=25)}, NOW, True),
        ({"published": (NOW - timedelta(days=1)).replace(hour=0, minute=0)}, NOW, False),
        ({"published": (NOW - timedelta(days=2)).replace(hour=0, minute=0)}, NOW, True),
        ({"published": None}, NOW, False),
        ({"published": FRESH}, NOW - timedelta(minutes=59), False),
        ({"published": FRESH}, NOW - timedelta(hours=1), True),
    ],
)
def test_what_is_late(about, due, late):
    made = one(1, due=due, **about)
    assert is_late(made, made.alert, NOW) is late


def test_the_same_alerts_make_the_same_message():
    assert folded(many(9)).new == folded(many(9)).new
    assert folded(many(9)).new[0].id != folded(many(10)).new[0].id


posts = st.builds(
    lambda number, severity, source, published, late: one(
        number, severity, source=source, published=published, due=NOW - late
    ),
    st.integers(0, 10**6),
    st.sampled_from(["high", "normal", "low"]),
    st.sampled_from(["a", "b", "c"]),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda age: NOW - age),
    st.timedeltas(timedelta(0), timedelta(hours=3)),
)


@given(st.lists(posts, max_size=60, unique_by=lambda told: told.id), st.integers(0, 9))
def test_nothing_is_left_out_and_nothing_told_twice(waiting, lately):
    made = folded(waiting, Lately(posts=lately))
    gathered = [*made.carried, *made.threaded]
    assert len(gathered) == len(set(gathered))
    assert set(gathered) <= {told.id for told in waiting}
    ids = {told.id for told in made.new}
    assert set(made.carried.values()) | set(made.threaded.values()) <= ids
    assert len(ids) == len(made.new)
    shown = Counter(told.id for page in made.new if page.gathering.kind == "digest" for told in page.gathering.alerts)
    assert shown == Counter(told.alert.id for told in waiting if told.id in made.carried)
    for head in made.new:
        if head.gathering.kind != "digest":
            assert head.gathering.count == sum(1 for parent in made.threaded.values() if parent == head.id)
    alone = [told for told in waiting if told.id not in gathered]
    assert len([told for told in alone if told.alert.severity != "low"]) <= FOLDING.most
