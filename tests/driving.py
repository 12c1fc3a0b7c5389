"""Drive a watcher through one visit, as the pipeline would, but without a store.

first = await drive(blogs, source, now=NOW)
second = await drive(blogs, source, now=LATER, after=first)
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.visits import Hands
from watchers.child import ReadingPool
from watchers.fetch import Fetcher, FetchSettings
from watchers.model import (
    Body,
    Cause,
    Cursor,
    Document,
    FollowUp,
    Reader,
    ReaderOptions,
    Reading,
    Source,
    Step,
    Validators,
    Watcher,
)
from watchers.readers import find
from watchers.trouble import TroubleRecord

SETTINGS = FetchSettings(user_agent="onrecord-tests (tests@example.com)", timeout=timedelta(seconds=5))


@dataclass(slots=True)
class Drive:
    """What one visit left: its steps, and the memory that the next visit starts from."""

    steps: list[Step] = field(default_factory=list)
    cursor: Cursor = field(default_factory=dict)
    validators: dict[str, Validators] = field(default_factory=dict)

    @property
    def documents(self) -> list[Document]:
        return [document for step in self.steps for document in step.documents]

    @property
    def follow_ups(self) -> list[FollowUp]:
        return [follow_up for step in self.steps for follow_up in step.follow_ups]

    @property
    def troubles(self) -> list[TroubleRecord]:
        return [trouble for step in self.steps for trouble in step.troubles]

    @property
    def done(self) -> list[str]:
        return [key for step in self.steps for key in step.done]


class ReadHere:
    """Reads in this process, with the same round trip through JSON as a child's answer. Quick, and can be debugged."""

    async def read(self, reader: Reader[ReaderOptions], body: Body, options: ReaderOptions) -> Reading:
        found = find(reader.name)
        reading = found.read(body, found.options.model_validate_json(options.model_dump_json()))
        return Reading.model_validate_json(reading.model_dump_json())


async def no_sleep(_seconds: float) -> None:
    """For waits between tries."""
    await asyncio.sleep(0)


async def drive(
    module: Any,
    source: Source,
    *,
    now: datetime,
    after: Drive | None = None,
    cursor: Cursor | None = None,
    cause: Cause = None,
    allow_private: bool = True,
    validators: Mapping[str, Validators] | None = None,
    in_process: bool = False,
    secrets: Mapping[str, SecretStr] | None = None,
    settings: FetchSettings = SETTINGS,
    fetcher: Fetcher | None = None,
    pool: ReadingPool | None = None,
    cut_after: int | None = None,
) -> Drive:
    """Run `module.visit` to its end. What it raises is raised (a `Trouble`), and nothing is remembered then.

    `after`: an earlier drive whose cursor and validators this one starts from. `fetcher`, `pool`: to share open ones.
    `cut_after`: so many steps are committed, and then the visit is killed.
    """
    watcher: Watcher = module
    remembered = dict(after.validators if after is not None else {}) | dict(validators or {})
    made = Drive(cursor=cursor if cursor is not None else (after.cursor if after is not None else {}))
    async with AsyncExitStack() as stack:
        if fetcher is None:
            allowed = replace(settings, allow_private_addresses=allow_private)
            fetcher = await stack.enter_async_context(Fetcher(allowed, secrets, clock=lambda: now, sleep=no_sleep))
        reading: Any = pool
        if reading is None:
            reading = ReadHere() if in_process else await stack.enter_async_context(ReadingPool(size=1))
        hands = Hands(source, fetcher, reading, remembered)
        async with aclosing(watcher.visit(hands.visit(cursor=made.cursor, cause=cause, now=now))) as steps:
            async for step in steps:
                made.steps.append(step)
                remembered |= hands.take_singles()
                if step.cursor is not None:
                    made.cursor = step.cursor
                if len(made.steps) == cut_after:
                    break
        made.validators = remembered | (hands.take_all() if cut_after is None else {})
    return made
