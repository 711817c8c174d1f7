"""Carries a cookie's gallery to another device: a link that works once, and its QR code.

The link opens a page with a button: what only looks at links, such as a chat's preview, does not
use it up. The database keeps a hash of the link, and the token in a form that the link alone opens.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from components.server.identity import read_cookie, read_user_id
from components.server.notice_pages import NoticePages
from components.server.requests import is_https, read_body
from components.server.responses import NO_STORE, run_or_503
from components.server.user_tokens import UserTokens, seal_token, unseal_token
from components.studio.db.people import Claim
from components.studio.studio import Studio

PATH: Final = "/device"
_MAX_FORM_BYTES: Final = 200
_LOCAL_HOSTS: Final = {"127.0.0.1", "localhost", "::1"}
_BRING = b"bring=1"

ABOUT: Final = (
    "This makes a link that opens your gallery on a phone or another computer. "
    "It works once, within 15 minutes."
)
NO_COOKIE: Final = "Open the studio first, then come back to this page."
TOO_MANY: Final = "Five links are waiting already. Use one of them, or wait 15 minutes."
SHOW: Final = "Point the other device's camera at the code, or open the link there."
KEEP_IT: Final = "Show it to nobody else: whoever opens it first has your gallery."
ONLY_HERE: Final = (
    "This address works on this machine only. Open the studio by the machine's name or address "
    "in your network, and make the link there."
)
OVER: Final = (
    "This link was used, or its 15 minutes are over. Make another one on the first device."
)
NOT_MINE: Final = "If you did not make this link yourself, close this page."
SAME: Final = "This device has this gallery already."
BUSY: Final = (
    "Something is still being made on this device. Wait until it is done, then press again."
)


def device_routes(
    open_studio: Callable[[], Studio], open_tokens: Callable[[], UserTokens], pages: NoticePages
) -> list[Route]:
    """The page that makes a link, and the page that a link opens."""

    def make(request: Request, is_press: bool) -> Response:
        user_id, cookie = read_user_id(request), read_cookie(request)
        if user_id is None or cookie.token is None:
            return pages.page(request.scope, "Open on another device", NO_COOKIE, status=403)
        if not is_press:
            return pages.page(
                request.scope, "Open on another device", ABOUT, more=_button("Make a link")
            )
        link = secrets.token_urlsafe(32)
        people = open_studio().people
        if not people.add_device_link(link, user_id, seal_token(cookie.token, link)):
            return pages.page(request.scope, "Open on another device", TOO_MANY, status=429)
        root = f"{request.url.scheme}://{request.url.netloc}{pages.root(request.scope)}"
        url = f"{root}{PATH}/{link}"
        more = ""
        if urlsplit(url).hostname in _LOCAL_HOSTS:
            more = f"<p>{html.escape(ONLY_HERE)}</p>"
        code = segno.make(url, micro=False).svg_inline(
            border=2, omitsize=True, title="QR code of the link"
        )
        more += (
            f'<div class="kx-notice-code">{code}</div>'
            f'<input readonly aria-label="Link" value="{html.escape(url)}">'
        )
        return pages.page(request.scope, "Your link", SHOW, KEEP_IT, more=more)

    def open_link(request: Request) -> Response:
        owner = open_studio().people.device_link(request.path_params["link"])
        own = read_user_id(request)
        if owner is None:
            return pages.page(request.scope, "This link is over", OVER, status=410)
        if own == owner:
            more = pages.link(request.scope, "Open the studio", "/")
            return pages.page(request.scope, "You are here already", SAME, more=more)
        heading = "Open the gallery on this device?"
        if own is None or not open_studio().can_claim(owner, own):
            sentence = "Your pictures, prompts and drafts will be the same on both devices."
            return pages.page(
                request.scope, heading, sentence, NOT_MINE, more=_button("Open it here")
            )
        sentence = (
            "This device has pictures of its own. They can join the others, or stay behind, where "
            "nobody finds them any more."
        )
        more = _button("Bring them along", "bring") + _button("Leave them behind")
        return pages.page(request.scope, heading, sentence, NOT_MINE, more=more)

    def use_link(request: Request, body: bytes) -> Response:
        studio, link = open_studio(), request.path_params["link"]
        owner, own = studio.people.device_link(link), read_user_id(request)
        if (
            owner is not None
            and own is not None
            and body == _BRING
            and studio.claim(owner, own) is Claim.BUSY
        ):
            more = _button("Bring them along", "bring") + _button("Leave them behind")
            return pages.page(request.scope, "Not yet", BUSY, more=more, status=409)
        sealed = studio.people.use_device_link(link)
        token = None if sealed is None else unseal_token(sealed, link)
        if token is None or open_tokens().user_id(token) is None:
            return pages.page(request.scope, "This link is over", OVER, status=410)
        response = RedirectResponse(f"{pages.root(request.scope)}/", 303, NO_STORE)
        read_cookie(request).set(response, token, is_https=is_https(request.scope))
        return response

    async def device(request: Request) -> Response:
        is_press = request.method == "POST"
        if is_press:
            await read_body(request, max_bytes=_MAX_FORM_BYTES)
        return await run_or_503(make, request, is_press)

    async def linked(request: Request) -> Response:
        if request.method != "POST":
            return await run_or_503(open_link, request)
        body = await read_body(request, max_bytes=_MAX_FORM_BYTES)
        return await run_or_503(use_link, request, body or b"")

    return [
        Route(PATH, device, methods=["GET", "POST"]),
        Route(f"{PATH}/{{link}}", linked, methods=["GET", "POST"]),
    ]


def _button(label: str, name: str = "") -> str:
    """A form that posts to the page it stands on."""
    value = f' name="{name}" value="1"' if name else ""
    return (
        f'<form method="post"><button class="kx-notice-action"{value}>'
        f"{html.escape(label)}</button></form>"
    )
