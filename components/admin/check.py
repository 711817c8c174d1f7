"""Compares the files of an installation with its rows. Only missing thumbnails are ever made."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from components.admin.places import FILE_FOLDERS, Place, image_store
from components.admin.rows import FileOfRow, read_rows
from components.studio.images.file_type import InvalidImageError
from components.studio.images.store import SMALL_PX, THUMBNAIL_SIDES_PX, make_thumbnails

# A picture's file is written before its row, and the app may be at work.
FRESH_SECONDS = 3600.0

Say = Callable[[str], object]


@dataclass
class Findings:
    """Names of files, by what is wrong with them."""

    missing: list[str] = field(default_factory=list)
    """A row names them."""
    wrong_size: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    """They cannot be opened, or differ from the backup."""
    without_row: list[str] = field(default_factory=list)
    without_thumbnail: list[str] = field(default_factory=list)
    """Thumbnails that are missing; each can be made again."""
    files: int = 0
    file_bytes: int = 0

    @property
    def is_anything_lost(self) -> bool:
        """Whether a file that somebody has is missing or broken."""
        return bool(self.missing or self.wrong_size or self.damaged)


def check(
    place: Place,
    say: Say,
    *,
    opens_pictures: bool = False,
    known_digests: Mapping[str, str] | None = None,
    makes_thumbnails: bool = False,
) -> Findings:
    """Compare files and rows, while the app may run. Raises AdminError and OSError.

    `known_digests` are SHA-256 by name, as a backup has them.
    """
    findings = Findings()
    until = time.time() - FRESH_SECONDS
    stored = {name for folder in FILE_FOLDERS for name in place.files.names_before(folder, until)}
    with read_rows(place) as rows:
        wanted = list(rows.files())
    damaged = set[str]()
    for number, file in enumerate(wanted, 1):
        _check_file(place, file, findings)
        if _is_damaged(place, file, known_digests or {}, opens_pictures=opens_pictures):
            damaged.add(file.name)
        if number % 1000 == 0:
            say(f"{number:,} of {len(wanted):,} files")
    findings.damaged = sorted(damaged - {*findings.missing, *findings.wrong_size})
    findings.without_row = sorted(stored - {file.name for file in wanted})
    if findings.missing:  # what was deleted for good since then is not missing
        with read_rows(place) as rows:
            still_wanted = {file.name for file in rows.files() if file.is_needed}
        findings.missing = [name for name in findings.missing if name in still_wanted]
    if makes_thumbnails:
        _make_thumbnails(place, wanted, findings)
    return findings


def _check_file(place: Place, file: FileOfRow, findings: Findings) -> None:
    size = place.files.size(file.name)
    if size is None:
        if file.is_needed:
            findings.missing.append(file.name)
        elif file.name.startswith("thumbnails/"):
            findings.without_thumbnail.append(file.name)
        return
    findings.files += 1
    findings.file_bytes += size
    if file.size_bytes is not None and size != file.size_bytes:
        findings.wrong_size.append(file.name)


def _is_damaged(
    place: Place, file: FileOfRow, known_digests: Mapping[str, str], *, opens_pictures: bool
) -> bool:
    digest = known_digests.get(file.name) if file.is_needed else None
    opens = opens_pictures and file.is_needed and file.name.startswith("pictures/")
    if digest is None and not opens:
        return False
    try:
        data = place.files.read(file.name)
        if opens:
            make_thumbnails(data, (SMALL_PX,))
    except FileNotFoundError:
        return False  # told as missing
    except InvalidImageError:
        return True
    return digest is not None and hashlib.sha256(data).hexdigest() != digest


def _make_thumbnails(place: Place, wanted: list[FileOfRow], findings: Findings) -> None:
    """Make what is missing; what cannot be made stays in the findings."""
    store, lacking = image_store(place), set(findings.without_thumbnail)
    unreadable = {*findings.missing, *findings.damaged}
    sides = dict(zip(("", "-768"), THUMBNAIL_SIDES_PX, strict=True))
    picture = ""
    for file in wanted:
        if file.name.startswith("pictures/"):
            picture = file.name
        if file.name not in lacking or picture in unreadable:
            continue
        end = file.name.rpartition("/")[2].removeprefix(file.image_id).removesuffix(".jpeg")
        try:
            store.make_missing_thumbnail(file.image_id, file.format, sides[end])
        except InvalidImageError:
            findings.damaged.append(picture)
            unreadable.add(picture)
            continue
        findings.without_thumbnail.remove(file.name)
