"""Backs an installation up into a folder, while the app runs, and restores it.

A backup holds the database, the files that its rows name, the secret of the identity cookies and
`SHA256SUMS`, which `sha256sum --check` reads. `backup.json` comes last and says what it is.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from components.admin.places import (
    FILE_FOLDERS,
    AdminError,
    Place,
    copy_file,
    folder_place,
    is_file_name,
    link_file,
)
from components.admin.rows import (
    TABLES,
    FileOfRow,
    Rows,
    copy_sqlite,
    has_rows,
    not_empty_error,
    read_rows,
    read_upgraded_rows,
    row_from_json,
    row_to_json,
    write_rows,
)
from components.bootstrap import lock_folder
from components.studio.db.database import DatabaseError
from components.studio.db.migrations import known_versions
from components.studio.db.tasks import DATABASE_FILE
from components.studio.images.object_store import DiskStore
from components.studio.storage import LOCK_FILE, SECRET_FILE
from components.version import VERSION

MANIFEST: Final = "backup.json"
CHECKSUMS: Final = "SHA256SUMS"
_FORMAT: Final = 1
_ROWS_FOLDER: Final = "rows"
_RESTORING: Final = ".restore.part"
_COMPLETE: Final = "complete"  # all is copied and checked: it only has to be moved
_SPARE_BYTES: Final = 50 * 1024**2
_PIECE_BYTES: Final = 1024**2
_IGNORED: Final = {LOCK_FILE, "lost+found"}

Say = Callable[[str], object]


@dataclass(frozen=True)
class Manifest:
    """What a backup is."""

    format: int
    app_version: str
    database_version: str
    made_at: str
    rows: dict[str, int]
    files: int
    missing: list[str]
    """Files that rows name, and that were missing when the backup was made."""
    checksums: str
    """SHA-256 of SHA256SUMS."""


# --- Backup ---


def back_up(place: Place, target: Path, say: Say) -> Manifest:
    """Make a backup in a folder that is new or empty. Raises AdminError and OSError.

    All is written to a folder beside it, which a second try goes on with, and renamed.
    """
    target = target.absolute()
    _check_target(place, target)
    partial = target.with_name(f".{target.name}.part")
    with _named_disk(partial):
        partial.mkdir(mode=0o700, exist_ok=True)
        with _alone(partial):
            manifest = _fill(place, partial, _previous_backup(target), say)
            os.sync()
            partial.replace(target)
            _sync_folder(target.parent)
    return manifest


def _check_target(place: Place, target: Path) -> None:
    data_dir = place.data_dir.resolve()
    if not target.parent.is_dir():
        raise AdminError(f"There is no folder {target.parent}. Make it first.")
    if target.resolve().is_relative_to(data_dir):
        raise AdminError(
            f"{target} lies in the data folder {data_dir}. A backup belongs on another disk."
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise AdminError(f"{target} is there already and not empty. Name a new folder.")


def _previous_backup(target: Path) -> Path | None:
    """The newest backup beside this one: files that it has need no room again."""
    manifests = sorted(target.parent.glob(f"*/{MANIFEST}"), key=lambda file: file.stat().st_mtime)
    return manifests[-1].parent if manifests else None


def _fill(place: Place, folder: Path, previous: Path | None, say: Say) -> Manifest:
    # Files are taken before the rows, too: what is deleted meanwhile is in the backup's rows.
    with read_rows(place) as rows:
        wanted = list(rows.files())
    _check_room(place, folder, previous, wanted)
    copier = _Copier(place, folder, previous, say)
    copier.copy(wanted)
    _copy_rows(place, folder)
    with _rows_of_backup(folder) as rows:
        wanted = list(rows.files())
        counts = {name: table.rows for name, table in rows.sums().items()}
    copier.copy(wanted)
    copier.remove_others({file.name for file in wanted})
    _copy_secret(place, folder / SECRET_FILE)
    sums = _checksums(folder)
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (folder / CHECKSUMS).write_text(lines, "utf-8")
    manifest = Manifest(
        format=_FORMAT,
        app_version=VERSION,
        database_version=known_versions()[0],
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rows=counts,
        files=sum(is_file_name(name) for name in sums),
        missing=sorted(file.name for file in wanted if file.is_needed and file.name not in sums),
        checksums=hashlib.sha256(lines.encode()).hexdigest(),
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", "utf-8")
    return manifest


def _check_room(place: Place, folder: Path, previous: Path | None, wanted: list[FileOfRow]) -> None:
    needed = _SPARE_BYTES
    if place.database_file is not None:
        needed += place.database_file.stat().st_size
    kept = [DiskStore(folder), *([DiskStore(previous)] if previous else [])]
    new = [file for file in wanted if all(files.size(file.name) is None for files in kept)]
    if not _can_link(place, folder, new):
        needed += sum(file.size_bytes or 0 for file in new)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise AdminError(
            f"The backup needs about {needed // 1024**2:,} MB, and {free // 1024**2:,} MB are free "
            f"on the disk of {folder.parent}. Make room there."
        )


def _can_link(place: Place, folder: Path, wanted: list[FileOfRow]) -> bool:
    """Whether files of the installation can be linked into this folder."""
    source, probe = place.files.folder, folder / ".link"
    if source is None:
        return False
    for file in wanted:
        with suppress(FileNotFoundError):
            is_linked = link_file(source / file.name, probe)
            probe.unlink(missing_ok=True)
            return is_linked
    return True


class _Copier:
    """Brings files into the backup; one that is there already stays."""

    def __init__(self, place: Place, folder: Path, previous: Path | None, say: Say) -> None:
        self._source = place.files
        self._target = DiskStore(folder)
        self._previous = DiskStore(previous) if previous else None
        self._say = say

    def copy(self, wanted: list[FileOfRow]) -> None:
        """Copy or link what is there of these files."""
        for number, file in enumerate(wanted, 1):
            if self._target.size(file.name) is not None:
                continue
            self._copy_one(file.name)
            if number % 1000 == 0:
                self._say(f"{number:,} of {len(wanted):,} files")

    def _copy_one(self, name: str) -> None:
        target = self._target.folder / name
        size, source = self._source.size(name), self._source.folder
        if size is None:
            return
        try:
            if source is not None and link_file(source / name, target):
                return
            if self._previous is not None and self._previous.size(name) == size:
                if not link_file(self._previous.folder / name, target):
                    copy_file(self._previous.folder / name, target)
            elif source is not None:
                copy_file(source / name, target)
            else:
                self._target.put(name, self._source.read(name))
        except FileNotFoundError:
            return  # deleted meanwhile: if the rows still name it, it is told as missing

    def remove_others(self, wanted: set[str]) -> None:
        """Delete files that no row of the backup names, such as those of an earlier try."""
        for folder in FILE_FOLDERS:
            for name in list(self._target.names_before(folder, float("inf"))):
                if name not in wanted:
                    self._target.delete([name])


def _copy_rows(place: Place, folder: Path) -> None:
    if place.database_file is not None:
        copy_sqlite(place.database_file, folder / DATABASE_FILE)
        return
    target = folder / _ROWS_FOLDER
    target.mkdir(exist_ok=True)
    with read_rows(place) as rows:
        for table in TABLES:
            with (target / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
                file.writelines(f"{row_to_json(row)}\n" for row in rows.of(table))


def _copy_secret(place: Place, target: Path) -> None:
    if place.secret_file.is_file():
        shutil.copy2(place.secret_file, target)
        return
    with read_rows(place) as rows:
        secret = rows.secret()
    if secret is not None:
        target.touch(0o600)
        target.write_bytes(secret)


@contextmanager
def _rows_of_backup(folder: Path) -> Iterator[Rows]:
    """The rows of a backup, through a database of their own if they are text."""
    place = folder_place(folder)
    made = None
    try:
        if not (folder / DATABASE_FILE).is_file():
            made = folder / f".rows-{DATABASE_FILE}"
            place = Place(f"sqlite:///{made}", DiskStore(folder), folder)
            _delete_sqlite(made)
            write_rows(place, _read_texts(folder))
        with read_rows(place) as rows:
            yield rows
    finally:
        if made is not None:
            _delete_sqlite(made)


def _delete_sqlite(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _read_texts(folder: Path) -> dict[str, Iterator[dict[str, Any]]]:
    def read(path: Path) -> Iterator[dict[str, Any]]:
        if not path.is_file():  # a table that a later version added
            return
        with path.open(encoding="utf-8") as file:
            try:
                yield from map(row_from_json, file)
            except (TypeError, ValueError) as error:
                raise AdminError(f"The backup is damaged: {path.name} cannot be read.") from error

    return {table.name: read(folder / _ROWS_FOLDER / f"{table.name}.jsonl") for table in TABLES}


# --- Restore ---


def check_backup(folder: Path, say: Say) -> Manifest:
    """Compare a backup with its checksums, file by file. Raises AdminError."""
    try:
        text = (folder / MANIFEST).read_text("utf-8")
        lines = (folder / CHECKSUMS).read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise AdminError(
            f"{folder} is no complete backup: {Path(error.filename).name} is missing."
        ) from error
    except ValueError as error:
        raise AdminError(_damaged(folder, MANIFEST)) from error
    try:
        _refuse_newer(folder, json.loads(text))
        manifest = Manifest(**json.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise AdminError(_damaged(folder, MANIFEST)) from error
    if hashlib.sha256(lines.encode()).hexdigest() != manifest.checksums:
        raise AdminError(_damaged(folder, CHECKSUMS))
    for number, (name, digest) in enumerate(_parse_checksums(lines).items(), 1):
        if not _may_be_in_a_backup(name) or _digest_or_none(folder / name) != digest:
            raise AdminError(_damaged(folder, name))
        if number % 1000 == 0:
            say(f"{number:,} files checked")
    return manifest


def read_checksums(folder: Path) -> dict[str, str]:
    """SHA-256 by name of all that a backup holds."""
    return _parse_checksums((folder / CHECKSUMS).read_text("utf-8"))


def _refuse_newer(folder: Path, values: dict[str, Any]) -> None:
    """Raises AdminError, and KeyError or TypeError for a manifest of no version."""
    if values["format"] <= _FORMAT and values["database_version"] in known_versions():
        return
    raise AdminError(
        f"The backup {folder} was made by a newer version of the studio ({values['app_version']}) "
        f"than this one ({VERSION}). Use that version to restore it."
    )


def _damaged(folder: Path, name: str) -> str:
    return f"The backup {folder} is damaged: {name} is missing or not what it was. Use another one."


def restore(place: Place, folder: Path, say: Say) -> Manifest:
    """Restore a backup into an empty installation: all of it or nothing.

    The backup is checked first. Nobody's rows or files are overwritten. Raises AdminError and
    OSError.
    """
    folder = folder.absolute()
    manifest = check_backup(folder, say)
    names = list(read_checksums(folder))
    try:
        lock = lock_folder(place.data_dir)
    except DatabaseError as error:
        raise AdminError(str(error)) from error
    with lock, _named_disk(place.data_dir):
        if place.database_file is not None and place.files.folder is not None:
            _restore_folder(place.data_dir, folder, names, manifest)
        else:
            _restore_elsewhere(place, folder, names, say)
    return manifest


def _restore_folder(data_dir: Path, backup: Path, names: list[str], manifest: Manifest) -> None:
    staged = data_dir / _RESTORING
    mark = staged / _COMPLETE
    is_resumed = (
        mark.is_file()
        and mark.read_text("utf-8") == manifest.checksums
        and not (data_dir / DATABASE_FILE).exists()
    )
    if not is_resumed:
        others = {path.name for path in data_dir.iterdir()} - _IGNORED - {_RESTORING}
        if others:
            raise AdminError(
                f"The data folder {data_dir} is not empty: it holds {min(others)}. Nothing was "
                "changed. Name an empty folder in KONTEXT_DATA_DIR, or move what is there away."
            )
        shutil.rmtree(staged, ignore_errors=True)
        try:
            _stage(staged, backup, names)
            os.sync()
            mark.write_text(manifest.checksums, "utf-8")
        except BaseException:  # Ctrl-C, too: half a folder must not look like a whole one
            shutil.rmtree(staged, ignore_errors=True)
            raise
    # The database comes last: without it there is no studio in this folder.
    for path in sorted(staged.iterdir(), key=lambda path: path.name == DATABASE_FILE):
        if path.name != _COMPLETE:
            path.replace(data_dir / path.name)
    shutil.rmtree(staged)
    _sync_folder(data_dir)


def _stage(staged: Path, backup: Path, names: list[str]) -> None:
    staged.mkdir(mode=0o700)
    for name in names:
        if name.startswith(f"{_ROWS_FOLDER}/"):
            continue
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(backup / name, target)
    if not (staged / DATABASE_FILE).is_file():
        write_rows(folder_place(staged), _read_texts(backup))


def _restore_elsewhere(place: Place, backup: Path, names: list[str], say: Say) -> None:
    """Into PostgreSQL, a store or both: the files first, then all rows at once."""
    if has_rows(place):
        raise not_empty_error(place)
    wanted = [name for name in names if is_file_name(name)]
    for folder in FILE_FOLDERS:
        others = set(place.files.names_before(folder, float("inf"))).difference(wanted)
        if others := {name for name in others if is_file_name(name)}:
            raise AdminError(
                f"There are other pictures in the store already, such as {min(others)}. Nothing "
                "was changed. Use an empty bucket or another prefix."
            )
    for number, name in enumerate(wanted, 1):
        store_file(backup / name, place, name)
        if number % 1000 == 0:
            say(f"{number:,} of {len(wanted):,} files")
    secret = backup / SECRET_FILE
    if secret.is_file() and not place.secret_file.exists():
        shutil.copy2(secret, place.secret_file)
    if (backup / DATABASE_FILE).is_file():
        with read_upgraded_rows(backup / DATABASE_FILE, place.data_dir) as rows:
            write_rows(place, {table.name: rows.of(table) for table in TABLES}, secret)
    else:
        write_rows(place, _read_texts(backup), secret)


def store_file(source: Path, place: Place, name: str) -> bool:
    """Copy a file unless it is there with the same content; whether it was copied.

    It is read back. Raises OSError and AdminError.
    """
    data = source.read_bytes()
    if place.files.size(name) == len(data) and place.files.read(name) == data:
        return False
    place.files.put(name, data)
    if place.files.read(name) != data:
        raise AdminError(f"{name} does not read as it was written. Check the store's disk.")
    return True


# --- Files and folders ---


def _checksums(folder: Path) -> dict[str, str]:
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return {name: _digest(folder / name) for name in names if _may_be_in_a_backup(name)}


def _may_be_in_a_backup(name: str) -> bool:
    tables = {f"{_ROWS_FOLDER}/{table.name}.jsonl" for table in TABLES}
    return is_file_name(name) or name in {DATABASE_FILE, SECRET_FILE} | tables


def _parse_checksums(lines: str) -> dict[str, str]:
    parts = [line.partition("  ") for line in lines.splitlines()]
    return {name: digest for digest, _, name in parts}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _digest_or_none(path: Path) -> str | None:
    try:
        return _digest(path)
    except OSError:
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second command out of a folder; the system releases it when the process ends."""
    with ExitStack() as closing_stack:
        descriptor = os.open(folder, os.O_RDONLY)
        closing_stack.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AdminError(f"Another backup is being made in {folder}. Wait for it.") from error
        yield


@contextmanager
def _named_disk(folder: Path) -> Iterator[None]:
    """Say in words that a disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise AdminError(
                f"The disk of {folder} is full. Make room there and start again: a backup goes on "
                f"where it stopped. To give it up, delete {folder}."
            ) from error
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
