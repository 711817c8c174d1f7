"""Hosted under a path behind nginx with TLS, by the example of docs/operations.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    NO_FALLBACK,
    cards,
    download,
    expect_image,
    go_to,
    pixels,
    stored_file,
    submit_prompt,
)
from tests.support.app_server import AppServer
from tests.support.chromium import open_page
from tests.support.nginx import serve_behind_nginx

pytestmark = pytest.mark.browser

PROMPT = "A lighthouse at dusk"
TRUST: dict[str, str] = {"KONTEXT_TRUSTED_PROXIES": "127.0.0.1", "KONTEXT_HSTS": "60"}
WITH_PATH: dict[str, Any] = {"settings": {**TRUST, "STREAMLIT_SERVER_BASE_URL_PATH": "studio"}}
WITHOUT_PATH: dict[str, Any] = {
    "settings": {**TRUST, "UVICORN_ROOT_PATH": "/studio"},
    "starter": "uvicorn",
}


def open_the_gallery_first(page: Page, site: str) -> None:
    """Before any other page: Streamlit could take its path for the app's own."""
    response = page.goto("/studio/gallery")
    assert response is not None
    assert response.headers["strict-transport-security"] == "max-age=60"
    expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
    expect(
        page.get_by_test_id("stMainBlockContainer").get_by_text("Kontext Studio", exact=True)
    ).to_be_visible()
    expect(page).to_have_title("Gallery · Kontext Studio")
    go_to(page, "Generate")
    assert page.url == f"{site}/studio/"


def find_it_in_gallery_download_and_lightbox(app: AppServer, page: Page, site: str) -> None:
    go_to(page, "Gallery")
    assert page.url == f"{site}/studio/gallery"
    expect_image(page, PROMPT)
    name, saved = download(page)
    assert pixels(saved) == pixels(stored_file(app, page, "jpeg"))
    assert re.fullmatch(r"kontext-a-lighthouse-at-dusk-[0-9a-f]{8}\.jpg", name)
    cards(page).first.get_by_role("img").first.click()
    large = page.get_by_role("dialog").locator("img[src*='/app/static/pictures/']")
    expect(large.first).to_have_js_property("complete", value=True)
    assert large.first.evaluate("image => image.naturalWidth") > 0


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        pytest.param(WITH_PATH, {}, id="nginx passes the path on"),
        pytest.param(
            WITHOUT_PATH,
            {"proxy_pass http://127.0.0.1:8501;": "proxy_pass http://127.0.0.1:8501/;"},
            id="nginx removes the path",
        ),
    ],
)
def test_picture_comes_by_live_update_and_is_found_in_gallery_and_download(
    options: dict[str, Any],
    changes: dict[str, str],
    fast_sandbox: dict[str, str],
    browser: Browser,
    tmp_path: Path,
) -> None:
    options = {**options, "settings": options["settings"] | fast_sandbox}
    with (
        AppServer(tmp_path / "data", **options) as app,
        serve_behind_nginx(app.port, tmp_path / "nginx", changes) as site,
        open_page(browser, site, "about:blank", ignore_https_errors=True) as page,
    ):
        page.add_init_script(NO_FALLBACK)
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        open_the_gallery_first(page, site)
        submit_prompt(page, PROMPT)
        expect_image(page, PROMPT)
        assert f"{site.replace('https', 'wss')}/studio/push" in sockets
        find_it_in_gallery_download_and_lightbox(app, page, site)
        assert "origin refused" not in app.log
        assert "forwarding headers" not in app.log
    assert '"path":"/studio/gallery"' in (tmp_path / "nginx" / "access.log").read_text("utf-8")
