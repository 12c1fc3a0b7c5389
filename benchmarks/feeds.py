"""Feeds to visit, and the server that serves them from a process of its own."""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal
from urllib.request import Request, urlopen

from aiohttp import web

from benchmarks.prose import Prose
from watchers.model import Body, NoOptions, PostMeta
from watchers.readers.feed import READER
from watchers.trouble import Unreadable

Manner = Literal["honest", "same"]
"""honest: conditional requests are answered with 304. same: 200 with the same bytes, as many servers do."""

_ENTRY = re.compile(rb"<(item|entry)\b[^>]*>.*?</\1\s*>", re.DOTALL)
_GENERATED = 40
_ENTRIES_OF_A_FEED = 15
_CHARACTERS_OF_AN_ENTRY = 4000


@dataclass(frozen=True, slots=True)
class Material:
    """A feed taken apart: what stands before its first entry, the entries, and the rest."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes

    def served(self, copy: int, new: int) -> bytes:
        """With so many new entries on top. Each copy of a feed has words of its own: nothing is stored once for two."""
        entries = [entry.replace(b" the ", b" the%d " % copy) for entry in self.entries] if copy else self.entries
        fresh = [_new_entry(f"{copy}-{number}", atom=b"<feed" in self.head) for number in range(new, 0, -1)]
        return self.head + b"\n".join((*fresh, *entries)) + self.tail


def real(folder: Path) -> list[Material]:
    """The feeds of a folder, without the entries that are only teasers."""
    return [material for file in sorted(folder.glob("*.xml")) if (material := _whole(file.read_bytes())) is not None]


def generated() -> list[Material]:
    prose = Prose()
    return [
        Material(
            b'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Feed %d</title>'
            b"<link>https://feed%d.example.com/</link>\n" % (number, number),
            tuple(_post(prose, f"https://feed{number}.example.com/{post}") for post in range(_ENTRIES_OF_A_FEED)),
            b"</channel></rss>\n",
        )
        for number in range(_GENERATED)
    ]


def _whole(content: bytes) -> Material | None:
    """None for what cannot be taken apart by a pattern, or has teasers only."""
    found = list(_ENTRY.finditer(content))
    try:
        documents = READER.read(Body(content, url="http://feed.example.com/"), NoOptions()).documents
    except Unreadable:
        return None
    if not found or len(found) != len(documents) or b"<rdf:RDF" in content:
        return None
    kept = [
        entry.group()
        for entry, document in zip(found, documents, strict=True)
        if isinstance(document.meta, PostMeta) and not document.meta.teaser
    ]
    return Material(content[: found[0].start()], tuple(kept), content[found[-1].end() :]) if kept else None


def _post(prose: Prose, url: str) -> bytes:
    paragraphs = "".join(f"<p>{prose.paragraph(_CHARACTERS_OF_AN_ENTRY // 5)}</p>" for _ in range(5))
    return (
        f"<item><title>{prose.sentence()[:80]}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>Tue, 04 Mar 2025 10:00:00 GMT</pubDate><description><![CDATA[{paragraphs}]]></description></item>\n"
    ).encode()


def _new_entry(name: str, *, atom: bool) -> bytes:
    url = f"https://new.example.com/{name}"
    text = Prose(seed=len(name)).paragraph(_CHARACTERS_OF_AN_ENTRY)
    if atom:
        return (
            f'<entry xmlns="http://www.w3.org/2005/Atom"><id>{url}</id><title>New {name}</title><link href="{url}"/>'
            f'<updated>2025-03-04T10:00:00Z</updated><content type="text">{name} {text}</content></entry>'
        ).encode()
    return (
        f"<item><title>New {name}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>Tue, 04 Mar 2025 10:00:00 GMT</pubDate><description>{name} {text}</description></item>"
    ).encode()


@dataclass(frozen=True, slots=True)
class Served:
    """Where the feeds are; `behave` tells the server how to answer from now on."""

    base: str
    count: int

    @property
    def urls(self) -> list[str]:
        return [f"{self.base}/feed/{number}" for number in range(self.count)]

    def behave(self, manner: Manner, new: int) -> None:
        """`new`: how many new entries each feed has."""
        with urlopen(Request(f"{self.base}/behave/{manner}/{new}", method="POST")):
            return


@contextmanager
def server(materials: Sequence[Material], count: int) -> Iterator[Served]:
    """So many feeds on a free port of this machine."""
    here, there = (context := get_context("spawn")).Pipe()
    process = context.Process(target=_serve, args=(list(materials), there), daemon=True)
    process.start()
    try:
        yield Served(f"http://127.0.0.1:{here.recv()}", count)
    finally:
        process.terminate()
        process.join()


def _serve(materials: list[Material], conn: Connection) -> None:
    asyncio.run(_serving(materials, conn))


async def _serving(materials: list[Material], conn: Connection) -> None:
    manner: Manner = "honest"
    new = 0

    @cache
    def content(number: int, new: int) -> tuple[bytes, str]:
        copy, which = divmod(number, len(materials))
        body = materials[which].served(copy, new)
        return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    async def feed(request: web.Request) -> web.Response:
        body, etag = content(int(request.match_info["number"]), new)
        if manner == "honest" and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/xml", headers={"ETag": etag})

    async def behave(request: web.Request) -> web.Response:
        nonlocal manner, new
        manner = "same" if request.match_info["manner"] == "same" else "honest"
        new = int(request.match_info["new"])
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/feed/{number}", feed), web.post("/behave/{manner}/{new}", behave)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    conn.send(runner.addresses[0][1])
    await asyncio.Event().wait()
