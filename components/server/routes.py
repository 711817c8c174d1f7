"""Every route of ours beside Streamlit's. None has Streamlit's guards: each checks for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.routing import BaseRoute

from components.server.downloads import export_routes
from components.server.frontend_assets import browser_file_routes
from components.server.health import health_routes
from components.server.images import file_routes
from components.server.live_updates import push_routes
from components.server.metrics import metrics_routes
from components.server.webhooks import callback_routes
from components.studio.studio import Studio


def routes(
    open_studio: Callable[[], Studio], *, files_url: str, files: Mapping[str, bytes]
) -> list[BaseRoute]:
    """The routes, given what opens the one studio of this process, and the files of its pages."""
    return [
        *health_routes(open_studio),
        *metrics_routes(open_studio),
        *callback_routes(open_studio),
        *file_routes(open_studio),
        *export_routes(open_studio),
        *push_routes(open_studio),
        *browser_file_routes(files_url, files),
    ]
