"""What all faults share with the tests of the bot."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit need not wait for the disk: these faults leave the machine running."""
    monkeypatch.setattr("bot.store.database.SYNCHRONOUS", "OFF")


@pytest.fixture
def told() -> Iterator[list[dict]]:
    """The log, entry by entry."""
    with structlog.testing.capture_logs() as entries:
        yield entries
