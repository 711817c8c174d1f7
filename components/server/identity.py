"""Who sends a request: the one place that answers it, for pages, routes and sockets alike.

By the identity cookie, by a trusted proxy's word, or by a sign-in. In the last two nobody gets
past unsigned. Streamlit gets the answer as a header of the WebSocket's handshake, which it keeps
in `st.user`. It then resumes a session only for the user who began it: a session id stands in
URLs, and so in the logs of proxies.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.server.notice_pages import NoticePages
from components.server.requests import is_https, is_page_request, is_shared_page, read_cookies
from components.server.responses import NO_STORE
from components.server.sign_in import (
    REMOVED,
    LoginReader,
    ReadClaims,
    Refusal,
    drop_proxy_headers,
    read_proxy,
)
from components.server.user_tokens import (
    COOKIE,
    COOKIE_LIFE_SECONDS,
    UserTokens,
    cookie_name,
    user_id_of_0_1_0,
)
from components.studio.db.database import DatabaseError
from components.studio.db.people import Person, user_tag
from components.studio.settings import Auth, Settings, SettingsError
from components.studio.studio import Studio

log = logging.getLogger("kontext.identity")

USER_HEADER = "x-kontext-user"
COOKIE_USER_HEADER = "x-kontext-cookie-user"
"""Whose cookie the browser of somebody who signed in still has."""
_SCOPE_KEY = "kontext.user_id"
_COOKIE_KEY = "kontext.cookie"
POLICY_VIOLATION: Final = 1008  # RFC 6455
SERVICE_RESTART: Final = 1012  # IANA's registry of close codes
REMOVED_EVERY_S: Final = 5.0
CHECK_SOCKETS_EVERY_S: Final = 30.0
"""How often an open socket is asked again: what a removed person has open ends within a minute."""
OUTSIDE_THE_DOOR: Final = ("/healthz", "/metrics", "/callbacks/", "/_stcore/health")
"""Paths with rules of their own; one that ends in a slash is the begin of many."""
_LOOKS: Final = ("/app/static/fonts/", "/app/static/icon.png")
_LOGIN: Final = ("/sign-in", "/auth/login", "/auth/logout", "/oauth2callback")


def read_user_id(connection: HTTPConnection) -> str | None:
    """The user id of a request or WebSocket; None for somebody who is not known."""
    user_id: str | None = connection.scope[_SCOPE_KEY]
    return user_id


def read_cookie(connection: HTTPConnection) -> IdentityCookie:
    """The identity cookie of a request, where people are known by it."""
    cookie: IdentityCookie = connection.scope[_COOKIE_KEY]
    return cookie


def identity_routes() -> list[Route]:
    """The route by which a page learns whether its browser is still the same person's."""

    async def who(request: Request) -> Response:
        user_id = read_user_id(request)
        return PlainTextResponse(user_tag(user_id) if user_id else "", headers=NO_STORE)

    return [Route("/who", who)]


@dataclass(frozen=True)
class IdentityCookie:
    """The name under which this browser keeps its cookie, and the token in it if it is believed."""

    name: str
    token: str | None = None

    def set(self, response: Response, token: str, *, is_https: bool) -> None:
        """Let a response give the browser another token."""
        response.headers.append("set-cookie", _set_cookie(self.name, token, secure=is_https))


@dataclass(frozen=True)
class _Visitor:
    user_id: str | None
    token: str | None = None
    """Of the cookie that is believed."""
    new_token: str | None = None
    """What the next page sets as the cookie."""
    is_name_taken: bool = False
    """Whether another studio of this host holds a cookie of the usual name: it must stay."""
    drops_old_cookie: bool = False
    refusal: Refusal | None = None
    cookie_user_id: str | None = None
    """Beside a person who has signed in: whose cookie this browser has."""


class IdentifyUser:
    """Middleware: finds out who sends a request, and gives new users a cookie with a token.

    Where people sign in it makes no cookie, and nobody gets past it unsigned.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        open_studio: Callable[[], Studio],
        open_tokens: Callable[[], UserTokens],
        settings: Settings | None = None,
        pages: NoticePages | None = None,
        read_claims: ReadClaims = lambda _cookies, _seconds: None,
        base_path: str = "",
        check_sockets_every_s: float = CHECK_SOCKETS_EVERY_S,
        removed_every_s: float = REMOVED_EVERY_S,
    ) -> None:
        self.app = app
        self._open_studio = open_studio
        self._open_tokens = open_tokens
        self._settings = settings or Settings()
        self._pages = pages or NoticePages(base_path=base_path)
        self._login = LoginReader(self._settings, read_claims)
        self._base_path = base_path
        self._check_every_s = check_sockets_every_s
        self._tokens: UserTokens | None = None
        self._removed: frozenset[str] = frozenset()
        self._removed_at = float("-inf")
        self._removed_every_s = removed_every_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the user id into the scope; add the cookie to a new user's first page."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if is_shared_page(scope, self._base_path):
            nobody = _with_user(drop_proxy_headers(scope, self._settings), _Visitor(None))
            await self.app(nobody, receive, send)
            return
        name = cookie_name(
            is_https=is_https(scope), base_path=scope.get("root_path") or self._base_path
        )
        visitor = await self._identify(scope, name)
        if visitor.is_name_taken and self._tokens is not None:
            name = _own_name(name, self._tokens)
        asked = scope
        scope = _with_user(drop_proxy_headers(scope, self._settings), visitor)
        scope[_COOKIE_KEY] = IdentityCookie(name, visitor.token)
        if visitor.refusal is not None and not self._is_outside(scope):
            await self._refuse(visitor.refusal, scope, receive, send)
        elif scope["type"] == "websocket":
            await self._serve_socket(visitor, asked, name, scope, receive, send)
        elif visitor.new_token is not None and is_page_request(scope):
            await self._serve_with_cookie(visitor, name, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _serve_with_cookie(
        self, visitor: _Visitor, name: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        token = visitor.new_token or ""

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

    async def _serve_socket(
        self,
        visitor: _Visitor,
        asked: Scope,
        name: str,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Serve a socket while the person who opened it may have it open."""
        ended = asyncio.Event()

        async def watch() -> None:
            refusal = None
            while refusal is None:
                await asyncio.sleep(self._check_every_s)
                refusal = (await self._identify(asked, name)).refusal
            ended.set()
            code = SERVICE_RESTART if refusal.sentence == REMOVED else POLICY_VIOLATION
            log.info("socket closed", extra={"reason": refusal.sentence})
            with suppress(RuntimeError, OSError):  # closed already
                await send({"type": "websocket.close", "code": code, "reason": ""})

        async def receive_until_end() -> Message:
            message = asyncio.ensure_future(receive())
            try:
                await asyncio.wait({message, end}, return_when=asyncio.FIRST_COMPLETED)
                if message.done():
                    return message.result()
            finally:
                message.cancel()  # nobody else waits for it
            return {"type": "websocket.disconnect", "code": SERVICE_RESTART}

        async def send_until_end(message: Message) -> None:
            if not ended.is_set():
                await send(message)

        if visitor.user_id is None:
            await self.app(scope, receive, send)
            return
        end = asyncio.ensure_future(ended.wait())
        watcher = asyncio.ensure_future(watch())
        try:
            await self.app(scope, receive_until_end, send_until_end)
        finally:
            watcher.cancel()
            end.cancel()

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
            return
        status = 401 if refusal.may_sign_in else 403
        if is_page_request(scope):
            response = self._pages.door(scope, refusal, self._settings, status)
        else:
            response = PlainTextResponse(f"{refusal.sentence}\n", status, NO_STORE)
        await response(scope, receive, send)

    def _is_outside(self, scope: Scope) -> bool:
        """Whether a request is for everybody."""
        if scope["type"] != "http":
            return False
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        path = path.removeprefix(self._base_path)
        has_login = self._settings.auth is Auth.OIDC
        open_paths = (*OUTSIDE_THE_DOOR, *_LOOKS, *(_LOGIN if has_login else ()))
        if ".." in path or "//" in path:
            return False
        return any(
            path.startswith(known) if known.endswith("/") else path == known for known in open_paths
        )

    async def _identify(self, scope: Scope, name: str) -> _Visitor:
        match self._settings.auth:
            case Auth.COOKIE:
                visitor = await self._identify_by_cookie(scope, name)
            case Auth.PROXY:
                visitor = await self._signed_in(read_proxy(scope, self._settings), scope, name)
            case Auth.OIDC:
                visitor = await self._signed_in(self._login.read(scope), scope, name)
            case _:
                return _Visitor(None)
        if visitor.user_id is not None and await self._is_removed(visitor.user_id):
            return _Visitor(None, refusal=Refusal(REMOVED, may_sign_out=True))
        return visitor

    async def _signed_in(self, found: Person | Refusal, scope: Scope, name: str) -> _Visitor:
        if isinstance(found, Refusal):
            return _Visitor(None, refusal=found)
        cookie_user_id = None
        if scope["type"] == "websocket" or is_page_request(scope):
            with suppress(DatabaseError, SettingsError):  # every page says why
                await run_in_threadpool(lambda: self._open_studio().people.see(found))
        if scope["type"] == "websocket":
            cookie_user_id = (await self._identify_by_cookie(scope, name)).user_id
        return _Visitor(found.user_id, cookie_user_id=cookie_user_id)

    async def _is_removed(self, user_id: str) -> bool:
        now = time.monotonic()
        if now >= self._removed_at + self._removed_every_s:
            self._removed_at = now
            # Whoever was known as removed stays so; and without a database nothing is shown.
            with suppress(DatabaseError, SettingsError):
                self._removed = await run_in_threadpool(self._read_removed)
        return user_id in self._removed

    def _read_removed(self) -> frozenset[str]:
        return self._open_studio().people.removed()

    async def _identify_by_cookie(self, scope: Scope, name: str) -> _Visitor:
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
                return _Visitor(user_id, found[0])
        nobody = _Visitor(None, new_token=tokens.issue(), is_name_taken=bool(values))
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
        token = tokens.adopt(old)
        return _Visitor(user_id, token, new_token=token, drops_old_cookie=True)

    def _owns_anything(self, user_id: str) -> bool:
        return self._open_studio().owns_anything(user_id)


def _own_name(name: str, tokens: UserTokens) -> str:
    """The name for a browser in which another studio, on another port, has the usual one."""
    return f"{name}_{tokens.fingerprint}"


def _with_user(scope: Scope, visitor: _Visitor) -> Scope:
    """The scope with the user id, for routes and, in a WebSocket's handshake, for Streamlit."""
    named = {USER_HEADER: visitor.user_id, COOKIE_USER_HEADER: visitor.cookie_user_id}
    headers = [(name.encode(), value.encode()) for name, value in named.items() if value]
    return {**scope, "headers": [*scope["headers"], *headers], _SCOPE_KEY: visitor.user_id}


def _set_cookie(name: str, token: str, *, secure: bool, seconds: int = COOKIE_LIFE_SECONDS) -> str:
    attributes = f"HttpOnly; Max-Age={seconds}; Path=/; SameSite=Lax"
    return f"{name}={token}; {attributes}" + ("; Secure" if secure else "")
