"""All routes beside Streamlit's. None has Streamlit's checks: each checks for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.routing import BaseRoute

from components.server.downloads import download_routes
from components.server.frontend_assets import frontend_asset_routes
from components.server.health import health_routes
from components.server.images import image_routes
from components.server.live_updates import websocket_routes
from components.server.metrics import metrics_routes
from components.server.webhooks import webhook_routes
from components.studio.studio import Studio


def routes(
    open_studio: Callable[[], Studio], *, files_url: str, files: Mapping[str, bytes]
) -> list[BaseRoute]:
    """The routes, given what opens the app, and the assets of its pages."""
    return [
        *health_routes(open_studio),
        *metrics_routes(open_studio),
        *webhook_routes(open_studio),
        *image_routes(open_studio),
        *download_routes(open_studio),
        *websocket_routes(open_studio),
        *frontend_asset_routes(files_url, files),
    ]
