"""A ZIP of pictures: whole and readable, harmless whatever a prompt says, and never in memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from components.kie import GenerationRequest, Model
from components.studio.db.tasks import Ledger
from components.studio.export import Exported, gather, stream_zip
from components.studio.images.metadata.files import read
from components.studio.images.store import Shelf
from tests.support.export_fixtures import (
    NOW,
    MakeItem,
    manifest_of,
    number_of,
    record_of,
    task_of,
    zipped,
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


def test_every_picture_has_a_readable_name_of_its_own(make_item: MakeItem) -> None:
    archive = zipped(
        make_item("A red fox", 0x3F9A1C20 << 96), make_item("A red fox"), make_item("?!")
    )

    assert archive.namelist() == [
        "001-a-red-fox-3f9a1c20.jpg",
        "002-a-red-fox-00000000.jpg",
        "003-00000000.jpg",
        "manifest.csv",
        "manifest.json",
    ]


def test_the_pictures_say_how_they_were_made_unless_asked_not_to(make_item: MakeItem) -> None:
    exported = make_item("A red fox", lineage=("A fox",))
    name = "001-a-red-fox-00000000.jpg"
    said = read(zipped(exported).read(name))

    assert said == exported.provenance
    assert said is not None
    assert said.request == GenerationRequest(
        prompt="A red fox", model=Model.MAX, aspect_ratio="16:9"
    )
    assert zipped(exported, plain=True).read(name) == exported.file.read_bytes()


def test_a_picture_that_was_brought_in_goes_as_it_lies(make_item: MakeItem) -> None:
    brought = make_item("x", picture=record_of(1, "holiday.jpg"), task=None)
    archive = zipped(brought)
    row = manifest_of(archive)[0]

    assert archive.read("001-holiday-jpg-00000000.jpg") == brought.file.read_bytes()
    assert (row["kind"], row["prompt"], row["credits"]) == ("brought in", None, None)


def test_a_file_of_a_kind_that_carries_nothing_goes_as_it_lies(make_item: MakeItem) -> None:
    exported = make_item("A fox")
    exported.file.write_bytes(encoded(quarters(), "WEBP"))

    assert exported.contents() == exported.file.read_bytes()


def test_no_prompt_becomes_a_path(make_item: MakeItem, tmp_path: Path) -> None:
    archive = zipped(*(make_item(prompt) for prompt in HOSTILE))
    folder = tmp_path / "out"
    archive.extractall(folder)

    for name in archive.namelist()[:-2]:
        assert re.fullmatch(r"\d{3}-[\w-]+\.jpg", name), name
        assert len(name.encode()) <= 255
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [*archive.namelist(), "picture.jpeg"]
    )


def test_sizes_stand_before_the_pictures_and_pictures_are_not_packed(make_item: MakeItem) -> None:
    archive = zipped(make_item("A fox"))
    picture = archive.infolist()[0]

    assert picture.compress_type == zipfile.ZIP_STORED
    assert picture.flag_bits & 0x08 == 0  # no size behind the data
    assert picture.date_time == (2026, 11, 18, 11, 6, 40)
    assert archive.getinfo("manifest.json").compress_type == zipfile.ZIP_DEFLATED


def test_a_common_unpacker_finds_no_fault(make_item: MakeItem, tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    path.write_bytes(b"".join(stream_zip([make_item("Füchse 狐"), make_item("B")], made_at=NOW)))
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "zipfile", "-t", str(path)], capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_each_picture_leaves_before_the_next_is_looked_up(make_item: MakeItem) -> None:
    looked_up = []

    def entries() -> Iterator[Exported]:
        for number in range(3):
            looked_up.append(number)
            yield make_item("A fox", number)

    pieces = stream_zip(entries(), made_at=NOW)

    assert looked_up == []
    assert next(pieces).startswith(b"PK\x03\x04")
    assert looked_up == [0]
    pieces.close()  # type: ignore[attr-defined]  # a generator: the reader has gone
    assert looked_up == [0]


def test_a_large_picture_leaves_in_small_pieces(make_item: MakeItem) -> None:
    exported = make_item("A fox")
    exported.file.write_bytes(os.urandom(5 * 256 * 1024))

    assert max(map(len, stream_zip([exported], made_at=NOW))) == 256 * 1024


def test_five_hundred_pictures_take_the_memory_of_a_few(
    make_item: MakeItem, tmp_path: Path
) -> None:
    photo = Image.effect_noise((1200, 1000), 120).convert("RGB")
    file = tmp_path / "photo.jpeg"
    photo.save(file, quality=88)
    assert 700_000 < file.stat().st_size < 1_500_000
    entries = (make_item(f"Fox {number}", number, file=file) for number in range(500))

    tracemalloc.start()
    try:
        total = sum(map(len, stream_zip(entries, made_at=NOW)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total > 500 * file.stat().st_size
    assert peak < 20_000_000


def test_only_a_designers_own_pictures_are_gathered(repository: Ledger, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    mine, others = record_of(1, "Mine"), replace(record_of(2, "Others'"), designer="ben")
    thrown = replace(record_of(3, "Thrown away"), deleted_at=NOW)
    for record in (mine, others, thrown):
        repository.add_picture(record)
    ids = [number_of(number) for number in (2, 1, 3, 4)] + ["no id", "' OR 1=1"]

    assert [found.picture for found in gather(repository, shelf, "anna", ids)] == [mine]


def test_a_picture_knows_every_prompt_it_goes_back_to(repository: Ledger, tmp_path: Path) -> None:
    """Also past one whose picture was removed for good."""
    repository.add_picture(record_of(1, "holiday.jpg"))
    prompts = ("Add a fox", "Make it red", "Make it run")
    for number, prompt in enumerate(prompts, start=2):
        task = task_of(number, prompt, source=number - 1)
        repository.add_tasks([task])
        if number != 3:
            repository.add_picture(record_of(number, task=task))
    shelf = Shelf(tmp_path)
    found = list(gather(repository, shelf, "anna", [number_of(4), number_of(1)]))

    assert [one.lineage for one in found] == [("Add a fox", "Make it red"), ()]


def test_a_circle_of_sources_ends(repository: Ledger, tmp_path: Path) -> None:
    for number, source in ((1, 2), (2, 1)):
        task = task_of(number, f"Step {number}", source=source)
        repository.add_tasks([task])
        repository.add_picture(record_of(number, task=task))
    (found,) = gather(repository, Shelf(tmp_path), "anna", [number_of(1)])

    assert len(found.lineage) == 100
