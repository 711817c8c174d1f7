"""Hosted under a path behind nginx with TLS, by the example of docs/operations.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.steps import (
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
# Without the slow timer behind them, live updates alone show the picture.
NO_FALLBACK = """
const { setInterval: original } = window;
window.setInterval = (run, ms, ...rest) => (ms === 15_000 ? 0 : original(run, ms, ...rest));
"""

WITH_PATH: dict[str, Any] = {
    "settings": {"STREAMLIT_SERVER_BASE_URL_PATH": "studio", "KONTEXT_HSTS": "60"}
}
WITHOUT_PATH: dict[str, Any] = {
    "settings": {"UVICORN_ROOT_PATH": "/studio", "KONTEXT_HSTS": "60"},
    "starter": "uvicorn",
}


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
    options: dict[str, Any], changes: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    options["settings"]["KONTEXT_TRUSTED_PROXIES"] = "127.0.0.1"
    with (
        AppServer(tmp_path / "data", **options) as app,
        serve_behind_nginx(app.port, tmp_path / "nginx", changes) as site,
        open_page(browser, site, "about:blank", ignore_https_errors=True) as page,
    ):
        page.add_init_script(NO_FALLBACK)
        push = f"{site.replace('https', 'wss')}/studio/push"
        with page.expect_websocket(lambda socket: socket.url == push) as opened:
            response = page.goto("/studio")
            submit_prompt(page, PROMPT)
        assert page.url == f"{site}/studio/"
        assert response is not None
        assert response.headers["strict-transport-security"] == "max-age=60"
        opened.value.wait_for_event("framereceived", lambda frame: json.loads(frame)["version"] > 1)
        expect_image(page, PROMPT)

        go_to(page, "Gallery")
        assert page.url == f"{site}/studio/gallery"
        expect_image(page, PROMPT)
        name, saved = download(page)
        assert pixels(saved) == pixels(stored_file(app, page, "jpeg"))
        assert re.fullmatch(r"kontext-a-lighthouse-at-dusk-[0-9a-f]{8}\.jpg", name)

        page.reload()
        expect_image(page, PROMPT)
        cards(page).first.get_by_role("img").first.click()
        large = page.get_by_role("dialog").locator("img[src*='/app/static/pictures/']")
        expect(large.first).to_have_js_property("complete", value=True)
        assert large.first.evaluate("image => image.naturalWidth") > 0
        assert "origin refused" not in app.log
        assert "forwarding headers" not in app.log
    assert '"path":"/studio/gallery"' in (tmp_path / "nginx" / "access.log").read_text("utf-8")
