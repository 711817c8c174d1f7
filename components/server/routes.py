"""All routes beside Streamlit's. None has Streamlit's checks: each checks for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from components.server.admin import admin_routes
from components.server.change_maps import change_map_routes
from components.server.device_links import device_routes
from components.server.downloads import download_routes
from components.server.frontend_assets import frontend_asset_routes
from components.server.health import health_routes
from components.server.identity import identity_routes
from components.server.images import image_routes
from components.server.live_updates import ending_routes, websocket_routes
from components.server.metrics import metrics_routes
from components.server.notice_pages import NoticePages
from components.server.shares import share_routes
from components.server.sign_in_routes import LoginUrl, sign_in_routes
from components.server.uploads import upload_routes
from components.server.user_tokens import UserTokens
from components.server.webhooks import webhook_routes
from components.studio.settings import Auth, Settings
from components.studio.studio import Studio


def routes(
    open_studio: Callable[[], Studio],
    open_tokens: Callable[[], UserTokens],
    settings: Settings,
    *,
    base_path: str,
    files_url: str,
    files: Mapping[str, bytes],
    notice_pages: NoticePages,
    login_url: LoginUrl,
) -> list[Route | WebSocketRoute]:
    """The routes below the base path, given what opens the app, and the assets of its pages."""
    at_root: list[Route | WebSocketRoute] = [
        *health_routes(open_studio, details_for=settings.metrics_allow),
        *metrics_routes(open_studio),
        *webhook_routes(open_studio),
        *image_routes(open_studio),
        *change_map_routes(open_studio),
        *download_routes(open_studio),
        *admin_routes(open_studio),
        *upload_routes(open_studio),
        *websocket_routes(open_studio),
        *ending_routes(open_studio),
        *identity_routes(),
        *frontend_asset_routes(files_url, files),
        *share_routes(open_studio, files),
    ]
    if settings.auth is Auth.OIDC:
        at_root += sign_in_routes(login_url, notice_pages)
    if settings.auth is Auth.COOKIE:
        at_root += device_routes(open_studio, open_tokens, notice_pages)
    if not base_path:
        return at_root
    return [_redirect_to_slash(base_path), *(_move_below(base_path, route) for route in at_root)]


def _move_below(base_path: str, route: Route | WebSocketRoute) -> Route | WebSocketRoute:
    if isinstance(route, WebSocketRoute):
        return WebSocketRoute(base_path + route.path, route.endpoint)
    return Route(base_path + route.path, route.endpoint, methods=route.methods)


def _redirect_to_slash(base_path: str) -> Route:
    """Every address in a page is relative to it, so the first page needs the slash at its end.

    Starlette's own redirect names scheme, host and port, which a proxy may not tell.
    """

    async def redirect(request: Request) -> Response:
        path = f"{request.scope.get('root_path', '')}{base_path}/"
        return RedirectResponse(path + (f"?{request.url.query}" if request.url.query else ""), 307)

    return Route(base_path, redirect)
