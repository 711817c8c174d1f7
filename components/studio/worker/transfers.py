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

from components.kie import InvalidRequest, KeyRejected, KontextClient, KontextError
from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger, LedgerUnavailable
from components.studio.images.ingest import ImageInfo, InvalidImageError, verify_result
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import FetchError, SafeHttpClient
from components.studio.tasks.models import Obstacle, Task, Trouble
from components.studio.tasks.transitions import Hindered
from components.studio.worker.jobs import Hindrance, Relink

log = logging.getLogger("kontext.courier")

UPLOAD_LIFE_SECONDS = 20 * 3600.0  # contract.md §6: plan for 24 h, and leave time for the edit
UPLOAD_FOLDER = "kontext-studio"
UPLOADS_APART = 16  # as many different sources may be uploaded at once


@dataclass
class Courier:
    """Carries pictures between the shelf and the service. Safe to call from any thread."""

    client: KontextClient
    fetch: SafeHttpClient
    shelf: ImageStore
    ledger: Ledger
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(UPLOADS_APART)]

    def lend_source(self, task: Task) -> str:
        """Where the service can read the picture to edit, uploaded again if that was long ago.

        Variants of one edit share one upload. Raises Hindrance.
        """
        source_id = task.source_id or ""
        try:
            with self._locks[hash(source_id) % UPLOADS_APART]:
                return self._lend(source_id)
        except LedgerUnavailable as error:
            raise _hindrance(Trouble.DISK, may_retry=True) from error

    def _lend(self, source_id: str) -> str:
        picture = self.ledger.picture(source_id)
        if picture is None:
            raise _hindrance(Trouble.SOURCE_MISSING)
        age = self.clock() - (picture.uploaded_at or 0.0)
        if picture.upload_url and 0 <= age < UPLOAD_LIFE_SECONDS:
            return picture.upload_url
        url = self._upload(picture)
        self.ledger.remember_upload(picture.id, url, self.clock())
        return url

    def distrust_source(self, task: Task) -> None:
        """Upload the source anew next time: an edit of it failed, and it may be why."""
        self.ledger.forget_upload(task.source_id or "")

    def _upload(self, picture: PictureRecord) -> str:
        try:
            data = self.shelf.read(picture.id, picture.format)
        except OSError as error:
            raise _hindrance(Trouble.SOURCE_MISSING) from error
        # A fresh name each time: the same name is overwritten, and the old one served from a cache.
        name = f"{secrets.token_hex(16)}.{picture.format}"
        try:
            uploaded = self.client.upload_file(
                data,
                file_name=name,
                upload_path=UPLOAD_FOLDER,
                mime_type=f"image/{picture.format}",
            )
        except KeyRejected as error:
            raise _hindrance(Trouble.KEY, error.code, error.message) from error
        except InvalidRequest as error:
            raise _hindrance(Trouble.UPLOAD, error.code, error.message) from error
        except KontextError as error:
            raise _hindrance(Trouble.UPLOAD, error.code, error.message, may_retry=True) from error
        return uploaded.download_url

    def bring_home(self, task: Task, relink: Relink | None = None) -> PictureRecord:
        """Fetch, verify and store a result, by whichever of its links works. Raises Hindrance.

        `relink` is asked for another link where the first does not work.

        The stored picture bears the task's id: a fetch that is repeated after a crash writes
        the same file again.
        """
        data, facts = self._fetch_result(task, relink)
        try:
            self.shelf.save(task.id, facts.format, data)
        except OSError as error:
            log.error("picture not written", extra={"task": task.id, "why": error.strerror})
            raise _hindrance(Trouble.DISK, may_retry=True) from error
        except InvalidImageError as error:
            raise _hindrance(Trouble.RESULT_LOST, None, error.message, may_retry=True) from error
        return PictureRecord(
            id=task.id,
            designer=task.designer,
            task_id=task.id,
            format=facts.format,
            width_px=facts.width_px,
            height_px=facts.height_px,
            size_bytes=len(data),
            created_at=self.clock(),
            label=task.request.prompt,
        )

    def _fetch_result(self, task: Task, relink: Relink | None) -> tuple[bytes, ImageInfo]:
        last = _hindrance(Trouble.RESULT_LOST)
        ways: tuple[Callable[[], str | None], ...] = (
            lambda: task.result_url,
            lambda: relink(task.result_url) if relink and task.result_url else None,
            lambda: task.origin_url,
        )
        for find_link in ways:
            link = None
            with suppress(KontextError):  # this way to the picture is shut: the next may be open
                link = find_link()
            if link is None:
                continue
            try:
                data = self.fetch.get_image(link, allow_trusted=True)
                return data, verify_result(data)
            except (FetchError, InvalidImageError) as error:
                log.warning("result not fetched", extra={"task": task.id, "why": error.code})
                # Every link may work a minute later; the engine bounds how often it is tried.
                last = _hindrance(Trouble.RESULT_LOST, None, error.message, may_retry=True)
        raise last


def _hindrance(
    trouble: Trouble, code: int | None = None, words: str = "", *, may_retry: bool = False
) -> Hindrance:
    return Hindrance(Hindered(Obstacle(trouble, code, words), may_retry))
