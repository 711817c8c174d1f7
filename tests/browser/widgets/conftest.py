"""The pages that several files of this folder look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.widgets.compare_fixtures import (
    BLUE,
    LATE,
    LIME,
    SCREEN,
    STRICT,
    Served,
    Visit,
    covered,
    padded,
    scene,
)
from tests.browser.widgets.grid_fixtures import NOT_OURS, Server
from tests.browser.widgets.pages import serving
from tests.support.chromium import Watch


@pytest.fixture(scope="package")
def strip_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `strip_page.py` is served."""
    page = str(Path(__file__).with_name("strip_page.py"))
    with serving("page_server", tmp_path_factory.mktemp("strip"), PAGE=page) as url:
        yield url


@pytest.fixture(scope="package")
def compare_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Where `compare_page.py` is served, with the pictures of its pairs."""
    home = tmp_path_factory.mktemp("compare")
    pictures = home / "static"
    pictures.mkdir()
    scene(LIME).save(pictures / "before.png")
    covered(scene(BLUE), (1184, 880)).save(pictures / "same.png")
    covered(scene(BLUE), (1392, 752)).save(pictures / "cropped.png")
    padded(scene(BLUE), (1392, 752)).save(pictures / "padded.png")
    covered(scene(LIME), (1184, 880)).save(pictures / "untouched.jpg", quality=80)
    # Streamlit serves the static folder that lies beside the page.
    page = shutil.copy(Path(__file__).with_name("compare_page.py"), home)
    with serving("page_server", home, PAGE=str(page)) as url:
        yield Served(url, pictures)


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A designer's usual window, shared so that Streamlit's own scripts load once."""
    with browser.new_context(viewport=SCREEN, color_scheme="light") as context:
        yield context


@pytest.fixture
def visit(compare_page: Served, browser: Browser, desk: BrowserContext) -> Iterator[Visit]:
    """Opens the page of the pair; at the end of the test nothing may have gone wrong in it."""
    watch = Watch()
    opened: list[Page | BrowserContext] = []

    def open_page(query: str = "", *, ready: bool = True, **options: object) -> Page:
        context = browser.new_context(**{"viewport": SCREEN, **options}) if options else desk
        page = watch.over(context.new_page())
        opened.append(context if options else page)
        page.add_init_script(STRICT)
        page.goto(f"{compare_page.url}/?{query}")
        if ready:
            page.wait_for_selector(".kx-compare-viewport[data-status=ready]")
        return page

    yield open_page
    for window in opened:
        window.close()
    assert [said for said in watch.wrong if LATE not in said] == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where `grid_page.py` is served, and what it shows."""
    folder = tmp_path_factory.mktemp("grid")
    state = folder / "cards.json"
    Server("", state).show()
    with serving("grid_server", folder, GRID_STATE=str(state)) as url:
        yield Server(url, state)


@pytest.fixture
def page(desk: BrowserContext) -> Iterator[Page]:
    """A tab for the sheet, which fails its test when anything goes wrong in it."""
    watch = Watch()
    tab = watch.over(desk.new_page())
    yield tab
    tab.close()
    assert [said for said in watch.wrong if not any(known in said for known in NOT_OURS)] == []
