"""Refuses what a page of another site sends: WebSockets, and requests that change something.

A browser names the page's origin in `Origin`. It must be the address under which the page itself
was served, which is `Host`, after a trusted proxy's word on it.
"""

from __future__ import annotations

import logging
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from components.server.responses import NO_STORE
from components.server.trusted_proxies import set_host

log = logging.getLogger("kontext.origin")

_HINT = (
    "If this is your own address, let the proxy pass it on (nginx: proxy_set_header Host "
    "$http_host), or name the proxy in KONTEXT_TRUSTED_PROXIES and let it set X-Forwarded-Host."
)
_POLICY_VIOLATION = 1008  # RFC 6455
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


class RefuseOtherOrigins:
    """Middleware: answers 403 where the origin is another one. No origin is no browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it comes from a page of this site."""
        headers = Headers(scope=scope) if scope["type"] in {"http", "websocket"} else {}
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None or scope.get("method") in _SAFE_METHODS:
            await self.app(scope, receive, send)
        elif not is_same_origin(origin, host, is_https=scope["scheme"] in {"https", "wss"}):
            log.warning(
                "request of another origin refused",
                extra={"origin": origin, "host": host, "path": scope["path"], "hint": _HINT},
            )
            await self._refuse(scope, receive, send)
        else:
            scope = dict(scope)
            # Streamlit compares letter by letter, and for others asks a server on the internet
            # which addresses this machine has.
            set_host(scope, urlsplit(origin).netloc)
            await self.app(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": ""})
            return
        refusal = PlainTextResponse("This request came from another site.", 403, NO_STORE)
        await refusal(scope, receive, send)


def is_same_origin(origin: str, host: str, *, is_https: bool) -> bool:
    """Whether a page of this origin may speak to this host.

    A `Host` without a port takes a page of any port: nginx's `$host` has none. Ports are no
    border between sites anyway, since a host's cookies go to all of them. An encrypted request
    takes encrypted pages alone; one that is not may have been decrypted by a proxy.
    """
    page, site = _split(origin), _split(f"//{host}")
    if page is None or site is None or page.scheme not in _DEFAULT_PORTS:
        return False
    if page.hostname != site.hostname or (is_https and page.scheme != "https"):
        return False
    return site.port is None or site.port == (page.port or _DEFAULT_PORTS[page.scheme])


def _split(url: str) -> SplitResult | None:
    """The parts of a URL that has a host and nothing behind it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    has_more = parts.path or parts.query or parts.fragment or parts.username is not None
    return None if has_more or not parts.hostname else parts
