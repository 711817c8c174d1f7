"""Imports pictures to edit: from a browser, a URL, or a collection of another person.

Each is stored as it was brought, and as a normalized copy of it.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from components.studio.db.database import NotFoundError
from components.studio.db.sharing import Sharing
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.images.color import Color
from components.studio.images.generation_metadata import (
    GenerationMetadata,
    from_json,
    read_metadata,
    to_json,
)
from components.studio.images.ingest import WHITE, OriginalImage, ingest_image
from components.studio.images.store import ImageStore
from components.studio.safe_fetch.client import SafeHttpClient
from components.studio.storage import Storage

MAX_LABEL_CHARACTERS = 2048  # the longest URL; a name that a browser sends has no limit


class ImportCancelled(Exception):
    """The user has cancelled an import; nothing was stored."""


@dataclass(kw_only=True)
class ImageImporter:
    """Imports pictures to edit. Every method raises DatabaseError."""

    repository: TaskRepository
    image_store: ImageStore
    storage: Storage
    http: SafeHttpClient = field(repr=False)
    sharing: Sharing
    events: EventBus
    folder: Path
    """Where pictures are written while they arrive."""
    clock: Callable[[], float] = time.time

    def open_upload(self) -> IO[bytes]:
        """A temporary file for a picture that is arriving; it has no name and dies with us.

        Raises OSError, and DatabaseError when the data folder could not keep the picture.
        """
        self.storage.check()
        return tempfile.TemporaryFile(dir=self.folder)

    def write_upload(self, file: IO[bytes], data: bytes) -> None:
        """Append to such a file. Raises as `open_upload`: the disk may have filled meanwhile."""
        self.storage.check()
        file.write(data)

    def from_upload(
        self, user_id: str, file: IO[bytes], *, label: str, is_wanted: Callable[[], bool]
    ) -> ImageRecord:
        """Import the picture in such a file. Raises as `from_bytes`, and ImportCancelled."""
        file.seek(0)
        return self.from_bytes(user_id, file.read(), label=label, is_wanted=is_wanted)

    def from_bytes(
        self,
        user_id: str,
        data: bytes,
        *,
        label: str,
        ground: Color = WHITE,
        is_wanted: Callable[[], bool] | None = None,
    ) -> ImageRecord:
        """Store an image to edit: as it was brought, and a normalized copy of it.

        The same bytes are one image: the stored one is returned, out of the trash. `ground` is
        the color that transparent parts get. `is_wanted` is asked before anything is stored; if
        not, ImportCancelled is raised. Raises InvalidImageError, QuotaExceeded or OSError.
        """
        content_hash = hashlib.sha256(data).hexdigest()
        metadata = read_metadata(data)
        # The lineage is the longest part, and nothing offers it.
        settings = to_json(replace(metadata, lineage=())) if metadata else None
        return self._import(
            user_id, data, content_hash, label, ground, settings=settings, is_wanted=is_wanted
        )

    def change_ground(self, user_id: str, image_id: str, ground: Color) -> ImageRecord:
        """The same image with another color in its transparent parts, from its original.

        Raises as `from_bytes`, and NotFoundError where there is no original.
        """
        record = self.repository.own_image(user_id, image_id)
        if record.original_format is None or record.content_hash is None:
            raise NotFoundError
        data = self.image_store.original_file(record.id, record.original_format).read()
        settings = record.embedded_settings  # the original has lost them
        return self._import(
            user_id, data, record.content_hash, record.label, ground, settings=settings
        )

    def _import(
        self,
        user_id: str,
        data: bytes,
        content_hash: str,
        label: str,
        ground: Color,
        *,
        settings: str | None,
        is_wanted: Callable[[], bool] | None = None,
    ) -> ImageRecord:
        self.storage.check()
        stored = self.repository.restore_same_image(user_id, content_hash, _hex(ground))
        if stored is None:
            self.storage.check_quota(user_id, len(data))
            normalized = ingest_image(data, ground=ground)
            if is_wanted is not None and not is_wanted():
                raise ImportCancelled
            image_id, original = uuid.uuid4().hex, normalized.original
            color = self.image_store.save(image_id, normalized.format, normalized.data, original)
            record = ImageRecord(
                id=image_id,
                user_id=user_id,
                task_id=None,
                format=normalized.format,
                width_px=normalized.width_px,
                height_px=normalized.height_px,
                size_bytes=len(normalized.data),
                created_at=self.clock(),
                label=label[:MAX_LABEL_CHARACTERS],
                notes=normalized.notes,
                content_hash=content_hash,
                color=color,
                embedded_settings=settings,
                **_original_fields(original, ground),
            )
            stored = self.repository.add_image(record)
            if stored.id != record.id:  # the same bytes came in twice at once
                self.image_store.remove(record.id, record.format, record.original_format)
        self.events.publish(user_id)
        return stored

    def from_collection(self, user_id: str, collection_id: str, image_id: str) -> ImageRecord:
        """Bring in a picture of a collection that another person shares with everybody here.

        Raises as `from_bytes`, and NotFoundError.
        """
        name = self.sharing.collection(user_id, collection_id).name
        record = self.sharing.picture(user_id, collection_id, image_id)
        return self.from_bytes(
            user_id, self.image_store.image_file(record.id, record.format).read(), label=name
        )

    def embedded_metadata(self, user_id: str, image_id: str) -> GenerationMetadata | None:
        """The generation metadata of the file that was brought in. Raises NotFoundError."""
        text = self.repository.own_image(user_id, image_id).embedded_settings
        return None if text is None else from_json(text)

    def from_url(self, user_id: str, url: str, *, ground: Color = WHITE) -> ImageRecord:
        """The same from a URL. Raises FetchError as well."""
        return self.from_bytes(user_id, self.http.get_image(url), label=url, ground=ground)


def _original_fields(original: OriginalImage | None, ground: Color) -> dict[str, Any]:
    """What a record says of the original."""
    if original is None:
        return {}
    return {
        "original_format": original.format,
        "original_width_px": original.width_px,
        "original_height_px": original.height_px,
        "original_bytes": len(original.data),
        "ground": _hex(ground) if original.has_transparency else "",
    }


def _hex(color: Color) -> str:
    return f"#{bytes(color).hex()}"
