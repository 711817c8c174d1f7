"""Both ways to start the app, and a second app on the same data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.app_server import AppServer
from tests.support.chromium import open_page
from tests.support.identity import new_token

pytestmark = pytest.mark.browser

NO_IMAGE = "0" * 32


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a data folder, as another process of the app does."""
    folder.mkdir(parents=True)
    with (folder / "studio.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_gallery_opened_first_under_uvicorn_runs_inside_the_app(
    tmp_path: Path, browser: Browser
) -> None:
    # uvicorn has no option for secrets.toml: this key wins over a real one in it.
    settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": "http://127.0.0.1:9"}
    app = AppServer(tmp_path / "data", settings, "uvicorn")
    with app, open_page(browser, app.url, path="/gallery") as page:
        expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
        expect(page.get_by_text("Kontext Studio", exact=True)).to_be_visible()
        expect(page).to_have_title("Gallery · Kontext Studio")

        page.get_by_role("link", name="Generate").click()
        expect(page.get_by_label("Prompt", exact=True)).to_be_visible()


def test_second_app_on_a_folder_waits_until_the_first_is_gone_then_opens_the_gallery(
    tmp_path: Path, browser: Browser
) -> None:
    folder = tmp_path / "data"
    app = AppServer(folder)
    with ExitStack() as first:
        first.enter_context(locked(folder))
        with app, open_page(browser, app.url, path="/gallery") as page:
            expect(page.get_by_role("alert")).to_contain_text("Another studio is at work")
            expect(page.get_by_role("alert")).to_contain_text("KONTEXT_DATA_DIR")
            expect(page.get_by_role("searchbox")).to_have_count(0)
            image = f"/app/static/pictures/{NO_IMAGE}"
            assert app.client(new_token()).get(image).status_code == 503
            health = app.client().get("/healthz")
            assert (health.status_code, health.json()["ready"]) == (503, False)
            assert [path.name for path in folder.iterdir()] == ["studio.lock"]

            first.close()  # the page finds it by itself
            expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
            expect(page).to_have_title("Gallery · Kontext Studio")
            page.get_by_role("link", name="Generate").click()
            expect(page.get_by_role("button", name="Generate ·")).to_be_visible()
            assert app.client().get("/healthz").json()["ready"] is True
