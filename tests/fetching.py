"""What tests of the fetcher share: a fetcher in a hurry, and names that resolve as a test wants."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from pydantic import SecretStr

from watchers.fetch import Fetcher, FetchSettings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AGENT = "onrecord-tests (tests@example.com)"


@dataclass
class Names(AbstractResolver):
    """Answers from a table; a name with several lists gives the next one each time it is asked for (rebinding)."""

    table: Mapping[str, Sequence[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        answers = self.table.get(host)
        if answers is None:
            raise OSError(f"no such name: {host}")
        turn = min(self.asked.count(host), len(answers) - 1)
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in answers[turn]
        ]

    async def close(self) -> None:
        return None


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Sleep:
    """Waits without waiting; `waits` in seconds."""

    waits: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def fetching(
    *,
    allow_private: bool = True,
    secrets: Mapping[str, str] | None = None,
    names: Names | None = None,
    clock: Clock | None = None,
    sleep: Sleep | None = None,
    timeout: float = 5,  # noqa: ASYNC109 - a setting, not a limit of this function
    **settings: Any,
):
    made = FetchSettings(
        user_agent=AGENT,
        timeout=timedelta(seconds=timeout),
        allow_private_addresses=allow_private,
        **settings,
    )
    kept = {name: SecretStr(value) for name, value in (secrets or {}).items()}
    async with Fetcher(made, kept, clock=clock or Clock(), sleep=sleep or Sleep(), resolver=names) as fetcher:
        yield fetcher
