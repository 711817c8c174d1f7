"""Images over HTTP: owner only, safe file names, private caching."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import pytest
import requests
from PIL import Image

from components.kie import OutputFormat
from components.studio.images.store import ImageStore
from tests.integration.server.conftest import HOSTILE_PROMPTS, SeededApp
from tests.support.identity import new_token, user_id_of
from tests.support.seed import open_data_folder

FOLDERS = ("pictures", "thumbnails", "downloads")


def image_path(folder: str, image_id: str) -> str:
    return f"/app/static/{folder}/{image_id}"


def download_name(response: requests.Response) -> str:
    """The file name that a browser would use (RFC 6266)."""
    match = re.fullmatch(
        r"attachment; filename(?:\*=utf-8''([^;\"]+)|=\"([^\"]+)\")",
        response.headers["content-disposition"],
    )
    assert match is not None, response.headers["content-disposition"]
    return unquote(match[1]) if match[1] else str(match[2])


def test_owner_gets_the_stored_bytes(seeded_app: SeededApp) -> None:
    for path in ("pictures/{}", "downloads/{}?plain=1"):
        response = seeded_app.anna.get("/app/static/" + path.format(seeded_app.anna_picture))
        assert response.status_code == 200
        assert response.headers["content-type"] == "image/jpeg"
        assert response.content == seeded_app.seeds.picture_bytes(seeded_app.anna_picture)

    response = seeded_app.anna.get(image_path("pictures", seeded_app.anna_png))
    assert response.headers["content-type"] == "image/png"
    assert response.content == seeded_app.seeds.picture_bytes(seeded_app.anna_png, OutputFormat.PNG)


def assert_thumbnail(response: requests.Response, side_px: int) -> None:
    """A JPEG of this size and the image's shape, which caches of its owner keep forever."""
    assert response.headers["content-type"] == "image/jpeg"
    assert {"private", "immutable"} <= set(response.headers["cache-control"].split(", "))
    with Image.open(io.BytesIO(response.content)) as thumbnail:
        assert thumbnail.format == "JPEG"
        assert max(thumbnail.size) == side_px
        assert thumbnail.width / thumbnail.height == pytest.approx(880 / 1184, abs=0.01)


def test_thumbnail_is_jpeg_of_same_shape_in_two_sizes(seeded_app: SeededApp) -> None:
    path = image_path("thumbnails", seeded_app.anna_png)

    assert_thumbnail(seeded_app.anna.get(path), 384)
    assert_thumbnail(seeded_app.anna.get(f"{path}?size=384"), 384)
    assert_thumbnail(seeded_app.anna.get(f"{path}?size=768"), 768)


@pytest.mark.parametrize("size", ["", "1", "512", "4096", "768.0", "-768", "x"])
def test_unknown_thumbnail_size_is_404(size: str, seeded_app: SeededApp) -> None:
    path = image_path("thumbnails", seeded_app.anna_png)

    assert seeded_app.anna.get(f"{path}?size={size}").status_code == 404


def test_large_thumbnail_of_another_user_is_404(seeded_app: SeededApp) -> None:
    path = image_path("thumbnails", seeded_app.anna_png)

    assert seeded_app.ben.get(f"{path}?size=768").status_code == 404
    assert seeded_app.app.client().get(f"{path}?size=768").status_code == 404


def test_missing_large_thumbnail_is_made_on_request(seeded_app: SeededApp) -> None:
    file = ImageStore(seeded_app.app.folder).thumbnail_file(seeded_app.anna_picture, 768).path
    file.unlink()
    path = image_path("thumbnails", seeded_app.anna_picture)

    assert seeded_app.ben.get(f"{path}?size=768").status_code == 404
    assert not file.exists()
    assert_thumbnail(seeded_app.anna.get(f"{path}?size=768"), 768)
    assert file.is_file()


def test_large_thumbnails_of_an_older_gallery_are_made_side_by_side(
    seeded_app: SeededApp,
) -> None:
    store, ids = ImageStore(seeded_app.app.folder), [seeded_app.anna_picture, seeded_app.anna_png]
    for image_id in ids:
        store.thumbnail_file(image_id, 768).path.unlink()
    paths = [f"{image_path('thumbnails', image_id)}?size=768" for image_id in ids * 6]

    with ThreadPoolExecutor(len(paths)) as pool:
        for response in pool.map(seeded_app.anna.get, paths):
            assert_thumbnail(response, 768)


def test_small_thumbnail_is_served_where_no_large_one_can_be_made(seeded_app: SeededApp) -> None:
    store = ImageStore(seeded_app.app.folder)
    with open_data_folder(seeded_app.app.folder) as seeds:
        image_id = seeds.add_picture(seeded_app.anna.token or "", "A picture that breaks")
    store.thumbnail_file(image_id, 768).path.unlink()
    store.image_file(image_id, "jpeg").path.write_bytes(b"\xff\xd8\xff broken")

    response = seeded_app.anna.get(f"{image_path('thumbnails', image_id)}?size=768")
    assert response.headers["cache-control"] == "no-store"
    assert response.content == store.thumbnail_file(image_id).path.read_bytes()


@pytest.mark.parametrize("folder", FOLDERS)
def test_image_is_cached_privately_forever(folder: str, seeded_app: SeededApp) -> None:
    response = seeded_app.anna.get(image_path(folder, seeded_app.anna_picture))
    cache = response.headers["cache-control"]

    assert {"private", "immutable"} <= set(cache.split(", "))
    assert "max-age=31536000" in cache


@pytest.mark.parametrize("folder", FOLDERS)
def test_image_of_another_user_is_404(folder: str, seeded_app: SeededApp) -> None:
    missing = seeded_app.ben.get(image_path(folder, "0" * 32))
    others = {
        "cookie of another user": seeded_app.ben,
        "no cookie": seeded_app.app.client(),
        "new cookie": seeded_app.app.client(new_token()),
        "malformed cookie": seeded_app.app.client("x"),
        "user id of the owner": seeded_app.app.client(user_id_of(seeded_app.anna.token or "")),
        "last character missing": seeded_app.app.client((seeded_app.anna.token or "")[:-1]),
    }
    for case, other in others.items():
        response = other.get(image_path(folder, seeded_app.anna_picture))
        assert response.status_code == missing.status_code == 404, case
        assert response.content == missing.content, case
        assert response.headers["cache-control"] == "no-store", case
        assert dict(response.headers) | {"date": ""} == dict(missing.headers) | {"date": ""}, case


def test_range_request_needs_the_owner(seeded_app: SeededApp) -> None:
    path, headers = image_path("pictures", seeded_app.anna_picture), {"range": "bytes=0-99"}

    assert seeded_app.anna.get(path, **headers).status_code == 206
    assert seeded_app.ben.get(path, **headers).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/pictures/",
        "/app/static/pictures/..",
        "/app/static/pictures/../studio.db",
        "/app/static/pictures/%2e%2e%2fstudio.db",
        "/app/static/pictures/..%5cstudio.db",
        "/app/static/pictures/{id}.jpeg",
        "/app/static/pictures/{id}%00",
        "/app/static/pictures/{id}/",
        "/app/static/pictures/{upper}",
        "/app/static/pictures/%20{id}",
        "/app/static/thumbnails/../../../studio.db",
        "/app/static/../../data/studio.db",
        "/app/static/../.streamlit/secrets.toml",
        "/app/static//etc/passwd",
        "/app/static/%2fetc%2fpasswd",
        "/data/studio.db",
        "/media/../../studio.db",
    ],
)
def test_no_path_escapes_the_image_folder(path: str, seeded_app: SeededApp) -> None:
    actual_path = path.format(id=seeded_app.anna_picture, upper=seeded_app.anna_picture.upper())
    response = seeded_app.anna.get(actual_path)

    # Streamlit answers an unknown path with its own page; anything else would be a leak.
    is_page = response.headers.get("content-type", "").startswith("text/html")
    assert response.status_code in (307, 400, 404) or (is_page and b"<title>" in response.content)
    assert b"SQLite" not in response.content
    assert b"root:" not in response.content


def test_download_name_has_prompt_and_format(seeded_app: SeededApp) -> None:
    jpeg = seeded_app.anna.get(image_path("downloads", seeded_app.anna_picture))
    png = seeded_app.anna.get(image_path("downloads", seeded_app.anna_png))

    assert download_name(jpeg) == f"kontext-a-red-fox-running-{seeded_app.anna_picture[:8]}.jpg"
    assert download_name(png) == f"kontext-a-blue-hut-{seeded_app.anna_png[:8]}.png"
    assert (
        "content-disposition"
        not in seeded_app.anna.get(image_path("pictures", seeded_app.anna_png)).headers
    )


@pytest.mark.parametrize("number", range(len(HOSTILE_PROMPTS)))
def test_download_name_is_safe(number: int, seeded_app: SeededApp) -> None:
    response = seeded_app.anna.get(image_path("downloads", seeded_app.hostile[number]))
    name = download_name(response)

    assert response.status_code == 200
    assert re.fullmatch(r"kontext-[\w-]+\.jpg", name)
    assert len(name.encode()) <= 255
    assert "kontext_designer" not in response.headers.get("set-cookie", "")
    assert name.isprintable()
