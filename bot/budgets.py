"""Budgets of providers that count requests: kept in the store, so that they hold over all workers and restarts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from bot.store import politeness
from bot.store.database import Database
from watchers.model import Credential, Source
from watchers.trouble import QuotaSpent

LIMITS: Mapping[str, tuple[politeness.Limit, ...]] = MappingProxyType(
    {
        # Free accounts of REST v4. The docket's own feed and PACER's RSS need no key and are not counted.
        "courtlistener": ((timedelta(minutes=1), 5), (timedelta(hours=1), 50), (timedelta(days=1), 125)),
        "alphavantage": ((timedelta(days=1), 25),),
        "edgar": ((timedelta(seconds=1), 10),),
    }
)
"""By provider: windows, and how many requests each allows."""

KEYLESS = frozenset({"edgar"})
"""Counted by who asks, not by a key: every request of such a source counts."""

PATIENCE = timedelta(seconds=2)
"""A request that is free within so short a time is waited for; a longer wait ends the visit."""


class Budgets:
    """Grants requests to providers that count them."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sleep = sleep

    def charge(self, source: Source, credential: Credential | None) -> Callable[[], Awaitable[None]] | None:
        """What is to be called before each request; None where nobody counts.

        A request counts by the key that it carries: a document that the provider keeps elsewhere is free.
        """
        provider = credential.name if credential is not None else source.provider
        if provider is None or provider not in LIMITS or (credential is None and provider not in KEYLESS):
            return None
        counted = provider
        return lambda: self._spend(counted)

    async def free_at(self, source: Source) -> datetime | None:
        """When the source's provider takes a request again; None where it does now, or does not count."""
        limits = LIMITS.get(source.provider or "")
        if limits is None:
            return None
        provider, now = source.provider or "", self._clock()
        _, resets = await self._database.read(lambda conn: politeness.left(conn, provider, now=now, limits=limits))
        return resets

    async def _spend(self, provider: str) -> None:
        """Take one request. Raises `QuotaSpent`."""
        limits = LIMITS[provider]
        while True:
            now = self._clock()
            free = await self._database.write(
                lambda conn: politeness.spend(conn, provider, now=now, limits=limits)  # noqa: B023 - awaited within the loop
            )
            if free is None:
                return
            if free - now > PATIENCE:
                detail = f"the budget for {provider} is spent; the next request is free at {free:%Y-%m-%d %H:%M} UTC"
                raise QuotaSpent(detail, retry_after=free - now)
            await self._sleep((free - now).total_seconds())


def quota_of(conn: Connection, provider: str | None, *, now: datetime) -> dict[str, Any] | None:
    """As `status` shows it: requests left now, and when there is one again; None where nobody counts."""
    limits = LIMITS.get(provider or "")
    if provider is None or limits is None:
        return None
    left, resets = politeness.left(conn, provider, now=now, limits=limits)
    return {"left": left, "resets": resets.isoformat() if resets is not None else None}
