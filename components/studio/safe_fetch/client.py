"""Fetches images from URLs that a user or kie.ai gave. No other module opens such URLs.

No URL reaches a private machine: the host is resolved once, all its addresses are checked, and
the connection goes to a checked address, so DNS rebinding gains nothing. Proxy settings of the
environment are not used: networks that require a proxy are not supported.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from typing import Final

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from components.studio.images.file_type import IMAGE_TYPES, FileType, detect
from components.studio.images.ingest import MAX_BYTES
from components.studio.safe_fetch.connection import (
    Connector,
    Deadline,
    Resolver,
    open_connection,
    resolve,
    send_get,
    system_resolver,
)
from components.studio.safe_fetch.url_filter import (
    FetchError,
    FetchErrorCode,
    ParsedUrl,
    bad_response_error,
    is_public,
    parse_address,
    parse_url,
    resolve_redirect,
    status_error,
)

__all__ = ["FetchError", "FetchErrorCode", "SafeHttpClient"]

_PORTS: Final = frozenset({80, 443})
_MAX_REDIRECTS: Final = 3
_WHOLE_BODY_STATUSES: Final = frozenset({200, 203})  # 203: a proxy on the way changed something
_REDIRECT_STATUSES: Final = frozenset({301, 302, 303, 307, 308})
# A stuck lookup cannot be stopped, only counted. Those of hosts that users name must not hold up
# results that were paid for.
_USERS_LOOKUPS: Final = threading.BoundedSemaphore(16)
_SERVICES_LOOKUPS: Final = threading.BoundedSemaphore(16)


class SafeHttpClient:
    """Fetches images by URL. Thread-safe: it keeps nothing between calls.

    `trusted_origins` are exact "scheme://host:port" of the configured service; a default port
    can be left out. `resolver` and `connect` are replaced in tests. `budget_seconds` covers a
    whole call: lookup, redirects, headers and body.
    """

    def __init__(
        self,
        *,
        trusted_origins: Collection[str] = (),
        resolver: Resolver = system_resolver,
        connect: Connector = open_connection,
        tls: ssl.SSLContext | None = None,
        max_bytes: int = MAX_BYTES,
        budget_seconds: float = 30.0,
    ) -> None:
        self._trusted_origins = frozenset(parse_url(origin).origin for origin in trusted_origins)
        self._resolver = resolver
        self._connect = connect
        self._tls = tls
        self._max_bytes = max_bytes
        self._budget_seconds = budget_seconds

    def get_image(self, url: str, *, allow_trusted: bool = False) -> bytes:
        """Fetch one file that begins like an image; it is not decoded here.

        `allow_trusted` exempts the trusted origins from the address and port checks. Use it only
        for URLs from the configured service, never from a user: their host names are looked up
        apart from those that users give. Raises FetchError only.
        """
        deadline = Deadline(self._budget_seconds)
        target = parse_url(url)
        for _ in range(_MAX_REDIRECTS + 1):
            addresses = self._checked_addresses(target, allow_trusted, deadline)
            with send_get(
                target,
                addresses,
                connect=self._connect,
                tls=self._tls or _default_tls(),
                deadline=deadline,
            ) as response:
                if response.status not in _REDIRECT_STATUSES:
                    if response.status not in _WHOLE_BODY_STATUSES:
                        raise status_error(response.status)
                    data = response.read_body(self._max_bytes)
                    _check_is_image(data)
                    return data
                location = response.header("Location")
            target = _redirect_target(target, location)
        raise FetchError(
            FetchErrorCode.BAD_RESPONSE,
            "This link leads from page to page without end. "
            "Open it in your browser, copy the picture's own link, and try again.",
        )

    def _checked_addresses(
        self, url: ParsedUrl, allow_trusted: bool, deadline: Deadline
    ) -> list[str]:
        is_trusted = allow_trusted and url.origin in self._trusted_origins
        if not is_trusted and url.port not in _PORTS:
            raise FetchError(
                FetchErrorCode.NOT_ALLOWED,
                f"This link uses port {url.port}, which is not open here. "
                "Paste a link without a port, or upload the file.",
            )
        if parse_address(url.host) is not None:
            addresses = [url.host]
        else:
            slots = _SERVICES_LOOKUPS if allow_trusted else _USERS_LOOKUPS
            addresses = resolve(self._resolver, url.host, url.port, deadline, slots)
        if not is_trusted and not all(is_public(address) for address in addresses):
            raise FetchError(
                FetchErrorCode.NOT_ALLOWED,
                "This link leads to a private network, where this app does not go. "
                "Save the picture and upload the file.",
            )
        return addresses


@cache
def _default_tls() -> ssl.SSLContext:
    """Trusts this machine's certificates and those that come with requests; not at the start."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def _redirect_target(url: ParsedUrl, location: str) -> ParsedUrl:
    """Raises FetchError for a bad Location, and for a redirect from https to http."""
    if not location:
        raise bad_response_error()
    with suppress(UnicodeDecodeError):  # http.client reads headers as Latin-1; most are UTF-8
        location = location.encode("latin-1").decode("utf-8")
    following = resolve_redirect(url, location)
    if url.scheme == "https" and following.scheme == "http":
        raise FetchError(
            FetchErrorCode.NOT_ALLOWED,
            "This secure link leads on to one that is not secure. "
            "Save the picture from your browser and upload the file.",
        )
    return following


def _check_is_image(data: bytes) -> None:
    file_type = detect(data)
    if file_type in IMAGE_TYPES:
        return
    if file_type is FileType.HTML:
        message = (
            "This link leads to a web page, not to a picture. Right-click the picture there, "
            "choose “Copy image address”, and paste that."
        )
    elif not data:
        message = "There is nothing behind this link. Open it in your browser and copy it again."
    else:
        message = (
            f"Behind this link is {file_type.with_article}, not a picture. "
            "Paste a link that leads to the picture itself."
        )
    raise FetchError(FetchErrorCode.NOT_AN_IMAGE, message)
