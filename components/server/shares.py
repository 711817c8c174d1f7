"""What a link opens that somebody shares: one picture, one pair or one collection, to look at.

Nobody need be signed in, no cookie is set, and nothing leads to the gallery. Everything of it lies
under /shared/, so that a proxy can let that through. No cache keeps anything: a link that is
revoked opens nothing from then on. Unknown, revoked and expired ones look the same.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from components.server.frontend_assets import frontend_asset_routes
from components.server.images import image_endpoints
from components.server.requests import SHARED_PREFIX
from components.server.responses import run_or_503
from components.studio.db.sharing import OpenedShare, SharedPicture, ShareKind
from components.studio.db.tables import ImageRecord
from components.studio.studio import NotFoundError, Studio

_PRIVATE: Final = {
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}
_ASSETS: Final = "assets"
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title} · Kontext Studio</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}/shared-page.css">
<style nonce="{nonce}">{styles}</style>
<script type="module" src="{assets}/shared_page/shared-page.js"></script>
</head>
<body>
<header class="kx-shared-bar"><span class="kx-shared-brand">Kontext Studio</span>\
<span class="kx-shared-from">{origin}</span></header>
<main class="kx-shared-{kind}">
<h1{heading_class}>{title}</h1>
{content}
</main>
</body>
</html>
"""


def share_routes(open_studio: Callable[[], Studio], files: Mapping[str, bytes]) -> list[Route]:
    """The routes of links, given the assets of the pages by their paths."""
    digest = next(iter(files), "").partition("/")[0]

    async def page(request: Request) -> Response:
        up = "../" * request.path_params["token"].count("/")
        return await run_or_503(_page, open_studio, request, f"{up}{_ASSETS}/{digest}")

    images = [
        Route(f"{SHARED_PREFIX}{{token}}/{name}/{{picture_id}}", endpoint)
        for name, endpoint in image_endpoints(
            open_studio, _find_image, cache_headers=_PRIVATE
        ).items()
    ]
    # The last one answers for every other path, which Streamlit would take for a page of its own.
    return [
        *frontend_asset_routes(f"{SHARED_PREFIX}{_ASSETS}".lstrip("/"), files),
        *images,
        Route(f"{SHARED_PREFIX}{{token:path}}", page),
    ]


def _find_image(studio: Studio, request: Request) -> ImageRecord | None:
    token, image_id = request.path_params["token"], request.path_params["picture_id"]
    try:
        return studio.sharing.open_picture(token, image_id)
    except NotFoundError:
        return None


def _page(open_studio: Callable[[], Studio], request: Request, assets: str) -> Response:
    token: str = request.path_params["token"]
    try:
        opened = open_studio().sharing.open(token)
    except NotFoundError:
        return _respond(
            assets,
            kind="gone",
            title="Nothing to see here",
            origin="",
            content="<p>This link does not open anything, or no longer does. "
            "Ask whoever sent it for a new one.</p>",
            status=404,
        )
    return _respond(
        assets,
        kind=opened.link.kind.value,
        title=_title(opened),
        origin=_origin(opened),
        content=_content(opened, token),
        styles=_ratios(opened),
    )


def _respond(
    assets: str,
    *,
    kind: str,
    title: str,
    origin: str,
    content: str,
    styles: str = "",
    status: int = 200,
) -> Response:
    """The page; all but `content` and `styles` is plain text."""
    nonce = secrets.token_urlsafe(16)
    is_named = kind in {ShareKind.COLLECTION, "gone"}  # a picture speaks for itself
    page = _PAGE.format(
        assets=assets,
        kind=kind,
        title=html.escape(title),
        origin=html.escape(origin),
        heading_class="" if is_named else ' class="kx-shared-unseen"',
        content=content,
        styles=styles,
        nonce=nonce,
    )
    policy = (
        "default-src 'none'; img-src 'self' data:; font-src 'self'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return HTMLResponse(page, status, {**_PRIVATE, "content-security-policy": policy})


def _title(opened: OpenedShare) -> str:
    match opened.link.kind:
        case ShareKind.COLLECTION:
            return opened.title
        case ShareKind.PAIR:
            return " and ".join(opened.pair_names).replace("After", "after")
        case ShareKind.PICTURE:
            return "A picture"


def _origin(opened: OpenedShare) -> str:
    """Who shares it, and until when."""
    by = f"Shared by {opened.owner_name}" if opened.owner_name else "Shared from Kontext Studio"
    if opened.link.expires_at is None:
        return by
    ends = datetime.fromtimestamp(opened.link.expires_at, UTC)
    return f"{by} · until {ends.day} {ends:%B %Y}"


def _content(opened: OpenedShare, token: str) -> str:
    match opened.link.kind:
        case ShareKind.PICTURE:
            return _picture(opened, opened.pictures[0], token)
        case ShareKind.PAIR:
            return _pair(opened, token)
        case ShareKind.COLLECTION if not opened.pictures:
            return "<p>No picture is in this collection now.</p>"
        case ShareKind.COLLECTION:
            figures = (
                _tile(opened, number, picture, token)
                for number, picture in enumerate(opened.pictures)
            )
            return f'<div class="kx-shared-rows">{"".join(figures)}</div>'


def _picture(opened: OpenedShare, picture: SharedPicture, token: str) -> str:
    alt = _alt(opened, picture, "The shared picture")
    image = f'<img src="{token}/pictures/{picture.image.id}" alt="{alt}" {_size(picture)}>'
    return f'<figure><div class="kx-shared-frame">{image}</div>{_caption(opened, picture)}</figure>'


def _pair(opened: OpenedShare, token: str) -> str:
    before, after = opened.pictures
    before_name, after_name = opened.pair_names
    images = "".join(
        f'<img class="kx-shared-{side}" src="{token}/pictures/{picture.image.id}" '
        f'alt="{_alt(opened, picture, name)}" draggable="false">'
        f'<span class="kx-shared-label" data-side="{side}">{name}</span>'
        for side, name, picture in (("after", after_name, after), ("before", before_name, before))
    )
    divider = (
        '<div class="kx-shared-divider" role="slider" tabindex="0" aria-valuemin="0" '
        'aria-valuemax="100" aria-valuenow="50" '
        f'aria-label="Divider between {before_name} and {after_name}">'
        '<span class="kx-shared-grip"></span></div>'
    )
    return (
        f'<figure><div class="kx-shared-frame kx-shared-compare">{images}{divider}</div>'
        f"{_caption(opened, after)}</figure>"
    )


def _tile(opened: OpenedShare, number: int, picture: SharedPicture, token: str) -> str:
    image_id, alt = picture.image.id, _alt(opened, picture, f"Picture {number + 1}")
    thumbnail = f"{token}/thumbnails/{image_id}"
    # Twice as large as a row is high, for a screen of many pixels.
    image = (
        f'<img src="{thumbnail}?size=768" alt="{alt}" loading="lazy" decoding="async" '
        f"{_size(picture)}>"
    )
    link = f'<a href="{token}/pictures/{image_id}">{image}</a>'
    return f'<figure class="kx-shared-{number}">{link}{_caption(opened, picture)}</figure>'


def _size(picture: SharedPicture) -> str:
    return f'width="{picture.image.width_px}" height="{picture.image.height_px}"'


def _ratios(opened: OpenedShare) -> str:
    """The shape of each frame or tile: a policy this strict allows no style on an element."""
    if opened.link.kind is not ShareKind.COLLECTION:
        return f".kx-shared-frame{{{_ratio(opened.pictures[-1])}}}"
    return "".join(
        f".kx-shared-{number}{{{_ratio(picture)}}}"
        for number, picture in enumerate(opened.pictures)
    )


def _ratio(picture: SharedPicture) -> str:
    return f"--kx-ratio:{picture.image.width_px / picture.image.height_px:.4f}"


def _alt(opened: OpenedShare, picture: SharedPicture, without_prompt: str) -> str:
    prompt = picture.prompt if opened.link.shows_prompts else ""
    return html.escape(prompt or without_prompt, quote=True)


def _caption(opened: OpenedShare, picture: SharedPicture) -> str:
    if not opened.link.shows_prompts or not picture.prompt:
        return ""
    return f"<figcaption>{html.escape(picture.prompt)}</figcaption>"
