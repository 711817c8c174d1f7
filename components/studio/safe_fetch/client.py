"""The one way to open a link that a person or the service names. No other module opens links.

A link can never reach a private machine: the name is looked up once, every address is checked,
and the connection goes to a checked address, so that a name that changes its answer gains
nothing. There is no way through a proxy: a network that lets programs out only by one is not
served, and the environment's proxy settings are not read.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from components.studio.images.file_type import IMAGE_TYPES, FileType, detect
from components.studio.images.ingest import MAX_BYTES
from components.studio.safe_fetch.connection import Connector, open_connection, send_get
from components.studio.safe_fetch.deadline import Deadline
from components.studio.safe_fetch.dns import Resolver, resolve_host, system_resolver
from components.studio.safe_fetch.errors import (
    FetchError,
    FetchErrorCode,
    bad_response_error,
    status_error,
)
from components.studio.safe_fetch.ip_filter import is_public, parse_address
from components.studio.safe_fetch.urls import ParsedUrl, parse_url, resolve_redirect

__all__ = ["FetchError", "FetchErrorCode", "FetchedImage", "SafeHttpClient"]

_PORTS: Final = frozenset({80, 443})
_MAX_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class FetchedImage:
    """Bytes that begin like a picture (not yet decoded), and where they came from."""

    data: bytes
    final_url: str


class SafeHttpClient:
    """Fetches pictures by link. One may be shared by all threads: it keeps nothing between calls.

    `trusted_origins` are exact "scheme://host:port" of the configured service (the port may be
    left out where it is the usual one). `resolve` and `connect` are the two seams to the
    network. `budget_seconds` covers one call as a whole: lookup, redirects, headers and body.
    """

    def __init__(
        self,
        *,
        trusted_origins: Collection[str] = (),
        resolve: Resolver = system_resolver,
        connect: Connector = open_connection,
        tls: ssl.SSLContext | None = None,
        max_bytes: int = MAX_BYTES,
        budget_seconds: float = 30.0,
    ) -> None:
        self._trusted_origins = frozenset(parse_url(origin).origin for origin in trusted_origins)
        self._resolve = resolve
        self._connect = connect
        self._tls = tls or _public_tls()
        self._max_bytes = max_bytes
        self._budget_seconds = budget_seconds

    def get(self, url: str, *, trust: bool = False) -> FetchedImage:
        """Fetch one picture. Raises FetchError, and nothing else, for any link and answer.

        `trust` lets exactly the trusted origins skip the checks of address and port. It is for
        links that the configured service gave; a link that a person gave is never trusted.
        """
        deadline = Deadline(self._budget_seconds)
        link = parse_url(url)
        for _ in range(_MAX_REDIRECTS + 1):
            addresses = self._checked_addresses(link, trust, deadline)
            with send_get(
                link,
                addresses,
                connect=self._connect,
                tls=self._tls,
                deadline=deadline,
            ) as answer:
                if answer.status not in _REDIRECTS:
                    if answer.status != 200:
                        raise status_error(answer.status)
                    data = answer.body(self._max_bytes)
                    _check_picture(data)
                    return FetchedImage(data, link.url)
                location = answer.header("Location")
            link = _next_link(link, location)
        raise FetchError(
            FetchErrorCode.BAD_RESPONSE,
            "This link leads from page to page without end. "
            "Open it in your browser, copy the picture's own link, and try again.",
        )

    def _checked_addresses(self, link: ParsedUrl, trust: bool, deadline: Deadline) -> list[str]:
        trusted = trust and link.origin in self._trusted_origins
        if not trusted and link.port not in _PORTS:
            raise FetchError(
                FetchErrorCode.NOT_ALLOWED,
                f"This link uses port {link.port}, which is not open here. "
                "Paste a link without a port, or upload the file.",
            )
        if parse_address(link.host) is not None:
            addresses = [link.host]
        else:
            addresses = resolve_host(self._resolve, link.host, link.port, deadline)
        if not trusted and not all(is_public(address) for address in addresses):
            raise FetchError(
                FetchErrorCode.NOT_ALLOWED,
                "This link leads to a private network, where this app does not go. "
                "Save the picture and upload the file.",
            )
        return addresses


@cache
def _public_tls() -> ssl.SSLContext:
    """Trust in what this machine trusts, and in the certificates that requests brings along."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def _next_link(link: ParsedUrl, location: str) -> ParsedUrl:
    """Where a redirect leads. Raises FetchError, also where it leaves https for http."""
    if not location:
        raise bad_response_error()
    with suppress(UnicodeDecodeError):  # then it is Latin-1 indeed, as http.client reads headers
        location = location.encode("latin-1").decode("utf-8")
    following = resolve_redirect(link, location)
    if link.scheme == "https" and following.scheme == "http":
        raise FetchError(
            FetchErrorCode.NOT_ALLOWED,
            "This secure link leads on to one that is not secure. "
            "Save the picture from your browser and upload the file.",
        )
    return following


def _check_picture(data: bytes) -> None:
    kind = detect(data)
    if kind in IMAGE_TYPES:
        return
    if kind is FileType.HTML:
        message = (
            "This link leads to a web page, not to a picture. Right-click the picture there, "
            "choose “Copy image address”, and paste that."
        )
    elif not data:
        message = "There is nothing behind this link. Open it in your browser and copy it again."
    else:
        message = (
            f"Behind this link is {kind.with_article}, not a picture. "
            "Paste a link that leads to the picture itself."
        )
    raise FetchError(FetchErrorCode.NOT_AN_IMAGE, message)
