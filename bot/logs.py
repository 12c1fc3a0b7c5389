"""Logs: one line an event, on standard error, without a secret; coloured for a terminal, JSON for machines."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from bot.config.secrets import Secrets

_NOISY = ("aiohttp.access", "apscheduler", "alembic", "trafilatura")
"""Libraries whose everyday lines nobody acts on; their warnings are kept."""


def configure(secrets: Secrets, *, level: int = logging.INFO, out: TextIO | None = None) -> None:
    """Set up structlog and the standard library's logging alike."""
    stream = out or sys.stderr
    on_terminal = stream.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]

    def rendered(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
        """The last step scrubs the finished line, so that no value gets past it, whatever it was nested in."""
        return secrets.scrub(str(renderer(logger, name, event)))

    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([] if on_terminal else [structlog.processors.format_exc_info]),
            rendered,
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A debugging line of slack_sdk would hold the token's header; its own retries are off, so it has little to say.
    logging.getLogger("slack_sdk").setLevel(logging.ERROR)
    # What it says of a server that went away, in many lines, `bot.jobs` says in one.
    logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
