"""Exports images: one as a file with its metadata, many as a streamed ZIP with manifests.

One image is read whole, so that an unreadable one is left out and never half
written. File names consist of numbers, slugs and ids. In the manifests no prompt becomes a
spreadsheet formula or markup; only the JSON manifest is exact.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import IO, Final, TypeAlias
from urllib.parse import unquote

from components.studio.db.kept_versions import KeepReport, KeptVersions
from components.studio.db.tables import ImageRecord
from components.studio.db.tasks import TaskRepository
from components.studio.images.generation_metadata import (
    APP,
    MAX_LINEAGE,
    GenerationMetadata,
    MetadataUnsupported,
    embed_metadata,
    iso_time,
)
from components.studio.images.ingest import encode_jpeg
from components.studio.images.object_store import StoredFile, StoreUnavailable
from components.studio.images.store import ImageStore
from components.studio.tasks.models import Task

log = logging.getLogger("kontext.export")

_CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class ExportItem:
    """An image to export, with the task that generated it."""

    image: ImageRecord
    file: StoredFile
    """It can be missing."""
    task: Task | None
    """None for an imported image."""
    lineage: tuple[str, ...] = ()
    """The prompts of its ancestors, oldest first."""
    kept: KeepReport | None = None
    """Of a version with the source's pixels put back: what was found out about the raw answer."""

    @property
    def metadata(self) -> GenerationMetadata | None:
        """The metadata to embed in its file. None for an imported image."""
        if self.task is None:
            return None
        return GenerationMetadata(
            request=self.task.request,
            image_id=self.image.id,
            source_id=self.task.source_id,
            lineage=self.lineage,
            created_at=self.task.created_at,
            finished_at=self.task.finished_at,
            changed_fraction=self.kept.changed_fraction if self.kept else None,
            map_settings=self.kept.settings if self.kept else "",
        )

    def read_bytes(self, *, strip_metadata: bool = False, as_jpeg: bool = False) -> bytes:
        """Its file with metadata embedded, or as stored with `strip_metadata`.

        `as_jpeg` encodes it again. A format that holds no metadata is returned as stored. Raises
        OSError when the file is missing or unreadable.
        """
        data = self.file.read()
        if as_jpeg:
            data = encode_jpeg(data)
        metadata = self.metadata
        if strip_metadata or metadata is None:
            return data
        try:
            return embed_metadata(data, metadata)
        except MetadataUnsupported as reason:
            extra = {"image": self.image.id, "reason": str(reason)}
            log.info("exported without metadata", extra=extra)
            return data


def collect_export_items(
    repository: TaskRepository, store: ImageStore, user_id: str, image_ids: Iterable[str]
) -> Iterator[ExportItem]:
    """A user's images, loaded one by one. Images of others or in the trash are left out.

    Raises DatabaseError while iterating.
    """
    kept_versions = KeptVersions(database=repository.database)
    for image_id in image_ids:
        image = repository.image(image_id)
        if image is None or image.user_id != user_id or image.deleted_at is not None:
            continue
        task = repository.task(image.task_id) if image.task_id else None
        yield ExportItem(
            image=image,
            file=_own_file(store, image),
            task=task,
            lineage=tuple(reversed(list(_ancestor_prompts(repository, task)))),
            kept=kept_versions.report_of_kept(image_id),
        )


def _own_file(store: ImageStore, image: ImageRecord) -> StoredFile:
    """The file as it was brought; of a generated image, as it came."""
    if image.original_format is not None:
        return store.original_file(image.id, image.original_format)
    return store.image_file(image.id, image.format)


def _ancestor_prompts(repository: TaskRepository, task: Task | None) -> Iterator[str]:
    """The prompts of a task's ancestors, nearest first.

    The chain continues past a deleted image.
    """
    for _ in range(MAX_LINEAGE):
        task = repository.task_of_image(task.source_id) if task and task.source_id else None
        if task is None:
            return
        if task.request.prompt:  # else the image is deleted, and its words with it
            yield task.request.prompt


# --- ZIP ---


def stream_zip(
    items: Iterable[ExportItem],
    *,
    strip_metadata: bool = False,
    made_at: float,
    zone: tzinfo = UTC,
) -> Iterator[bytes]:
    """A ZIP of images followed by `manifest.csv` and `manifest.json`, in pieces.

    `made_at` is in epoch seconds; ZIP times are local ones, of `zone`. Images are stored, not
    deflated, each with its size in front, because some programs cannot unpack stored files whose
    size follows them. An image whose file is missing is listed so in the manifests.
    Raises DatabaseError and StoreUnavailable while iterating.
    """
    buffer = _ChunkBuffer()
    rows: list[ManifestRow] = []
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, item in enumerate(items, start=1):
            name = download_name(item.image, prefix=f"{number:03}")
            try:
                data = item.read_bytes(strip_metadata=strip_metadata)
            except StoreUnavailable:
                raise  # the picture is there, so the ZIP must not say that it is missing
            except OSError as error:
                extra = {"image": item.image.id, "reason": error.strerror}
                log.warning("image not exported", extra=extra)
                rows.append(manifest_row(item, name, is_missing=True))
                continue
            archive.writestr(_zip_info(name, item.image.created_at, zone), data)
            rows.append(manifest_row(item, name, is_missing=False))
            yield from buffer.drain()
        writers: dict[str, Callable[[IO[bytes], list[ManifestRow]], None]] = {
            "manifest.csv": _write_csv,
            "manifest.json": _write_json,
        }
        for name, write in writers.items():
            with archive.open(_zip_info(name, made_at, zone, zipfile.ZIP_DEFLATED), "w") as file:
                write(file, rows)
            yield from buffer.drain()
    yield from buffer.drain()


class _ChunkBuffer:
    """Holds what zipfile has written until it is drained.

    zipfile seeks back only to the header of the file that it has just written, so all before
    that can leave.
    """

    def __init__(self) -> None:
        self._held = io.BytesIO()
        self._drained_bytes = 0

    def write(self, data: bytes, /) -> int:
        return self._held.write(data)

    def tell(self) -> int:
        return self._drained_bytes + self._held.tell()

    def seek(self, offset: int) -> int:
        if offset < self._drained_bytes:
            raise io.UnsupportedOperation("that part was drained")
        return self._drained_bytes + self._held.seek(offset - self._drained_bytes)

    def flush(self) -> None:
        """Does nothing: zipfile requires the method."""

    def close(self) -> None:
        self._held.close()

    def drain(self) -> Iterator[bytes]:
        """Yield and drop what is held, in pieces of at most `_CHUNK_BYTES`."""
        held, self._held = self._held, io.BytesIO()
        self._drained_bytes += held.seek(0, io.SEEK_END)
        held.seek(0)
        while chunk := held.read(_CHUNK_BYTES):
            yield chunk


def _zip_info(
    name: str, at: float, zone: tzinfo, compression: int = zipfile.ZIP_STORED
) -> zipfile.ZipInfo:
    moment = datetime.fromtimestamp(max(at, 315_619_200), zone)  # ZIP dates begin in 1980
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    info.compress_type = compression
    info.external_attr = 0o644 << 16
    return info


# --- File names ---

_MAX_SLUG_CHARACTERS: Final = 48
_MAX_NAME_CHARACTERS: Final = 80
_EXTENSIONS: Final = {"jpeg": "jpg"}
_KNOWN_EXTENSION: Final = re.compile(r"\.(jpe?g|jfif|png|webp|gif|hei[cf]|avif)$", re.IGNORECASE)
_RESERVED_ON_WINDOWS: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def download_name(image: ImageRecord, *, prefix: str = "", as_jpeg: bool = False) -> str:
    """A file name. What was brought in has its own one; with a prefix, as what was generated.

    Others: prefix, first words of the prompt, and id, such as `kontext-a-red-fox-3f9a1c20.png`.
    """
    file_format = "jpeg" if as_jpeg else image.own_format
    extension = f".{_EXTENSIONS.get(file_format, file_format)}"
    label = image.label
    if image.task_id is None:
        label = _name_without_extension(label)
        if not prefix:
            return _safe_name(label) + extension
    parts = (prefix or "kontext", slugify(label), image.id[:8])
    return "-".join(part for part in parts if part) + extension


def slugify(text: str) -> str:
    """Letters and digits of any script, joined by hyphens; at most 48 characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W_]+", folded)
    return "-".join(words)[:_MAX_SLUG_CHARACTERS].strip("-")


def _name_without_extension(label: str) -> str:
    """The name of a file; of an address, the last part of its path."""
    if label.startswith(("https://", "http://")):
        path = re.sub(r"[?#].*", "", label).rstrip("/")
        label = unquote(path.rpartition("/")[2])
    return _KNOWN_EXTENSION.sub("", label)


def _safe_name(name: str) -> str:
    """A name that every file system takes: words, spaces and plain signs, no path."""
    allowed = re.sub(r"[^\w .()+-]+", "_", unicodedata.normalize("NFC", name))
    short = allowed.strip(" ._")[:_MAX_NAME_CHARACTERS].rstrip(" .")
    if not short or _RESERVED_ON_WINDOWS.fullmatch(short):
        return f"picture {short}".rstrip()
    return short


# --- Manifests ---

Cell: TypeAlias = str | int | float | bool | list[str] | None
ManifestRow: TypeAlias = Mapping[str, Cell]

_SETTINGS: Final = (
    "prompt",
    "model",
    "aspect_ratio",
    "output_format",
    "safety_tolerance",
    "translate",
    "enhance",
    "watermark",
)
_COLUMNS: Final = (
    *("file", "state", "kind"),
    *_SETTINGS,
    *("width_px", "height_px", "asked_at", "finished_at", "credits"),
    *("picture_id", "source_id", "lineage"),
)

# What spreadsheets take for a formula, also in full width or small form, where a cell can begin.
# Some split a quoted cell at a semicolon, tab or line break, depending on the locale, and drop
# leading spaces, quotes and invisible characters.
_FORMULA: Final = re.compile(
    r"""(^|[;\t\r\n])((?:[^\S\t\r\n]|["\u200b-\u200f\u2060\ufeff])*)"""
    r"""(?=[=+\-@\t\r\u2212\ufe62\ufe63\ufe66\ufe6b\uff1d\uff0b\uff0d\uff20])"""
)


def manifest_row(item: ExportItem, file_name: str, *, is_missing: bool) -> ManifestRow:
    """One image: file name, request, size in pixels, times.

    `credits` is the price expected when the task was created.
    """
    image, task = item.image, item.task
    values: dict[str, Cell] = {
        "file": file_name,
        "state": "missing" if is_missing else "included",
        "kind": "brought in" if task is None else "edited" if task.is_edit else "made",
        "width_px": image.own_size_px[0],
        "height_px": image.own_size_px[1],
        "picture_id": image.id,
        "lineage": list(item.lineage),
    }
    if task is not None:
        values |= {name: getattr(task.request, name) for name in _SETTINGS}
        values["asked_at"] = iso_time(task.created_at)
        values["finished_at"] = iso_time(task.finished_at)
        values["credits"] = float(task.price)
        values["source_id"] = task.source_id
    return {column: values.get(column) for column in _COLUMNS}


def _write_csv(file: IO[bytes], rows: Sequence[ManifestRow]) -> None:
    """CSV in UTF-8 with the byte order mark that Excel needs; all cells quoted."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    writer.writerows([_csv_cell(row[column]) for column in _COLUMNS] for row in rows)
    text.detach()


def _write_json(file: IO[bytes], rows: Sequence[ManifestRow]) -> None:
    """JSON in UTF-8, one image a line."""
    file.write(f'{{"app": {json.dumps(APP)}, "pictures": ['.encode())
    for number, row in enumerate(rows):
        line = json.dumps(row, ensure_ascii=False).replace("<", "\\u003c")
        file.write(f"{',' if number else ''}\n{line}".encode())
    file.write(b"\n]}\n")


def _csv_cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            value = " → ".join(value)
        case float():
            value = f"{value:g}"
    return _FORMULA.sub(r"\1\2'", str(value))
