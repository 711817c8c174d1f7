"""Every page has our style sheet and its shell, and no other response has."""

from __future__ import annotations

import re

import pytest
import requests

from components.ui import frontend
from tests.integration.server.conftest import SeededApp

LINK = re.compile(r'<link rel="stylesheet" href="(app/static/browser/[0-9a-f]{16}/kontext\.css)">')


@pytest.mark.parametrize("path", ["/", "/edit", "/gallery?find=fox"])
def test_every_page_ends_with_the_stylesheet(seeded_app: SeededApp, path: str) -> None:
    page = seeded_app.app.client().open(path)

    links = LINK.findall(page.text)
    assert links == [frontend.styles_url()]
    assert page.text.index(links[0]) > page.text.index('id="root"')
    styles = seeded_app.app.client().get(f"/{links[0]}")
    assert styles.headers["content-type"].startswith("text/css")
    assert "immutable" in styles.headers["cache-control"]
    for selector in (".kx-grid", ".kx-compare", ".st-key-kx-bar"):
        assert selector in styles.text


@pytest.mark.parametrize(
    ("path", "page"), [("/", "generate"), ("/edit", "edit"), ("/gallery", "gallery")]
)
def test_first_paint_is_ours(seeded_app: SeededApp, path: str, page: str) -> None:
    html = seeded_app.app.client().open(path).text

    assert "<title>Kontext Studio</title>" in html
    assert f'<div class="kx-shell" aria-hidden="true" data-page="{page}">' in html
    assert html.index("--kx-background:") < html.index("</head>")
    loaded_first = re.findall(r'rel="preload"\s+href="([^"]+)"\s+as="font"', html)
    assert len(loaded_first) == 2
    for url in [*loaded_first, *re.findall(r'rel="shortcut icon" href="([^"]+)"', html)]:
        assert url.startswith("app/static/")
        assert seeded_app.app.client().get(f"/{url}").status_code == 200


@pytest.mark.parametrize(
    ("path", "names"),
    [("/", ["studio.js"]), ("/edit", ["studio.js", "edit.js"]), ("/gallery", ["studio.js"])],
)
def test_scripts_of_a_page_are_asked_for_with_it(
    seeded_app: SeededApp, path: str, names: list[str]
) -> None:
    urls = re.findall(
        r'<link rel="modulepreload" href="([^"]+)">', seeded_app.app.client().open(path).text
    )

    assert [url.rpartition("/")[2] for url in urls] == names
    plain, small = (
        [seeded_app.app.client().get(f"/{url}", **headers) for url in urls]
        for headers in ({"accept-encoding": "identity"}, {"accept-encoding": "gzip, br"})
    )
    assert [each.headers.get("content-encoding") for each in plain] == [None] * len(urls)
    assert [each.headers["content-encoding"] for each in small] == ["gzip"] * len(urls)
    assert [each.text for each in small] == [each.text for each in plain]
    assert small[0].headers["vary"] == "accept-encoding"
    assert small[0].headers["content-type"].startswith("text/javascript")


def test_shell_repeats_nothing_of_the_path(seeded_app: SeededApp) -> None:
    html = seeded_app.app.client().open('/"><i>x').text

    assert 'data-page="generate"' in html
    assert "<i>x" not in html


@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_pages_are_not_cached(seeded_app: SeededApp, encoding: str) -> None:
    first = seeded_app.app.client().open("/", **{"accept-encoding": encoding})
    second = seeded_app.app.client().open(
        "/",
        **{
            "accept-encoding": encoding,
            "if-none-match": first.headers.get("etag", "*"),
            "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT",
        },
    )

    assert second.status_code == 200
    assert LINK.search(second.text)
    assert second.headers["cache-control"] == "no-store"
    assert int(second.headers["content-length"]) == len(second.content)


def test_other_responses_are_unchanged(seeded_app: SeededApp) -> None:
    health = seeded_app.app.client().open("/healthz")
    assert "stylesheet" not in health.text
    assert health.headers["content-type"].startswith("application/json")

    missing = seeded_app.app.client().open("/app/static/browser/0000000000000000/kontext.css")
    assert (missing.status_code, missing.text) == (404, "No such file.")


def test_head_of_a_page_has_no_zero_length(seeded_app: SeededApp) -> None:
    head = requests.head(seeded_app.app.url, headers={"accept": "text/html"}, timeout=60)

    assert head.status_code == 200
    assert int(head.headers["content-length"]) > 0
