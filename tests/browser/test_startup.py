"""Every way to start the app ends in the whole app, and a second one on its data stands back."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from components.studio.identity import new_token
from tests.support.app_server import AppServer
from tests.support.chromium import open_page

NOBODYS = "0" * 32


@pytest.mark.browser
@pytest.mark.parametrize("starter", ["streamlit", "uvicorn"])
def test_gallery_as_the_first_page_of_the_process_runs_inside_the_app(
    starter: Literal["streamlit", "uvicorn"], tmp_path: Path, browser: Browser
) -> None:
    # uvicorn takes no option for the secrets of whoever runs the tests: this key wins over them.
    settings = {"KIE_API_KEY": "a-key", "KIE_BASE_URL": "http://127.0.0.1:9"}
    app = AppServer(tmp_path / "data", settings if starter == "uvicorn" else {}, starter)
    with app, open_page(browser, app.url, path="/gallery") as page:
        expect(page.get_by_role("heading", name="Gallery")).to_be_visible()
        expect(page.get_by_text("Kontext Studio", exact=True)).to_be_visible()
        expect(page).to_have_title("Gallery · Kontext Studio")

        page.get_by_role("link", name="Generate").click()
        expect(page.get_by_label("Prompt", exact=True)).to_be_visible()


@contextmanager
def somebody_at_work_in(folder: Path) -> Iterator[None]:
    """Another process's hold on a data folder: to the app, this test is another process."""
    folder.mkdir(parents=True)
    with (folder / "studio.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.mark.browser
def test_a_second_studio_on_one_folder_says_so_and_stands_back_until_the_first_is_gone(
    tmp_path: Path, browser: Browser
) -> None:
    folder = tmp_path / "data"
    app = AppServer(folder)
    with ExitStack() as first:
        first.enter_context(somebody_at_work_in(folder))
        with app, open_page(browser, app.url) as page:
            expect(page.get_by_role("alert")).to_contain_text("Another studio is at work")
            expect(page.get_by_role("alert")).to_contain_text("KONTEXT_DATA_DIR")
            expect(page.get_by_role("button", name="Generate")).to_have_count(0)
            assert app.client(new_token()).get(f"/app/static/pictures/{NOBODYS}").status_code == 503
            health = app.client().get("/healthz")
            assert (health.status_code, health.json()["ready"]) == (503, False)
            assert [path.name for path in folder.iterdir()] == ["studio.lock"]

            first.close()
            page.reload()
            expect(page.get_by_role("button", name="Generate ·")).to_be_visible()
            assert app.client().get("/healthz").json()["ready"] is True
