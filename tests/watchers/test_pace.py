"""When to visit next: pure, so that a year can be lived in a second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.model import Pace
from watchers.pace import JITTER, LONGEST_BACK_OFF, QUICKEST, SLOWEST, USUAL, History, next_visit, rhythm

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def wait(history: History | None = None, pace: Pace | None = None, every: timedelta | None = None, **more) -> timedelta:
    return next_visit(NOW, history or History(), pace, every, rng=Random(1), **more) - NOW


def ago(*ages: timedelta) -> tuple[datetime, ...]:
    return tuple(NOW - age for age in ages)


def test_every_is_obeyed_as_written():
    for every in (timedelta(seconds=1), MINUTE, HOUR, 30 * DAY):
        assert wait(every=every) == every
        assert wait(History(ago(HOUR, DAY, 2 * DAY)), every=every) == every
        assert wait(pace=Pace(not_before=90 * DAY), every=every) == every, "a feed's ttl is a wish"


def test_a_sources_own_rhythm_decides_otherwise():
    assert rhythm(NOW, ()) == USUAL
    assert rhythm(NOW, ago(HOUR, 2 * HOUR)) == USUAL, "two are no rhythm"
    assert rhythm(NOW, ago(MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE)) == QUICKEST
    assert rhythm(NOW, ago(HOUR, 5 * HOUR, 9 * HOUR)) == HOUR
    assert rhythm(NOW, ago(DAY, 31 * DAY, 61 * DAY)) == SLOWEST
    assert rhythm(NOW, ago(10 * DAY, 10 * DAY + HOUR, 10 * DAY + 2 * HOUR)) == 10 * DAY / 50, "fell silent"
    assert rhythm(NOW, ago(-DAY, -DAY, -2 * DAY, HOUR, HOUR)) == USUAL, "nothing is told by the future, nor told twice"


def test_what_is_about_to_happen_shortens_the_wait():
    assert wait(pace=Pace(not_after=MINUTE), every=HOUR) == MINUTE
    assert wait(pace=Pace(not_before=HOUR, not_after=MINUTE)) == MINUTE
    assert wait(pace=Pace(not_after=DAY), every=HOUR) == HOUR
    assert wait(pace=Pace(not_after=timedelta(0))) == timedelta(seconds=1)
    assert wait(pace=Pace(not_after=-HOUR)) == timedelta(seconds=1)


def test_what_a_feed_asks_for_lengthens_it_within_a_day():
    assert wait(pace=Pace(not_before=3 * HOUR)) == 3 * HOUR
    assert wait(pace=Pace(not_before=30 * DAY)) == LONGEST_BACK_OFF


def test_failures_back_off_to_a_day_and_never_give_up():
    waits = [wait(History(failures=failures), every=10 * MINUTE) for failures in range(1, 40)]
    assert 10 * MINUTE <= waits[0] <= 11 * MINUTE
    assert 20 * MINUTE <= waits[1] <= 22 * MINUTE
    assert all(early <= late * (1 + JITTER) for early, late in pairwise(waits))
    assert all(LONGEST_BACK_OFF <= late <= LONGEST_BACK_OFF * (1 + JITTER) for late in waits[10:])
    assert wait(History(failures=1), every=timedelta(seconds=1)) >= QUICKEST, (
        "a host that fails is not asked each second"
    )
    assert wait(History(failures=1), every=7 * DAY) <= LONGEST_BACK_OFF * (1 + JITTER)
    assert wait(History(failures=1), Pace(not_after=MINUTE), every=HOUR) >= HOUR, "a call tonight does not hasten it"


def test_retry_after_wins_over_all_but_the_budget():
    history = History(failures=3, retry_after=5 * DAY)
    assert wait(history, Pace(not_after=MINUTE), MINUTE) == 5 * DAY
    assert wait(history, None, MINUTE, budget=NOW + 6 * DAY) == 6 * DAY
    assert wait(None, Pace(not_after=MINUTE), MINUTE, budget=NOW + HOUR) == HOUR
    assert wait(None, None, HOUR, budget=NOW - DAY) == HOUR, "a budget of the past is none"


def test_sources_do_not_march_in_step():
    waits = {next_visit(NOW, History(), None, None, rng=Random(seed)) for seed in range(50)}
    assert len(waits) == 50
    assert all(abs(moment - NOW - USUAL) <= USUAL * JITTER / 2 for moment in waits)


durations = st.timedeltas(timedelta(0), timedelta(days=400))


@given(
    st.lists(durations, max_size=6),
    st.integers(0, 200),
    st.none() | durations,
    st.none() | st.builds(Pace, not_before=st.none() | durations, not_after=st.none() | durations),
    st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=36_500)),
    st.none() | durations,
    st.integers(),
)
def test_it_is_always_later_and_keeps_what_was_asked(ages, failures, retry_after, pace, every, budget, seed):
    history = History(tuple(sorted(ago(*ages), reverse=True)), failures, retry_after)
    spent = NOW + budget if budget is not None else None
    moment = next_visit(NOW, history, pace, every, budget=spent, rng=Random(seed))
    assert moment >= NOW + timedelta(seconds=1)
    assert retry_after is None or moment >= NOW + retry_after
    assert spent is None or moment >= spent
    if every is None and retry_after is None and spent is None:
        assert moment <= NOW + LONGEST_BACK_OFF * (1 + JITTER)


@pytest.mark.parametrize("every", [None, HOUR])
def test_the_same_history_and_chance_give_the_same_answer(every):
    assert wait(every=every) == wait(every=every)
