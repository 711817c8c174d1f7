"""Files by name, in a folder and in an S3-compatible store: the same results, and trouble."""

from __future__ import annotations

import asyncio
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from components.bootstrap import RunningApp
from components.server.change_maps import change_map_routes
from components.server.downloads import download_routes
from components.server.health import health_routes
from components.server.images import image_routes
from components.server.metrics import metrics_routes
from components.server.uploads import upload_routes
from components.studio import keeping
from components.studio.db.database import DatabaseError
from components.studio.db.kept_versions import KeepState
from components.studio.images import object_store
from components.studio.images.object_store import (
    DiskStore,
    ObjectStore,
    StoredFile,
    StoreUnavailable,
)
from components.studio.images.original import OriginalImage
from components.studio.images.store import ImageStore
from components.studio.keep_process import KeepJob, KeepOutcome
from components.studio.settings import Settings
from components.studio.studio import Studio
from components.studio.tasks.models import FailureReason, TaskState
from tests.integration.studio.test_kept_versions import FakeJobs, edit, report, settled
from tests.support.breakable_proxy import AWAY, SILENT
from tests.support.edited_pair import as_png, source_picture
from tests.support.factories import make_task
from tests.support.http_server import serve_routes
from tests.support.image_corpus import encoded, quarters
from tests.support.s3_server import KEY_ID, SECRET, S3Server
from tests.support.studio_fixture import USER_ID, StudioFixture, running_studio, wait_until

NAME = f"pictures/ab/{'ab' * 16}.png"
ID = "1f" * 16
LARGE = bytes(range(256)) * 6000  # 1.5 MB


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "disk":
        return DiskStore(tmp_path)
    server: S3Server = request.getfixturevalue("s3")
    return server.store()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that says nothing is given up soon, and asked again at once."""
    monkeypatch.setattr(object_store, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(object_store, "RETRY_SECONDS", 0.0)


async def read_in_pieces(store: ObjectStore, name: str) -> tuple[int, list[bytes]]:
    opened = await store.open(name)
    return opened.size_bytes, [piece async for piece in opened.pieces]


# --- The same in both ---


@pytest.mark.parametrize("data", [b"", b"small", LARGE], ids=["empty", "small", "large"])
def test_file_is_read_as_it_was_put(store: ObjectStore, data: bytes) -> None:
    store.put(NAME, data)
    assert store.read(NAME) == data
    assert store.size(NAME) == len(data)
    size, pieces = asyncio.run(read_in_pieces(store, NAME))
    assert (size, b"".join(pieces)) == (len(data), data)


def test_large_file_comes_in_small_pieces(store: ObjectStore) -> None:
    store.put(NAME, LARGE)
    _, pieces = asyncio.run(read_in_pieces(store, NAME))
    assert max(map(len, pieces)) < 600_000


def test_second_file_replaces_the_first(store: ObjectStore) -> None:
    store.put(NAME, b"before")
    store.put(NAME, b"after")
    assert store.read(NAME) == b"after"


def test_missing_file_is_not_found(store: ObjectStore) -> None:
    assert store.size(NAME) is None
    with pytest.raises(FileNotFoundError):
        store.read(NAME)
    with pytest.raises(FileNotFoundError):
        asyncio.run(read_in_pieces(store, NAME))
    store.delete([NAME])
    assert store.problem is None


def test_deleted_file_is_gone_and_others_stay(store: ObjectStore) -> None:
    other = NAME.replace("png", "jpeg")
    for name in (NAME, other):
        store.put(name, b"data")
    store.delete([NAME, "pictures/ab/never-there.png"])
    assert (store.size(NAME), store.size(other)) == (None, 4)


def test_old_files_are_found_by_their_time(store: ObjectStore) -> None:
    store.put(NAME, b"data")
    now = time.time()
    assert [*store.names_before("pictures", now - 3600)] == []
    assert [*store.names_before("pictures", now + 3600)] == [NAME]
    assert [*store.names_before("originals", now + 3600)] == []


def test_local_path_holds_the_file(store: ObjectStore, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    file = StoredFile(store, NAME)
    with pytest.raises(FileNotFoundError):
        file.local_path(scratch)
    file.write(LARGE)
    assert file.local_path(scratch).read_bytes() == LARGE


def test_image_is_stored_with_all_that_belongs_to_it_and_removed(
    store: ObjectStore, tmp_path: Path
) -> None:
    images = ImageStore(tmp_path / "data", store)
    original = OriginalImage(b"as it was", "heic", 640, 480, has_transparency=False)
    color = images.save(ID, "png", encoded(quarters(), "PNG"), original)
    files = [
        images.image_file(ID, "png"),
        images.original_file(ID, "heic"),
        images.thumbnail_file(ID, 384),
        images.thumbnail_file(ID, 768),
    ]
    assert [file.name for file in files] == [
        f"pictures/1f/{ID}.png",
        f"originals/1f/{ID}.heic",
        f"thumbnails/1f/{ID}.jpeg",
        f"thumbnails/1f/{ID}-768.jpeg",
    ]
    assert all(file.exists() for file in files)
    assert images.average_color(ID) == color

    files[-1].delete()
    images.make_missing_thumbnail(ID, "png", 768)
    assert files[-1].exists()

    images.remove(ID, "png", "heic")
    images.remove(ID, "png", "heic")
    assert not any(file.exists() for file in files)


def test_only_our_own_analyses_grow_old(store: ObjectStore, tmp_path: Path) -> None:
    images = ImageStore(tmp_path / "data", store)
    images.analysis_file(ID).write(b"found")
    foreign = "analyses/1f/holiday.npz"
    store.put(foreign, b"of somebody else")
    images.remove_old_analyses(time.time() + 3600)
    assert (images.analysis_file(ID).exists(), store.size(foreign)) == (False, 16)


# --- In a store alone ---


def test_object_says_what_it_is(s3: S3Server) -> None:
    s3.store().put(NAME, b"data")
    assert s3.keys() == [f"some/where/{NAME}"]
    assert s3.content_type(f"some/where/{NAME}") == "image/png"


def test_pieces_arrive_before_the_store_has_sent_all(s3: S3Server) -> None:
    """So a picture is never whole in memory."""
    store = s3.store()
    store.put(NAME, LARGE)
    s3.proxy.stall_after = 600_000

    async def read() -> bytes:
        opened = await store.open(NAME)
        first = await anext(opened.pieces)
        s3.proxy.let_go.set()
        return first + b"".join([piece async for piece in opened.pieces])

    assert asyncio.run(read()) == LARGE


@pytest.mark.parametrize("how", [AWAY, SILENT])
def test_store_that_is_away_is_noticed_and_noticed_again(
    s3: S3Server, how: str, quick: None
) -> None:
    store = s3.store()
    store.put(NAME, b"data")
    s3.proxy.fail(how)
    with pytest.raises(StoreUnavailable, match="does not answer") as raised:
        store.read(NAME)
    assert not raised.value.is_full
    assert str(store.problem) == str(raised.value)
    with pytest.raises(StoreUnavailable):
        asyncio.run(read_in_pieces(store, NAME))
    with pytest.raises(StoreUnavailable):
        store.put(NAME, LARGE)
    store.check()
    assert store.problem is not None

    s3.proxy.work()
    store.check()
    assert store.problem is None
    assert store.read(NAME) == b"data"


def test_store_that_is_away_is_left_alone_for_a_while(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "RETRY_SECONDS", 3600.0)
    store = s3.store()
    s3.proxy.fail(AWAY)
    with pytest.raises(StoreUnavailable):
        store.read(NAME)
    asked = len(s3.proxy.requests)
    for _ in range(20):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            store.read(NAME)
    assert len(s3.proxy.requests) == asked


def test_quiet_store_is_asked_before_much_is_sent_to_it(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    """A large file may take a minute, so that a silent store would be noticed late."""
    store = s3.store()
    s3.proxy.fail(SILENT)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        store.put(NAME, LARGE)
    assert all(line.startswith("GET ") for line in s3.proxy.requests)


def test_store_that_goes_away_unasked_is_found_out(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = s3.store()
    store.put(NAME, b"data")
    asked = len(s3.proxy.requests)
    store.check()
    assert len(s3.proxy.requests) == asked  # it was heard just now
    monkeypatch.setattr(object_store, "QUIET_SECONDS", -1.0)
    store.check()
    assert (len(s3.proxy.requests), store.problem) == (asked + 1, None)
    s3.proxy.fail(AWAY)
    store.check()
    assert store.problem is not None


@pytest.mark.parametrize(
    "answer",
    [
        (507, "InsufficientStorage"),
        (403, "QuotaExceeded"),
        (400, "XMinioStorageFull"),
        (403, "AccessDenied: Bucket size quota is reached"),
    ],
)
def test_full_store_can_be_read_and_is_full_until_as_much_fits(
    s3: S3Server, answer: tuple[int, str]
) -> None:
    store = s3.store()
    store.put(NAME, b"data")
    s3.proxy.fail(answer, "PUT")
    with pytest.raises(StoreUnavailable, match="is full") as raised:
        store.put(NAME, LARGE)
    assert raised.value.is_full
    assert store.read(NAME) == b"data"
    store.check()
    assert store.problem is not None
    assert store.problem.is_full

    s3.proxy.work()
    store.put(NAME, b"tiny")
    assert store.problem is not None, "what is tiny may fit"
    store.check()
    assert store.problem is None
    assert s3.keys() == [f"some/where/{NAME}"]


# --- At the start ---


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((403, "SignatureDoesNotMatch"), "does not accept the key"),
        ((403, "InvalidAccessKeyId"), "does not accept the key"),
        ((403, "AccessDenied"), "refuses the studio"),
        ((403, "RequestTimeTooSkewed"), "Set the clock"),
        ((400, "AuthorizationHeaderMalformed"), "Correct AWS_REGION"),
        ((507, "InsufficientStorage"), "is full"),
        ((500, "InternalError"), "fails with status 500"),
        (AWAY, "does not answer"),
    ],
)
def test_start_says_what_is_wrong_and_not_the_secret(
    s3: S3Server,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answer: str | tuple[int, str],
    sentence: str,
) -> None:
    s3.proxy.fail(answer)
    settings = Settings(data_dir=tmp_path, **s3.settings)
    with pytest.raises(DatabaseError, match=sentence) as raised:
        RunningApp(settings)
    told = f"{raised.value!r} {settings!r} {s3.store()!r} {caplog.text}"
    assert (SECRET in told, KEY_ID in told) == (False, False)


def test_missing_bucket_is_named_at_the_start(s3: S3Server, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, **s3.settings | {"storage_url": "s3://nowhere"})
    with pytest.raises(DatabaseError, match="has no bucket “nowhere”"):
        RunningApp(settings)


def test_start_leaves_nothing_behind_and_foreign_files_alone(s3: S3Server, tmp_path: Path) -> None:
    s3.put("some/where/pictures/ab/holiday.png")
    RunningApp(Settings(data_dir=tmp_path, **s3.settings)).close()
    assert s3.keys() == ["some/where/pictures/ab/holiday.png"]
    assert not (tmp_path / "pictures").exists()


# --- The studio on a store ---


class AsNamedUser:
    """Middleware: the user is who the request says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["kontext.user_id"] = dict(scope["headers"]).get(b"x-user", b"").decode() or None
        await self.app(scope, receive, send)


@dataclass
class Served:
    """A studio on a store, and its routes."""

    running: StudioFixture
    url: str
    s3: S3Server

    @property
    def studio(self) -> Studio:
        return self.running.studio

    def get(self, path: str, user_id: str = USER_ID) -> requests.Response:
        return requests.get(self.url + path, headers={"x-user": user_id}, timeout=60)

    def names(self) -> set[str]:
        """Our files in the bucket, without their ids."""
        return {key.split("/")[2] for key in self.s3.keys()}  # noqa: SIM118 - no dict


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


@pytest.fixture
def served(tmp_path: Path, s3: S3Server, jobs: FakeJobs, quick: None) -> Iterator[Served]:
    settings = {"keep_rest": "always", **s3.settings}
    with running_studio(tmp_path / "data", settings=settings, keep_job=jobs) as running:

        def studio() -> Studio:
            return running.studio

        routes = [
            *image_routes(studio),
            *download_routes(studio),
            *upload_routes(studio),
            *change_map_routes(studio),
            *health_routes(studio),
            *metrics_routes(studio),
        ]
        with serve_routes(routes, middleware=[Middleware(AsNamedUser)]) as url:
            yield Served(running, url, s3)


def test_pictures_come_are_edited_exported_and_erased(
    served: Served, jobs: FakeJobs, tmp_path: Path
) -> None:
    seen: dict[str, bytes] = {}

    def work(job: KeepJob, stopping: threading.Event) -> KeepOutcome:
        seen.update(source=job.source.read_bytes(), edited=job.edited.read_bytes())
        job.analysis.write_bytes(b"found")
        return jobs(job, stopping)

    served.studio.keeping.run_job = work
    foreign = "some/where/pictures/ab/holiday.png"
    served.s3.put(foreign)
    data = as_png(source_picture())
    sent = requests.post(served.url + "/uploads", data, headers={"x-user": USER_ID}, timeout=60)
    assert sent.status_code == 201
    source_id = sent.json()["id"]
    task = edit(served.running, source_id)
    found = settled(served.running, task)

    assert found.kept_id is not None
    source, kept, raw = (
        served.studio.image(USER_ID, image_id) for image_id in (source_id, found.kept_id, task.id)
    )
    assert seen["edited"] == served.studio.image_file(raw).read()
    assert seen["source"] == data
    assert served.studio.image_store.analysis_file(task.id).read() == b"found"

    picture = served.get(f"/app/static/pictures/{kept.id}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert picture.headers["content-length"] == str(len(picture.content))
    assert picture.content == served.studio.image_file(kept).read()
    served.studio.thumbnail_file(kept, 768).delete()
    for side_px in (384, 768):
        thumbnail = served.get(f"/app/static/thumbnails/{kept.id}?size={side_px}")
        with Image.open(BytesIO(thumbnail.content)) as image:
            longest = min(side_px, max(kept.width_px, kept.height_px))
            assert (image.format, max(image.size)) == ("JPEG", longest)

    exported = served.get(f"/app/static/exports?ids={source.id},{kept.id}")
    with zipfile.ZipFile(BytesIO(exported.content)) as archive:
        assert [name.rpartition(".")[2] for name in archive.namelist()[:2]] == ["png", "png"]

    assert not any((tmp_path / "data" / name).exists() for name in ("pictures", "thumbnails"))
    served.studio.gallery.move_to_trash(USER_ID, [source.id, task.id])
    served.studio.gallery.empty_trash(USER_ID)
    assert served.s3.keys() == [foreign]


def test_picture_of_somebody_else_is_not_even_looked_for(served: Served) -> None:
    record = served.studio.image(USER_ID, served.running.add_source())
    asked = len(served.s3.proxy.requests)
    for folder in ("pictures", "thumbnails", "downloads"):
        assert served.get(f"/app/static/{folder}/{record.id}", "e" * 32).status_code == 404
    assert len(served.s3.proxy.requests) == asked


def test_head_and_missing_file(served: Served) -> None:
    record = served.studio.image(USER_ID, served.running.add_source())
    path = f"/app/static/pictures/{record.id}"
    head = requests.head(served.url + path, headers={"x-user": USER_ID}, timeout=60)
    assert (head.status_code, head.headers["content-length"]) == (200, str(record.size_bytes))
    served.studio.image_file(record).delete()
    assert served.get(path).status_code == 404


def test_room_is_unknown_and_said_so(served: Served) -> None:
    served.running.add_source()
    disk = served.get("/healthz").json()["disk_bytes"]
    assert disk["images"] > 0
    assert (disk["thumbnails"], disk["analyses"], disk["free"]) == (None, None, None)
    metrics = served.get("/metrics").text
    assert 'kontext_disk_bytes{kind="images"}' in metrics
    assert 'kind="free"' not in metrics


def test_routes_say_that_the_store_is_away_and_when_to_ask_again(served: Served) -> None:
    record = served.studio.image(USER_ID, served.running.add_source())
    served.s3.proxy.fail(AWAY)
    for path in (
        f"pictures/{record.id}",
        f"thumbnails/{record.id}",
        f"thumbnails/{record.id}?size=768",
        f"downloads/{record.id}",
        f"exports?ids={record.id}",
    ):
        response = served.get(f"/app/static/{path}")
        assert (response.status_code, response.headers["retry-after"]) == (503, "2"), path
        assert "does not answer" in response.text
        assert response.headers["cache-control"] == "no-store"
    sent = requests.post(
        served.url + "/uploads", as_png(source_picture()), headers={"x-user": USER_ID}, timeout=60
    )
    assert sent.status_code == 503
    assert "could not be saved. The picture store" in sent.json()["message"]
    assert served.get("/healthz").status_code == 503

    served.s3.proxy.work()
    served.studio.check_storage()
    assert served.get(f"/app/static/pictures/{record.id}").status_code == 200
    assert served.get("/healthz").status_code == 200


@pytest.mark.parametrize("how", [AWAY, (507, "InsufficientStorage")], ids=["away", "full"])
def test_result_is_stored_later_and_nothing_is_paid_meanwhile(
    served: Served, how: str | tuple[int, str]
) -> None:
    source_id = served.running.add_source()
    served.s3.proxy.fail(how, *(() if how == AWAY else ("PUT",)))
    task = served.running.submit("under way")
    wait_until(lambda: served.running.reload(task).attempts > 0)
    failure = served.running.reload(task).failure
    assert failure is not None
    assert failure.reason is FailureReason.DISK

    assert served.studio.storage_problem is not None
    with pytest.raises(DatabaseError, match="picture store"):
        served.running.submit("too late", source_id=source_id)
    waiting = make_task(user_id=USER_ID)
    served.studio.repository.add_tasks([waiting])
    served.studio.worker.enqueue(waiting)
    served.studio.check_storage()

    served.s3.proxy.work()
    wait_until(lambda: served.studio.check_storage() or served.studio.storage_problem is None)
    for late in (task, waiting):
        served.running.wait_for(late, TaskState.DONE)
    assert served.running.sandbox.usage_report()["creates"] == 2


def test_edit_waits_for_the_store_and_is_kept_then(
    served: Served, jobs: FakeJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "STORE_RETRY_SECONDS", 0.05)
    source_id = served.running.add_source()
    jobs.release.clear()
    task = edit(served.running, source_id)
    wait_until(lambda: len(jobs.jobs) == 1)
    served.s3.proxy.fail(AWAY)
    jobs.release.set()
    wait_until(lambda: report(served.running, task).state is KeepState.WAITING)
    assert served.studio.storage_problem is not None
    changes = requests.post(
        f"{served.url}/app/static/changes/{task.id}", "{}", headers={"x-user": USER_ID}, timeout=60
    )
    assert changes.status_code == 503

    served.s3.proxy.work()
    assert settled(served.running, task).state is KeepState.APPLIED


def test_source_that_cannot_be_read_now_is_sent_later(served: Served) -> None:
    source_id = served.running.add_source()
    served.s3.proxy.fail((503, "SlowDown"), "GET")
    task = served.running.submit(source_id=source_id)
    wait_until(lambda: served.running.reload(task).attempts > 0)
    assert served.running.tasks_made("a hill") == []
    served.studio.check_storage()
    served.s3.proxy.work()
    wait_until(lambda: served.studio.check_storage() or served.studio.storage_problem is None)
    served.running.wait_for(task, TaskState.DONE)
