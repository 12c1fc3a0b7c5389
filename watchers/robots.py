"""robots.txt, read by protego: obeyed for pages, which nobody offered to machines (RFC 9309)."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from protego import Protego
from yarl import URL

from watchers.trouble import Blocked, NotFound, Throttled, Trouble, Unreachable

KEPT = timedelta(hours=24)
"""RFC 9309, 2.4: not longer than a day."""
KEPT_AFTER_TROUBLE = timedelta(minutes=10)
LONGEST = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB are read."""


class Disallowed(Blocked):
    """robots.txt asks programs not to read a page: to ask again would be to argue."""


class Robots:
    """One answer per site, for a day. `fetch` gets the text of an address or raises a `Trouble`."""

    def __init__(
        self, user_agent: str, fetch: Callable[[str], Awaitable[bytes]], clock: Callable[[], datetime]
    ) -> None:
        # The product's name alone (RFC 9309, 2.2.1): a contact's address may hold the name of another program.
        product = re.match(r"[A-Za-z_-]+", user_agent)
        self._agent = product[0] if product else user_agent
        self._fetch = fetch
        self._clock = clock
        self._known: dict[str, tuple[datetime, Protego | Trouble]] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def check(self, url: URL) -> None:
        """Raises `Disallowed` where the site asks programs to stay away.

        Where it cannot say (RFC 9309, 2.3.1.4), raises what stood in the way: `Unreachable`, `Throttled` or `Blocked`.
        """
        site = str(url.origin())
        async with self._asking.setdefault(site, asyncio.Lock()):
            rules = await self._rules(site)
        if isinstance(rules, Trouble):
            kind = next((kind for kind in (Unreachable, Throttled) if isinstance(rules, kind)), Blocked)
            raise kind(
                f"{url.host}: robots.txt cannot be had, which asks programs to wait (RFC 9309): {rules.detail}",
                "Wait; it is asked for again by itself.",
                retry_after=rules.retry_after,
            )
        if not rules.can_fetch(str(url), self._agent):
            raise Disallowed(
                f"{url.host}{url.path}: robots.txt asks programs not to read this page",
                "Watch a feed of the site instead, or ask its owner.",
            )

    async def _rules(self, site: str) -> Protego | Trouble:
        known = self._known.get(site)
        if known is not None and known[0] > self._clock():
            return known[1]
        rules: Protego | Trouble
        kept = KEPT
        try:
            text = await self._fetch(f"{site}/robots.txt")
            rules = Protego.parse(text[:LONGEST].decode("utf-8-sig", "replace"))
        except (NotFound, Blocked):
            rules = Protego.parse("")  # 4xx: no rules (RFC 9309, 2.3.1.3)
        except Trouble as trouble:
            rules, kept = trouble, KEPT_AFTER_TROUBLE
        self._known[site] = (self._clock() + kept, rules)
        return rules
