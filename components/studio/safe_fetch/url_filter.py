"""Which URLs may be fetched, by form and by address, and the errors for those that give no image.

URLs are parsed strictly, so that all later steps agree on the host; `urllib.parse` is not used,
because its idea of a host differs from browsers'. An address is public if it is in a block of
`PUBLIC` and in no block of `RESERVED`: Python 3.11's `is_global` calls some of these global.
The messages of errors are shown to the user as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import quote, urljoin

import idna

_MAX_URL_CHARACTERS: Final = 2000
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_URL: Final = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
_FORBIDDEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]"  # also lone surrogates
)
_PATH_SAFE: Final = "!$%&'()*+,/:;=?@[]~|"
_PASTE: Final = "Paste a link that begins with https://"


@dataclass(frozen=True)
class ParsedUrl:
    """A valid URL. `host` is lower-case ASCII or an IP address; `target` begins with "/"."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The Host header: the host, and the port if it is not the default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole URL in canonical form."""
        return self.origin + self.target


def parse_url(text: str) -> ParsedUrl:
    """Parse a URL from a user or from kie.ai. Raises FetchError (BAD_URL)."""
    text = text.strip(" \t\r\n")
    if not text:
        raise _bad_url("There is no link.", _PASTE + ".")
    if len(text) > _MAX_URL_CHARACTERS:
        raise _bad_url("This link is too long.", "Upload the picture as a file instead.")
    if _FORBIDDEN.search(text) or "\\" in text:
        raise _bad_url("This link holds characters that links cannot hold.", "Copy it again.")
    match = _URL.fullmatch(text)
    if match is None:
        raise _wrong_scheme(text)
    scheme, authority, rest = match[1].lower(), match[2], match[3]
    if "@" in authority:
        raise _bad_url("This link holds a name or password before an @.", "Remove that part.")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts[1]:
        raise _bad_host()
    port = int(parts[2]) if parts[2] else _DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise _bad_url("This link names a port that does not exist.", "Copy it again.")
    target = quote(rest, safe=_PATH_SAFE)
    host = _normalize_host(parts[1])
    return ParsedUrl(scheme, host, port, target if target.startswith("/") else f"/{target}")


def resolve_redirect(url: ParsedUrl, location: str) -> ParsedUrl:
    """The URL that a redirect from `url` leads to. Raises FetchError (BAD_URL)."""
    try:
        joined = urljoin(url.url, location)
    except ValueError as error:
        raise _bad_host() from error
    return parse_url(joined)


def _normalize_host(text: str) -> str:
    """The canonical form of a host. Shortened, octal and hex IPv4 addresses are rejected."""
    if text.startswith("["):
        address = parse_address(text[1:-1])
        if not isinstance(address, IPv6Address):
            raise _bad_host()
        return str(address)
    try:
        name = text if text.isascii() else idna.uts46_remap(text, std3_rules=False)
        labels = [_ascii_label(label) for label in name.lower().removesuffix(".").split(".")]
    except UnicodeError as error:
        raise _bad_host() from error
    name = ".".join(labels)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _bad_host()
    if _NUMBER.fullmatch(labels[-1]) and parse_address(name) is None:
        raise _bad_url("This link hides its address in numbers.", _PASTE + " and a website's name.")
    return name


def _ascii_label(label: str) -> str:
    """One part of a host name in ASCII. Raises UnicodeError.

    Signs that IDNA 2008 forbids and browsers open, such as "☕", are encoded as browsers do.
    """
    if label.isascii():
        return label
    try:
        return idna.alabel(label).decode("ascii")
    except idna.InvalidCodepoint:
        return "xn--" + label.encode("punycode").decode("ascii")


def _wrong_scheme(text: str) -> FetchError:
    scheme = text.partition(":")[0].lower() if ":" in text else ""
    if scheme == "data":
        return _bad_url("This is a picture packed into text.", "Save it and upload the file.")
    if scheme in {"file", "blob", "content"}:
        return _bad_url("This link leads to your own device.", "Upload the picture as a file.")
    return _bad_url("This is not a link to a picture on the web.", _PASTE + ".")


def _bad_host() -> FetchError:
    return _bad_url("This link names no website that can exist.", "Check it and copy it again.")


def _bad_url(problem: str, advice: str) -> FetchError:
    return FetchError(FetchErrorCode.BAD_URL, f"{problem} {advice}")


# --- Addresses ---

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


# --- Errors ---


class FetchErrorCode(StrEnum):
    """What went wrong with a URL."""

    BAD_URL = "bad_url"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    NOT_AN_IMAGE = "not_a_picture"
    TOO_LARGE = "too_large"
    TIMEOUT = "too_slow"
    TRUNCATED = "cut_short"
    UNREACHABLE = "unreachable"
    BAD_RESPONSE = "server_trouble"


class FetchError(Exception):
    """A URL that gave no image.

    `message` says what is wrong and what to do next. `may_retry` says whether the same URL may
    work a little later.
    """

    def __init__(self, code: FetchErrorCode, message: str, *, may_retry: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.may_retry = may_retry

    @property
    def is_of_host(self) -> bool:
        """Whether the host gives no file at the moment, so that asking for another is in vain."""
        return self.may_retry and self.code is not FetchErrorCode.TRUNCATED


def timeout_error() -> FetchError:
    """The error for a website that used up the time budget."""
    return FetchError(
        FetchErrorCode.TIMEOUT,
        "The website took too long to send the picture. "
        "Try again later, or save the picture and upload the file.",
        may_retry=True,
    )


def too_large_error(max_bytes: int) -> FetchError:
    """The error for a body over the byte limit."""
    return FetchError(
        FetchErrorCode.TOO_LARGE,
        f"The picture behind this link is larger than {max_bytes / 1024 / 1024:.3g} MB. "
        "Link to a smaller version of it.",
    )


def bad_response_error() -> FetchError:
    """The error for a response that violates HTTP."""
    return FetchError(
        FetchErrorCode.BAD_RESPONSE,
        "The website sent an answer that cannot be understood. "
        "Save the picture from your browser and upload the file.",
    )


def truncated_error() -> FetchError:
    """The error for a body that ended too early."""
    return FetchError(
        FetchErrorCode.TRUNCATED,
        "The connection broke before the whole picture had arrived. Try again.",
        may_retry=True,
    )


def unreachable_error(host: str) -> FetchError:
    """The error for a host that does not accept the connection."""
    return FetchError(
        FetchErrorCode.UNREACHABLE,
        f"{host} does not answer. Check the link, or try again later.",
        may_retry=True,
    )


def status_error(status: int) -> FetchError:
    """The error for an HTTP status that is neither a whole file nor a redirect."""
    if status in {404, 410}:
        return FetchError(
            FetchErrorCode.NOT_FOUND,
            "There is nothing at this link any more. Open it in your browser and copy it again.",
        )
    if status == 429 or status >= 500:
        return FetchError(
            FetchErrorCode.BAD_RESPONSE,
            f"The website has trouble at the moment (code {status}). Try again later.",
            may_retry=True,
        )
    if 400 <= status < 500:
        return FetchError(
            FetchErrorCode.FORBIDDEN,
            f"The website does not give this picture to strangers (code {status}). "
            "Save it from your browser and upload the file.",
        )
    return bad_response_error()
