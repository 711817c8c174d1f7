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
def test_download_has_metadata_and_same_pixels(form: OutputFormat, seeded_app: SeededApp) -> None:
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


def test_plain_download_is_the_stored_file(seeded_app: SeededApp) -> None:
    answer = seeded_app.anna.get(at(seeded_app.anna_picture, "?plain=1"))

    assert answer.content == seeded_app.seeds.picture_bytes(seeded_app.anna_picture)
    assert read_metadata(answer.content) is None


@pytest.mark.parametrize("query", ["", "?plain=1"])
def test_head_returns_the_size(query: str, seeded_app: SeededApp) -> None:
    told = head(seeded_app.anna, at(seeded_app.anna_picture, query))
    sent = seeded_app.anna.get(at(seeded_app.anna_picture, query))

    assert told.content == b""
    for name in ("content-length", "content-type", "content-disposition", "cache-control"):
        assert told.headers[name] == sent.headers[name]


def test_download_of_another_user_is_404(seeded_app: SeededApp) -> None:
    nothing = seeded_app.ben.get(at("0" * 32))
    for stranger in (seeded_app.ben, seeded_app.app.client(), seeded_app.app.client(new_token())):
        for query in ("", "?plain=1", "?trash"):
            answer = stranger.get(at(seeded_app.anna_picture, query))
            assert (answer.status_code, answer.content) == (404, nothing.content)
            assert answer.headers["cache-control"] == "no-store"


def test_zip_keeps_the_requested_order(seeded_app: SeededApp) -> None:
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


def test_plain_zip_has_the_stored_files(seeded_app: SeededApp) -> None:
    stored = seeded_app.seeds.picture_bytes(seeded_app.anna_picture)
    by_address = seeded_app.anna.get(asked(seeded_app.anna_picture, more="&plain=1"))
    by_form = post(seeded_app.anna, {"ids": seeded_app.anna_picture, "plain": "1"})

    for answer in (by_address, by_form):
        archive = opened(answer)
        assert archive.read(archive.namelist()[0]) == stored


def test_form_can_name_a_whole_gallery(seeded_app: SeededApp) -> None:
    mine = (*seeded_app.hostile, seeded_app.anna_picture)
    others = [f"{number:032x}" for number in range(1000 - len(mine))]

    assert pictures_in(post(seeded_app.anna, {"ids": " ".join([*others, *mine])})) == list(mine)
    assert pictures_in(post(seeded_app.anna, {"ids": ",\n".join(mine)})) == list(mine)


def test_repeated_id_is_exported_once(seeded_app: SeededApp) -> None:
    ids = [seeded_app.anna_picture] * 3

    assert pictures_in(seeded_app.anna.get(asked(*ids))) == ids[:1]
    repeated = "&".join(f"ids={one}" for one in ids)
    assert pictures_in(seeded_app.anna.get(f"{EXPORTS}?{repeated}")) == ids[:1]


def test_images_of_others_are_left_out_of_zip(seeded_app: SeededApp) -> None:
    named = (seeded_app.ben_picture, "0" * 32, seeded_app.anna_picture, "..", "", "%00", "x" * 32)

    assert pictures_in(seeded_app.anna.get(asked(*named))) == [seeded_app.anna_picture]


@pytest.mark.parametrize("ids", ["", "..", "0" * 32, "{ben}", "{ben},{ben}"])
def test_zip_without_own_images_is_404(ids: str, seeded_app: SeededApp) -> None:
    asked_for = ids.format(ben=seeded_app.ben_picture)
    for answer in (
        seeded_app.anna.get(f"{EXPORTS}?ids={asked_for}"),
        post(seeded_app.anna, {"ids": asked_for}),
        seeded_app.app.client().get(asked(seeded_app.anna_picture)),
    ):
        assert (answer.status_code, answer.text) == (404, "No such pictures.")


def test_too_many_images_are_rejected(seeded_app: SeededApp) -> None:
    ids = [f"{number:032x}" for number in range(1001)]
    answer = post(seeded_app.anna, {"ids": ",".join(ids)})

    assert (answer.status_code, answer.text) == (400, "Take 1,000 pictures at most.")
    assert post(seeded_app.anna, b"ids=" + b"0" * 200_000).status_code == 413


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"ids", b"=" * 900, b"%%%", b"ids=%ff%00"])
def test_malformed_form_names_nothing(body: bytes, seeded_app: SeededApp) -> None:
    assert post(seeded_app.anna, body).status_code == 404


def test_zip_member_names_are_safe(seeded_app: SeededApp) -> None:
    names = opened(seeded_app.anna.get(asked(*seeded_app.hostile))).namelist()

    assert len(set(names)) == len(seeded_app.hostile) + 2
    assert all(re.fullmatch(r"\d{3}-[\w-]+\.jpg", name) for name in names[:-2])


def test_head_of_zip_builds_none(seeded_app: SeededApp) -> None:
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


def test_large_zip_takes_little_memory(crowd: Crowd) -> None:
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


def test_disconnect_and_missing_file_are_harmless(crowd: Crowd) -> None:
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
