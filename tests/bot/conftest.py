"""What all tests of the bot share."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit need not wait for the disk: tests kill processes, not machines."""
    monkeypatch.setattr("bot.store.database.SYNCHRONOUS", "OFF")


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Logs as one line of JSON: a traceback drawn for a terminal takes seconds."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
    yield
    structlog.reset_defaults()
