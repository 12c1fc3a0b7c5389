"""What an engine remembers of texts: within bounds, the latest, and counted right."""

import pytest

from rules.memory import Memory


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("rules.memory.MOST_REMEMBERED", 10)


def test_what_was_kept_first_is_forgotten_first():
    memory = Memory()
    for number in range(12):
        memory.keep(f"text {number}", {})
        assert memory.size == min(number + 1, 10)
    assert [memory.get(f"text {number}") for number in (0, 1, 2, 11)] == [None, None, {}, {}]


def test_what_is_kept_again_counts_once():
    memory = Memory()
    for _ in range(3):
        memory.keep("one", {7: ((0, 3), (5, 8))})
    assert memory.size == 4
    memory.keep("one", {7: None})
    assert memory.size == 2
    assert memory.get("one") == {7: None}


def test_what_came_before_is_known_under_the_new_numbers_until_there_is_no_room():
    before = Memory()
    before.keep("one", {1: ((0, 3),), 2: None, 3: ((5, 8),)})
    memory = Memory(before, {1: 2, 2: 0})
    assert memory.get("one") is None
    assert memory.from_before("one") == {2: ((0, 3),), 0: None}
    assert memory.from_before("other") is None
    assert Memory(memory, {2: 2}).from_before("one") is None, "nobody met it meanwhile"
    for number in range(11):
        memory.keep(f"text {number}", {})
    assert memory.from_before("one") is None


def test_what_has_no_room_at_all_costs_nobody_his():
    memory = Memory()
    memory.keep("one", {})
    memory.keep("long", {7: tuple((at, at + 1) for at in range(20))})
    assert memory.get("long") is None
    assert memory.get("one") == {}
