"""Pictures on their way out: one as a file, many as a ZIP that is never whole in memory.

A picture is read whole, at most 20 MB by the intake's limit, so that one which cannot be read is
left out and never half written. File names are made of numbers, slugs and ids.
"""

from __future__ import annotations

import io
import logging
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from components.studio import export_manifest
from components.studio.db.models import PictureRecord
from components.studio.db.tasks import Ledger
from components.studio.file_names import download_name
from components.studio.images.generation_metadata import MAX_LINEAGE
from components.studio.images.metadata import (
    GenerationMetadata,
    MetadataUnsupported,
    embed_metadata,
)
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Task

log = logging.getLogger("kontext.export")

CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class ExportItem:
    """A picture that leaves, with what is known of its making."""

    image: PictureRecord
    path: Path
    """Where it lies; it may be gone."""
    task: Task | None
    """The task that made it, or None for a picture that was brought in."""
    lineage: tuple[str, ...] = ()
    """The prompts of the pictures it goes back to, the first one's first."""

    @property
    def metadata(self) -> GenerationMetadata | None:
        """What its file will say of it; nothing of a picture that was brought in."""
        if self.task is None:
            return None
        return GenerationMetadata(
            request=self.task.request,
            image_id=self.image.id,
            source_id=self.task.source_id,
            lineage=self.lineage,
            created_at=self.task.created_at,
            finished_at=self.task.finished_at,
        )

    def read_bytes(self, *, strip_metadata: bool = False) -> bytes:
        """The bytes of its file with its provenance inside, or as they lie if `strip_metadata`.

        A file that can carry none goes as it is. Raises OSError when it is gone or unreadable.
        """
        data = self.path.read_bytes()
        metadata = self.metadata
        if strip_metadata or metadata is None:
            return data
        try:
            return embed_metadata(data, metadata)
        except MetadataUnsupported as reason:
            log.info("sent as it is", extra={"picture": self.image.id, "why": str(reason)})
            return data


def collect_export_items(
    ledger: Ledger, shelf: ImageStore, designer: str, picture_ids: Iterable[str]
) -> Iterator[ExportItem]:
    """A designer's pictures, looked up one by one; what is not theirs or in the trash is left out.

    Raises LedgerUnavailable on the way.
    """
    for picture_id in picture_ids:
        picture = ledger.picture(picture_id)
        if picture is None or picture.designer != designer or picture.deleted_at is not None:
            continue
        task = ledger.task(picture.task_id) if picture.task_id else None
        yield ExportItem(
            image=picture,
            path=shelf.image_path(picture.id, picture.format),
            task=task,
            lineage=tuple(reversed(list(_earlier_prompts(ledger, task)))),
        )


def stream_zip(
    entries: Iterable[ExportItem], *, strip_metadata: bool = False, made_at: float
) -> Iterator[bytes]:
    """A ZIP of pictures with `manifest.csv` and `manifest.json` behind them, piece by piece.

    `made_at` is in epoch seconds. Pictures are stored, not deflated. Each is written with its
    size in front, for some programs cannot unpack stored files whose size follows them. One whose
    file is gone stands in the manifests as missing. Raises LedgerUnavailable on the way.
    """
    outbox = _ChunkBuffer()
    rows: list[export_manifest.Row] = []
    with zipfile.ZipFile(outbox, "w") as archive:
        for number, exported in enumerate(entries, start=1):
            name = download_name(exported.image, prefix=f"{number:03}")
            try:
                data = exported.read_bytes(strip_metadata=strip_metadata)
            except OSError as error:
                why = {"picture": exported.image.id, "why": error.strerror}
                log.warning("picture not exported", extra=why)
                rows.append(export_manifest.manifest_row(exported, name, is_missing=True))
                continue
            archive.writestr(_member(name, exported.image.created_at), data)
            rows.append(export_manifest.manifest_row(exported, name, is_missing=False))
            yield from outbox.drain()
        writers: dict[str, Callable[[IO[bytes], list[export_manifest.Row]], None]] = {
            "manifest.csv": export_manifest.write_csv,
            "manifest.json": export_manifest.write_json,
        }
        for name, write in writers.items():
            member = _member(name, made_at, zipfile.ZIP_DEFLATED)
            with archive.open(member, "w") as file:
                write(file, rows)
            yield from outbox.drain()
    yield from outbox.drain()


class _ChunkBuffer:
    """Holds what zipfile has written until it is handed over.

    zipfile goes back only to the header of the file that it has just written, so anything before
    that may have left.
    """

    def __init__(self) -> None:
        self._held = io.BytesIO()
        self._gone_bytes = 0

    def write(self, data: bytes, /) -> int:
        return self._held.write(data)

    def tell(self) -> int:
        return self._gone_bytes + self._held.tell()

    def seek(self, offset: int) -> int:
        if offset < self._gone_bytes:
            raise io.UnsupportedOperation("that part has left")
        return self._gone_bytes + self._held.seek(offset - self._gone_bytes)

    def flush(self) -> None:
        """All is held until it is handed over."""

    def close(self) -> None:
        self._held.close()

    def drain(self) -> Iterator[bytes]:
        """Give away what is held, in pieces of at most `CHUNK_BYTES`."""
        held, self._held = self._held, io.BytesIO()
        self._gone_bytes += held.seek(0, io.SEEK_END)
        held.seek(0)
        while chunk := held.read(CHUNK_BYTES):
            yield chunk


def _member(name: str, at: float, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    moment = time.gmtime(max(at, 315_532_800))  # the calendar of a ZIP begins in 1980
    member = zipfile.ZipInfo(name, moment[:6])
    member.compress_type = compression
    member.external_attr = 0o644 << 16
    return member


def _earlier_prompts(ledger: Ledger, task: Task | None) -> Iterator[str]:
    """The prompts of the pictures that this task's goes back to, the nearest first.

    A picture bears the id of the task that made it, so a line goes on past one that was removed.
    """
    for _ in range(MAX_LINEAGE):
        task = ledger.task(task.source_id) if task and task.source_id else None
        if task is None:
            return
        yield task.request.prompt
