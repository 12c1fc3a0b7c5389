"""Addresses that lead inside, by every name and spelling, and by every way an address comes to us."""

from collections.abc import Iterator
from typing import Literal

from aiohttp import web

from attacks import Attack, Lay
from attacks.scene import HOST, Scene
from attacks.ways import blog, enclosing, linked
from watchers.model import Source

Way = Literal["source", "redirect", "link", "enclosure"]

NUMBERS = (
    "127.0.0.1", "127.0.0.1.", "127.0.0.2", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
    "017700000001", "127.0.0.01", "0", "0.0.0.0", "00000000", "4294967296", "127.0.0.1.nip.test",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:0:0:0:0:80ff:fffe]",
    "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "[::1%lo]", "[fd00:ec2::254]", "[ff02::1]",
    "169.254.169.254", "169.254.170.2", "2852039166", "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
"""Loopback, link-local, metadata and private addresses, as numbers: decimal, octal, hex, short, mapped, carried."""

NAMES = (
    "localhost", "localhost.", "LOCALHOST", "LocalHost", "ip6-localhost", "inside.test", "INSIDE.test", "inside.test.",
    "inside6.test", "mapped.test", "nat64.test", "several.test", "metadata.test", "link-local.test", "private.test",
    "cgnat.test", "оutside.test",
)  # fmt: skip
"""Names that lead there; the last is `outside.test` with a Cyrillic letter."""

DISGUISES = (
    "１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "loc%61lhost", "%31%32%37.0.0.1",
    "127.0.0.1%00.outside.test", "127.0.0.1%2Eoutside.test", "127.0.0.1%2Foutside.test", "%00127.0.0.1",
    "outside.test@127.0.0.1", "outside.test:80@127.0.0.1", "outside.test%40127.0.0.1", "user:pass@inside.test",
    "127.0.0.1\\@outside.test", "127.0.0.1#@outside.test", "127.0.0.1?@outside.test", "outside.test\\.127.0.0.1",
    "127.0.0.1 outside.test", "[127.0.0.1]", "[::1", "::1", "localhost\t", "localhost\u00ad", "a" * 300, ".", "..",
    "-", "*", "$(id)", "%", "xn--", "xn--\u00fc",
)  # fmt: skip
"""What looks like one address and may be read as another."""


OWN_MACHINE = (
    "127.0.0.1", "127.0.0.2", "127.0.0.01", "0.0.0.0", "[::1]", "localhost", "LOCALHOST", "LocalHost", "localhost\t",
    "outside.test@127.0.0.1", "outside.test:80@127.0.0.1", "127.0.0.1#@outside.test", "127.0.0.1?@outside.test",
)  # fmt: skip
"""In a link they are taken for what a local build has left: the site itself is asked, which has no such page."""

UNKNOWN = (
    "loc%61lhost", "%31%32%37.0.0.1", "127.0.0.1%00.outside.test", "127.0.0.1%2Eoutside.test",
    "127.0.0.1%2Foutside.test", "%00127.0.0.1", "outside.test%40127.0.0.1", "127.0.0.1 outside.test", "-", "$(id)", "%",
)  # fmt: skip
"""Nobody undoes the escapes: they are names, and nobody has them."""

_UNKNOWN_IN_SETTINGS = ("127.0.0.1%2Eoutside.test", "-", "$(id)")
"""The configuration's addresses are read as a browser reads them; the others are none, or what they stand for."""
_NO_LINKS = ("[127.0.0.1]", "[::1", "::1")


def _ends(way: Way, host: str) -> str:
    if way == "source":
        return "unreachable" if host in _UNKNOWN_IN_SETTINGS else "refused"
    if way == "link" and host in OWN_MACHINE:
        return "not-found"
    if host in UNKNOWN or (way == "enclosure" and host == "localhost\t"):
        return "unreachable"
    if way == "enclosure" and host in {"::1", ".", ".."}:
        return "plan"  # what cannot be understood is not fetched, as if it cost
    if way in {"link", "enclosure"} and host in _NO_LINKS:
        return "harmless"
    return "refused"


def _by(way: Way, address: str, scene: Scene) -> Source:
    if way == "source":
        return blog(address)
    path = scene.path()
    if way == "redirect":
        scene.outside.redirect(path, address)
        return blog(scene.url(path))
    return linked(scene, address) if way == "link" else enclosing(scene, address)


def _leading(way: Way, host: str) -> Lay:
    async def lay(scene: Scene) -> Source:
        return _by(way, f"http://{host}:{scene.inside.port}/secret", scene)

    return lay


def _inside() -> Iterator[Attack]:
    ways: tuple[Way, ...] = ("source", "redirect", "link", "enclosure")
    for way in ways:
        for host in (*NUMBERS, *NAMES, *DISGUISES):
            yield Attack(f"{way}: {host[:40]}", _leading(way, host), _ends(way, host))


def _redirecting(location: str, status: int = 302) -> Lay:
    """`{inside}`, `{outside}`, `{unix}`: ports and a path."""

    async def lay(scene: Scene) -> Source:
        to = location.format(inside=scene.inside.port, outside=scene.outside.port, unix=scene.inside.unix)
        return _by("redirect", to, scene)

    return lay


def _elsewhere() -> Iterator[Attack]:
    for location in (
        "file:///etc/passwd", "file://localhost/etc/passwd", "FILE:/etc/passwd", "ftp://127.0.0.1:{inside}/x",
        "gopher://127.0.0.1:{inside}/_GET%20/", "dict://127.0.0.1:{inside}/info", "ldap://127.0.0.1:{inside}/",
        "data:text/xml,<rss/>", "javascript:alert(1)", "jar:http://127.0.0.1:{inside}!/", "ws://127.0.0.1:{inside}/",
        "unix:{unix}", "http+unix://%2Ftmp%2Finside.sock/", "http:///secret", "http:secret", "//", "https:/",
        "about:blank", "view-source:http://127.0.0.1:{inside}/", "blob:http://127.0.0.1:{inside}/1", "chrome://x/",
        "netdoc:///etc/passwd",
    ):  # fmt: skip
        ends = {"http:///secret": "not-found", "http:secret": "not-found", "//": "unreachable"}.get(location, "refused")
        yield Attack(f"redirect to {location[:40]}", _redirecting(location), ends)
    for port in ("0", "65536", "-1", "99999999999999999999", "80a", "", "+80", "0x50", "８０"):
        yield Attack(f"redirect to port {port!r}", _redirecting(f"http://inside.test:{port}/"), "refused")
    yield Attack("redirect to port 25", _redirecting("http://inside.test:25/"), "refused")
    yield Attack("redirect by //", _redirecting("//127.0.0.1:{inside}/secret"), "refused")
    yield Attack("redirect by \\\\", _redirecting("\\\\127.0.0.1:{inside}\\secret"), "not-found")
    yield Attack("redirect by /\\", _redirecting("/\\127.0.0.1:{inside}/secret"), "not-found")
    yield Attack("redirect up and out", _redirecting("/../../../../etc/passwd"), "not-found")
    yield Attack("redirect without end", _redirecting("http://" + "a" * 15_000 + ".test/"), "refused")
    yield Attack("redirect in a circle", _circle, "unreachable")
    yield Attack("redirect over ten hosts to inside", _long_way, "refused")
    yield Attack("robots.txt that leads inside", _robots, "refused", "is not a public address")


async def _circle(scene: Scene) -> Source:
    one, two = scene.path(), scene.path()
    scene.outside.redirect(one, scene.url(two, host="other.test"))
    scene.outside.redirect(two, scene.url(one))
    return blog(scene.url(one))


async def _long_way(scene: Scene) -> Source:
    to = scene.inside.url
    for number in range(9):
        path = scene.path()
        scene.outside.redirect(path, to, status=(301, 302, 303, 307, 308)[number % 5])
        to = scene.url(path, host=("other.test", HOST)[number % 2])
    return blog(to)


async def _robots(scene: Scene) -> Source:
    """Its own host: what a site says to programs is remembered."""

    async def speak(_reader, writer):
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {scene.inside.url}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    return linked(scene, await scene.wire(speak))


def _rebinding(name: str, way: Way) -> Lay:
    """Public when it is first asked for, inside when the next connection is made."""

    async def lay(scene: Scene) -> Source:
        scene.names.asked = [asked for asked in scene.names.asked if asked != name]
        path = scene.path()

        async def turn(request: web.Request) -> web.StreamResponse:
            scene.forget_names()
            answer = web.Response(status=302, headers={"Location": scene.url("/secret", host=name)})
            answer.force_close()
            return answer

        scene.outside.handle(path, turn)
        address = scene.url(path, host=name)
        return blog(address) if way == "source" else enclosing(scene, address)

    return lay


def _names() -> Iterator[Attack]:
    for name in ("rebind.test", "rebind4.test"):
        yield Attack(f"rebinding: {name}", _rebinding(name, "source"), "refused", "is not a public address")
        yield Attack(
            f"rebinding of a PDF's host: {name}", _rebinding(name, "enclosure"), "refused", "not a public address"
        )


ATTACKS = (*_inside(), *_elsewhere(), *_names())
