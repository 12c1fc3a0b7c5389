"""What all tests of the bot share."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def no_power_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit need not wait for the disk: tests kill processes, not machines."""
    monkeypatch.setattr("bot.store.database.SYNCHRONOUS", "OFF")


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """What a test sets up for logs, as every command does, ends with it.

    Until then they are lines of JSON: a traceback drawn for a terminal takes seconds.
    """
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    named = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    levels = {logger.name: logger.level for logger in named}
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    for logger in root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.setLevel(levels.get(logger.name, logging.NOTSET))
