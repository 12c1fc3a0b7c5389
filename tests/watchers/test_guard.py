"""What may be reached: no name, no spelling and no redirect leads inside."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from fetching import Names, fetching
from loopback import Upstream
from watchers.guard import ForbiddenAddress, check_url, is_public, socket_factory
from watchers.trouble import Refused, Unreachable

PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "1.1.1.1",
    "2606:2800:220:1:248:1893:25c8:1946",
    "::ffff:8.8.8.8",
    "2002:808:808::1",
]
INSIDE = {
    "0.0.0.0": "this host",
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "Alibaba's metadata",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "Azure's own services",
    "169.254.169.254": "metadata of most clouds",
    "169.254.170.2": "metadata of containers",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "Oracle's metadata",
    "192.0.2.1": "documentation",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarks",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "IPv4-compatible",
    "::ffff:127.0.0.1": "IPv4-mapped",
    "::ffff:169.254.169.254": "IPv4-mapped",
    "::ffff:a00:1": "IPv4-mapped, in hex",
    "::ffff:0:127.0.0.1": "IPv4-translated",
    "64:ff9b::127.0.0.1": "NAT64",
    "64:ff9b::a9fe:a9fe": "NAT64",
    "64:ff9b:1::1": "local NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4",
    "2002:a9fe:a9fe::1": "6to4",
    "3fff::1": "documentation",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fd00:ec2::254": "Amazon's metadata",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside(address):
    assert not is_public(address), INSIDE[address]


@pytest.mark.parametrize(
    "address", ["", "localhost", "8.8.8", "8.8.8.8.8", "0x7f.1", "2130706433", "[::1]", "8.8.8.8/32"]
)
def test_what_is_no_address_is_not_public(address):
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_the_one_it_carries(address: IPv4Address):
    number = int(address)
    carriers = [
        f"::ffff:{address}",
        str(IPv6Address(0x64FF9B << 96 | number)),
        str(IPv6Address(0x2002 << 112 | number << 80 | 1)),
        str(IPv6Address(0x20010000 << 96 | (number ^ 0xFFFFFFFF))),
    ]
    assert {is_public(carrier) for carrier in carriers} == {is_public(str(address))}


@given(st.ip_addresses())
def test_nothing_private_is_public(address: IPv4Address | IPv6Address):
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        carried = getattr(address, "sixtofour", None) or getattr(address, "ipv4_mapped", None)
        assert not is_public(str(address)) or (carried is not None and is_public(str(carried)))


@given(
    st.sampled_from(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"]),
    st.data(),
)
def test_no_address_of_an_inner_network_is_public(network, data):
    inner = ip_network(network)
    offset = data.draw(st.integers(0, inner.num_addresses - 1))
    assert not is_public(str(ip_address(int(inner.network_address) + offset)))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://x/",
        "data:text/html,x",
        "/path",
        "//host/x",
        "",
        "http:///x",
        "http://./x",
        "http://a..b/x",
        f"http://{'a' * 64}.test/",
    ],
)
def test_only_the_web_is_reached(url):
    with pytest.raises(Refused):
        check_url(URL(url))


def test_a_socket_is_made_towards_the_public_only():
    def info(address):
        return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 80))

    for allow in (False, True):
        make = socket_factory(allow_private=allow)
        make(info("8.8.8.8")).close()
        if allow:
            make(info("127.0.0.1")).close()
        else:
            with pytest.raises(ForbiddenAddress) as refused:
                make(info("127.0.0.1"))
            assert refused.value.address == "127.0.0.1"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "１２７.０.０.１",
        "127。0。0。1",
    ],
)
async def test_no_spelling_leads_to_loopback(host):
    async with Upstream() as upstream, fetching(allow_private=False) as fetcher:
        upstream.serve("/", "secret")
        with pytest.raises((Refused, Unreachable)) as trouble:
            await fetcher.get(f"http://{host}:{upstream.port}/")
        assert upstream.log == [], trouble.value
        if host != "0x7f000001":  # a name, for a resolver to know or not
            assert isinstance(trouble.value, Refused)
            assert "allow_private_addresses" in trouble.value.mend


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fd00::1"])
async def test_no_name_leads_inside(address):
    names = Names({"inside.test": [[address]]})
    async with Upstream() as upstream, fetching(allow_private=False, names=names) as fetcher:
        upstream.serve("/", "secret")
        with pytest.raises(Refused, match=r"inside\.test/: .* is not a public address"):
            await fetcher.get(upstream.url("/", host="inside.test"))
        assert upstream.log == []
        assert names.asked == ["inside.test"], "not tried again: it will not pass"


async def test_a_name_with_several_addresses_inside_is_refused_as_one():
    names = Names({"inside.test": [["127.0.0.1", "10.0.0.1", "::1"]]})
    async with fetching(allow_private=False, names=names) as fetcher:
        with pytest.raises(Refused):
            await fetcher.get("http://inside.test:9/")


async def test_a_redirect_does_not_lead_inside():
    """The first hop is allowed by hand here: loopback is all that a test has. What counts is the second."""
    names = Names({"outside.test": [["127.0.0.1"]], "inside.test": [["10.0.0.1"]]})
    async with Upstream() as upstream, fetching(allow_private=False, names=names) as fetcher:
        for target in ("http://inside.test/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/"):
            upstream.redirect("/", target)
            _let_through(fetcher, "127.0.0.1")
            with pytest.raises(Refused, match="is not a public address"):
                await fetcher.get(upstream.url("/", host="outside.test"))
        assert len(upstream.log) == 3


async def test_a_name_that_changes_its_answer_leads_nowhere():
    """DNS rebinding: public when it is asked first, loopback when the connection is made."""
    names = Names({"rebind.test": [["127.0.0.1"], ["127.0.0.2"]]})
    async with Upstream() as upstream, fetching(allow_private=False, names=names) as fetcher:
        upstream.redirect("/", upstream.url("/secret", host="rebind.test"))
        upstream.serve("/secret", "secret")
        _let_through(fetcher, "127.0.0.1")
        fetcher._session.connector._use_dns_cache = False  # as after its ten seconds
        fetcher._session.connector._force_close = True
        with pytest.raises(Refused, match=r"127\.0\.0\.2 is not a public address"):
            await fetcher.get(upstream.url("/", host="rebind.test"))
        assert names.asked == ["rebind.test", "rebind.test"]
        assert upstream.asked("/secret") == []


def _let_through(fetcher, *addresses: str) -> None:
    """Treat these as public, and only these."""
    guarded = socket_factory(allow_private=False)

    def make(info):
        if info[4][0] in addresses:
            return socket.socket(info[0], info[1], info[2])
        return guarded(info)

    fetcher._session.connector._socket_factory = make
