"""Who sends a request: gives new users the identity cookie and reads it."""

from __future__ import annotations

from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.server.requests import is_page_request
from components.studio.identity import COOKIE, COOKIE_LIFE_SECONDS, new_token, user_id_from_token


def read_user_id(connection: HTTPConnection) -> str | None:
    """The user id of a request or WebSocket; None without a well-formed cookie."""
    return user_id_from_token(connection.cookies.get(COOKIE))


class IdentityCookie:
    """Middleware: gives every new user a cookie with a token."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the cookie to the first page that a user without one opens."""
        if not is_page_request(scope) or read_user_id(HTTPConnection(scope)):
            await self.app(scope, receive, send)
            return
        cookie = _set_cookie_value(new_token(), secure=_is_https(scope))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", cookie)
                headers["cache-control"] = "no-store"  # a cached page would share the cookie
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _is_https(scope: Scope) -> bool:
    """Whether the browser used TLS, as the server or the proxy before it says."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return "https" in (scope["scheme"], forwarded.split(",")[0].strip())


def _set_cookie_value(token: str, *, secure: bool) -> str:
    cookie: SimpleCookie = SimpleCookie({COOKIE: token})
    morsel = cookie[COOKIE]
    morsel["path"] = "/"
    morsel["max-age"] = COOKIE_LIFE_SECONDS
    morsel["httponly"] = True
    morsel["samesite"] = "Lax"
    morsel["secure"] = secure
    return morsel.OutputString()
