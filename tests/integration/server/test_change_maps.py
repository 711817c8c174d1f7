"""The change map over HTTP: whose it is, what is refused, and what is drawn."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass

import pytest
import requests
from PIL import Image

from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, AppServer, HttpClient
from tests.support.edited_pair import as_png, edited_picture, source_picture
from tests.support.identity import new_token
from tests.support.seed import open_data_folder

INSIDE, OUTSIDE = (340, 240), (100, 100)
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class EditedPairs:
    """The running app with edits of Anna's, whose ids are those of their raw answers."""

    app: AppServer
    anna: HttpClient
    edit: str
    source: str
    edit_without_source_file: str
    broken_edit: str
    edit_without_file: str

    def path_of(self, image_id: str) -> str:
        return f"/app/static/changes/{image_id}"

    def post(
        self, image_id: str, body: str | bytes = "{}", token: str | None = "", **headers: str
    ) -> requests.Response:
        """POST settings as Anna, or as the user of another token."""
        cookie = f"{COOKIE}={self.anna.token if token == '' else token}"
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                self.app.url + self.path_of(image_id),
                data=body,
                headers={"cookie": cookie, **headers},
                timeout=60,
            )

    def post_until_done(self, image_id: str, body: str = "{}") -> requests.Response:
        """POST again while the pictures are being compared."""
        deadline = time.monotonic() + TIMEOUT_S
        while (response := self.post(image_id, body)).status_code == 202:
            assert response.headers["retry-after"] == "1"
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return response


@pytest.fixture(scope="module")
def pairs(seeded_app: SeededApp) -> EditedPairs:
    app, anna = seeded_app.app, new_token()
    source = source_picture()
    before, after = as_png(source), as_png(edited_picture(source))
    with open_data_folder(app.folder) as seeds:
        sources = [seeds.add_source(anna, before) for _ in range(4)]
        edits = [seeds.add_edit(anna, one, after) for one in sources]
        seeds.image_file(sources[1]).unlink()
        seeds.image_file(edits[2]).write_bytes(after[:2000])
        found = EditedPairs(app, app.client(anna), edits[0], sources[0], *edits[1:])
    found.post_until_done(edits[3])
    with open_data_folder(app.folder) as seeds:
        seeds.image_file(edits[3]).unlink()
    return found


def message_of(response: requests.Response) -> str:
    return str(response.json()["message"])


def test_map_is_drawn_with_the_settings_that_are_sent(pairs: EditedPairs) -> None:
    stroke = {"kind": "brush", "take": "edit", "points": [[0.2083, 0.2778]], "radius": 0.03}
    usual = pairs.post_until_done(pairs.edit)
    painted = pairs.post(pairs.edit, json.dumps({"strokes": [stroke]}))

    assert usual.headers["content-type"] == "image/png"
    assert usual.headers["cache-control"] == "no-store"
    where = json.loads(usual.headers["x-change-map"])
    assert (where["size"], where["source"], where["area"]) == ([480, 360], [480, 360], [0, 0, 1, 1])
    assert 0.03 < where["changed"] < 0.12
    for response, levels in ((usual, (255, 0)), (painted, (255, 255))):
        image = Image.open(io.BytesIO(response.content))
        assert (image.mode, image.size) == ("L", (480, 360))
        assert (image.getpixel(INSIDE), image.getpixel(OUTSIDE)) == levels


def test_edit_is_sent_as_it_lies_on_the_source(pairs: EditedPairs) -> None:
    pairs.post_until_done(pairs.edit)

    response = pairs.anna.get(pairs.path_of(pairs.edit))

    assert response.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(response.content)).size == (480, 360)


@pytest.mark.parametrize("token", [None, new_token()], ids=["nobody", "another"])
def test_map_of_another_user_is_missing(pairs: EditedPairs, token: str | None) -> None:
    response = pairs.post(pairs.edit, token=token)
    picture = pairs.app.client(token).get(pairs.path_of(pairs.edit))

    assert (response.status_code, picture.status_code) == (404, 404)
    assert message_of(response) == message_of(pairs.post("0" * 32))


def test_picture_that_no_edit_made_has_no_map(pairs: EditedPairs) -> None:
    assert pairs.post(pairs.source).status_code == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{cut", "The settings are not JSON."),
        ("[]", "The settings are not an object."),
        (b"\xff\xfe", "The settings are not JSON."),
        ('{"sensitivity": 9}', "The sensitivity is a whole number from -2 to 2."),
        ('{"brush": 1}', "Unknown settings: brush."),
    ],
)
def test_settings_that_are_not_valid_are_refused(
    pairs: EditedPairs, body: str | bytes, sentence: str
) -> None:
    response = pairs.post(pairs.edit, body)

    assert (response.status_code, message_of(response)) == (400, sentence)


def test_settings_of_more_than_a_megabyte_are_refused(pairs: EditedPairs) -> None:
    response = pairs.post(pairs.edit, " " * 1_000_001)

    assert response.status_code == 413
    assert message_of(response) == "These settings are too long. Undo some strokes."


def test_settings_from_another_site_are_refused(pairs: EditedPairs) -> None:
    assert pairs.post(pairs.edit, origin="https://elsewhere.example").status_code == 403


def test_edit_whose_source_is_gone_says_so(pairs: EditedPairs) -> None:
    response = pairs.post_until_done(pairs.edit_without_source_file)

    assert response.status_code == 410
    assert message_of(response) == "The source of this edit is no longer here."


def test_edit_that_cannot_be_read_says_so_each_time(pairs: EditedPairs) -> None:
    for _ in range(2):
        response = pairs.post_until_done(pairs.broken_edit)

        assert response.status_code == 422
        assert message_of(response) == "One of the two pictures cannot be read."


def test_map_outlives_the_edits_file_but_its_picture_does_not(pairs: EditedPairs) -> None:
    picture = pairs.anna.get(pairs.path_of(pairs.edit_without_file))

    assert pairs.post(pairs.edit_without_file).status_code == 200
    assert picture.status_code == 410
    assert message_of(picture) == "The service's own answer to this edit is no longer kept."
