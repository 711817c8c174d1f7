"""Pictures over HTTP: for their owner only, under harmless names, kept by no shared cache."""

from __future__ import annotations

import io
import re
from urllib.parse import unquote

import pytest
import requests
from PIL import Image

from components.kie import OutputFormat
from components.studio.identity import new_token, user_id_from_token
from tests.integration.server.conftest import HOSTILE_PROMPTS, SeededApp

KINDS = ("pictures", "thumbnails", "downloads")


def at(kind: str, picture_id: str) -> str:
    return f"/app/static/{kind}/{picture_id}"


def saved_as(answer: requests.Response) -> str:
    """The file name that a browser would use (RFC 6266)."""
    found = re.fullmatch(
        r"attachment; filename(?:\*=utf-8''([^;\"]+)|=\"([^\"]+)\")",
        answer.headers["content-disposition"],
    )
    assert found is not None, answer.headers["content-disposition"]
    return unquote(found[1]) if found[1] else str(found[2])


def test_owner_gets_the_stored_bytes(seeded_app: SeededApp) -> None:
    for path in ("pictures/{}", "downloads/{}?plain=1"):
        answer = seeded_app.anna.get("/app/static/" + path.format(seeded_app.anna_picture))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content == seeded_app.seeds.picture_bytes(seeded_app.anna_picture)

    answer = seeded_app.anna.get(at("pictures", seeded_app.anna_png))
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == seeded_app.seeds.picture_bytes(seeded_app.anna_png, OutputFormat.PNG)


def test_thumbnail_is_small_jpeg_of_same_shape(seeded_app: SeededApp) -> None:
    answer = seeded_app.anna.get(at("thumbnails", seeded_app.anna_png))

    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as thumbnail:
        assert thumbnail.format == "JPEG"
        assert max(thumbnail.size) == 384
        assert thumbnail.width / thumbnail.height == pytest.approx(880 / 1184, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_image_is_cached_privately_forever(kind: str, seeded_app: SeededApp) -> None:
    cache = seeded_app.anna.get(at(kind, seeded_app.anna_picture)).headers["cache-control"]

    assert {"private", "immutable"} <= set(cache.split(", "))
    assert "max-age=31536000" in cache


@pytest.mark.parametrize("kind", KINDS)
def test_image_of_another_user_is_404(kind: str, seeded_app: SeededApp) -> None:
    nothing = seeded_app.ben.get(at(kind, "0" * 32))
    strangers = {
        "another's cookie": seeded_app.ben,
        "no cookie": seeded_app.app.client(),
        "a fresh cookie": seeded_app.app.client(new_token()),
        "a broken cookie": seeded_app.app.client("x"),
        "the owner's name in the ledger": seeded_app.app.client(
            user_id_from_token(seeded_app.anna.token)
        ),
        "a letter too few": seeded_app.app.client((seeded_app.anna.token or "")[:-1]),
    }
    for who, stranger in strangers.items():
        answer = stranger.get(at(kind, seeded_app.anna_picture))
        assert answer.status_code == nothing.status_code == 404, who
        assert answer.content == nothing.content, who
        assert answer.headers["cache-control"] == "no-store", who
        assert dict(answer.headers) | {"date": ""} == dict(nothing.headers) | {"date": ""}, who


def test_range_request_needs_the_owner(seeded_app: SeededApp) -> None:
    path, wanted = at("pictures", seeded_app.anna_picture), {"range": "bytes=0-99"}

    assert seeded_app.anna.get(path, **wanted).status_code == 206
    assert seeded_app.ben.get(path, **wanted).status_code == 404


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
    asked = path.format(id=seeded_app.anna_picture, upper=seeded_app.anna_picture.upper())
    answer = seeded_app.anna.get(asked)

    # Streamlit answers a path it does not know with its own page, and nothing else may come.
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    assert answer.status_code in (307, 400, 404) or (is_page and b"<title>" in answer.content)
    assert b"SQLite" not in answer.content
    assert b"root:" not in answer.content


def test_download_name_has_prompt_and_format(seeded_app: SeededApp) -> None:
    photo = seeded_app.anna.get(at("downloads", seeded_app.anna_picture))
    drawing = seeded_app.anna.get(at("downloads", seeded_app.anna_png))

    assert saved_as(photo) == f"kontext-a-red-fox-running-{seeded_app.anna_picture[:8]}.jpg"
    assert saved_as(drawing) == f"kontext-a-blue-hut-{seeded_app.anna_png[:8]}.png"
    assert (
        "content-disposition"
        not in seeded_app.anna.get(at("pictures", seeded_app.anna_png)).headers
    )


@pytest.mark.parametrize("number", range(len(HOSTILE_PROMPTS)))
def test_download_name_is_safe(number: int, seeded_app: SeededApp) -> None:
    answer = seeded_app.anna.get(at("downloads", seeded_app.hostile[number]))
    name = saved_as(answer)

    assert answer.status_code == 200
    assert re.fullmatch(r"kontext-[\w-]+\.jpg", name)
    assert len(name.encode()) <= 255
    assert "kontext_designer" not in answer.headers.get("set-cookie", "")
    assert name.isprintable()
