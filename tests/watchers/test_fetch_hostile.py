"""The fetcher against servers that no honest person runs: each costs one typed trouble, and the fetcher goes on."""

import asyncio
import gzip
import zlib

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fetching import Names, fetching
from loopback import Upstream, Wire
from watchers.trouble import NotFound, Refused, Trouble, Unreachable, Unreadable
from watchers.unpack import zstd

OK = b"HTTP/1.1 200 OK\r\n"


def saying(*parts: bytes, hang: bool = False):
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if hang:
            await asyncio.Event().wait()

    return speak


@pytest.mark.parametrize(
    ("parts", "kind", "said"),
    [
        ((b"",), Unreachable, "the connection broke"),
        ((OK + b"Content-Length: 100\r\n\r\nonly this",), Unreachable, "cut off"),
        ((OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",), Unreachable, "cut off"),
        ((OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",), (Unreachable, Unreadable), ""),
        ((OK + b"Content-Length: -5\r\n\r\nx",), Unreadable, "breaks HTTP"),
        ((OK + b"Content-Length: 1\r\nContent-Length: 9\r\n\r\nx",), Unreadable, "breaks HTTP"),
        ((OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",), (Unreadable,), ""),
        ((b"SSH-2.0-OpenSSH_9.6\r\n",), Unreadable, "breaks HTTP"),
        ((b"\x16\x03\x01\x02\x00" * 50,), Unreadable, "breaks HTTP"),
        ((b"HTTP/1.1 999999 What\r\n\r\n",), Unreadable, "breaks HTTP"),
        ((OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n",), Unreadable, "breaks HTTP"),
        ((OK + b"".join(b"X%d: y\r\n" % number for number in range(5000)) + b"\r\n",), Unreadable, "breaks HTTP"),
        ((OK + b"No colon here\r\n\r\n",), Unreadable, "breaks HTTP"),
        ((OK + b"X: a\x00b\r\n\r\n",), Unreadable, "breaks HTTP"),
        ((OK + b"Content-Encoding: rot13\r\nContent-Length: 1\r\n\r\nx",), Unreadable, "'rot13' was not asked for"),
        ((OK + b"Content-Encoding: gzip, gzip, gzip\r\nContent-Length: 1\r\n\r\nx",), Unreadable, "3 content codings"),
        ((OK + b"Content-Encoding: br\r\nContent-Length: 1\r\n\r\nx",), Unreadable, "compressed body"),
        ((OK + b"Content-Encoding: zstd\r\nContent-Length: 1\r\n\r\nx",), Unreadable, "compressed body"),
        ((b"HTTP/1.1 302 Found\r\nLocation: caf\xe9\r\n\r\n",), Unreadable, "without an address"),
        ((b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",), Unreadable, ""),
    ],
    ids=range(20),
)
async def test_an_answer_that_is_none(parts, kind, said):
    async with Wire(saying(*parts)) as wire, Upstream() as upstream, fetching(timeout=2) as fetcher:
        with pytest.raises(kind) as trouble:
            await fetcher.get(wire.url("/feed?token=s3cret"))
        assert said in trouble.value.detail
        assert trouble.value.detail.startswith("127.0.0.1/feed: ")
        assert "s3cret" not in trouble.value.detail
        assert (await fetcher.get(upstream.serve("/", "fine"))).status == 200


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"HTTP/1.1 200",),
        (OK + b"Content-Length: 10\r\n\r\nhell",),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",),
        (b"HTTP/1.1 100 Continue\r\n\r\n",),
    ],
    ids=["silence", "half a line", "half a body", "no last chunk", "continue for ever"],
)
async def test_an_answer_that_never_ends_is_given_up(parts):
    async with Wire(saying(*parts, hang=True)) as wire, fetching(timeout=0.05) as fetcher:
        with pytest.raises(Unreachable, match=r"no whole answer within 0\.05 s"):
            await fetcher.get(wire.url("/feed"))
        assert len(wire.heads) == 3, "it may pass: tried again"


async def test_a_drip_is_measured_as_a_whole_not_byte_by_byte():
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 1000000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.005)

    async with Wire(drip) as wire, fetching(timeout=0.1, attempts=1) as fetcher:
        with pytest.raises(Unreachable, match="no whole answer"):
            await fetcher.get(wire.url())


def bombs() -> dict[str, bytes]:
    """Ten megabytes of nothing, in each coding, and what yields nothing at all but never ends."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    nothing = b"\0" * 10_000_000
    return {
        "gzip": gzip.compress(nothing),
        "x-gzip": gzip.compress(nothing),
        "deflate": zlib.compress(nothing),
        "deflate ": packer.compress(nothing) + packer.flush(),
        "br": brotli.compress(nothing, quality=5),
        "zstd": zstd.compress(nothing),
        "gzip, br": brotli.compress(gzip.compress(nothing, 1) * 2, quality=5),
        "gzip, gzip": gzip.compress(gzip.compress(nothing)),
    }


@pytest.mark.parametrize("coding", bombs())
async def test_a_bomb_is_cut_off(coding):
    async with Upstream() as upstream, fetching(max_bytes=100_000) as fetcher:
        url = upstream.serve("/feed", bombs()[coding], headers={"Content-Encoding": coding.strip()})
        with pytest.raises(Unreadable, match=r"larger than 0\.1 MB"):
            await fetcher.get(url)


@pytest.mark.parametrize(
    ("coding", "piece"),
    [("gzip", gzip.compress(b"") * 3000), ("zstd", b"\x50\x2a\x4d\x18\x00\x10\x00\x00" + b"x" * 4096)],
    ids=["empty gzip members", "zstd frames to be skipped"],
)
async def test_a_stream_that_yields_nothing_ends_too(coding, piece):
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Encoding: %s\r\nConnection: close\r\n\r\n" % coding.encode())
        while True:
            writer.write(piece)
            await writer.drain()

    async with Wire(endless) as wire, fetching(max_bytes=200_000, timeout=10) as fetcher:
        with pytest.raises(Unreadable, match="larger than"):
            await fetcher.get(wire.url())


async def test_an_endless_plain_body_is_cut_off():
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Connection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with Wire(endless) as wire, fetching(max_bytes=200_000) as fetcher:
        with pytest.raises(Unreadable, match="larger than"):
            await fetcher.get(wire.url())


async def test_a_validator_that_is_no_text_is_not_kept():
    answer = OK + b'ETag: "caf\xe9"\r\nLast-Modified: x\r\nContent-Length: 2\r\n\r\nhi'
    async with Wire(saying(answer)) as wire, fetching() as fetcher:
        response = await fetcher.get(wire.url())
        assert (response.validators.etag, response.validators.last_modified) == (None, "x")
        assert "etag" not in response.headers
        assert (await fetcher.get(wire.url(), validators=response.validators)).unchanged


async def test_a_content_type_of_nonsense_is_no_trouble():
    answer = OK + b"Content-Type: ;;charset=\xff\xfe;text/html; charset=nonsense\r\nContent-Length: 2\r\n\r\nhi"
    async with Wire(saying(answer)) as wire, fetching() as fetcher:
        assert (await fetcher.get(wire.url())).body is not None


async def test_nobody_listens():
    async with Upstream() as upstream:
        port = upstream.port
    async with fetching() as fetcher:
        with pytest.raises(Unreachable, match="no connection"):
            await fetcher.get(f"http://127.0.0.1:{port}/")


async def test_a_name_that_nobody_knows():
    async with fetching(names=Names({})) as fetcher:
        with pytest.raises(Unreachable, match=r"nowhere\.test/: the name is not known"):
            await fetcher.get("http://nowhere.test/")


async def test_no_tls_where_it_was_promised():
    async with Upstream() as upstream, fetching() as fetcher:
        with pytest.raises(Unreachable, match="no TLS connection"):
            await fetcher.get(upstream.url("/").replace("http:", "https:"))


@pytest.mark.parametrize("status", [b"200 OK", b"404 Not Found", b"302 Found", b"503 Slow", b"429 Too Many"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(junk=st.binary(max_size=120))
async def test_whatever_a_server_says_it_is_an_answer_or_a_trouble(status, junk):
    answer = b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nX-Junk: " + junk
    async with Wire(saying(answer)) as wire, fetching(timeout=0.5, attempts=1, allow_private=True) as fetcher:
        try:
            assert (await fetcher.get(wire.url())).status == 200
        except Trouble as trouble:
            assert trouble.detail  # noqa: PT017 - most answers are no HTTP


@pytest.mark.parametrize(
    "url",
    ["http://xn--/x", "http://xn--\u00fc/x", "http://[::1/", "http://a.test:99999999/", "http://a.test/" + "a" * 8000],
)
async def test_what_is_no_address_is_refused_and_never_another_error(url):
    """One such link in a feed would end every visit of it, and nothing that stands beside it would come."""
    async with fetching() as fetcher:
        with pytest.raises(Refused, match=r"no address|8,0\d\d characters"):
            await fetcher.get(url)


async def test_no_address_begins_a_line_of_its_own_in_a_log():
    async with Upstream() as upstream, fetching() as fetcher:
        url = upstream.redirect("/feed", "/%0d%0a2026-11-24 all is well\u202e%1b[2J")
        with pytest.raises(NotFound) as trouble:
            await fetcher.get(url)
        assert trouble.value.detail == "127.0.0.1/\ufffd\ufffd2026-11-24 all is well\ufffd\ufffd[2J: not found (404)"


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(max_size=30).map(lambda text: f"http://{text}")))
def test_whatever_the_address_is_it_is_a_trouble(url):
    async def attempt() -> None:
        async with fetching(allow_private=False, names=Names({}), attempts=1) as fetcher:
            with pytest.raises((Refused, Unreachable, Unreadable)) as trouble:
                await fetcher.get(url)
            assert trouble.value.detail

    asyncio.run(attempt())
