"""Keeps metrics and the details of the health check to the addresses that the operator allows."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from components.server.responses import NO_STORE
from components.server.trusted_proxies import is_forwarded, is_in, parse_address
from components.studio.settings import Networks


def may_read_metrics(scope: Scope, allowed: Networks) -> bool:
    """Whether the client's address is allowed.

    Behind a proxy that is not trusted it is unknown: everybody would have the proxy's address.
    """
    if is_forwarded(Headers(scope=scope)):
        return False
    client = parse_address(scope["client"][0]) if scope.get("client") else None
    return client is not None and is_in(client, allowed)


class RestrictMetrics:
    """Middleware: answers 403 to others who ask for our metrics or for Streamlit's."""

    def __init__(self, app: ASGIApp, *, allowed: Networks) -> None:
        self.app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it asks for metrics and may not."""
        # A route's pattern matches a path with a line end behind it, too.
        is_metrics = scope["type"] == "http" and scope["path"].rstrip().endswith("/metrics")
        if is_metrics and not may_read_metrics(scope, self._allowed):
            refusal = PlainTextResponse(
                "Your address is not in KONTEXT_METRICS_ALLOW.\n", 403, NO_STORE
            )
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)
