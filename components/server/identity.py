"""Who sends a request: the one place that reads the identity cookie, and gives it to new users.

Streamlit gets the answer as a header of the WebSocket's handshake, which it keeps in `st.user`.
It then resumes a session only for the user who began it: a session id stands in URLs, and so in
the logs of proxies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.server.requests import is_https, is_page_request, is_shared_page, read_cookies
from components.server.responses import NO_STORE
from components.studio.db.database import DatabaseError
from components.studio.settings import SettingsError
from components.studio.studio import Studio
from components.studio.user_tokens import (
    COOKIE,
    COOKIE_LIFE_SECONDS,
    UserTokens,
    cookie_name,
    user_id_of_0_1_0,
    user_tag,
)

log = logging.getLogger("kontext.identity")

USER_HEADER = "x-kontext-user"
_SCOPE_KEY = "kontext.user_id"


def read_user_id(connection: HTTPConnection) -> str | None:
    """The user id of a request or WebSocket; None without a cookie that is believed."""
    user_id: str | None = connection.scope[_SCOPE_KEY]
    return user_id


def identity_routes() -> list[Route]:
    """The route by which a page learns whether its browser is still the same person's."""

    async def who(request: Request) -> Response:
        user_id = read_user_id(request)
        return PlainTextResponse(user_tag(user_id) if user_id else "", headers=NO_STORE)

    return [Route("/who", who)]


@dataclass(frozen=True)
class _Visitor:
    user_id: str | None
    new_token: str | None = None
    """What the next page sets as the cookie."""
    is_name_taken: bool = False
    """Whether another studio of this host holds a cookie of the usual name: it must stay."""
    drops_old_cookie: bool = False


class IdentifyUser:
    """Middleware: finds out who sends a request, and gives new users a cookie with a token."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        open_studio: Callable[[], Studio],
        open_tokens: Callable[[], UserTokens],
        base_path: str = "",
    ) -> None:
        self.app = app
        self._open_studio = open_studio
        self._open_tokens = open_tokens
        self._base_path = base_path
        self._tokens: UserTokens | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the user id into the scope; add the cookie to a new user's first page."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if is_shared_page(scope, self._base_path):
            await self.app(_with_user(scope, None), receive, send)
            return
        name = cookie_name(
            is_https=is_https(scope), base_path=scope.get("root_path") or self._base_path
        )
        visitor = await self._identify(scope, name)
        if visitor.is_name_taken and self._tokens is not None:
            name = _own_name(name, self._tokens)
        scope = _with_user(scope, visitor.user_id)
        token = visitor.new_token
        if token is None or not is_page_request(scope):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                secure = is_https(scope)
                headers.append("set-cookie", _set_cookie(name, token, secure=secure))
                if visitor.drops_old_cookie and name != COOKIE:
                    headers.append("set-cookie", _set_cookie(COOKIE, "", secure=secure, seconds=0))
                headers["cache-control"] = "no-store"  # a cached page would share the cookie
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    async def _identify(self, scope: Scope, name: str) -> _Visitor:
        try:
            if self._tokens is None:
                self._tokens = await run_in_threadpool(self._open_tokens)
            return await self._read_cookies(scope, name, self._tokens)
        except (DatabaseError, SettingsError):
            return _Visitor(None)  # every page says why; a known user must not become a new one

    async def _read_cookies(self, scope: Scope, name: str, tokens: UserTokens) -> _Visitor:
        values, own = read_cookies(scope, name), read_cookies(scope, _own_name(name, tokens))
        for found in (values, own):
            if len(found) == 1 and (user_id := tokens.user_id(found[0])) is not None:
                return _Visitor(user_id)
        nobody = _Visitor(None, tokens.issue(), is_name_taken=bool(values))
        if max(len(values), len(own)) > 1:
            # One may have been set by another host of the domain, and nothing says which.
            if is_page_request(scope):
                log.warning("identity cookie refused", extra={"reason": "sent more than once"})
            return nobody
        return await self._read_old_cookie(scope, tokens) or nobody

    async def _read_old_cookie(self, scope: Scope, tokens: UserTokens) -> _Visitor | None:
        """The user of a cookie of 0.1.0, or of one that replaced it before there was TLS."""
        values = read_cookies(scope, COOKIE)
        old = tokens.token_of_0_1_0(values[0]) if len(values) == 1 else None
        if old is None:
            return None
        user_id = user_id_of_0_1_0(old)
        if not await run_in_threadpool(self._owns_anything, user_id):
            return None
        return _Visitor(user_id, tokens.adopt(old), drops_old_cookie=True)

    def _owns_anything(self, user_id: str) -> bool:
        return self._open_studio().owns_anything(user_id)


def _own_name(name: str, tokens: UserTokens) -> str:
    """The name for a browser in which another studio, on another port, has the usual one."""
    return f"{name}_{tokens.fingerprint}"


def _with_user(scope: Scope, user_id: str | None) -> Scope:
    """The scope with the user id, for routes and, in a WebSocket's handshake, for Streamlit."""
    headers = [
        (name, value) for name, value in scope["headers"] if name.lower() != USER_HEADER.encode()
    ]
    if user_id is not None:
        headers.append((USER_HEADER.encode(), user_id.encode()))
    return {**scope, "headers": headers, _SCOPE_KEY: user_id}


def _set_cookie(name: str, token: str, *, secure: bool, seconds: int = COOKIE_LIFE_SECONDS) -> str:
    attributes = f"HttpOnly; Max-Age={seconds}; Path=/; SameSite=Lax"
    return f"{name}={token}; {attributes}" + ("; Secure" if secure else "")
