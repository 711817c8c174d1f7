"""The way to the sign-in service, and a plain page where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.server.identity import read_user_id
from components.server.notice_pages import SIGN_IN_PATH, NoticePages
from components.server.responses import NO_STORE

LoginUrl: TypeAlias = Callable[[str], str]
"""The path of Streamlit's login, given the name of a sign-in service, or ""; good for 2 minutes."""

SERVICE_AWAY: Final = (
    "The sign-in service does not answer. Try again in a minute. "
    "If it goes on, tell the person who runs this studio: its log says why."
)
NOT_SIGNED_IN: Final = (
    "Signing in did not work: the sign-in service refused it, or its answer could not be used. "
    "Try again. If it goes on, tell the person who runs this studio: its log says why."
)
_USER_COOKIE: Final = "_streamlit_user="


def sign_in_routes(login_url: LoginUrl, pages: NoticePages) -> list[Route]:
    """The route behind the button "Sign in", which stands on a page for as long as it likes."""

    async def sign_in(request: Request) -> Response:
        name = request.query_params.get("with", "")
        known = name if name in pages.providers else ""
        url = await run_in_threadpool(login_url, known)
        root = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}{url}", 303, NO_STORE)

    return [Route(SIGN_IN_PATH, sign_in)]


class ExplainFailedSignIns:
    """Middleware: a page that says what is wrong, in place of Streamlit's bare answers."""

    def __init__(self, app: ASGIApp, *, pages: NoticePages) -> None:
        self.app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Replace the answer of a login that has failed."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.endswith(("/auth/login", "/oauth2callback")):
            await self.app(scope, receive, send)
            return
        is_replaced = False

        async def send_or_explain(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start":
                sentence = _what_failed(scope, message)
                if sentence is not None:
                    is_replaced = True
                    response = self._page(scope, sentence, Headers(raw=message["headers"]))
                    await response(scope, receive, send)
            if not is_replaced:
                await send(message)

        await self.app(scope, receive, send_or_explain)

    def _page(self, scope: Scope, sentence: str, headers: Headers) -> Response:
        more = self._pages.link(scope, "Try again", "/")
        page = self._pages.page(scope, "Sign in", sentence, more=more, status=502)
        for cookie in headers.getlist("set-cookie"):  # they clear what could not be used
            page.headers.append("set-cookie", cookie)
        return page


def _what_failed(scope: Scope, start: Message) -> str | None:
    """What went wrong with a login, in a sentence; None where nothing did."""
    if scope["path"].endswith("/auth/login"):
        return SERVICE_AWAY if start["status"] >= 400 else None
    query = parse_qs(scope["query_string"].decode("latin-1"))
    if "error" not in query and "code" not in query:
        return None  # the way back from signing out
    has_signed_in = _sets_user(Headers(raw=start["headers"]).getlist("set-cookie"))
    # The browser's Back comes here with a code that was used.
    was_signed_in = read_user_id(HTTPConnection(scope)) is not None
    return None if has_signed_in or was_signed_in else NOT_SIGNED_IN


def _sets_user(cookies: Iterable[str]) -> bool:
    values = (cookie.partition(";")[0] for cookie in cookies if cookie.startswith(_USER_COOKIE))
    return any(value.removeprefix(_USER_COOKIE).strip('"') for value in values)
