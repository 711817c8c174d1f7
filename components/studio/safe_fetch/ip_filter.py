"""Says which internet addresses are public, so that a link can never reach a private machine.

An own table: this Python's `ipaddress.is_global` calls some of these ranges global. An address
is public if it lies in a block that IANA hands out to the public, and in no row of `RESERVED`.
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
    """One row: a block of addresses, what it is for, and where that is written."""

    network: IPv4Network | IPv6Network
    purpose: str
    source: str


def _row(network: str, purpose: str, source: str) -> AddressRange:
    return AddressRange(ip_network(network), purpose, source)


PUBLIC: Final[tuple[AddressRange, ...]] = (
    _row("0.0.0.0/1", "unicast", _IPV4_SPACE),
    _row("128.0.0.0/2", "unicast", _IPV4_SPACE),
    _row("192.0.0.0/3", "unicast", _IPV4_SPACE),
    _row("2000::/3", "global unicast", _IPV6_SPACE),
)
"""The blocks from which public addresses are handed out. All else, such as fe80::/10, is not."""

RESERVED: Final[tuple[AddressRange, ...]] = (
    _row("0.0.0.0/8", "this network", f"{_IPV4_SPECIAL} RFC 791"),
    _row("10.0.0.0/8", "private", f"{_IPV4_SPECIAL} RFC 1918"),
    _row("100.64.0.0/10", "shared by a carrier's customers", f"{_IPV4_SPECIAL} RFC 6598"),
    _row("127.0.0.0/8", "this machine", f"{_IPV4_SPECIAL} RFC 1122"),
    _row("168.63.129.16/32", "cloud metadata", _AZURE),
    _row("169.254.0.0/16", "link-local and cloud metadata", f"{_IPV4_SPECIAL} RFC 3927"),
    _row("172.16.0.0/12", "private", f"{_IPV4_SPECIAL} RFC 1918"),
    _row("192.0.0.0/24", "protocol assignments", f"{_IPV4_SPECIAL} RFC 6890"),
    _row("192.0.2.0/24", "documentation", f"{_IPV4_SPECIAL} RFC 5737"),
    _row("192.31.196.0/24", "AS112 name service", f"{_IPV4_SPECIAL} RFC 7535"),
    _row("192.52.193.0/24", "multicast tunnels", f"{_IPV4_SPECIAL} RFC 7450"),
    _row("192.88.99.0/24", "former 6to4 relays", f"{_IPV4_SPECIAL} RFC 7526"),
    _row("192.168.0.0/16", "private", f"{_IPV4_SPECIAL} RFC 1918"),
    _row("192.175.48.0/24", "AS112 name service", f"{_IPV4_SPECIAL} RFC 7534"),
    _row("198.18.0.0/15", "benchmarking", f"{_IPV4_SPECIAL} RFC 2544"),
    _row("198.51.100.0/24", "documentation", f"{_IPV4_SPECIAL} RFC 5737"),
    _row("203.0.113.0/24", "documentation", f"{_IPV4_SPECIAL} RFC 5737"),
    _row("2001::/23", "protocol assignments, Teredo, ORCHID", f"{_IPV6_SPECIAL} RFC 2928"),
    _row("2001:db8::/32", "documentation", f"{_IPV6_SPECIAL} RFC 3849"),
    _row("2002::/16", "6to4, which may carry any IPv4 address", f"{_IPV6_SPECIAL} RFC 3056"),
    _row("2620:4f:8000::/48", "AS112 name service", f"{_IPV6_SPECIAL} RFC 7534"),
    _row("3ffe::/16", "former 6bone", f"{_IPV6_SPACE} RFC 3701"),
    _row("3fff::/20", "documentation", f"{_IPV6_SPECIAL} RFC 9637"),
)
"""Holes in the public blocks."""


def is_public(address: str) -> bool:
    """Whether an address in text form is one that anybody on the internet may serve from.

    Text that is not a plain address (zone ids, octal, shortened forms) is not public. Addresses
    that carry another (IPv4-mapped ::ffff:0:0/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, 6to4,
    Teredo) are not public either, whatever they carry.
    """
    parsed = parse_address(address)
    if parsed is None:
        return False
    return _in_any(parsed, PUBLIC) and not _in_any(parsed, RESERVED)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that `text` spells in full (no zone id), or None."""
    if "%" in text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _in_any(address: IPv4Address | IPv6Address, rows: tuple[AddressRange, ...]) -> bool:
    return any(address in row.network for row in rows)
