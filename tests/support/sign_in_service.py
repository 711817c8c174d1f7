"""A sign-in service (OpenID Connect) on this machine, and the settings of a studio that uses it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response
from oidc_provider_mock import User
from oidc_provider_mock import app as service
from werkzeug.serving import make_server

from tests.support.app_server import AppServer

PEOPLE = {
    "anna": {"email": "Anna@example.com", "name": "<b>Anna</b> *Berg*"},
    "ben": {"email": "ben@example.com", "name": "بن"},
    "carla": {"email": "carla@example.com", "name": "Carla"},
}


@contextmanager
def running_sign_in_service() -> Iterator[str]:
    """Run it; yields its URL. People sign in there by the names of PEOPLE."""
    users = [User(sub=sub, claims=dict(claims)) for sub, claims in PEOPLE.items()]
    app = service(user_claims=users)
    app.after_request(_without_foreign_styles)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _without_foreign_styles(response: Response) -> Response:
    """Its pages load a style sheet from another host."""
    if response.mimetype == "text/html":
        response.set_data(re.sub(rb"<link[^>]*cdn[^>]*>", b"", response.get_data()))
    return response


def use_sign_in_service(app: AppServer, url: str) -> None:
    """Let an app that has not started yet sign people in there."""
    app.settings = {**app.settings, "KONTEXT_AUTH": "oidc"}
    app.folder.mkdir(parents=True, exist_ok=True)
    app.secrets_path.write_text(
        f"""
[auth]
redirect_uri = "{app.url}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "studio"
client_secret = "a secret of the studio"
server_metadata_url = "{url}/.well-known/openid-configuration"
""",
        "utf-8",
    )
