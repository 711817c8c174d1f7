"""Reads a link strictly, so that all later steps agree on the host it names.

Own rules instead of `urllib.parse`, whose idea of a host differs from that of browsers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import quote, urljoin

from components.studio.safe_fetch.errors import FetchError, FetchErrorCode
from components.studio.safe_fetch.ip_filter import parse_address

MAX_URL_CHARACTERS: Final = 2000
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_SHAPE: Final = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
_CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]"  # also lone surrogates
)
_READ_TWO_WAYS: Final = frozenset("ßς\u200c\u200d")  # another domain in IDNA 2003 than in 2008
_PATH_SAFE: Final = "!$%&'()*+,/:;=?@[]~|"
_PASTE: Final = "Paste a link that begins with https://"


@dataclass(frozen=True)
class ParsedUrl:
    """A checked link. `host` is lower-case ASCII or an address, `target` begins with "/"."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and, where it is not the usual one, port, as a Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole link in its one spelling."""
        return self.origin + self.target


def parse_url(text: str) -> ParsedUrl:
    """Read what a person pasted or a service named. Raises FetchError (BAD_URL)."""
    text = text.strip(" \t\r\n")
    if not text:
        raise _bad("There is no link.", _PASTE + ".")
    if len(text) > MAX_URL_CHARACTERS:
        raise _bad("This link is too long.", "Upload the picture as a file instead.")
    if _CONTROL.search(text) or "\\" in text:
        raise _bad("This link holds characters that links cannot hold.", "Copy it again.")
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise _wrong_scheme(text)
    scheme, authority, rest = shape[1].lower(), shape[2], shape[3]
    if "@" in authority:
        raise _bad("This link holds a name or password before an @.", "Remove that part.")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or not parts[1]:
        raise _no_host()
    port = int(parts[2]) if parts[2] else _DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise _bad("This link names a port that does not exist.", "Copy it again.")
    target = quote(rest, safe=_PATH_SAFE)
    return ParsedUrl(
        scheme, _host(parts[1]), port, target if target.startswith("/") else f"/{target}"
    )


def resolve_redirect(link: ParsedUrl, location: str) -> ParsedUrl:
    """The link that a redirect from `link` leads to. Raises FetchError (BAD_URL)."""
    try:
        joined = urljoin(link.url, location)
    except ValueError as error:
        raise _no_host() from error
    return parse_url(joined)


def _host(text: str) -> str:
    """The one spelling of a host. Numbers that some programs read as addresses are refused."""
    if text.startswith("["):
        address = parse_address(text[1:-1])
        if not isinstance(address, IPv6Address):
            raise _no_host()
        return str(address)
    if _READ_TWO_WAYS.intersection(text):
        raise _bad("The website's name in this link can be read in two ways.", "Copy it again.")
    try:
        name = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _no_host() from error
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _no_host()
    if _NUMBER.fullmatch(labels[-1]) and parse_address(name) is None:
        raise _bad("This link hides its address in numbers.", _PASTE + " and a website's name.")
    return name


def _wrong_scheme(text: str) -> FetchError:
    scheme = text.partition(":")[0].lower() if ":" in text else ""
    if scheme == "data":
        return _bad("This is a picture packed into text.", "Save it and upload the file.")
    if scheme in {"file", "blob", "content"}:
        return _bad("This link leads to your own device.", "Upload the picture as a file.")
    return _bad("This is not a link to a picture on the web.", _PASTE + ".")


def _no_host() -> FetchError:
    return _bad("This link names no website that can exist.", "Check it and copy it again.")


def _bad(what: str, advice: str) -> FetchError:
    return FetchError(FetchErrorCode.BAD_URL, f"{what} {advice}")
