"""What becomes of a message, for each class of error."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting import alert
from bot.alerts.compose import message_for
from bot.fates import (
    FIRST_PROBE,
    GIVE_UP_AFTER,
    LAST_PROBE,
    USUAL,
    back_off,
    fate_of,
    given_up,
    next_probe,
    still_in_doubt,
)
from bot.model import Message
from bot.notifier import Ambiguous, Malformed, NoSuchMessage, NoSuchPlace, NotNow, Shut
from making import NOW

SOON = timedelta(seconds=5)
RETRY_AFTER = timedelta(seconds=30)


def message(**about) -> Message:
    return message_for(alert(), now=NOW).model_copy(update=about)


@pytest.mark.parametrize(
    ("error", "doubt", "state", "wait", "pause", "blamed"),
    [
        (NotNow("429"), False, "waiting", SOON, SOON, True),
        (NotNow("429", retry_after=RETRY_AFTER), False, "waiting", RETRY_AFTER, RETRY_AFTER, True),
        (NotNow("429"), True, "unknown", SOON, None, True),
        (Ambiguous("timeout"), False, "unknown", USUAL.look_up_after[0], None, True),
        (Ambiguous("timeout"), True, "unknown", USUAL.look_up_after[0], None, True),
        (Shut("token_revoked"), False, "waiting", SOON, SOON, False),
        (Shut("token_revoked"), True, "unknown", SOON, SOON, False),
        (NoSuchPlace("is_archived"), False, "parked", FIRST_PROBE, None, True),
        (NoSuchMessage("message_not_found"), False, "dead", timedelta(0), None, True),
        (Malformed("invalid_blocks"), False, "waiting", timedelta(0), None, True),
    ],
)
def test_each_class_of_error_has_its_fate(error, doubt, state, wait, pause, blamed):
    fate = fate_of(message(), error, doubt=doubt, now=NOW)
    assert (fate.state, fate.due, fate.pause) == (state, NOW + wait, pause)
    assert fate.failing_since == (NOW if blamed else None)
    assert fate.shut is isinstance(error, Shut)
    assert fate.plain is isinstance(error, Malformed)
    assert fate.reason == error.detail


def test_what_is_malformed_even_as_plain_text_is_given_up():
    assert fate_of(message(plain=True), Malformed("no_text"), doubt=False, now=NOW).state == "dead"


@pytest.mark.parametrize("error", [NotNow("429"), Ambiguous("timeout"), Shut("token_revoked")])
def test_plain_text_stays_plain_whatever_comes_between(error):
    assert fate_of(message(plain=True), error, doubt=False, now=NOW).plain


def test_the_first_failure_is_remembered():
    earlier = NOW - timedelta(hours=3)
    assert fate_of(message(failing_since=earlier), NotNow("429"), doubt=False, now=NOW).failing_since == earlier
    assert fate_of(message(failing_since=earlier), Shut("x"), doubt=False, now=NOW).failing_since is None


def test_a_doubt_is_looked_up_twice_before_it_is_sent_again():
    tried = message(state="unknown", attempts=1, last_try=NOW)
    seen = []
    now = NOW
    while (fate := still_in_doubt(tried, now)) is not None:
        assert fate.state == "unknown"
        seen.append(fate.due - NOW)
        now = fate.due
    assert seen == [timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=10)]


@pytest.mark.parametrize(("attempts", "wait"), [(1, 10), (2, 10), (3, 20), (8, 600), (500, 600)])
def test_what_goes_wrong_again_and_again_is_sent_ever_later(attempts, wait):
    tried = message(state="unknown", attempts=attempts, last_try=NOW)
    assert still_in_doubt(tried, NOW + timedelta(seconds=wait - 1)) is not None
    assert still_in_doubt(tried, NOW + timedelta(seconds=wait)) is None


@pytest.mark.parametrize("operation", ["update", "file"])
def test_a_rate_limit_on_what_is_no_post_keeps_no_post_waiting(operation):
    fate = fate_of(message(operation=operation), NotNow("429", retry_after=RETRY_AFTER), doubt=False, now=NOW)
    assert (fate.state, fate.due, fate.pause) == ("waiting", NOW + RETRY_AFTER, None)


def test_a_picture_whose_place_refuses_it_is_given_up_and_parks_nothing():
    assert fate_of(message(operation="file"), NoSuchPlace("not_in_channel"), doubt=False, now=NOW).state == "dead"


def test_a_reply_whose_thread_is_gone_stands_by_itself():
    fate = fate_of(message(operation="reply", parent="p"), NoSuchMessage("thread_not_found"), doubt=False, now=NOW)
    assert (fate.state, fate.alone, fate.due) == ("waiting", True, NOW)


def test_a_place_that_refuses_is_tried_ever_later_and_at_last_every_hour():
    now, tries = NOW, []
    for _ in range(10):
        now = next_probe(NOW, now)
        tries.append(round((now - NOW).total_seconds() / 60))
    assert tries == [1, 2, 4, 8, 16, 32, 64, 124, 184, 244]
    assert next_probe(NOW, NOW + timedelta(days=99)) == NOW + timedelta(days=99) + LAST_PROBE


@pytest.mark.parametrize("error", [NotNow("429"), Ambiguous("timeout"), Malformed("no_text")])
def test_the_time_in_which_a_place_refused_is_no_failing(error):
    parked = message(state="parked", failing_since=NOW - timedelta(days=9))
    assert given_up(parked, NOW, orphaned=False) is None
    assert fate_of(parked, error, doubt=False, now=NOW).failing_since == NOW
    assert fate_of(parked, NoSuchPlace("x"), doubt=False, now=NOW).failing_since == NOW - timedelta(days=9)


def test_a_message_is_given_up_after_a_day_of_its_own_failures():
    failing = message(failing_since=NOW, error="429")
    assert given_up(message(), NOW + timedelta(days=400), orphaned=False) is None
    assert given_up(failing, NOW + GIVE_UP_AFTER, orphaned=False) is None
    end = given_up(failing, NOW + GIVE_UP_AFTER + timedelta(seconds=1), orphaned=False)
    assert end is not None
    assert (end.state, end.reason) == ("dead", "429")


def test_an_update_without_its_message_is_given_up():
    end = given_up(message(operation="update"), NOW, orphaned=True)
    assert end is not None
    assert end.state == "dead"


@given(st.integers(-5, 10_000))
def test_back_off_grows_and_ends_at_ten_minutes(attempts):
    assert timedelta(seconds=5) <= back_off(attempts) <= back_off(attempts + 1) <= timedelta(minutes=10)
