"""Decides which IP addresses are public, so that no URL reaches a private machine.

Uses its own table: Python 3.11's `ipaddress.is_global` calls some of these ranges global. An
address is public if it is in a block of `PUBLIC` and in no block of `RESERVED`.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

_IPV4_SPACE: Final = "iana.org/assignments/ipv4-address-space"
_IPV4_SPECIAL: Final = "iana.org/assignments/iana-ipv4-special-registry"
_IPV6_SPACE: Final = "iana.org/assignments/ipv6-address-space"
_IPV6_SPECIAL: Final = "iana.org/assignments/iana-ipv6-special-registry"
_AZURE: Final = "learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16"


@dataclass(frozen=True)
class AddressRange:
    """A block of addresses, its purpose, and the source of that fact."""

    network: IPv4Network | IPv6Network
    purpose: str
    source: str


def _range(network: str, purpose: str, source: str) -> AddressRange:
    return AddressRange(ip_network(network), purpose, source)


PUBLIC: Final[tuple[AddressRange, ...]] = (
    _range("0.0.0.0/1", "unicast", _IPV4_SPACE),
    _range("128.0.0.0/2", "unicast", _IPV4_SPACE),
    _range("192.0.0.0/3", "unicast", _IPV4_SPACE),
    _range("2000::/3", "global unicast", _IPV6_SPACE),
)
"""The blocks from which IANA assigns public addresses. All others are not public."""

RESERVED: Final[tuple[AddressRange, ...]] = (
    _range("0.0.0.0/8", "this network", f"{_IPV4_SPECIAL} RFC 791"),
    _range("10.0.0.0/8", "private", f"{_IPV4_SPECIAL} RFC 1918"),
    _range("100.64.0.0/10", "carrier-grade NAT", f"{_IPV4_SPECIAL} RFC 6598"),
    _range("127.0.0.0/8", "loopback", f"{_IPV4_SPECIAL} RFC 1122"),
    _range("168.63.129.16/32", "cloud metadata", _AZURE),
    _range("169.254.0.0/16", "link-local and cloud metadata", f"{_IPV4_SPECIAL} RFC 3927"),
    _range("172.16.0.0/12", "private", f"{_IPV4_SPECIAL} RFC 1918"),
    _range("192.0.0.0/24", "protocol assignments", f"{_IPV4_SPECIAL} RFC 6890"),
    _range("192.0.2.0/24", "documentation", f"{_IPV4_SPECIAL} RFC 5737"),
    _range("192.31.196.0/24", "AS112 name service", f"{_IPV4_SPECIAL} RFC 7535"),
    _range("192.52.193.0/24", "multicast tunnels", f"{_IPV4_SPECIAL} RFC 7450"),
    _range("192.88.99.0/24", "former 6to4 relays", f"{_IPV4_SPECIAL} RFC 7526"),
    _range("192.168.0.0/16", "private", f"{_IPV4_SPECIAL} RFC 1918"),
    _range("192.175.48.0/24", "AS112 name service", f"{_IPV4_SPECIAL} RFC 7534"),
    _range("198.18.0.0/15", "benchmarking", f"{_IPV4_SPECIAL} RFC 2544"),
    _range("198.51.100.0/24", "documentation", f"{_IPV4_SPECIAL} RFC 5737"),
    _range("203.0.113.0/24", "documentation", f"{_IPV4_SPECIAL} RFC 5737"),
    _range("2001::/23", "protocol assignments, Teredo, ORCHID", f"{_IPV6_SPECIAL} RFC 2928"),
    _range("2001:db8::/32", "documentation", f"{_IPV6_SPECIAL} RFC 3849"),
    _range("2002::/16", "6to4, embeds any IPv4 address", f"{_IPV6_SPECIAL} RFC 3056"),
    _range("2620:4f:8000::/48", "AS112 name service", f"{_IPV6_SPECIAL} RFC 7534"),
    _range("3ffe::/16", "former 6bone", f"{_IPV6_SPACE} RFC 3701"),
    _range("3fff::/20", "documentation", f"{_IPV6_SPECIAL} RFC 9637"),
)
"""Blocks inside the public ones that are not public."""


def is_public(address: str) -> bool:
    """Whether an address in text form is public.

    Text that is not a plain address (zone ids, octal, shortened forms) is not public. Addresses
    that embed another one (IPv4-mapped ::ffff:0:0/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/48,
    6to4, Teredo) are not public, whatever they embed.
    """
    parsed = parse_address(address)
    if parsed is None:
        return False
    return _in_any(parsed, PUBLIC) and not _in_any(parsed, RESERVED)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address written in full in `text`, without a zone id, or None."""
    if "%" in text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _in_any(address: IPv4Address | IPv6Address, ranges: tuple[AddressRange, ...]) -> bool:
    return any(address in one.network for one in ranges)
