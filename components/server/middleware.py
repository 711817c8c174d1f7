"""The list of all middleware."""

from __future__ import annotations

from collections.abc import Callable

from starlette.middleware import Middleware

from components.server.connection_limits import ConnectionLimits
from components.server.disconnects import QuietDisconnects
from components.server.error_responses import ReportUnknownErrors
from components.server.identity import IdentifyUser
from components.server.metrics_access import RestrictMetrics
from components.server.notice_pages import NoticePages
from components.server.origin_check import RefuseOtherOrigins
from components.server.page_middleware import CompletePages
from components.server.security_headers import SecurityHeaders
from components.server.sign_in import ReadClaims
from components.server.sign_in_routes import ExplainFailedSignIns
from components.server.slow_clients import CloseSlowClients
from components.server.streamlit_uploads import RefuseStreamlitUploads
from components.server.trusted_proxies import BelieveTrustedProxies
from components.server.user_tokens import UserTokens
from components.studio.settings import Settings
from components.studio.studio import Studio


def middleware(
    open_studio: Callable[[], Studio],
    open_tokens: Callable[[], UserTokens],
    settings: Settings,
    *,
    base_path: str,
    complete_page: Callable[[str, str], str],
    notice_pages: NoticePages,
    read_claims: ReadClaims,
) -> list[Middleware]:
    """All middleware, in the order in which a request passes it."""
    return [
        Middleware(CloseSlowClients),
        Middleware(BelieveTrustedProxies, trusted=settings.trusted_proxies, base_path=base_path),
        Middleware(QuietDisconnects),
        Middleware(SecurityHeaders, hsts_seconds=settings.hsts_seconds),
        Middleware(ReportUnknownErrors),  # in here: its responses have the headers above
        Middleware(RefuseStreamlitUploads),
        Middleware(RefuseOtherOrigins),
        Middleware(RestrictMetrics, allowed=settings.metrics_allow),
        Middleware(
            IdentifyUser,
            open_studio=open_studio,
            open_tokens=open_tokens,
            settings=settings,
            pages=notice_pages,
            read_claims=read_claims,
            base_path=base_path,
        ),
        Middleware(ExplainFailedSignIns, pages=notice_pages),
        Middleware(ConnectionLimits),
        Middleware(CompletePages, complete_page=complete_page, base_path=base_path),
    ]
