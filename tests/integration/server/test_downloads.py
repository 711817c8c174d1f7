"""Downloads over HTTP: files that say how they were made, and a ZIP of one's own pictures."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests
from PIL import Image

from components.kie import GenerationRequest, OutputFormat
from components.studio.identity import new_token
from components.studio.images.metadata import read_metadata
from components.studio.images.store import ImageStore
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, AppServer, HttpClient
from tests.support.seed import open_data_folder

EXPORTS = "/app/static/exports"
MANY = 500


def at(picture_id: str, query: str = "") -> str:
    return f"/app/static/downloads/{picture_id}{query}"


def asked(*ids: str, more: str = "") -> str:
    return f"{EXPORTS}?ids={','.join(ids)}{more}"


def post(visitor: HttpClient, fields: dict[str, str] | bytes) -> requests.Response:
    """Send a form, as a page with many pictures selected does."""
    cookie = {"cookie": f"{COOKIE}={visitor.token}"}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(visitor.url + EXPORTS, data=fields, headers=cookie, timeout=20)


def head(visitor: HttpClient, path: str) -> requests.Response:
    cookie = {"cookie": f"{COOKIE}={visitor.token}"}
    with requests.Session() as session:
        session.trust_env = False
        return session.head(visitor.url + path, headers=cookie, timeout=20)


def opened(answer: requests.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def pictures_in(answer: requests.Response) -> list[str]:
    """The ids of what a ZIP lists, in its order."""
    listed = json.loads(opened(answer).read("manifest.json"))["pictures"]
    return [row["picture_id"] for row in listed]


@pytest.mark.parametrize("form", list(OutputFormat))
def test_a_download_says_how_it_was_made_and_shows_the_same(
    form: OutputFormat, seeded_app: SeededApp
) -> None:
    is_png = form is OutputFormat.PNG
    picture_id = seeded_app.anna_png if is_png else seeded_app.anna_picture
    answer = seeded_app.anna.get(at(picture_id))
    found = read_metadata(answer.content)

    assert answer.headers["content-type"] == f"image/{form.value}"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert found is not None
    prompt = "A blue hut" if is_png else "A red fox, running"
    assert found.request == GenerationRequest(prompt=prompt)
    assert found.image_id == picture_id
    stored = seeded_app.seeds.picture_bytes(picture_id, form)
    with (
        Image.open(io.BytesIO(answer.content)) as sent,
        Image.open(io.BytesIO(stored)) as kept,
    ):
        assert sent.tobytes() == kept.tobytes()


def test_a_plain_download_is_the_file_on_the_disk(seeded_app: SeededApp) -> None:
    answer = seeded_app.anna.get(at(seeded_app.anna_picture, "?plain=1"))

    assert answer.content == seeded_app.seeds.picture_bytes(seeded_app.anna_picture)
    assert read_metadata(answer.content) is None


@pytest.mark.parametrize("query", ["", "?plain=1"])
def test_the_size_is_known_without_the_file(query: str, seeded_app: SeededApp) -> None:
    told = head(seeded_app.anna, at(seeded_app.anna_picture, query))
    sent = seeded_app.anna.get(at(seeded_app.anna_picture, query))

    assert told.content == b""
    for name in ("content-length", "content-type", "content-disposition", "cache-control"):
        assert told.headers[name] == sent.headers[name]


def test_nobody_elses_download_says_anything(seeded_app: SeededApp) -> None:
    nothing = seeded_app.ben.get(at("0" * 32))
    for stranger in (seeded_app.ben, seeded_app.app.client(), seeded_app.app.client(new_token())):
        for query in ("", "?plain=1", "?trash"):
            answer = stranger.get(at(seeded_app.anna_picture, query))
            assert (answer.status_code, answer.content) == (404, nothing.content)
            assert answer.headers["cache-control"] == "no-store"


def test_a_zip_holds_the_pictures_in_the_order_they_were_named(seeded_app: SeededApp) -> None:
    answer = seeded_app.anna.get(asked(seeded_app.anna_png, seeded_app.anna_picture))
    names = opened(answer).namelist()
    disposition = answer.headers["content-disposition"]

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="kontext-studio-\d{4}-\d\d-\d\d\.zip"', disposition
    ), disposition
    assert names == [
        f"001-a-blue-hut-{seeded_app.anna_png[:8]}.png",
        f"002-a-red-fox-running-{seeded_app.anna_picture[:8]}.jpg",
        "manifest.csv",
        "manifest.json",
    ]
    assert read_metadata(opened(answer).read(names[1])) is not None


def test_a_plain_zip_holds_the_files_on_the_disk(seeded_app: SeededApp) -> None:
    stored = seeded_app.seeds.picture_bytes(seeded_app.anna_picture)
    by_address = seeded_app.anna.get(asked(seeded_app.anna_picture, more="&plain=1"))
    by_form = post(seeded_app.anna, {"ids": seeded_app.anna_picture, "plain": "1"})

    for answer in (by_address, by_form):
        archive = opened(answer)
        assert archive.read(archive.namelist()[0]) == stored


def test_a_form_names_as_many_pictures_as_a_gallery_shows(seeded_app: SeededApp) -> None:
    mine = (*seeded_app.hostile, seeded_app.anna_picture)
    others = [f"{number:032x}" for number in range(1000 - len(mine))]

    assert pictures_in(post(seeded_app.anna, {"ids": " ".join([*others, *mine])})) == list(mine)
    assert pictures_in(post(seeded_app.anna, {"ids": ",\n".join(mine)})) == list(mine)


def test_a_picture_that_is_named_twice_comes_once(seeded_app: SeededApp) -> None:
    ids = [seeded_app.anna_picture] * 3

    assert pictures_in(seeded_app.anna.get(asked(*ids))) == ids[:1]
    repeated = "&".join(f"ids={one}" for one in ids)
    assert pictures_in(seeded_app.anna.get(f"{EXPORTS}?{repeated}")) == ids[:1]


def test_what_is_not_theirs_is_left_out_without_a_word(seeded_app: SeededApp) -> None:
    named = (seeded_app.ben_picture, "0" * 32, seeded_app.anna_picture, "..", "", "%00", "x" * 32)

    assert pictures_in(seeded_app.anna.get(asked(*named))) == [seeded_app.anna_picture]


@pytest.mark.parametrize("ids", ["", "..", "0" * 32, "{ben}", "{ben},{ben}"])
def test_a_zip_of_nothing_of_theirs_is_not_made(ids: str, seeded_app: SeededApp) -> None:
    asked_for = ids.format(ben=seeded_app.ben_picture)
    for answer in (
        seeded_app.anna.get(f"{EXPORTS}?ids={asked_for}"),
        post(seeded_app.anna, {"ids": asked_for}),
        seeded_app.app.client().get(asked(seeded_app.anna_picture)),
    ):
        assert (answer.status_code, answer.text) == (404, "No such pictures.")


def test_too_many_are_refused_in_words(seeded_app: SeededApp) -> None:
    ids = [f"{number:032x}" for number in range(1001)]
    answer = post(seeded_app.anna, {"ids": ",".join(ids)})

    assert (answer.status_code, answer.text) == (400, "Take 1,000 pictures at most.")
    assert post(seeded_app.anna, b"ids=" + b"0" * 200_000).status_code == 413


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"ids", b"=" * 900, b"%%%", b"ids=%ff%00"])
def test_a_form_that_makes_no_sense_names_nothing(body: bytes, seeded_app: SeededApp) -> None:
    assert post(seeded_app.anna, body).status_code == 404


def test_no_prompt_harms_by_its_name_in_a_zip(seeded_app: SeededApp) -> None:
    names = opened(seeded_app.anna.get(asked(*seeded_app.hostile))).namelist()

    assert len(set(names)) == len(seeded_app.hostile) + 2
    assert all(re.fullmatch(r"\d{3}-[\w-]+\.jpg", name) for name in names[:-2])


def test_asking_for_the_headers_of_a_zip_makes_none(seeded_app: SeededApp) -> None:
    told = head(seeded_app.anna, asked(seeded_app.anna_picture))

    assert (told.status_code, told.headers["content-type"]) == (200, "application/zip")
    assert "content-length" not in told.headers or told.headers["content-length"] == "0"


@dataclass(frozen=True)
class Crowd:
    """An app with a designer who has many pictures of about 1 MB each."""

    app: AppServer
    owner: HttpClient
    ids: tuple[str, ...]
    photo_bytes: int

    def memory_bytes(self, name: str) -> int:
        """What the app holds of memory: VmRSS now, VmHWM at the most so far."""
        status = Path(f"/proc/{self.app.pid}/status").read_text("ascii")
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """All its pictures are one file under many names."""
    tmp_path = tmp_path_factory.mktemp("crowd")
    app, token = AppServer(tmp_path / "data"), new_token()
    photo = tmp_path / "photo.jpeg"
    Image.effect_noise((1200, 1000), 120).convert("RGB").save(photo, quality=88)
    with open_data_folder(app.folder) as seeds:
        first = seeds.repository.task(seeds.add_picture(token, "A fox"))
        model = seeds.repository.image(first.id) if first else None
        assert first is not None
        assert model is not None
        ids = tuple(f"{number:032x}" for number in range(MANY))
        seeds.repository.add_tasks(
            [replace(first, id=one, token=f"token-{one}", image_id=one) for one in ids]
        )
        for one in ids:
            seeds.repository.add_image(replace(model, id=one, task_id=one))
            path = ImageStore(app.folder).image_path(one, "jpeg")
            path.parent.mkdir(exist_ok=True)
            path.hardlink_to(photo)
    with app:
        yield Crowd(app, app.client(token), ids, photo.stat().st_size)


def test_a_large_zip_takes_little_memory_however_slowly_it_is_read(crowd: Crowd) -> None:
    assert pictures_in(crowd.owner.get(asked(*crowd.ids[:3]))) == list(crowd.ids[:3])
    before = crowd.memory_bytes("VmRSS")
    cookie = {"cookie": f"{COOKIE}={crowd.owner.token}"}
    fields = {"ids": ",".join(crowd.ids)}
    sent = 0
    with (
        requests.Session() as session,
        session.post(
            crowd.owner.url + EXPORTS, data=fields, headers=cookie, timeout=20, stream=True
        ) as answer,
    ):
        for chunk in answer.iter_content(1024 * 1024):
            if sent == 0:
                time.sleep(1)  # a reader who stops: nothing may pile up meanwhile
                assert crowd.memory_bytes("VmRSS") - before < 50_000_000
            sent += len(chunk)

    assert sent > MANY * crowd.photo_bytes
    assert crowd.memory_bytes("VmHWM") - before < 100_000_000


def test_a_reader_who_goes_away_and_a_file_that_is_gone_harm_nothing(crowd: Crowd) -> None:
    cookie = {"cookie": f"{COOKIE}={crowd.owner.token}"}
    path = crowd.owner.url + asked(*crowd.ids)
    with (
        requests.Session() as session,
        session.get(path, headers=cookie, timeout=20, stream=True) as answer,
    ):
        assert next(answer.iter_content(1024)).startswith(b"PK")
    ImageStore(crowd.app.folder).image_path(crowd.ids[0], "jpeg").unlink()

    rows = json.loads(opened(crowd.owner.get(asked(*crowd.ids[:2]))).read("manifest.json"))
    assert [row["state"] for row in rows["pictures"]] == ["missing", "included"]
    assert crowd.owner.get(at(crowd.ids[0])).status_code == 404
    assert "Traceback" not in crowd.app.log
