"""The courier: whatever hinders it on the way is told as such, and is no fault of the studio."""

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


class GoodNet(SafeHttpClient):
    """Every link leads to the same picture."""

    def get_image(self, *_: object, **__: object) -> bytes:
        file = BytesIO()
        Image.new("RGB", (64, 48)).save(file, "PNG")
        return file.getvalue()


class CrowdedShelf(ImageStore):
    """So many pictures are being read that no thumbnail gets its turn."""

    def save(self, *_: object) -> None:
        raise InvalidImageError(ImageErrorCode.BUSY, "Wait a few seconds.")


def test_thumbnail_busy_retries_download(tmp_path: Path) -> None:
    with (
        closing(TaskRepository.in_folder(tmp_path)) as repository,
        KieClient(api_key="key", base_url="http://127.0.0.1:9") as client,
    ):
        courier = Transfers(
            client=client, http=GoodNet(), image_store=CrowdedShelf(tmp_path), repository=repository
        )
        with pytest.raises(StepError) as told:
            courier.download_result(STORING_TASK)

    hindered = told.value.failed
    assert hindered.failure.reason is FailureReason.DOWNLOAD_FAILED
    assert hindered.failure.message == "Wait a few seconds."
    assert hindered.may_retry
