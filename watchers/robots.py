"""robots.txt, read by protego: obeyed for pages, which nobody offered to machines (RFC 9309)."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from protego import Protego
from yarl import URL

from watchers.trouble import Blocked, NotFound, Refused, Throttled, Trouble, Unreachable

KEPT = timedelta(hours=24)
"""RFC 9309, 2.4: not longer than a day."""
KEPT_AFTER_TROUBLE = timedelta(minutes=10)
LONGEST = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB are read."""
MOST_KEPT = 2_000_000
"""Characters of robots.txt over all sites, some 1,500 of the usual length: parsed, they take thirty times as much."""

_NAMED = re.compile(r"\s*(?:user-agent|useragent|user\s+agent)(?:\s*:|\s)\s*([^#]*)", re.IGNORECASE)
_ANOTHER = "another program"
"""No product's name has a space."""
_LEAST = 200
"""What a site without rules counts."""


@dataclass(frozen=True, slots=True)
class _Known:
    """`rules`: or what stands in the way of them."""

    until: datetime
    rules: Protego | Trouble
    size: int


class Disallowed(Blocked):
    """robots.txt asks programs not to read a page: to ask again would be to argue."""


class Robots:
    """One answer per site, for a day while there is room. `fetch` gets the text of an address or raises a `Trouble`.

    Whoever runs a page writes these rules, and new names of hosts cost him nothing: neither may cost us much.
    """

    def __init__(
        self, user_agent: str, fetch: Callable[[str], Awaitable[bytes]], clock: Callable[[], datetime]
    ) -> None:
        # The product's name alone (RFC 9309, 2.2.1): a contact's address may hold the name of another program.
        product = re.match(r"[A-Za-z_-]+", user_agent)
        self._agent = product[0] if product else user_agent
        self._fetch = fetch
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._size = 0
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def check(self, url: URL) -> None:
        """Raises `Disallowed` where the site asks programs to stay away, `Refused` where it may not be asked itself.

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
        if known is not None and known.until > self._clock():
            self._known.move_to_end(site)
            return known.rules
        rules: Protego | Trouble
        kept, size = KEPT, 0
        try:
            text = (await self._fetch(f"{site}/robots.txt"))[:LONGEST].decode("utf-8-sig", "replace")
            # Half a second for the longest: beside the event loop.
            rules, size = await asyncio.to_thread(_parsed, text, self._agent), len(text)
        except (NotFound, Blocked):
            rules = Protego.parse("")  # 4xx: no rules (RFC 9309, 2.3.1.3)
        except Refused:
            raise  # the page's host leads inside, or its rules do: waiting would help neither
        except Trouble as trouble:
            rules, kept = trouble, KEPT_AFTER_TROUBLE
        self._keep(site, _Known(self._clock() + kept, rules, _LEAST + size))
        return rules

    def _keep(self, site: str, known: _Known) -> None:
        self._drop(site)
        self._known[site] = known
        self._size += known.size
        while self._size > MOST_KEPT:
            self._drop(next(iter(self._known)))

    def _drop(self, site: str) -> None:
        known = self._known.pop(site, None)
        self._size -= known.size if known is not None else 0


def _parsed(text: str, agent: str) -> Protego:
    """The rules for us. All programs but the one whose rules hold for us get one name, in as many spellings as came.

    Protego keeps the rules of a group once for each program that it names: ten thousand of each are a hundred million.
    """
    lines = text.splitlines()
    named = {at: _plain(found[1]) for at, line in enumerate(lines) if (found := _NAMED.match(line))}
    # "*" is the shortest of them: it holds where nothing else does.
    ours = max((name for name in named.values() if _is_for(agent, name)), key=len, default=None)
    for at, name in named.items():
        lines[at] = f"User-agent: {ours if name == ours else _ANOTHER}"
    return Protego.parse("\n".join(lines))


def _plain(name: str) -> str:
    """As Protego has it: an asterisk within a name means nothing."""
    name = name.strip().lower()
    return name if name == "*" else name.replace("*", "")


def _is_for(agent: str, name: str) -> bool:
    return name == "*" or (name != "" and agent.lower().startswith(name))
