"""What the cookie of Streamlit's login says, as long as a sign-in lasts."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1.util import patch_config_options
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from components.studio.settings import Auth, Settings
from components.ui.streamlit_internals.sign_in import login_url, read_claims, sign_in_services

SECRET = "0123456789abcdef0123456789abcdef"
HERE = "https://studio.example.com"
NAME = "_streamlit_user"
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _auth_section(tmp_path: Path) -> object:
    file = tmp_path / "secrets.toml"
    file.write_text(
        f'[auth]\nredirect_uri = "{HERE}/oauth2callback"\ncookie_secret = "{SECRET}"\n'
        '[auth.okta]\nclient_id = "a"\n[auth.google]\nclient_id = "b"\n',
        "utf-8",
    )
    secrets_singleton._reset()
    with patch_config_options({"secrets.files": [str(file)]}):
        yield
    secrets_singleton._reset()


def signed(value: object, *, name: str = NAME, secret: str = SECRET) -> dict[str, str]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {name: create_signed_value(secret, name, text).decode()}


CLAIMS = {"origin": HERE, "is_logged_in": True, "email": "anna@example.com"}


def test_cookie_of_the_login_is_read() -> None:
    claims = read_claims(signed(CLAIMS), HOUR)

    assert claims is not None
    assert claims["email"] == "anna@example.com"


def test_long_cookie_in_parts_is_read() -> None:
    text = json.dumps(CLAIMS)
    parts = {NAME: "chunks-2", f"{NAME}_1": text[:20], f"{NAME}_2": text[20:]}
    cookies: dict[str, str] = {}
    for name, part in parts.items():
        cookies |= signed(part, name=name)

    assert read_claims(cookies, HOUR) == CLAIMS
    del cookies[f"{NAME}_2"]
    assert read_claims(cookies, HOUR) is None


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {NAME: ""},
        {NAME: "made up"},
        signed(CLAIMS, secret="another secret of another app"),
        signed(CLAIMS, name="_streamlit_user_tokens") | {NAME: "x"},
        signed({**CLAIMS, "origin": "https://other.example.com"}),
        signed({**CLAIMS, "is_logged_in": False}),
        signed("no JSON"),
        signed([1]),
    ],
)
def test_cookie_that_is_not_ours_names_nobody(cookies: dict[str, str]) -> None:
    assert read_claims(cookies, HOUR) is None


def test_sign_in_ends_by_this_servers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies, now = signed({**CLAIMS, "exp": 1, "iat": 2**33}), time.time()

    for later, is_known in ((HOUR - 60, True), (HOUR + 60, False)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        assert (read_claims(cookies, HOUR) is not None) is is_known


def test_services_are_named_where_there_are_several() -> None:
    assert sign_in_services(Settings(auth=Auth.OIDC)) == ("okta", "google")
    assert sign_in_services(Settings()) == ()
    assert login_url("okta").startswith("/auth/login?provider=")
