"""ExportItem ZIPs: readable, safe for any prompt, and streamed."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from components.kie import GenerationRequest, Model
from components.studio.db.tasks import TaskRepository
from components.studio.export import ExportItem, collect_export_items, stream_zip
from components.studio.images.generation_metadata import read_metadata
from components.studio.images.object_store import DiskStore, StoredFile
from components.studio.images.store import ImageStore
from tests.support.export_fixtures import (
    NOW,
    MakeItem,
    export_zip,
    id_of,
    image_of,
    read_manifest,
    task_of,
)
from tests.support.image_corpus import encoded, quarters

HOSTILE = (
    "../../../etc/passwd",
    "..\\..\\windows\\system32",
    "C:\\autoexec.bat",
    "/absolute",
    "=HYPERLINK('http://evil.example')",
    "<script>alert(1)</script>",
    "a\r\nb\r\n",
    "\u202egnp.exe",
    "🦊",
    "CON",
    "字" * 400,
    "x" * 5000,
)


def test_file_names_are_readable_and_unique(make_item: MakeItem) -> None:
    archive = export_zip(
        make_item("A red fox", 0x3F9A1C20 << 96), make_item("A red fox"), make_item("?!")
    )

    assert archive.namelist() == [
        "001-a-red-fox-3f9a1c20.jpg",
        "002-a-red-fox-00000000.jpg",
        "003-00000000.jpg",
        "manifest.csv",
        "manifest.json",
    ]


def test_metadata_is_embedded_unless_stripped(make_item: MakeItem) -> None:
    exported = make_item("A red fox", lineage=("A fox",))
    name = "001-a-red-fox-00000000.jpg"
    said = read_metadata(export_zip(exported).read(name))

    assert said == exported.metadata
    assert said is not None
    assert said.request == GenerationRequest(
        prompt="A red fox", model=Model.MAX, aspect_ratio="16:9"
    )
    assert export_zip(exported, strip_metadata=True).read(name) == exported.file.path.read_bytes()


def test_imported_image_is_exported_unchanged(make_item: MakeItem) -> None:
    imported = make_item("x", image=image_of(1, "holiday.jpg"), task=None)
    archive = export_zip(imported)
    row = read_manifest(archive)[0]

    assert archive.read("001-holiday-00000000.jpg") == imported.file.path.read_bytes()
    assert (row["kind"], row["prompt"], row["credits"]) == ("brought in", None, None)


def test_format_without_metadata_is_exported_unchanged(make_item: MakeItem) -> None:
    exported = make_item("A fox")
    exported.file.path.write_bytes(encoded(quarters(), "WEBP"))

    assert exported.read_bytes() == exported.file.path.read_bytes()


def test_prompt_never_becomes_a_path(make_item: MakeItem, tmp_path: Path) -> None:
    archive = export_zip(*(make_item(prompt) for prompt in HOSTILE))
    folder = tmp_path / "out"
    archive.extractall(folder)

    for name in archive.namelist()[:-2]:
        assert re.fullmatch(r"\d{3}-[\w-]+\.jpg", name), name
        assert len(name.encode()) <= 255
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [*archive.namelist(), "picture.jpeg"]
    )


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Asia/Kolkata", (2026, 11, 18, 16, 36, 40)),
        ("America/New_York", (2026, 11, 18, 6, 6, 40)),
    ],
)
def test_zip_times_are_those_of_the_zone(
    zone: str, local: tuple[int, ...], make_item: MakeItem
) -> None:
    pieces = stream_zip([make_item("A fox")], made_at=NOW, zone=ZoneInfo(zone))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))

    assert {info.date_time for info in archive.infolist()} == {local}


def test_images_are_stored_with_sizes_in_front(make_item: MakeItem) -> None:
    archive = export_zip(make_item("A fox"))
    picture = archive.infolist()[0]

    assert picture.compress_type == zipfile.ZIP_STORED
    assert picture.flag_bits & 0x08 == 0  # no size behind the data
    assert picture.date_time == (2026, 11, 18, 11, 6, 40)
    assert archive.getinfo("manifest.json").compress_type == zipfile.ZIP_DEFLATED


def test_python_zipfile_accepts_the_archive(make_item: MakeItem, tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    path.write_bytes(b"".join(stream_zip([make_item("Füchse 狐"), make_item("B")], made_at=NOW)))
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "zipfile", "-t", str(path)], capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_each_image_is_sent_before_the_next_is_loaded(make_item: MakeItem) -> None:
    loaded = []

    def entries() -> Iterator[ExportItem]:
        for number in range(3):
            loaded.append(number)
            yield make_item("A fox", number)

    pieces = stream_zip(entries(), made_at=NOW)

    assert loaded == []
    assert next(pieces).startswith(b"PK\x03\x04")
    assert loaded == [0]
    pieces.close()  # type: ignore[attr-defined]  # a generator: the reader has gone
    assert loaded == [0]


def test_large_image_is_sent_in_256_kib_pieces(make_item: MakeItem) -> None:
    exported = make_item("A fox")
    exported.file.path.write_bytes(os.urandom(5 * 256 * 1024))

    assert max(map(len, stream_zip([exported], made_at=NOW))) == 256 * 1024


def test_500_images_take_less_than_20_mb_of_memory(make_item: MakeItem, tmp_path: Path) -> None:
    photo = Image.effect_noise((1200, 1000), 120).convert("RGB")
    path = tmp_path / "photo.jpeg"
    photo.save(path, quality=88)
    assert 700_000 < path.stat().st_size < 1_500_000
    file = StoredFile(DiskStore(tmp_path), "photo.jpeg")
    entries = (make_item(f"Fox {number}", number, file=file) for number in range(500))

    tracemalloc.start()
    try:
        total = sum(map(len, stream_zip(entries, made_at=NOW)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total > 500 * path.stat().st_size
    assert peak < 20_000_000


def test_images_of_others_or_in_trash_are_left_out(
    repository: TaskRepository, tmp_path: Path
) -> None:
    store = ImageStore(tmp_path)
    mine, others = image_of(1, "Mine"), replace(image_of(2, "Others'"), user_id="ben")
    thrown = replace(image_of(3, "Thrown away"), deleted_at=NOW)
    for record in (mine, others, thrown):
        repository.add_image(record)
    ids = [id_of(number) for number in (2, 1, 3, 4)] + ["no id", "' OR 1=1"]

    assert [found.image for found in collect_export_items(repository, store, "anna", ids)] == [mine]


def test_lineage_holds_all_ancestor_prompts(repository: TaskRepository, tmp_path: Path) -> None:
    """Also past an image that was purged."""
    repository.add_image(image_of(1, "holiday.jpg"))
    prompts = ("Add a fox", "Make it red", "Make it run")
    for number, prompt in enumerate(prompts, start=2):
        task = task_of(number, prompt, source=number - 1)
        repository.add_tasks([task])
        if number != 3:
            repository.add_image(image_of(number, task=task))
    store = ImageStore(tmp_path)
    found = list(collect_export_items(repository, store, "anna", [id_of(4), id_of(1)]))

    assert [one.lineage for one in found] == [("Add a fox", "Make it red"), ()]


def test_circular_lineage_ends(repository: TaskRepository, tmp_path: Path) -> None:
    for number, source in ((1, 2), (2, 1)):
        task = task_of(number, f"Step {number}", source=source)
        repository.add_tasks([task])
        repository.add_image(image_of(number, task=task))
    (found,) = collect_export_items(repository, ImageStore(tmp_path), "anna", [id_of(1)])

    assert len(found.lineage) == 100
