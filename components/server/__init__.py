"""Routes and middleware beside the pages: identity, images, downloads, live updates, webhooks."""

from components.server.identity import COOKIE_USER_HEADER, USER_HEADER
from components.server.logs import set_up_logs, set_up_logs_of_libraries
from components.server.middleware import middleware
from components.server.notice_pages import NoticePages
from components.server.routes import routes
from components.server.slow_clients import raise_file_limit

__all__ = [
    "COOKIE_USER_HEADER",
    "USER_HEADER",
    "NoticePages",
    "middleware",
    "raise_file_limit",
    "routes",
    "set_up_logs",
    "set_up_logs_of_libraries",
]
