"""Streamlit's own login (1.67): what its cookie says, and where it begins.

Streamlit reads the cookie for sockets alone; the app's own routes have to know as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from streamlit import config
from streamlit.auth_util import (
    get_cookie_with_chunks,
    get_origin_from_redirect_uri,
    get_secrets_auth_section,
)
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from components.studio.settings import Auth, Settings

USER_COOKIE = "_streamlit_user"
_DAY_SECONDS = 86400
_OPTION = "server.cookieSecret"


def use_cookie_secret() -> None:
    """Take the secret of the login's cookies from the environment, also under uvicorn."""
    # Streamlit's command line alone reads the environment.
    if named := os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET"):
        config.set_option(_OPTION, named)


def read_claims(cookies: Mapping[str, str], max_age_seconds: float) -> Mapping[str, object] | None:
    """What the sign-in service said of a person; None if nobody has signed in within this time.

    The time is that of this server's clock, which signed the cookie.
    """
    secret = get_cookie_secret()

    def read(name: str) -> bytes | None:
        value = cookies.get(name)
        if value is None:
            return None
        days = max_age_seconds / _DAY_SECONDS
        return decode_signed_value(secret, name, value.encode("latin-1", "replace"), days)

    value = get_cookie_with_chunks(read, USER_COOKIE)
    if value is None:
        return None
    try:
        claims = json.loads(value)
    except ValueError:
        return None
    # Another app of this host may have been given the same secret.
    is_ours = isinstance(claims, dict) and claims.get("origin") == get_origin_from_redirect_uri()
    return claims if is_ours and claims.get("is_logged_in") is True else None


def sign_in_services(settings: Settings) -> tuple[str, ...]:
    """The names of the services under [auth] in secrets.toml; none where it is one without a name.

    An underscore in a name is nothing that Streamlit takes.
    """
    section = get_secrets_auth_section() if settings.auth is Auth.OIDC else {}
    if section.get("client_id"):
        return ()
    return tuple(
        name for name, part in section.items() if isinstance(part, Mapping) and "_" not in name
    )


def login_url(service: str) -> str:
    """The path at which a login begins, for two minutes."""
    return generate_login_redirect_url(service or "default")
