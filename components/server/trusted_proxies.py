"""Believes what a trusted proxy says about a request, and nothing that anybody else says.

A trusted proxy is one whose address is in `KONTEXT_TRUSTED_PROXIES`. Its headers are read once,
here, into the request's scope: scheme, client, `Host` and root path. They are removed then, so a
header of this kind that a route still sees was not believed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from components.studio.settings import Networks

log = logging.getLogger("kontext.proxy")

_Address = IPv4Address | IPv6Address

_FORWARDING_HEADER = re.compile(r"x-forwarded-[a-z-]+|forwarded|x-real-ip|via")
# RFC 7239, section 4: pairs separated by ";", elements by ","; a value may be quoted.
_FORWARDED_PAIR = re.compile(
    r"\s*(?P<name>[\w-]+)=(?:\"(?P<quoted>[^\"\\]*)\"|(?P<plain>[^\s\",;]+))\s*(?P<end>[;,]|$)"
)
_HOST = re.compile(r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_PORT = re.compile(r"(?P<v4>[\d.]+):\d+|\[(?P<v6>[^\]]+)\](?::\d+)?")
# Some proxies say "wss" of a WebSocket.
_SCHEMES = {"http": "http", "ws": "http", "https": "https", "wss": "https"}
_MAX_LOGGED_PROXIES = 100


@dataclass(frozen=True)
class _Hop:
    """What one proxy said about the side from which it got the request."""

    client: _Address | None = None
    scheme: str | None = None
    host: str | None = None

    @staticmethod
    def parse(client: str | None, scheme: str | None, host: str | None) -> _Hop:
        """A hop without what is malformed."""
        is_host = host is not None and _HOST.fullmatch(host)
        return _Hop(
            parse_address(client or ""),
            _SCHEMES.get((scheme or "").lower()),
            host.lower() if host and is_host else None,
        )


class BelieveTrustedProxies:
    """Middleware: rewrites the scope of a request that comes through a trusted proxy.

    It must be the outermost one, as it asks the server's own objects who is connected.
    """

    def __init__(self, app: ASGIApp, *, trusted: Networks = (), base_path: str = "") -> None:
        self.app = app
        self._trusted = trusted
        self._base_path = base_path
        self._logged: set[object] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with what is true of it."""
        if scope["type"] in {"http", "websocket"}:
            scope = self._resolve(scope, receive)
        await self.app(scope, receive, send)

    def _resolve(self, scope: Scope, receive: Receive) -> Scope:
        peer, is_encrypted = _connection(scope, receive)
        scope = {
            **scope,
            "client": peer and (str(peer), 0),
            "scheme": _scheme(scope, is_https=is_encrypted),
        }
        headers = Headers(scope=scope)
        if not is_forwarded(headers):
            return scope
        if peer is None or not is_in(peer, self._trusted):
            self._log_ignored("the proxy is not in KONTEXT_TRUSTED_PROXIES", peer)
            return scope
        hop = _merge(
            _outermost(_read_x_forwarded(headers), self._trusted),
            _outermost(_read_forwarded(headers), self._trusted),
        )
        if hop is None:
            self._log_ignored("Forwarded and X-Forwarded-* contradict each other", peer)
            return scope
        return self._rewrite(scope, hop, headers.get("x-forwarded-prefix", ""))

    def _rewrite(self, scope: Scope, hop: _Hop, prefix: str) -> Scope:
        scope["client"] = hop.client and (str(hop.client), 0)
        if hop.scheme:
            scope["scheme"] = _scheme(scope, is_https=hop.scheme == "https")
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if not _FORWARDING_HEADER.fullmatch(name.decode("latin-1").lower())
        ]
        scope["headers"] = headers
        if hop.host:
            set_host(scope, hop.host)
        prefix = prefix.rstrip("/")
        if _PREFIX.fullmatch(prefix) and not (self._base_path or scope.get("root_path")):
            scope["root_path"] = prefix
            scope["path"] = prefix + scope["path"]
        return scope

    def _log_ignored(self, reason: str, peer: _Address | None) -> None:
        """Log each kind once per proxy, as it concerns every request."""
        if len(self._logged) < _MAX_LOGGED_PROXIES and (reason, peer) not in self._logged:
            self._logged.add((reason, peer))
            log.warning("forwarding headers ignored", extra={"reason": reason, "proxy": str(peer)})


def is_forwarded(headers: Headers) -> bool:
    """Whether a proxy says that it passes this request on."""
    return any(_FORWARDING_HEADER.fullmatch(name) for name in headers)


def set_host(scope: Scope, host: str) -> None:
    """Give the scope another `Host` header."""
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    scope["headers"] = [*others, (b"host", host.encode("latin-1"))]


def parse_address(text: str) -> _Address | None:
    """An IP address, also with a port or in brackets; None for anything else.

    An IPv4 address that was mapped into IPv6 becomes IPv4: a server on `::` reports it so.
    """
    match = _PORT.fullmatch(text)
    try:
        address = ip_address((match["v4"] or match["v6"]) if match else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def address_group(text: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, since one customer has all others."""
    address = parse_address(text)
    if address is None or address.version == 4:
        return str(address or "")
    return str(ip_network((address, 64), strict=False))


def is_in(address: _Address, networks: Networks) -> bool:
    """Whether the address belongs to one of the networks."""
    return any(address in network for network in networks)


def _connection(scope: Scope, receive: Receive) -> tuple[_Address | None, bool]:
    """The address at the other end of the connection, and whether the connection is encrypted.

    uvicorn overwrites both in the scope by X-Forwarded-* when the proxy runs on this machine,
    unless it is told otherwise. The connection itself is then known to its transport alone.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:  # another server than uvicorn
        client = scope.get("client")
        return parse_address(client[0] if client else ""), scope["scheme"] in {"https", "wss"}
    peer = transport.get_extra_info("peername")
    is_ip = isinstance(peer, tuple)  # a Unix socket has a path
    is_encrypted = transport.get_extra_info("sslcontext") is not None
    return parse_address(str(peer[0]) if is_ip else ""), is_encrypted


def _scheme(scope: Scope, *, is_https: bool) -> str:
    scheme = "ws" if scope["type"] == "websocket" else "http"
    return f"{scheme}s" if is_https else scheme


def _read_x_forwarded(headers: Headers) -> list[_Hop]:
    """The hops of X-Forwarded-*, the client's side first."""

    def values(name: str) -> list[str]:
        text = ",".join(headers.getlist(f"x-forwarded-{name}"))
        return [value.strip() for value in text.split(",") if value.strip()]

    clients, schemes, hosts = values("for"), values("proto"), values("host")
    if not (clients or schemes or hosts):
        return []
    count = len(clients) or 1

    def at(values: list[str], place: int) -> str | None:
        """The value of one hop; where not every proxy added one, that of the nearest."""
        if not values:
            return None
        return values[place] if len(values) == count else values[-1]

    return [
        _Hop.parse(at(clients, place), at(schemes, place), at(hosts, place))
        for place in range(count)
    ]


def _read_forwarded(headers: Headers) -> list[_Hop]:
    """The hops of `Forwarded`, the client's side first; none if it is malformed."""
    text = ",".join(headers.getlist("forwarded"))
    hops: list[_Hop] = []
    pairs: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _FORWARDED_PAIR.match(text, position)
        if match is None:
            return []
        quoted = match["quoted"]
        pairs[match["name"].lower()] = match["plain"] if quoted is None else quoted
        position = match.end()
        if match["end"] != ";":
            hops.append(_Hop.parse(pairs.get("for"), pairs.get("proto"), pairs.get("host")))
            pairs = {}
    return hops


def _outermost(hops: Sequence[_Hop], trusted: Networks) -> _Hop:
    """What the outermost trusted proxy said: what stands before may be made up."""
    for hop in reversed(hops):
        if hop.client is None or not is_in(hop.client, trusted):
            return hop
    return hops[0] if hops else _Hop()


def _merge(first: _Hop, second: _Hop) -> _Hop | None:
    """Both in one; None if they differ, as one of them then comes from the client."""
    if any(
        one is not None and other is not None and one != other
        for one, other in (
            (first.client, second.client),
            (first.scheme, second.scheme),
            (first.host, second.host),
        )
    ):
        return None
    return _Hop(
        first.client or second.client, first.scheme or second.scheme, first.host or second.host
    )
