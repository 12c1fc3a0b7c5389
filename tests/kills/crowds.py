"""Who asks beside whom: servers that take their time, and count how many are inside at once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiohttp import web

from fake_slack import FakeSlack
from fake_slack.asked import Answer
from fake_slack.asked import Asked as AskedOfSlack
from loopback import Upstream

LONG = 0.05
"""Seconds that each answer takes."""


@dataclass
class Crowd:
    """By name: how many are inside, and how many there were at most."""

    inside: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def enter(self, name: str) -> Iterator[None]:
        self.inside[name] += 1
        self.most[name] = max(self.most[name], self.inside[name])
        try:
            yield
        finally:
            self.inside[name] -= 1


@dataclass
class SlowUpstream(Upstream):
    """Counts by path, and all of them as "host". `refuse`: seconds of Retry-After for the next request."""

    crowd: Crowd = field(default_factory=Crowd)
    came: list[tuple[float, str]] = field(default_factory=list)
    """When (monotonic), and by which program."""
    refuse: int | None = None
    refused_at: float | None = None

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.came.append((monotonic(), request.headers.get("User-Agent", "").partition(" ")[0]))
        with self.crowd.enter(request.path), self.crowd.enter("host"):
            await asyncio.sleep(LONG)
            if self.refuse is not None:
                seconds, self.refuse = self.refuse, None
                self.refused_at = monotonic()
                return web.Response(status=429, headers={"Retry-After": str(seconds)})
            return await super()._answer(request)


def slow_posts(slack: FakeSlack) -> Crowd:
    """Let every post take its time; the crowd is counted by channel."""
    crowd, post = Crowd(), slack.methods["chat.postMessage"]

    async def slowly(asked: AskedOfSlack) -> Answer:
        with crowd.enter(asked.text("channel")):
            await asyncio.sleep(LONG)
            done: Any = post(asked)
            return done

    slack.methods["chat.postMessage"] = slowly
    return crowd
