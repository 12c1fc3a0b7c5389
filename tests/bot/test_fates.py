"""What becomes of a message, for each class of error."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting import alert
from bot.alerts.compose import message_for
from bot.fates import GIVE_UP_AFTER, USUAL, back_off, fate_of, given_up, still_in_doubt
from bot.model import Message
from bot.notifier import Ambiguous, Malformed, NoSuchPlace, NotNow, Shut
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
        (NotNow("429"), True, "unknown", SOON, SOON, True),
        (Ambiguous("timeout"), False, "unknown", USUAL.look_up_after[0], None, True),
        (Ambiguous("timeout"), True, "unknown", USUAL.look_up_after[0], None, True),
        (Shut("token_revoked"), False, "waiting", SOON, SOON, False),
        (Shut("token_revoked"), True, "unknown", SOON, SOON, False),
        (NoSuchPlace("is_archived"), False, "parked", timedelta(0), None, True),
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
