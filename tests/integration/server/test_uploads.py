"""Pictures that a browser sends: what is taken, from whom, how much, and how slowly."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pillow_heif
import pytest
import requests
from PIL import Image
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from components.server.disconnects import QuietDisconnects
from components.server.uploads import UploadLimits, upload_routes
from components.studio.db.database import DatabaseError
from components.studio.studio import Studio
from components.studio.tasks.models import TaskState
from tests.integration.server.conftest import SeededApp
from tests.support.app_server import COOKIE, AppServer, HttpClient
from tests.support.full_disk import full_disk
from tests.support.http_server import serve_routes
from tests.support.identity import new_token
from tests.support.studio_fixture import USER_ID, running_studio, wait_until

TIMEOUT_S = 60
MEGABYTE = 1024 * 1024
ELSEWHERE = "https://elsewhere.example"


def picture(width: int = 320, height: int = 180, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, form)
    return file.getvalue()


def noise(width: int, height: int, quality: int = 90) -> bytes:
    """A JPEG as hard to compress as a photo."""
    file = io.BytesIO()
    image = Image.effect_noise((width // 4, height // 4), 120).convert("RGB")
    image.resize((width, height)).save(file, "JPEG", quality=quality)
    return file.getvalue()


def send(client: HttpClient, data: bytes, name: str = "a.png", **headers: str) -> requests.Response:
    """Upload a picture as the page's script does."""
    cookie = {"cookie": f"{COOKIE}={client.token}"} if client.token else {}
    with requests.Session() as session:
        session.trust_env = False
        return session.post(
            client.url + "/uploads",
            data=data,
            headers={"x-file-name": quote(name), **cookie, **headers},
            timeout=TIMEOUT_S,
        )


def open_files(app: AppServer) -> list[str]:
    """The temporary files that the app has open in its data folder."""
    found = []
    for link in Path(f"/proc/{app.pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:  # closed meanwhile
            continue
        if target.startswith(str(app.folder)) and "deleted" in target:
            found.append(target)
    return found


def memory_bytes(app: AppServer, name: str = "VmRSS") -> int:
    """Memory of the app: VmRSS is the current value, VmHWM the peak."""
    status = Path(f"/proc/{app.pid}/status").read_text("ascii")
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


@dataclass
class RawUpload:
    """An upload that a test sends part by part."""

    connection: socket.socket

    def answer(self) -> bytes:
        """The whole answer, once the server has closed the connection."""
        return b"".join(iter(lambda: self.connection.recv(65536), b""))


@contextmanager
def raw_upload(
    url: str, token: str | None, body: bytes = b"", *, length: str | None
) -> Iterator[RawUpload]:
    """Send the head and part of a body; `length` is what is declared, None sends chunks."""
    port = int(url.rpartition(":")[2])
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    cookie = f"Cookie: {COOKIE}={token}\r\n" if token else ""
    head = f"POST /uploads HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}{size}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
        connection.sendall(head.encode() + body)
        yield RawUpload(connection)


class AsUser:
    """Middleware: every request comes from the user that its cookie names, or the studio's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookie = dict(scope.get("headers", [])).get(b"cookie", b"").decode()
        user_id = cookie.rpartition("=")[2] or USER_ID
        await self.app({**scope, "kontext.user_id": user_id}, receive, send)


@contextmanager
def served_uploads(studio: Studio, limits: UploadLimits) -> Iterator[HttpClient]:
    """The route alone, with other limits; a client's token is the user id."""
    routes = upload_routes(lambda: studio, limits=limits)
    middleware = [Middleware(QuietDisconnects), Middleware(AsUser)]
    with serve_routes(routes, middleware=middleware) as url:
        yield HttpClient(url, USER_ID)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running_studio(tmp_path_factory.mktemp("uploads")) as fixture:
        yield fixture.studio


# What comes in


def test_picture_is_its_senders_alone(seeded_app: SeededApp) -> None:
    response = send(seeded_app.anna, picture(), "ünsere katze 🦊.png")

    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    image_id = response.json()["id"]
    for folder in ("pictures", "thumbnails"):
        path = f"/app/static/{folder}/{image_id}"
        assert seeded_app.anna.get(path).status_code == 200
        assert seeded_app.ben.get(path).status_code == 404
    assert open_files(seeded_app.app) == []


def test_file_name_becomes_the_label(studio: Studio) -> None:
    with served_uploads(studio, UploadLimits()) as client:
        named = send(client, picture(), "../ünsere katze 🦊.png").json()["id"]
        unnamed = send(client, picture(300), "").json()["id"]
    assert studio.image(USER_ID, named).label == "../ünsere katze 🦊.png"
    assert studio.image(USER_ID, unnamed).label == "Picture"


def test_upload_over_a_persons_share_is_refused_with_a_sentence(tmp_path: Path) -> None:
    photo, other = noise(700, 500), noise(800, 600)
    room = Decimal(len(photo) + len(other) - 1) / 1_000_000_000
    with running_studio(tmp_path, settings={"max_gb_per_person": room}) as fixture:
        studio = fixture.studio
        with served_uploads(studio, UploadLimits()) as client:
            first = send(client, photo, "first.jpg")
            refused = send(client, other, "second.jpg")
            same = send(client, photo, "again.jpg")
            assert (first.status_code, same.json()) == (201, first.json())
            assert refused.status_code == 422
            assert "GB used. Delete pictures in the gallery" in refused.json()["message"]

            studio.gallery.move_to_trash(USER_ID, [first.json()["id"]])
            assert send(client, other, "second.jpg").status_code == 422
            studio.gallery.empty_trash(USER_ID)
            assert send(client, other, "second.jpg").status_code == 201
        # What is paid for is kept.
        fixture.wait_for(fixture.submit("a hill"), TaskState.DONE)


def test_declared_type_does_not_count(seeded_app: SeededApp) -> None:
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (320, 200), "teal")).save(heic)
    lying = {"content-type": "image/png"}

    assert send(seeded_app.anna, heic.getvalue(), "a.png", **lying).status_code == 201
    page = send(seeded_app.anna, b"<html><body>Not found</body></html>", "a.png", **lying)
    assert (page.status_code, "web page" in page.json()["message"]) == (422, True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (picture()[:60], "cut off"),
        (b"hello, I am a text", "not a picture"),
        (b"%PDF-1.7", "PDF"),
        (picture(8, 8), "16 pixels"),
    ],
)
def test_what_is_no_usable_picture_gets_a_sentence(
    data: bytes, message: str, seeded_app: SeededApp
) -> None:
    response = send(seeded_app.anna, data)
    assert response.status_code == 422
    assert message in response.json()["message"]


def test_without_cookie_nothing_is_taken(seeded_app: SeededApp) -> None:
    for client in (
        seeded_app.app.client(),
        seeded_app.app.client("v1." + "x" * 43 + "." + "x" * 43),
    ):
        response = send(client, picture())
        assert response.status_code == 401
        assert "cookie" in response.json()["message"]


def test_another_sites_page_sends_nothing(seeded_app: SeededApp) -> None:
    assert send(seeded_app.anna, picture(), origin=ELSEWHERE).status_code == 403
    assert send(seeded_app.anna, picture(), origin="null").status_code == 403
    assert send(seeded_app.anna, picture(), origin=seeded_app.app.url).status_code == 201


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "GET", "OPTIONS"])
def test_streamlits_own_upload_route_is_closed(method: str, seeded_app: SeededApp) -> None:
    for path in ("/_stcore/upload_file/a/b", "//_stcore/upload_file/a/b", "/_stcore/upload_file"):
        request = requests.Request(method, seeded_app.app.url).prepare()
        request.url = seeded_app.app.url + path
        with requests.Session() as session:
            session.trust_env = False
            assert session.send(request, timeout=TIMEOUT_S).status_code == 403


# Limits


def test_declared_length_above_20_mb_is_refused_at_once(seeded_app: SeededApp) -> None:
    token = seeded_app.anna.token
    with raw_upload(seeded_app.app.url, token, length=str(20 * MEGABYTE + 1)) as upload:
        answer = upload.answer()  # although no body was sent
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"larger than 20 MB" in answer


def test_undeclared_length_is_cut_at_20_mb(seeded_app: SeededApp) -> None:
    chunk = f"{MEGABYTE:x}\r\n".encode() + bytes(MEGABYTE) + b"\r\n"
    with raw_upload(seeded_app.app.url, seeded_app.anna.token, length=None) as upload:
        for _ in range(20):
            upload.connection.sendall(chunk)
        upload.connection.sendall(b"1\r\n0\r\n")  # the body does not end here
        answer = upload.answer()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert open_files(seeded_app.app) == []


def test_20_mb_are_read(seeded_app: SeededApp) -> None:
    data = picture() + bytes(20 * MEGABYTE - len(picture()))
    assert send(seeded_app.anna, data).status_code == 201


def test_upload_that_stops_is_given_up(studio: Studio) -> None:
    limits = UploadLimits(patience_seconds=0.2)
    with (
        served_uploads(studio, limits) as client,
        raw_upload(client.url, USER_ID, picture()[:60], length="99999") as upload,
    ):
        answer = upload.answer()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"too slowly" in answer


def test_upload_that_trickles_is_given_up_and_a_steady_one_is_not(studio: Studio) -> None:
    limits = UploadLimits(patience_seconds=0.3, min_bytes_per_second=1e9)
    with (
        served_uploads(studio, limits) as client,
        raw_upload(client.url, USER_ID, length="99999") as upload,
    ):
        end = threading.Event()

        def trickle() -> None:
            while not end.wait(0.02):
                try:
                    upload.connection.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        answer = upload.connection.recv(65536)
        end.set()
        thread.join()
    assert answer.startswith(b"HTTP/1.1 408 ")

    steady = UploadLimits(patience_seconds=5, min_bytes_per_second=1)
    data = picture()
    with (
        served_uploads(studio, steady) as client,
        raw_upload(client.url, USER_ID, data[:100], length=str(len(data))) as upload,
    ):
        upload.connection.sendall(data[100:])
        assert upload.connection.recv(65536).startswith(b"HTTP/1.1 201 ")


def test_upload_that_is_cut_leaves_nothing(seeded_app: SeededApp) -> None:
    app, token = seeded_app.app, new_token()
    data = noise(2000, 1500)
    before = sorted(app.folder.rglob("*.png")) + sorted(app.folder.rglob("*.jpeg"))
    with raw_upload(app.url, token, data[: len(data) // 2], length=str(len(data))):
        wait_until(lambda: len(open_files(app)) == 1)
    wait_until(lambda: open_files(app) == [])
    assert sorted(app.folder.rglob("*.png")) + sorted(app.folder.rglob("*.jpeg")) == before
    assert send(app.client(token), data).status_code == 201


def test_person_has_8_uploads_under_way_and_a_sentence_beyond(seeded_app: SeededApp) -> None:
    app, token = seeded_app.app, new_token()
    with ExitStack() as uploads:
        for _ in range(8):
            uploads.enter_context(raw_upload(app.url, token, b"x", length="99999"))
        wait_until(lambda: len(open_files(app)) == 8)
        refused = send(app.client(token), picture())
        assert refused.status_code == 429
        assert "You are adding 8 pictures" in refused.json()["message"]
        assert int(refused.headers["retry-after"]) > 0
        assert send(seeded_app.ben, picture()).status_code == 201
    wait_until(lambda: open_files(app) == [])
    assert send(app.client(token), picture()).status_code == 201


def test_all_uploads_together_are_limited(studio: Studio) -> None:
    with (
        served_uploads(studio, UploadLimits(in_all=1)) as client,
        raw_upload(client.url, "anna", picture()[:60], length="99999"),
    ):

        def answer() -> requests.Response:
            return send(client, picture())

        wait_until(lambda: answer().status_code == 429)
        assert "Many pictures" in answer().json()["message"]


# Failures of the server


def test_studio_that_is_not_open_says_why() -> None:
    def busy() -> Studio:
        raise DatabaseError("Another studio is at work in the data folder.")

    with serve_routes(upload_routes(busy), middleware=[Middleware(AsUser)]) as url:
        response = send(HttpClient(url), picture())
    assert response.status_code == 503
    assert "retry-after" not in response.headers
    assert "Another studio is at work" in response.json()["message"]


def test_full_disk_is_said(studio: Studio) -> None:
    with served_uploads(studio, UploadLimits()) as client, full_disk():
        response = send(client, picture())
    assert response.status_code == 507
    assert "disk may be full" in response.json()["message"]


# Many at once


def test_upload_that_is_cancelled_while_it_is_decoded_is_not_stored(studio: Studio) -> None:
    started, go_on = threading.Event(), threading.Event()
    import_upload = studio.image_importer.from_upload
    imported: list[str] = []

    def held_import(user_id: str, *args: object, **options: object) -> object:
        started.set()
        assert go_on.wait(TIMEOUT_S)
        record = import_upload(user_id, *args, **options)  # type: ignore[arg-type]
        imported.append(user_id)
        return record

    data = picture()
    with (
        pytest.MonkeyPatch.context() as patch,
        served_uploads(studio, UploadLimits(decoded_at_once=1)) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        patch.setattr(studio.image_importer, "from_upload", held_import)
        with raw_upload(client.url, "anna", data, length=str(len(data))):
            assert started.wait(TIMEOUT_S)
        last = pool.submit(send, HttpClient(client.url, "ben"), data)
        go_on.set()
        assert last.result().status_code == 201
    assert imported == ["ben"]


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    with AppServer(tmp_path_factory.mktemp("memory") / "data") as running:
        yield running


def test_memory_after_six_photos_is_what_it_was(own_app: AppServer) -> None:
    client = own_app.client(new_token())
    photo = noise(2400, 1800)  # six of them are 78 MB decoded, and 57 MB as they come in
    photo += bytes(int(9.5 * MEGABYTE) - len(photo))  # trailing bytes are dropped with the rest
    assert send(client, photo).status_code == 201
    before = memory_bytes(own_app)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: send(client, photo).status_code, range(6)))
    assert answers == [201] * 6
    assert memory_bytes(own_app) - before < 20 * MEGABYTE


def test_five_40_megapixel_pictures_at_once_fit_into_1_gb(own_app: AppServer) -> None:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((7300, 5500)).convert("RGB").save(file, "JPEG")
    with ThreadPoolExecutor(5) as pool:
        answers = list(
            pool.map(
                lambda _: send(own_app.client(new_token()), file.getvalue()).status_code, range(5)
            )
        )
    assert answers == [201] * 5
    # Without turns it would be 1.6 GB.
    assert memory_bytes(own_app, "VmHWM") < 1024 * MEGABYTE
