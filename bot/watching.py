"""Running a watcher: whatever it does, what comes out are steps or one trouble."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import structlog

from bot.store.errors import StoreError
from watchers import registry
from watchers.model import Source, Step, Visit
from watchers.trouble import Trouble, Unreadable

log = structlog.get_logger()


async def steps_of(source: Source, visit: Visit) -> AsyncGenerator[Step, None]:
    """The steps of the source's watcher. Raises a `Trouble`, whatever the watcher does: one bad source stops no other.

    Raises a `StoreError` too, where the store is away while a budget is asked.
    """
    try:
        watcher = registry.find(source.kind, source.provider)
        # An `async def` with a `yield` makes a generator; the interface promises no more than an iterator.
        async with aclosing(cast("AsyncGenerator[Step, None]", watcher.visit(visit))) as steps:
            async for step in steps:
                yield Step.model_validate(step)  # a watcher of one's own may yield anything
    except (Trouble, StoreError):  # a budget is asked within a fetch, and its store may be away
        raise
    except Exception as error:
        log.exception("watcher.failed", source=source.name)
        raise Unreadable(
            f"the watcher failed on what it was given ({type(error).__name__})",
            "The log holds the whole story; the source is visited again by itself.",
        ) from error
