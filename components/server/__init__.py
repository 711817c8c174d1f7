"""Routes and middleware beside the pages: identity, images, downloads, live updates, webhooks."""

from components.server.identity import USER_HEADER
from components.server.logs import set_up_logs, set_up_logs_of_libraries
from components.server.middleware import middleware
from components.server.routes import routes
from components.server.slow_clients import raise_file_limit

__all__ = [
    "USER_HEADER",
    "middleware",
    "raise_file_limit",
    "routes",
    "set_up_logs",
    "set_up_logs_of_libraries",
]
