"""One word for how a source stands, and the object of the contract."""

from datetime import timedelta
from typing import Any

import pytest

from bot.standing import LEAST_SILENCE, as_json, longest_silence, state_of
from bot.store.roster import Standing
from making import NOW
from watchers.trouble import TroubleRecord

BLOCKED = TroubleRecord(kind="blocked", detail="example.com: kept out (403)", mend="Ask the site.")


def standing(**about: Any) -> Standing:
    usual: dict[str, Any] = {
        "source": "news",
        "kind": "blog",
        "since": NOW - timedelta(days=1),
        "last_visit": NOW - timedelta(minutes=5),
        "last_success": NOW - timedelta(minutes=5),
        "next_visit": NOW + timedelta(minutes=5),
        "failures": 0,
        "trouble": None,
        "document_troubles": (),
        "first_visit_done": NOW - timedelta(days=90),
        "last_document": NOW - timedelta(days=2),
    }
    return Standing(**(usual | about))


def published(every: timedelta, count: int = 10):
    return tuple(NOW - every * number for number in range(count))


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("blocked", "blocked"),
        ("credentials", "blocked"),
        ("plan", "blocked"),
        ("refused", "blocked"),
        ("throttled", "throttled"),
        ("quota", "throttled"),
        ("not-found", "gone"),
        ("unreachable", "failing"),
        ("unreadable", "failing"),
    ],
)
def test_each_trouble_has_its_word(kind, state):
    trouble = BLOCKED.model_copy(update={"kind": kind})
    assert state_of(standing(trouble=trouble, last_document=NOW - timedelta(days=999)), (), NOW) == state


@pytest.mark.parametrize(
    ("every", "silent", "state"),
    [
        (timedelta(days=1), timedelta(days=13), "ok"),
        (timedelta(days=1), timedelta(days=15), "quiet"),
        (timedelta(days=30), timedelta(days=100), "ok"),
        (timedelta(days=30), timedelta(days=121), "quiet"),
    ],
)
def test_a_source_is_quiet_by_its_own_rhythm(every, silent, state):
    assert state_of(standing(last_document=NOW - silent), published(every), NOW) == state


def test_a_source_that_never_brought_anything_is_not_quiet():
    assert state_of(standing(last_document=None), (), NOW) == "ok"


def test_without_a_rhythm_patience_is_long():
    assert longest_silence(published(timedelta(hours=1), 2)) == 3 * LEAST_SILENCE
    assert longest_silence(published(timedelta(0), 10)) == LEAST_SILENCE


def test_the_object_is_that_of_the_contract():
    told = as_json(standing(), "ok")
    assert told == {
        "source": "news",
        "kind": "blog",
        "state": "ok",
        "since": "2026-11-23T12:00:00Z",
        "last_visit": "2026-11-24T11:55:00Z",
        "last_document": "2026-11-22T12:00:00Z",
        "next_visit": "2026-11-24T12:05:00Z",
        "trouble": None,
        "quota": None,
    }
    fresh = as_json(standing(last_visit=None, last_document=None), "ok")
    assert (fresh["last_visit"], fresh["last_document"]) == (None, None)


def test_a_trouble_of_a_document_shows_where_the_source_is_in_none():
    other = BLOCKED.model_copy(update={"detail": "one page"})
    assert as_json(standing(document_troubles=(other,)), "ok")["trouble"] == other.model_dump()
    both = standing(trouble=BLOCKED, document_troubles=(other,))
    assert as_json(both, "blocked")["trouble"] == BLOCKED.model_dump()
