"""Routes and middleware beside the pages: identity, images, downloads, live updates, webhooks."""

from components.server.identity import USER_HEADER
from components.server.logs import set_up_logs
from components.server.middleware import middleware
from components.server.routes import routes

__all__ = ["USER_HEADER", "middleware", "routes", "set_up_logs"]
