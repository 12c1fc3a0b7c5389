"""What all tests of the bot share."""

import pytest


@pytest.fixture(autouse=True)
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit need not wait for the disk: tests kill processes, not machines."""
    monkeypatch.setattr("bot.store.database.SYNCHRONOUS", "OFF")
