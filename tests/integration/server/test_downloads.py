"""Downloads over HTTP: single files with their metadata, and a ZIP of a user's images."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
from PIL import Image

from components.kie import GenerationRequest, OutputFormat
from components.studio.images.generation_metadata import read_metadata
from components.studio.images.store import ImageStore
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, AppServer, HttpClient
from tests.support.identity import new_token
from tests.support.seed import open_data_folder

EXPORTS = "/app/static/exports"
CROWD_SIZE = 200


def download_path(image_id: str, query: str = "") -> str:
    return f"/app/static/downloads/{image_id}{query}"


def export_path(*ids: str, extra: str = "") -> str:
    return f"{EXPORTS}?ids={','.join(ids)}{extra}"


def post(client: HttpClient, fields: dict[str, str] | bytes) -> requests.Response:
    """POST a form to the ZIP route, as the gallery does with many selected images."""
    cookie = {"cookie": f"{COOKIE}={client.token}"}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(client.url + EXPORTS, data=fields, headers=cookie, timeout=60)


def head(client: HttpClient, path: str) -> requests.Response:
    cookie = {"cookie": f"{COOKIE}={client.token}"}
    with requests.Session() as session:
        session.trust_env = False
        return session.head(client.url + path, headers=cookie, timeout=60)


def open_zip(response: requests.Response) -> zipfile.ZipFile:
    assert response.status_code == 200, response.text
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.testzip() is None
    return archive


def image_ids(response: requests.Response) -> list[str]:
    """The image ids of a ZIP's manifest, in its order."""
    rows = json.loads(open_zip(response).read("manifest.json"))["pictures"]
    return [row["picture_id"] for row in rows]


@pytest.mark.parametrize("form", list(OutputFormat))
def test_download_has_metadata_and_same_pixels(form: OutputFormat, seeded_app: SeededApp) -> None:
    is_png = form is OutputFormat.PNG
    image_id = seeded_app.anna_png if is_png else seeded_app.anna_picture
    response = seeded_app.anna.get(download_path(image_id))
    metadata = read_metadata(response.content)

    assert response.headers["content-type"] == f"image/{form.value}"
    assert response.headers["content-length"] == str(len(response.content))
    assert metadata is not None
    prompt = "A blue hut" if is_png else "A red fox, running"
    assert metadata.request == GenerationRequest(prompt=prompt)
    assert metadata.image_id == image_id
    stored = seeded_app.seeds.picture_bytes(image_id, form)
    with (
        Image.open(io.BytesIO(response.content)) as sent,
        Image.open(io.BytesIO(stored)) as original,
    ):
        assert sent.tobytes() == original.tobytes()


def test_plain_download_is_the_stored_file(seeded_app: SeededApp) -> None:
    response = seeded_app.anna.get(download_path(seeded_app.anna_picture, "?plain=1"))

    assert response.content == seeded_app.seeds.picture_bytes(seeded_app.anna_picture)
    assert read_metadata(response.content) is None


@pytest.mark.parametrize("query", ["", "?plain=1"])
def test_head_returns_the_size(query: str, seeded_app: SeededApp) -> None:
    head_response = head(seeded_app.anna, download_path(seeded_app.anna_picture, query))
    sent = seeded_app.anna.get(download_path(seeded_app.anna_picture, query))

    assert head_response.content == b""
    for name in ("content-length", "content-type", "content-disposition", "cache-control"):
        assert head_response.headers[name] == sent.headers[name]


def test_download_of_another_user_is_404(seeded_app: SeededApp) -> None:
    missing = seeded_app.ben.get(download_path("0" * 32))
    for other in (seeded_app.ben, seeded_app.app.client(), seeded_app.app.client(new_token())):
        for query in ("", "?plain=1", "?trash"):
            response = other.get(download_path(seeded_app.anna_picture, query))
            assert (response.status_code, response.content) == (404, missing.content)
            assert response.headers["cache-control"] == "no-store"


def test_zip_keeps_the_requested_order(seeded_app: SeededApp) -> None:
    response = seeded_app.anna.get(export_path(seeded_app.anna_png, seeded_app.anna_picture))
    names = open_zip(response).namelist()
    disposition = response.headers["content-disposition"]

    assert response.headers["content-type"] == "application/zip"
    assert response.headers["cache-control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="kontext-studio-\d{4}-\d\d-\d\d\.zip"', disposition
    ), disposition
    assert names == [
        f"001-a-blue-hut-{seeded_app.anna_png[:8]}.png",
        f"002-a-red-fox-running-{seeded_app.anna_picture[:8]}.jpg",
        "manifest.csv",
        "manifest.json",
    ]
    assert read_metadata(open_zip(response).read(names[1])) is not None


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_zip_is_named_for_the_day_of_its_zone(zone: str, seeded_app: SeededApp) -> None:
    path = export_path(seeded_app.anna_png, extra=f"&zone={zone}")
    before = datetime.now(ZoneInfo(zone)).date()
    disposition = seeded_app.anna.get(path).headers["content-disposition"]

    days = {before, datetime.now(ZoneInfo(zone)).date()}
    assert disposition in {f'attachment; filename="kontext-studio-{day}.zip"' for day in days}


@pytest.mark.parametrize(
    "zone", ["Nowhere/Town", "../../etc/passwd", "America", "", "%00", "x" * 300]
)
def test_unknown_zone_is_utc(zone: str, seeded_app: SeededApp) -> None:
    response = seeded_app.anna.get(export_path(seeded_app.anna_png, extra=f"&zone={zone}"))

    assert response.status_code == 200
    assert open_zip(response).testzip() is None


def test_plain_zip_has_the_stored_files(seeded_app: SeededApp) -> None:
    stored = seeded_app.seeds.picture_bytes(seeded_app.anna_picture)
    by_url = seeded_app.anna.get(export_path(seeded_app.anna_picture, extra="&plain=1"))
    by_form = post(seeded_app.anna, {"ids": seeded_app.anna_picture, "plain": "1"})

    for response in (by_url, by_form):
        archive = open_zip(response)
        assert archive.read(archive.namelist()[0]) == stored


def test_form_can_name_a_whole_gallery(seeded_app: SeededApp) -> None:
    own_ids = (*seeded_app.hostile, seeded_app.anna_picture)
    unknown_ids = [f"{number:032x}" for number in range(1000 - len(own_ids))]

    by_spaces = post(seeded_app.anna, {"ids": " ".join([*unknown_ids, *own_ids])})
    by_commas = post(seeded_app.anna, {"ids": ",\n".join(own_ids)})
    assert image_ids(by_spaces) == image_ids(by_commas) == list(own_ids)


def test_repeated_id_is_exported_once(seeded_app: SeededApp) -> None:
    ids = [seeded_app.anna_picture] * 3

    assert image_ids(seeded_app.anna.get(export_path(*ids))) == ids[:1]
    repeated = "&".join(f"ids={one}" for one in ids)
    assert image_ids(seeded_app.anna.get(f"{EXPORTS}?{repeated}")) == ids[:1]


def test_images_of_others_are_left_out_of_zip(seeded_app: SeededApp) -> None:
    malformed = ("..", "", "%00", "x" * 32)
    requested = (seeded_app.ben_picture, "0" * 32, seeded_app.anna_picture, *malformed)

    assert image_ids(seeded_app.anna.get(export_path(*requested))) == [seeded_app.anna_picture]


@pytest.mark.parametrize("ids", ["", "..", "0" * 32, "{ben}", "{ben},{ben}"])
def test_zip_without_own_images_is_404(ids: str, seeded_app: SeededApp) -> None:
    requested_ids = ids.format(ben=seeded_app.ben_picture)
    for response in (
        seeded_app.anna.get(f"{EXPORTS}?ids={requested_ids}"),
        post(seeded_app.anna, {"ids": requested_ids}),
        seeded_app.app.client().get(export_path(seeded_app.anna_picture)),
    ):
        assert (response.status_code, response.text) == (404, "No such pictures.")


def test_too_many_images_are_rejected(seeded_app: SeededApp) -> None:
    ids = [f"{number:032x}" for number in range(1001)]
    response = post(seeded_app.anna, {"ids": ",".join(ids)})

    assert (response.status_code, response.text) == (400, "Take 1,000 pictures at most.")
    assert post(seeded_app.anna, b"ids=" + b"0" * 200_000).status_code == 413


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"ids", b"=" * 900, b"%%%", b"ids=%ff%00"])
def test_malformed_form_names_nothing(body: bytes, seeded_app: SeededApp) -> None:
    assert post(seeded_app.anna, body).status_code == 404


def test_zip_member_names_are_safe(seeded_app: SeededApp) -> None:
    names = open_zip(seeded_app.anna.get(export_path(*seeded_app.hostile))).namelist()

    assert len(set(names)) == len(seeded_app.hostile) + 2
    assert all(re.fullmatch(r"\d{3}-[\w-]+\.jpg", name) for name in names[:-2])


def test_head_of_zip_builds_none(seeded_app: SeededApp) -> None:
    response = head(seeded_app.anna, export_path(seeded_app.anna_picture))

    assert (response.status_code, response.headers["content-type"]) == (200, "application/zip")
    assert response.headers.get("content-length", "0") == "0"


@dataclass(frozen=True)
class Crowd:
    """An app with a user who has many images of about 1 MB each."""

    app: AppServer
    owner: HttpClient
    ids: tuple[str, ...]
    photo_bytes: int

    def memory_bytes(self, name: str) -> int:
        """Memory of the app process: VmRSS is the current value, VmHWM the peak."""
        status = Path(f"/proc/{self.app.pid}/status").read_text("ascii")
        match = re.search(rf"{name}:\s+(\d+) kB", status)
        assert match is not None
        return int(match[1]) * 1024


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """All images are hard links to one file."""
    tmp_path = tmp_path_factory.mktemp("crowd")
    app, token = AppServer(tmp_path / "data"), new_token()
    photo = tmp_path / "photo.jpeg"
    Image.effect_noise((1200, 1000), 120).convert("RGB").save(photo, quality=88)
    with open_data_folder(app.folder) as seeds:
        first = seeds.repository.task(seeds.add_picture(token, "A fox"))
        model = seeds.repository.image(first.id) if first else None
        assert first is not None
        assert model is not None
        ids = tuple(f"{number:032x}" for number in range(CROWD_SIZE))
        seeds.repository.add_tasks(
            [replace(first, id=one, token=f"token-{one}", image_id=one) for one in ids]
        )
        for one in ids:
            seeds.repository.add_image(replace(model, id=one, task_id=one))
            path = ImageStore(app.folder).image_file(one, "jpeg").path
            path.parent.mkdir(exist_ok=True)
            path.hardlink_to(photo)
    with app:
        yield Crowd(app, app.client(token), ids, photo.stat().st_size)


def test_large_zip_takes_little_memory(crowd: Crowd) -> None:
    assert image_ids(crowd.owner.get(export_path(*crowd.ids[:3]))) == list(crowd.ids[:3])
    before = crowd.memory_bytes("VmRSS")
    cookie = {"cookie": f"{COOKIE}={crowd.owner.token}"}
    fields = {"ids": ",".join(crowd.ids)}
    sent = 0
    with (
        requests.Session() as session,
        session.post(
            crowd.owner.url + EXPORTS, data=fields, headers=cookie, timeout=60, stream=True
        ) as response,
    ):
        for chunk in response.iter_content(1024 * 1024):
            if sent == 0:
                time.sleep(1)  # the client stops reading: the app must not buffer
                assert crowd.memory_bytes("VmRSS") - before < 50_000_000
            sent += len(chunk)

    assert sent > CROWD_SIZE * crowd.photo_bytes
    assert crowd.memory_bytes("VmHWM") - before < 100_000_000


def test_disconnect_and_missing_file_are_harmless(crowd: Crowd) -> None:
    cookie = {"cookie": f"{COOKIE}={crowd.owner.token}"}
    path = crowd.owner.url + export_path(*crowd.ids)
    with (
        requests.Session() as session,
        session.get(path, headers=cookie, timeout=60, stream=True) as response,
    ):
        assert next(response.iter_content(1024)).startswith(b"PK")
    ImageStore(crowd.app.folder).image_file(crowd.ids[0], "jpeg").path.unlink()

    rows = json.loads(open_zip(crowd.owner.get(export_path(*crowd.ids[:2]))).read("manifest.json"))
    assert [row["state"] for row in rows["pictures"]] == ["missing", "included"]
    assert crowd.owner.get(download_path(crowd.ids[0])).status_code == 404
    assert "Traceback" not in crowd.app.log
