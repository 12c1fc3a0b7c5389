"""What may be reached: public addresses over http and https, unless private ones are allowed.

The address is checked where the socket is made, after DNS has answered and for literals alike, so that neither a name
that points inside, nor one that changes its answer between check and connect, nor an odd spelling (decimal, octal,
`0`) gets through. Redirect hops go through the same door.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp.connector import AddrInfoType
from yarl import URL

from watchers.trouble import Refused

_NAT64 = ip_network("64:ff9b::/96")
_INSIDE = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10",  # shared address space; Alibaba's metadata
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata. Older Pythons call most of it global
            "168.63.129.16/32",  # Azure's own services inside a virtual machine, on a public address
            "64:ff9b:1::/48",  # NAT64 of one's own
            "fec0::/10",  # site-local
            "3fff::/20",  # documentation (RFC 9637)
            "5f00::/16",  # segment routing (RFC 9602)
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet (IANA's special-purpose registries; RFC 6890).

    IPv6 addresses that carry an IPv4 one (mapped, 6to4, Teredo, NAT64) are as public as the one they carry.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        inner = _carried(ip)
        if inner is not None:
            return _is_public(inner)
    if any(ip in network for network in _INSIDE):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _carried(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64 or int(ip) >> 32 == 0:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def check_url(url: URL) -> None:
    """Raises `Refused` for anything but http and https with a host."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise Refused(
            f"{url.scheme or 'no scheme'}://{url.host or ''}: only http and https addresses with a host are fetched",
            "Give an http or https address.",
        )
    host = url.raw_host or ""
    if ":" not in host and not all(0 < len(label) < 64 for label in host.removesuffix(".").split(".")):
        raise Refused(f"{host[:100]!r} is no name of a host")  # RFC 1035, 2.3.4; it would fail while it is resolved


def socket_factory(*, allow_private: bool) -> Callable[[AddrInfoType], socket.socket]:
    """For `aiohttp.TCPConnector(socket_factory=…)`: makes sockets only towards what may be reached."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(str(address[0])):
            raise ForbiddenAddress(str(address[0]))
        return socket.socket(family, kind, protocol)

    return make


class ForbiddenAddress(OSError):
    """An OSError, so that the connector goes on to the name's next address, which may be public.

    Its text is always the same: of several that differ the connector makes one plain OSError.
    """

    def __init__(self, address: str) -> None:
        super().__init__("not a public address")
        self.address = address
