"""Transfers: what fails on the way is raised as a StepError."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from components.kie import KieClient
from components.studio.db.tasks import TaskRepository
from components.studio.images.file_type import ImageErrorCode, InvalidImageError
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import FetchError, SafeHttpClient
from components.studio.safe_fetch.url_filter import (
    status_error,
    timeout_error,
    truncated_error,
    unreachable_error,
)
from components.studio.tasks.models import FailureReason
from components.studio.worker.jobs import StepError
from components.studio.worker.transfers import Transfers
from tests.support.app_server import free_port
from tests.support.export_fixtures import image_of
from tests.support.factories import STORING_TASK, make_task
from tests.support.hostile_server import HTML_PAGE, HostileServer, envelope, http_response


class WorkingHttpClient(SafeHttpClient):
    """Every URL answers with the same image."""

    def get_image(self, *_: object, **__: object) -> bytes:
        file = BytesIO()
        Image.new("RGB", (64, 48)).save(file, "PNG")
        return file.getvalue()


class BusyImageStore(ImageStore):
    """Too many images are being decoded for a thumbnail to be made."""

    def save(self, *_: object) -> None:
        raise InvalidImageError(ImageErrorCode.BUSY, "Wait a few seconds.")


@pytest.mark.parametrize(
    ("answer", "reason", "may_retry"),
    [
        (http_response(HTML_PAGE, status=413), FailureReason.UPLOAD_REFUSED, False),
        (http_response(envelope(None, code=400)), FailureReason.UPLOAD_REFUSED, False),
        (http_response(envelope(None, code=429)), FailureReason.RATE_LIMITED, True),
        (http_response(envelope(None, code=455)), FailureReason.MAINTENANCE, True),
        (http_response(envelope(None, code=401)), FailureReason.AUTH, False),
        (http_response(envelope(None, code=500)), FailureReason.UPLOAD, True),
        (http_response(HTML_PAGE, status=502), FailureReason.UPLOAD, True),
        (None, FailureReason.UNREACHABLE, True),
    ],
    ids=["413", "400", "429", "455", "401", "500", "gateway", "unreachable"],
)
def test_failed_upload_says_why_and_whether_it_may_pass(
    tmp_path: Path, answer: bytes | None, reason: FailureReason, may_retry: bool
) -> None:
    with HostileServer() as server, closing(TaskRepository.in_folder(tmp_path)) as repository:
        url = f"http://127.0.0.1:{free_port()}" if answer is None else server.url_answering(answer)
        source = image_of(1)
        repository.add_image(source)
        store = ImageStore(tmp_path)
        store.save(source.id, source.format, WorkingHttpClient().get_image())
        with KieClient(api_key="key", upload_base_url=url) as client:
            transfers = Transfers(
                client=client, http=WorkingHttpClient(), image_store=store, repository=repository
            )
            with pytest.raises(StepError) as raised:
                transfers.upload_source(make_task(source_id=source.id))
    failed = raised.value.failed
    assert (failed.failure.reason, failed.may_retry) == (reason, may_retry)


def test_thumbnail_busy_retries_download(tmp_path: Path) -> None:
    with (
        closing(TaskRepository.in_folder(tmp_path)) as repository,
        KieClient(api_key="key", base_url="http://127.0.0.1:9") as client,
    ):
        transfers = Transfers(
            client=client,
            http=WorkingHttpClient(),
            image_store=BusyImageStore(tmp_path),
            repository=repository,
        )
        with pytest.raises(StepError) as raised:
            transfers.download_result(STORING_TASK)

    failed = raised.value.failed
    assert failed.failure.reason is FailureReason.DOWNLOAD_FAILED
    assert failed.failure.message == "Wait a few seconds."
    assert failed.may_retry


@pytest.mark.parametrize(
    ("error", "host_failed"),
    [
        (unreachable_error("cdn.example"), True),
        (timeout_error(), True),
        (status_error(503), True),
        (status_error(429), True),
        (status_error(404), False),
        (status_error(403), False),
        (truncated_error(), False),
    ],
    ids=["unreachable", "silent", "503", "429", "404", "403", "cut short"],
)
def test_failed_download_says_whether_its_host_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: FetchError, host_failed: bool
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise error

    monkeypatch.setattr(SafeHttpClient, "get_image", fail)
    with (
        closing(TaskRepository.in_folder(tmp_path)) as repository,
        KieClient(api_key="key", base_url="http://127.0.0.1:9") as client,
    ):
        transfers = Transfers(
            client=client,
            http=SafeHttpClient(),
            image_store=ImageStore(tmp_path),
            repository=repository,
        )
        with pytest.raises(StepError) as raised:
            transfers.download_result(STORING_TASK)
    assert (raised.value.failed.host_failed, raised.value.failed.may_retry) == (host_failed, True)
