"""Who reaches what: every route has its proof, and no id opens what is another person's."""

from __future__ import annotations

import pytest
import requests

from components.server import NoticePages, routes
from components.studio.settings import Auth, Settings
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE
from tests.support.identity import new_token, user_id_of

# The id in the address must be that of a picture of whoever asks.
OWN = {
    "/app/static/pictures/{picture_id}": "/app/static/pictures/{id}",
    "/app/static/thumbnails/{picture_id}": "/app/static/thumbnails/{id}?size=768",
    "/app/static/downloads/{picture_id}": "/app/static/downloads/{id}",
    "/app/static/changes/{picture_id}": "/app/static/changes/{id}",
    "/app/static/exports": "/app/static/exports?ids={id}",
}
OTHERS = {
    "/who": "answers about whoever asks",
    "/push": "tells what is one's own: test_live_updates.py",
    "/endings": "tells what is one's own: test_live_updates.py",
    "/uploads": "brings in for whoever asks: test_uploads.py",
    "/device": "makes a link for whoever asks: test_device_links.py",
    "/device/{link}": "a secret that works once: test_device_links.py",
    "/shared/{token:path}": "a secret: test_shares.py",
    "/shared/{token}/pictures/{picture_id}": "the same",
    "/shared/{token}/thumbnails/{picture_id}": "the same",
    "/callbacks/kontext/{token}": "a secret, and a signature: test_webhooks.py",
    "/app/static/admin/spending.csv": "admins: tests/unit/server/test_admin.py",
    "/metrics": "by address: test_health.py",
    "/healthz": "says nothing of anybody",
    "/files/{path:path}": "scripts and styles",
    "/shared/assets/{path:path}": "the same",
    "/sign-in": "leads to the sign-in service",
}


@pytest.mark.parametrize(
    ("auth", "missing"),
    [
        (Auth.COOKIE, {"/sign-in"}),
        (Auth.PROXY, {"/sign-in", "/device", "/device/{link}"}),
        (Auth.OIDC, {"/device", "/device/{link}"}),
    ],
)
def test_every_route_is_listed_with_its_proof(auth: Auth, missing: set[str]) -> None:
    built = routes(
        lambda: pytest.fail("opened"),
        lambda: pytest.fail("opened"),
        Settings(auth=auth),
        base_path="",
        files_url="files",
        files={},
        notice_pages=NoticePages(),
        login_url=lambda _name: "",
    )
    assert {route.path for route in built} == {*OWN, *OTHERS} - missing


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("target", OWN.values(), ids=OWN)
def test_id_of_another_person_opens_nothing(
    target: str, method: str, seeded_app: SeededApp
) -> None:
    anna, ben = seeded_app.anna.token, seeded_app.ben.token
    assert anna is not None
    assert ben is not None
    own = seeded_app.anna.get(target.format(id=seeded_app.anna_picture))
    assert own.status_code == (404 if "changes" in target else 200)  # it is no edit

    visitors = {
        "another": {"cookie": f"{COOKIE}={ben}"},
        "nobody": {},
        "a made-up cookie": {"cookie": f"{COOKIE}={new_token()}"},
        "both": {"cookie": f"{COOKIE}={anna}; {COOKIE}={ben}"},
        "a header": {"x-kontext-user": user_id_of(anna)},
        "a proxy's header": {
            "x-forwarded-email": "anna@example.com",
            "x-kontext-cookie-user": anna,
        },
        "a header in capitals": {"X-KONTEXT-USER": user_id_of(anna), "cookie": f"{COOKIE}={ben}"},
        "the cookie in a query": {"referer": f"{seeded_app.app.url}/?{COOKIE}={anna}"},
    }
    for case, headers in visitors.items():
        response = requests.request(
            method,
            seeded_app.app.url + target.format(id=seeded_app.anna_picture),
            headers=headers,
            allow_redirects=False,
            timeout=60,
        )
        assert response.status_code in (400, 403, 404, 405), case
        assert "fox" not in response.text, case
        assert "set-cookie" not in response.headers, case
