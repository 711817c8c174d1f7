"""The list of all middleware."""

from __future__ import annotations

from starlette.middleware import Middleware

from components.server.identity import IdentityCookie
from components.server.security_headers import SecurityHeaders
from components.server.stylesheet_middleware import InjectStylesheet


def middleware(*, styles_url: str) -> list[Middleware]:
    """All middleware, in the order in which a request passes it."""
    return [
        Middleware(IdentityCookie),
        Middleware(SecurityHeaders),
        Middleware(InjectStylesheet, styles_url=styles_url),
    ]
