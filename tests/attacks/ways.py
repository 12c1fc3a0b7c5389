"""The ways in: what a server may answer with, and which watcher walks into it."""

import json
from collections.abc import Callable, Mapping
from html import escape

from pydantic import HttpUrl

from attacks import Lay
from attacks.scene import WORDS, Scene
from watchers import blogs
from watchers.dockets import feed as docket
from watchers.dockets import pacer
from watchers.model import Source
from watchers.transcripts import earningscall

Body = Callable[[Scene], bytes | str]


def blog(url: str, name: str = "blog") -> Source:
    return Source(name=name, kind="blog", options=blogs.Options(url=HttpUrl(url)))


def rss(*items: str, before: str = "", channel: str = "") -> str:
    """`before`: between the declaration and the root."""
    inner = f"<channel><title>Blog</title>{channel}{''.join(items)}</channel>"
    return f'<?xml version="1.0"?>{before}<rss version="2.0">{inner}</rss>'


def item(words: str = WORDS * 15, *, number: int = 1, link: str = "", more: str = "") -> str:
    where = f"<link>{escape(link)}</link>" if link else ""
    said = f"<title>Sharing revenue {number}</title>{where}<description>{words}</description>"
    return f"<item><guid>post-{number}</guid>{said}{more}</item>"


def feed(body: Body, media_type: str = "application/xml", **headers: str) -> Lay:
    async def lay(scene: Scene) -> Source:
        path = scene.path()
        scene.outside.serve(path, body(scene), media_type=media_type, headers=_named(headers), etag=False)
        return blog(scene.url(path))

    return lay


def page(body: Body, media_type: str = "text/html; charset=utf-8", **headers: str) -> Lay:
    """The page of a teaser in an honest feed."""

    async def lay(scene: Scene) -> Source:
        path = scene.path()
        scene.outside.serve(path, body(scene), media_type=media_type, headers=_named(headers), etag=False)
        return linked(scene, scene.url(path))

    return lay


def linked(scene: Scene, *links: str) -> Source:
    """A blog whose posts are at these addresses."""
    feed = scene.path()
    items = [item("The company would share…", number=number, link=link) for number, link in enumerate(links, start=1)]
    scene.outside.serve(feed, rss(*items), media_type="application/rss+xml")
    return blog(scene.url(feed))


def filing(body: Body, media_type: str = "application/pdf", **headers: str) -> Lay:
    """The PDF of an entry in an honest docket."""

    async def lay(scene: Scene) -> Source:
        path = scene.path()
        scene.outside.serve(path, body(scene), media_type=media_type, headers=_named(headers), etag=False)
        return enclosing(scene, scene.url(path))

    return lay


def enclosing(scene: Scene, address: str) -> Source:
    """A docket whose one entry has its PDF at this address."""
    base = scene.path()
    at = "https://www.courtlistener.com/docket/7/a-v-b/#entry-1"
    scene.outside.serve(
        f"{base}/docket/7/feed/",
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>Docket updates for A v. B, 3:23-cv-1</title>"
        f'<entry><title>1</title><link href="{at}" rel="alternate"/><id>{at}</id><summary type="html">Motion</summary>'
        f'<link href="{escape(address)}" rel="enclosure" type="application/pdf"/></entry></feed>',
        media_type="application/atom+xml",
    )
    options = docket.Options(docket=7)
    return Source(
        name="docket", kind="docket", provider="courtlistener-feed", base_url=scene.url(base), options=options
    )


def docket_feed(body: Body, **headers: str) -> Lay:
    async def lay(scene: Scene) -> Source:
        base = scene.path()
        scene.outside.serve(f"{base}/docket/7/feed/", body(scene), headers=_named(headers), etag=False)
        options = docket.Options(docket=7)
        return Source(
            name="docket", kind="docket", provider="courtlistener-feed", base_url=scene.url(base), options=options
        )

    return lay


def court(body: Body, **headers: str) -> Lay:
    async def lay(scene: Scene) -> Source:
        path = scene.path()
        scene.outside.serve(path, body(scene), headers=_named(headers), etag=False)
        options = pacer.Options(court="cand", url=HttpUrl(scene.url(path)))
        return Source(name="court", kind="docket", provider="pacer-rss", options=options)

    return lay


def calls(body: Body, *, events: Body | None = None) -> Lay:
    """The transcript of a call that an honest provider lists; or the list itself."""

    async def lay(scene: Scene) -> Source:
        base = scene.path()
        listed = {"events": [{"year": 2026, "quarter": 3, "conference_date": "2026-10-28T21:00:00+00:00"}]}
        told = events(scene) if events is not None else json.dumps({"company_name": "Meta", **listed})
        scene.outside.serve(f"{base}/events", told, media_type="application/json")
        scene.outside.serve(f"{base}/transcript", body(scene), media_type="application/json")
        return Source(
            name="calls",
            kind="transcripts",
            provider="earningscall",
            base_url=scene.url(base),
            options=earningscall.Options(symbol="META"),
        )

    return lay


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
