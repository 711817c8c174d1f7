"""Transfers: what fails on the way is raised as a StepError."""

from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from components.kie import KieClient
from components.studio.db.tasks import TaskRepository
from components.studio.images.errors import ImageErrorCode, InvalidImageError
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import SafeHttpClient
from components.studio.tasks.models import FailureReason
from components.studio.worker.jobs import StepError
from components.studio.worker.transfers import Transfers
from tests.support.factories import STORING_TASK


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
