"""Parses URLs strictly, so that all later steps agree on the host.

`urllib.parse` is not used for parsing, because its idea of a host differs from browsers'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import quote, urljoin

import idna

from components.studio.safe_fetch.errors import FetchError, FetchErrorCode
from components.studio.safe_fetch.ip_filter import parse_address

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
