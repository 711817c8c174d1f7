"""The theme, the assets and the configuration of all pages: complete, without other hosts."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
UI = ROOT / "components" / "ui"
ASSETS = [
    path
    for path in (*UI.rglob("*.css"), *UI.rglob("*.js"))
    if not path.name.endswith(".test.js")  # never served
]
OTHER_HOST = re.compile(
    r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE
)


def test_page_has_its_own_icon() -> None:
    icon = ROOT / "static" / "icon.png"

    assert icon.read_bytes().startswith(b"\x89PNG")


def test_assets_name_no_other_host() -> None:
    assert len(ASSETS) > 5
    matches = [
        f"{asset.name}: {match[0]}"
        for asset in ASSETS
        for match in OTHER_HOST.finditer(asset.read_text("utf-8"))
    ]
    assert matches == []


def test_every_font_is_local() -> None:
    faces = CONFIG["theme"]["fontFaces"]

    assert faces
    for face in faces:
        assert (ROOT / face["url"].removeprefix("app/")).is_file()


def test_no_usage_statistics_and_no_tracebacks() -> None:
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"


def test_light_and_dark_themes_differ() -> None:
    light, dark = CONFIG["theme"]["light"], CONFIG["theme"]["dark"]

    assert light.keys() == dark.keys()
    assert all(light[name] != dark[name] for name in light)


def test_streamlit_shows_no_details_or_links_of_an_error() -> None:
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["showErrorLinks"] is False
