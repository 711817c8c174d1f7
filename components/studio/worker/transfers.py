"""Transfers: uploads source images to kie.ai and downloads results.

A failure is raised as StepError. `tasks/transitions.py` decides what the task becomes by it.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from components.kie import (
    AuthenticationError,
    ConnectError,
    KieClient,
    KieError,
    MaintenanceError,
    RateLimitError,
    ValidationError,
)
from components.studio.db.database import DatabaseError
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.images.ingest import ImageInfo, InvalidImageError, verify_result
from components.studio.images.object_store import StoreUnavailable
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import FetchError, SafeHttpClient
from components.studio.tasks.models import Failure, FailureReason, Task
from components.studio.tasks.transitions import StepFailed, failure_from_error
from components.studio.worker.jobs import RefreshUrl, StepError

log = logging.getLogger("kontext.transfers")

# kie.ai deletes uploads after 24 h (docs/kie-api.md, Uploads); the edit needs some of that time.
UPLOAD_LIFETIME_S = 20 * 3600.0
UPLOAD_FOLDER = "kontext-studio"
UPLOAD_LOCKS = 16  # number of different sources that may be uploaded at once


@dataclass
class Transfers:
    """Moves images between the image store and kie.ai. Thread-safe."""

    client: KieClient
    http: SafeHttpClient
    image_store: ImageStore
    repository: TaskRepository
    clock: Callable[[], float] = time.time
    """Epoch seconds."""

    def __post_init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(UPLOAD_LOCKS)]

    def upload_source(self, task: Task) -> str:
        """A URL where kie.ai can read the source; uploaded again if the upload is old.

        Variants of one edit share one upload. Raises StepError.
        """
        source_id = task.source_id or ""
        try:
            with self._locks[hash(source_id) % UPLOAD_LOCKS]:
                return self._upload_or_reuse(source_id)
        except DatabaseError as error:
            raise _step_error(FailureReason.DISK, may_retry=True) from error

    def _upload_or_reuse(self, source_id: str) -> str:
        image = self.repository.image(source_id)
        if image is None:
            raise _step_error(FailureReason.SOURCE_MISSING)
        age = self.clock() - (image.uploaded_at or 0.0)
        if image.upload_url and 0 <= age < UPLOAD_LIFETIME_S:
            return image.upload_url
        url = self._upload(image)
        self.repository.set_upload_url(image.id, url, self.clock())
        return url

    def invalidate_upload(self, task: Task) -> None:
        """Upload the source again next time: a failed edit may be due to this upload."""
        self.repository.clear_upload_url(task.source_id or "")

    def _upload(self, image: ImageRecord) -> str:
        try:
            data = self.image_store.read(image.id, image.format)
        except StoreUnavailable as error:
            raise _step_error(FailureReason.DISK, may_retry=True) from error
        except OSError as error:
            raise _step_error(FailureReason.SOURCE_MISSING) from error
        # A new name each time: an existing one is overwritten and served from a cache.
        name = f"{secrets.token_hex(16)}.{image.format}"
        try:
            uploaded = self.client.upload_file(
                data,
                file_name=name,
                upload_path=UPLOAD_FOLDER,
                mime_type=f"image/{image.format}",
            )
        except AuthenticationError as error:
            raise _step_error(FailureReason.AUTH, error.code, error.message) from error
        except ValidationError as error:
            raise _step_error(FailureReason.UPLOAD_REFUSED, error.code, error.message) from error
        except (ConnectError, RateLimitError, MaintenanceError) as error:
            raise StepError(StepFailed(failure_from_error(error), may_retry=True)) from error
        except KieError as error:
            raise _step_error(
                FailureReason.UPLOAD, error.code, error.message, may_retry=True
            ) from error
        return uploaded.download_url

    def download_result(self, task: Task, refresh_url: RefreshUrl | None = None) -> ImageRecord:
        """Download, verify and store a result from the first URL that works. Raises StepError.

        `refresh_url` is asked for another URL where the first does not work. The image has the
        task's id, so a download that is repeated after a crash writes the same file.
        """
        data, info = self._download_verified(task, refresh_url)
        try:
            color = self.image_store.save(task.id, info.format, data)
        except OSError as error:
            log.error("image not stored", extra={"task_id": task.id, "reason": error.strerror})
            raise _step_error(FailureReason.DISK, may_retry=True) from error
        except InvalidImageError as error:
            raise _step_error(
                FailureReason.DOWNLOAD_FAILED, None, error.message, may_retry=True
            ) from error
        return ImageRecord(
            id=task.id,
            user_id=task.user_id,
            task_id=task.id,
            format=info.format,
            width_px=info.width_px,
            height_px=info.height_px,
            size_bytes=len(data),
            created_at=self.clock(),
            label=task.request.prompt,
            color=color,
        )

    def _download_verified(
        self, task: Task, refresh_url: RefreshUrl | None
    ) -> tuple[bytes, ImageInfo]:
        """The file of a result and what it is, from the first URL that works."""
        failed = StepFailed(Failure(FailureReason.DOWNLOAD_FAILED), may_retry=False)
        url_getters: tuple[Callable[[], str | None], ...] = (
            lambda: task.result_url,
            lambda: refresh_url(task.result_url) if refresh_url and task.result_url else None,
            lambda: task.origin_url,
        )
        for get_url in url_getters:
            url = None
            with suppress(KieError):  # logged by `refresh_url`; the next URL may work
                url = get_url()
            if url is None:
                continue
            try:
                data = self.http.get_image(url, allow_trusted=True)
                return data, verify_result(data)
            except (FetchError, InvalidImageError) as error:
                log.warning(
                    "result not downloaded", extra={"task_id": task.id, "reason": error.code}
                )
                host_failed = failed.host_failed
                if url == task.result_url:
                    host_failed = isinstance(error, FetchError) and error.is_of_host
                # Every URL may work a minute later; the number of attempts is bounded.
                failed = StepFailed(
                    Failure(FailureReason.DOWNLOAD_FAILED, message=error.message),
                    may_retry=True,
                    host_failed=host_failed,
                )
        raise StepError(failed)


def _step_error(
    reason: FailureReason, code: int | None = None, message: str = "", *, may_retry: bool = False
) -> StepError:
    return StepError(StepFailed(Failure(reason, code, message), may_retry))
