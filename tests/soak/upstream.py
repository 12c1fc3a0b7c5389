"""Sources over loopback that say what was laid down for them (`plan`), and remember what they said to whom."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from hashlib import sha256
from typing import Self

from aiohttp import web

from kills.newsroom import PADDING, SERIAL, TEASER
from soak.plan import Plan, Plans, moment

RETRY_AFTER = 900
"""Seconds."""
FEED = "/feed.xml"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a feed. `worker`: who asked; `fault`: of the answer, if there was one."""

    at: float
    worker: str
    fault: str | None


@dataclass(slots=True)
class _Post:
    """`paged`: its words stand on a page of its own, and the feed has a teaser, which never changes."""

    key: str
    at: float
    sentences: list[str]
    paged: bool = False


class _Source:
    """`site`: its address, without a path."""

    def __init__(self, plan: Plan, site: str) -> None:
        self._plan = plan
        self._site = site
        said = "This was said before anybody watched."
        self._posts = [_Post(f"{plan.name}-{number}", at, [said]) for number, at in enumerate(plan.old)]
        self._passed = 0
        self._print()

    def go_to(self, now: float) -> None:
        """What was to happen by now happens."""
        before, events = self._passed, self._plan.events
        while self._passed < len(events) and events[self._passed].at <= now:
            event = events[self._passed]
            if event.first:
                key = f"{self._plan.name}-{event.post}"
                self._posts.append(_Post(key, event.at, [event.sentence], self._plan.kind.pages))
            else:
                self._posts[event.post].sentences.append(event.sentence)
            self._passed += 1
        if self._passed > before:
            self._print()

    def page(self, key: str) -> str | None:
        post = next((post for post in self._posts if post.key == key), None)
        if post is None:
            return None
        words = f"<h1>Post {key}</h1><p>{TEASER}</p><p>{' '.join(post.sentences)}</p><p>{PADDING}</p>"
        return (
            f"<!doctype html><html><head><title>Post {key}</title></head><body><article>{words}</article></body></html>"
        )

    def _print(self) -> None:
        items = "".join(self._item(post) for post in reversed(self._posts[-self._plan.kind.shows :]))
        channel = f"<channel><title>{self._plan.name}</title>{items}</channel>"
        self.feed = f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'
        self.tag = f'"{sha256(self.feed.encode()).hexdigest()[:16]}"'

    def _item(self, post: _Post) -> str:
        said = TEASER if post.paged else f"{' '.join(post.sentences)} {PADDING}"
        return (
            f"<item><guid isPermaLink='false'>{post.key}</guid><title>Post {post.key}</title>"
            f"<link>{self._site}/{post.key}</link>"
            f"<pubDate>{format_datetime(moment(post.at))}</pubDate><description>{said}</description></item>"
        )


@dataclass
class Upstreams:
    """An async context manager: one server, at which every source has a host of its own. `now`: the soak's seconds."""

    plans: Plans
    now: Callable[[], float]
    shown: dict[str, float] = field(default_factory=dict)
    """By serial: when it was first handed out in a whole answer."""
    log: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    """By source."""

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._sources = {plan.host: _Source(plan, self.site(plan)) for plan in self.plans.by_name.values()}
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def site(self, plan: Plan) -> str:
        return f"http://{plan.host}:{self.port}"

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        source, plan, now = self._sources[host], self.plans.by_name[host.partition(".")[0]], self.now()
        source.go_to(now)
        outage = plan.fault(now)
        # Whoever comes while its name is not known has found it before.
        fault = outage.fault if outage is not None and outage.fault != "dns" else None
        if request.path == FEED:
            worker = request.headers["User-Agent"].partition(" ")[0]
            self.log[plan.name].append(Asked(now, worker, fault))
        if fault is not None:
            return _failed(request, fault)
        if request.path == FEED:
            headers = {"ETag": source.tag, "Content-Type": "application/rss+xml"}
            if request.headers.get("If-None-Match") == source.tag:
                return web.Response(status=304, headers=headers)
            return self._whole(source.feed, headers)
        page = source.page(request.path.removeprefix("/"))
        if page is None:
            return web.Response(status=404, text="not found")
        return self._whole(page, {"Content-Type": "text/html; charset=utf-8"})

    def _whole(self, text: str, headers: dict[str, str]) -> web.Response:
        for serial in SERIAL.findall(text):
            self.shown.setdefault(serial, self.now())
        return web.Response(text=text, headers=headers)


def _failed(request: web.BaseRequest, fault: str) -> web.StreamResponse:
    if fault == "429":
        return web.Response(status=429, headers={"Retry-After": str(RETRY_AFTER)})
    if fault == "cut":
        assert request.transport is not None
        request.transport.close()
        return web.Response()
    return web.Response(status=int(fault), text="not now")
