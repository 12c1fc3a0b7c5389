"""What engines remember of texts: within bounds, the latest, counted right, and by whom it was read."""

import pytest

from rules.memory import MOST_CHANGES, Memory


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rules.memory.MOST_REMEMBERED", 10)


def test_what_was_kept_first_is_forgotten_first():
    memory = Memory()
    for number in range(12):
        memory.keep(f"text {number}", 0, {})
        assert memory.size == min(number + 1, 10)
    assert [memory.get(f"text {number}") for number in (0, 1, 2, 11)] == [None, None, (0, {}), (0, {})]


def test_what_is_kept_again_counts_once():
    memory = Memory()
    for _ in range(3):
        memory.keep("one", 0, {7: ((0, 3), (5, 8))})
    assert memory.size == 4
    memory.keep("one", 1, {7: None})
    assert memory.size == 2
    assert memory.get("one") == (1, {7: None})


def test_what_has_no_room_at_all_costs_nobody_his():
    memory = Memory()
    memory.keep("one", 0, {})
    memory.keep("long", 0, {7: tuple((at, at + 1) for at in range(20))})
    assert memory.get("long") is None
    assert memory.get("one") == (0, {})


def test_the_same_rules_are_one_epoch():
    memory = Memory()
    assert memory.join(frozenset({1, 2})) == memory.join(frozenset({2, 1})) == 0
    assert memory.join(frozenset({1})) == 1
    assert (memory.rules_of(0), memory.rules_of(1), memory.rules_of(2)) == ({1, 2}, {1}, None)


def test_what_the_rules_were_long_ago_is_forgotten():
    memory = Memory()
    epochs = [memory.join(frozenset({number})) for number in range(MOST_CHANGES + 1)]
    assert memory.rules_of(epochs[0]) is None
    assert [memory.rules_of(epoch) for epoch in epochs[1:]] == [{number} for number in range(1, MOST_CHANGES + 1)]
