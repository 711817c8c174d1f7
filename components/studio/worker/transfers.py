"""The courier: takes source pictures to the service and brings results home.

Whatever hinders it is told as a Hindrance with what stood in the way; nothing here decides
what becomes of a task.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from components.kie import AuthenticationError, KieClient, KieError, ValidationError
from components.studio.db.database import DatabaseError
from components.studio.db.models import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.images.ingest import ImageInfo, InvalidImageError, verify_result
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import FetchError, SafeHttpClient
from components.studio.tasks.models import Failure, FailureReason, Task
from components.studio.tasks.transitions import StepFailed
from components.studio.worker.jobs import RefreshUrl, StepError

log = logging.getLogger("kontext.courier")

UPLOAD_LIFETIME_S = 20 * 3600.0  # contract.md §6: plan for 24 h, and leave time for the edit
UPLOAD_FOLDER = "kontext-studio"
UPLOAD_LOCKS = 16  # as many different sources may be uploaded at once


@dataclass
class Transfers:
    """Carries pictures between the shelf and the service. Safe to call from any thread."""

    client: KieClient
    http: SafeHttpClient
    image_store: ImageStore
    repository: TaskRepository
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(UPLOAD_LOCKS)]

    def upload_source(self, task: Task) -> str:
        """Where the service can read the picture to edit, uploaded again if that was long ago.

        Variants of one edit share one upload. Raises Hindrance.
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
        """Upload the source anew next time: an edit of it failed, and it may be why."""
        self.repository.clear_upload_url(task.source_id or "")

    def _upload(self, image: ImageRecord) -> str:
        try:
            data = self.image_store.read(image.id, image.format)
        except OSError as error:
            raise _step_error(FailureReason.SOURCE_MISSING) from error
        # A fresh name each time: the same name is overwritten, and the old one served from a cache.
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
            raise _step_error(FailureReason.UPLOAD, error.code, error.message) from error
        except KieError as error:
            raise _step_error(
                FailureReason.UPLOAD, error.code, error.message, may_retry=True
            ) from error
        return uploaded.download_url

    def download_result(self, task: Task, refresh_url: RefreshUrl | None = None) -> ImageRecord:
        """Fetch, verify and store a result, by whichever of its links works. Raises Hindrance.

        `relink` is asked for another link where the first does not work.

        The stored picture bears the task's id: a fetch that is repeated after a crash writes
        the same file again.
        """
        data, facts = self._download_verified(task, refresh_url)
        try:
            self.image_store.save(task.id, facts.format, data)
        except OSError as error:
            log.error("picture not written", extra={"task": task.id, "why": error.strerror})
            raise _step_error(FailureReason.DISK, may_retry=True) from error
        except InvalidImageError as error:
            raise _step_error(
                FailureReason.DOWNLOAD_FAILED, None, error.message, may_retry=True
            ) from error
        return ImageRecord(
            id=task.id,
            user_id=task.user_id,
            task_id=task.id,
            format=facts.format,
            width_px=facts.width_px,
            height_px=facts.height_px,
            size_bytes=len(data),
            created_at=self.clock(),
            label=task.request.prompt,
        )

    def _download_verified(
        self, task: Task, refresh_url: RefreshUrl | None
    ) -> tuple[bytes, ImageInfo]:
        last = _step_error(FailureReason.DOWNLOAD_FAILED)
        ways: tuple[Callable[[], str | None], ...] = (
            lambda: task.result_url,
            lambda: refresh_url(task.result_url) if refresh_url and task.result_url else None,
            lambda: task.origin_url,
        )
        for find_link in ways:
            link = None
            with suppress(KieError):  # this way to the picture is shut: the next may be open
                link = find_link()
            if link is None:
                continue
            try:
                data = self.http.get_image(link, allow_trusted=True)
                return data, verify_result(data)
            except (FetchError, InvalidImageError) as error:
                log.warning("result not fetched", extra={"task": task.id, "why": error.code})
                # Every link may work a minute later; the engine bounds how often it is tried.
                last = _step_error(
                    FailureReason.DOWNLOAD_FAILED, None, error.message, may_retry=True
                )
        raise last


def _step_error(
    reason: FailureReason, code: int | None = None, message: str = "", *, may_retry: bool = False
) -> StepError:
    return StepError(StepFailed(Failure(reason, code, message), may_retry))
