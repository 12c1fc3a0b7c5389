"""Bodies that are small on the wire and huge when they are unpacked, and archives where a document is expected."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

import brotli

from attacks import Attack
from attacks.answers import GOOD, endless
from attacks.scene import Scene
from attacks.ways import feed, filing, page
from watchers.unpack import zstd

Packing = Callable[[bytes], bytes]


def _deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


PACKINGS: dict[str, Packing] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate (bare)": _deflate,
    "br": lambda body: brotli.compress(body, quality=4),
    "zstd": zstd.compress,
    "gzip, gzip": lambda body: gzip.compress(gzip.compress(body)),
    "gzip, br": lambda body: brotli.compress(gzip.compress(body, 1), quality=4),
    "zstd, zstd": lambda body: zstd.compress(zstd.compress(body)),
}


def _bombs() -> Iterator[Attack]:
    def nothing(scene: Scene) -> bytes:
        return b"\0" * (scene.bounds.fetch.max_bytes * 4)

    for coding, pack in PACKINGS.items():
        named = {"Content_Encoding": coding.partition(" (")[0]}
        yield Attack(f"bomb: {coding}", feed(lambda s, p=pack: p(nothing(s)), **named), "unreadable", "larger than")
    yield Attack(
        "bomb where a page is",
        page(lambda s: gzip.compress(nothing(s)), Content_Encoding="gzip"),
        "unreadable",
        "larger than",
    )
    yield Attack(
        "bomb where a PDF is",
        filing(lambda s: gzip.compress(nothing(s)), Content_Encoding="gzip"),
        "unreadable",
        "larger than",
    )
    yield Attack(
        "bomb within the bound",
        feed(lambda s: gzip.compress(b" " * s.bounds.heavy), Content_Encoding="gzip"),
        "unreadable",
        "empty body",
    )
    yield Attack(
        "gzip in gzip in gzip",
        feed(lambda s: gzip.compress(gzip.compress(gzip.compress(GOOD))), Content_Encoding="gzip, gzip, gzip"),
        "unreadable",
        "3 content codings",
    )
    yield Attack(
        "broken gzip", feed(lambda s: gzip.compress(GOOD)[:-9], Content_Encoding="gzip"), "unreadable", "ends too early"
    )
    yield Attack("gzip that is none", feed(lambda s: GOOD, Content_Encoding="gzip"), "unreadable", "broken")
    yield Attack(
        "gzip file where a feed is", feed(lambda s: gzip.compress(b"\0" * 10_000_000), "application/gzip"), "unreadable"
    )
    yield Attack(
        "gzipped sitemap where a feed is",
        feed(lambda s: gzip.compress(_sitemap(s)), "application/x-gzip"),
        "unreadable",
    )
    yield Attack("zip where a feed is", feed(lambda s: _zip(), "application/zip"), "unreadable")
    yield Attack("zip where a page is", page(lambda s: _zip(), "application/zip"), "unreadable")
    yield Attack("sitemap where a feed is", feed(_sitemap), "unreadable")
    yield Attack(
        "zstd with a window of 2 GB",
        feed(lambda s: b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x02\x00\x80" * 2000, Content_Encoding="zstd"),
        "unreadable",
        "broken|too early",
    )
    yield Attack(
        "empty gzip members without end",
        endless(b"Content-Encoding: gzip\r\n", gzip.compress(b"") * 3000),
        "unreadable",
        "larger than",
    )
    yield Attack(
        "zstd frames to be skipped without end",
        endless(b"Content-Encoding: zstd\r\n", b"\x50\x2a\x4d\x18\x00\x10\x00\x00" + b"x" * 4096),
        "unreadable|unreachable",  # it is over when its size is, or its time: which comes first, the machine says
        "larger than|no whole answer",
    )


def _sitemap(scene: Scene) -> bytes:
    urls = "".join(f"<url><loc>{scene.inside.url}/{number}</loc></url>" for number in range(scene.bounds.heavy // 80))
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sitemap.xml", b"\0" * 10_000_000)
    return file.getvalue()


ATTACKS = (*_bombs(),)
