"""A link that carries a gallery to another device: made, looked at, used once."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator

import pytest
import requests

from components.server.logs import JsonFormatter
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, HttpClient
from tests.support.identity import new_token

PAGE = {"accept": "text/html"}


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """Another device's browser."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(PAGE)
        yield session


def post(url: str, token: str | None, **form: str) -> requests.Response:
    cookies = {COOKIE: token} if token else {}
    return requests.post(
        url, data=form, cookies=cookies, headers=PAGE, allow_redirects=False, timeout=60
    )


def make_link(client: HttpClient) -> str:
    made = post(f"{client.url}/device", client.token)
    assert made.status_code == 200
    assert "<svg" in made.text
    found = re.search(r'aria-label="Link" value="([^"]+)"', made.text)
    assert found is not None
    return html.unescape(found[1])


def test_link_gives_the_same_gallery_to_the_first_who_presses(
    seeded_app: SeededApp, browser: requests.Session
) -> None:
    page = seeded_app.anna.open("/device").text
    assert "Make a link" in page
    assert "kx-shell" not in page, "it is no page of Streamlit's"
    link = make_link(seeded_app.anna)
    picture = f"{seeded_app.app.url}/app/static/pictures/{seeded_app.anna_picture}"

    for _ in range(2):  # a preview only looks
        assert "Open it here" in browser.get(link, timeout=60).text
    assert browser.get(picture, timeout=60).status_code == 404
    browser.post(link, timeout=60)
    assert browser.get(picture, timeout=60).status_code == 200
    assert "You are here already" in browser.get(make_link(seeded_app.anna), timeout=60).text

    for response in (post(link, None), post(link, new_token(), bring="1")):
        assert response.status_code == 410
        assert "set-cookie" not in response.headers


def test_device_with_pictures_of_its_own_is_asked(seeded_app: SeededApp) -> None:
    ben = new_token()
    with_pictures = seeded_app.seeds.add_picture(ben, "Made on the phone")
    link = make_link(seeded_app.anna)

    question = HttpClient(seeded_app.app.url, ben).open(link.removeprefix(seeded_app.app.url))
    assert "Leave them behind" in question.text
    answer = post(link, ben, bring="1")

    assert answer.status_code == 303
    picture = f"/app/static/pictures/{with_pictures}"
    assert seeded_app.anna.get(picture).status_code == 200
    assert HttpClient(seeded_app.app.url, ben).get(picture).status_code == 404


def test_stranger_makes_no_link(seeded_app: SeededApp) -> None:
    assert post(f"{seeded_app.app.url}/device", None).status_code == 403
    other_site = {"Origin": "https://evil.example", "cookie": f"{COOKIE}={seeded_app.anna.token}"}
    forged = requests.post(f"{seeded_app.app.url}/device", headers=other_site, timeout=60)
    assert forged.status_code == 403
    made_up = f"/device/{'x' * 43}"
    assert seeded_app.anna.open(made_up).status_code == 410


@pytest.mark.parametrize("path", ["/studio/device/SECRET", "/callbacks/kontext/SECRET?a=SECRET"])
def test_what_opens_something_stands_in_no_log(path: str) -> None:
    message = '%s - "%s %s HTTP/%s" %d'
    arguments = ("127.0.0.1:1", "GET", path, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, message, arguments, None)
    line = JsonFormatter().format(record)

    assert "SECRET" not in line
    assert "HTTP/1.1" in line
