"""A ZIP of pictures: whole and readable, harmless whatever a prompt says, and never in memory."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from components.kontext import GenerationRequest, Model
from components.studio.export.export import CHUNK_BYTES, Exported, gather, stream_zip
from components.studio.ledger.ledger import Ledger
from components.studio.ledger.records import PictureRecord
from components.studio.provenance.metadata import read
from components.studio.shelf import Shelf
from components.studio.tasks.task import State, Task
from tests.studio.corpus import encoded, quarters

NOW = 1_795_000_000.0
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


def number_of(number: int) -> str:
    return f"{number:032x}"


def task_of(number: int, prompt: str, *, source: int | None = None) -> Task:
    return Task(
        id=number_of(number),
        designer="anna",
        batch=number_of(number),
        request=GenerationRequest(prompt=prompt, model=Model.MAX, aspect_ratio="16:9"),
        source_id=None if source is None else number_of(source),
        token=f"token-{number}",
        price=Decimal("7.5"),
        created_at=NOW,
        finished_at=NOW + 20,
        state=State.DONE,
        picture_id=number_of(number),
    )


def record_of(number: int, label: str = "", *, task: Task | None = None) -> PictureRecord:
    return PictureRecord(
        id=number_of(number),
        designer="anna",
        task_id=task and task.id,
        format="jpeg",
        width_px=96,
        height_px=64,
        size_bytes=1,
        created_at=NOW,
        label=task.request.prompt if task else label,
    )


Show = Callable[..., Exported]


@pytest.fixture
def show(tmp_path: Path) -> Show:
    """Makes a picture that has its file; numbered from 1, or as told."""
    file = tmp_path / "picture.jpeg"
    file.write_bytes(encoded(quarters(), "JPEG"))

    def make(prompt: str, number: int = 1, **more: object) -> Exported:
        task = task_of(number, prompt)
        exported = Exported(picture=record_of(number, task=task), file=file, task=task)
        return replace(exported, **more)  # type: ignore[arg-type]  # the fields of Exported

    return make


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.in_folder(tmp_path / "data")
    yield opened
    opened.close()


def zipped(*entries: Exported, plain: bool = False) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(entries, plain=plain, made_at=NOW))))
    assert archive.testzip() is None
    return archive


def manifest_of(archive: zipfile.ZipFile) -> list[dict[str, object]]:
    pictures: list[dict[str, object]] = json.loads(archive.read("manifest.json"))["pictures"]
    return pictures


def sheet_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("manifest.csv").decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_every_picture_has_a_readable_name_of_its_own(show: Show) -> None:
    archive = zipped(show("A red fox", 0x3F9A1C20 << 96), show("A red fox"), show("?!"))

    assert archive.namelist() == [
        "001-a-red-fox-3f9a1c20.jpg",
        "002-a-red-fox-00000000.jpg",
        "003-00000000.jpg",
        "manifest.csv",
        "manifest.json",
    ]


def test_the_pictures_say_how_they_were_made_unless_asked_not_to(show: Show) -> None:
    exported = show("A red fox", lineage=("A fox",))
    name = "001-a-red-fox-00000000.jpg"
    said = read(zipped(exported).read(name))

    assert said == exported.provenance
    assert said is not None
    assert said.request == GenerationRequest(
        prompt="A red fox", model=Model.MAX, aspect_ratio="16:9"
    )
    assert zipped(exported, plain=True).read(name) == exported.file.read_bytes()


def test_a_picture_that_was_brought_in_goes_as_it_lies(show: Show) -> None:
    brought = show("x", picture=record_of(1, "holiday.jpg"), task=None)
    archive = zipped(brought)
    row = manifest_of(archive)[0]

    assert archive.read("001-holiday-jpg-00000000.jpg") == brought.file.read_bytes()
    assert (row["kind"], row["prompt"], row["credits"]) == ("brought in", None, None)


def test_a_file_of_a_kind_that_carries_nothing_goes_as_it_lies(show: Show) -> None:
    exported = show("A fox")
    exported.file.write_bytes(encoded(quarters(), "WEBP"))

    assert exported.contents() == exported.file.read_bytes()


def test_the_manifests_hold_all_that_is_known(show: Show) -> None:
    made = show("Make it run\nfast", 2, lineage=("A fox", "Red"))
    made = replace(made, task=task_of(2, "Make it run\nfast", source=1))
    archive = zipped(made)

    assert manifest_of(archive) == [
        {
            "file": "001-make-it-run-fast-00000000.jpg",
            "state": "included",
            "kind": "edited",
            "prompt": "Make it run\nfast",
            "model": "flux-kontext-max",
            "aspect_ratio": "16:9",
            "output_format": "jpeg",
            "safety_tolerance": 2,
            "translate": True,
            "enhance": False,
            "watermark": None,
            "width_px": 96,
            "height_px": 64,
            "asked_at": "2026-11-18T11:06:40.000Z",
            "finished_at": "2026-11-18T11:07:00.000Z",
            "credits": 7.5,
            "picture_id": number_of(2),
            "source_id": number_of(1),
            "lineage": ["A fox", "Red"],
        }
    ]
    row = sheet_of(archive)[0]
    assert list(row) == list(manifest_of(archive)[0])
    assert row["prompt"] == "Make it run\nfast"
    assert (row["lineage"], row["credits"], row["translate"]) == ("A fox → Red", "7.5", "yes")
    assert row["watermark"] == ""


def test_a_picture_that_is_gone_stands_in_the_manifest_and_stops_nothing(show: Show) -> None:
    lost = show("A lost fox", 1, file=Path("nowhere.jpeg"))
    archive = zipped(lost, show("A hill", 2))

    assert archive.namelist()[0] == "002-a-hill-00000000.jpg"
    assert [row["state"] for row in manifest_of(archive)] == ["missing", "included"]
    assert [row["prompt"] for row in sheet_of(archive)] == ["A lost fox", "A hill"]


def test_a_zip_of_nothing_is_a_zip_with_empty_manifests() -> None:
    archive = zipped()

    assert archive.namelist() == ["manifest.csv", "manifest.json"]
    assert manifest_of(archive) == []
    assert sheet_of(archive) == []


def test_no_prompt_becomes_a_path(show: Show, tmp_path: Path) -> None:
    archive = zipped(*(show(prompt) for prompt in HOSTILE))
    folder = tmp_path / "out"
    archive.extractall(folder)

    for name in archive.namelist()[:-2]:
        assert re.fullmatch(r"\d{3}-[\w-]+\.jpg", name), name
        assert len(name.encode()) <= 255
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        [*archive.namelist(), "picture.jpeg"]
    )


@pytest.mark.parametrize(
    "prompt",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "  =1",
        "\uff1d1",
        "\r\n=1",
        "x;=HYPERLINK('http://evil.example');y",
        "x\n@y",
        'x",\n"=1',
        '"=1',
        'x;"=1',
        "\u00a0=1",
        "\u3000 +1",
        "\u200b\ufeff@x",
        "\u22121",
        "\ufe661",
    ],
)
def test_no_prompt_becomes_a_formula(prompt: str, show: Show) -> None:
    archive = zipped(show(prompt, lineage=(prompt, prompt)))
    row = sheet_of(archive)[0]

    for cell in (row["prompt"], row["lineage"]):
        for part in re.split(r"[;\t\r\n]", cell):
            assert not re.match(r'[ \u00a0\u3000\u200b\ufeff"]*[=+\-@\uff1d\u2212\ufe66]', part), (
                cell
            )
        assert not cell.startswith(("\t", "\r"))
    assert row["prompt"].replace("'", "") == prompt.replace("'", "")
    assert manifest_of(archive)[0]["prompt"] == prompt


def test_a_prompt_with_a_minus_inside_stays_as_typed(show: Show) -> None:
    words = "A well-lit room, -5 °C outside; a = b"

    assert sheet_of(zipped(show(words)))[0]["prompt"] == words


def test_no_prompt_becomes_markup(show: Show) -> None:
    archive = zipped(show("</script><script>alert(1)</script>"))

    assert b"<" not in archive.read("manifest.json")
    assert manifest_of(archive)[0]["prompt"] == "</script><script>alert(1)</script>"


def test_sizes_stand_before_the_pictures_and_pictures_are_not_packed(show: Show) -> None:
    archive = zipped(show("A fox"))
    picture = archive.infolist()[0]

    assert picture.compress_type == zipfile.ZIP_STORED
    assert picture.flag_bits & 0x08 == 0  # no size behind the data
    assert picture.date_time == (2026, 11, 18, 11, 6, 40)
    assert archive.getinfo("manifest.json").compress_type == zipfile.ZIP_DEFLATED


def test_a_common_unpacker_finds_no_fault(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    path.write_bytes(b"".join(stream_zip([show("Füchse 狐"), show("B")], made_at=NOW)))
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "zipfile", "-t", str(path)], capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_each_picture_leaves_before_the_next_is_looked_up(show: Show) -> None:
    looked_up = []

    def entries() -> Iterator[Exported]:
        for number in range(3):
            looked_up.append(number)
            yield show("A fox", number)

    pieces = stream_zip(entries(), made_at=NOW)

    assert looked_up == []
    assert next(pieces).startswith(b"PK\x03\x04")
    assert looked_up == [0]
    pieces.close()  # type: ignore[attr-defined]  # a generator: the reader has gone
    assert looked_up == [0]


def test_a_large_picture_leaves_in_small_pieces(show: Show) -> None:
    exported = show("A fox")
    exported.file.write_bytes(os.urandom(5 * CHUNK_BYTES))

    assert max(map(len, stream_zip([exported], made_at=NOW))) == CHUNK_BYTES


def test_five_hundred_pictures_take_the_memory_of_a_few(show: Show, tmp_path: Path) -> None:
    photo = Image.effect_noise((1200, 1000), 120).convert("RGB")
    file = tmp_path / "photo.jpeg"
    photo.save(file, quality=88)
    assert 700_000 < file.stat().st_size < 1_500_000
    entries = (show(f"Fox {number}", number, file=file) for number in range(500))

    tracemalloc.start()
    try:
        total = sum(map(len, stream_zip(entries, made_at=NOW)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert total > 500 * file.stat().st_size
    assert peak < 20_000_000


def test_only_a_designers_own_pictures_are_gathered(ledger: Ledger, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "data")
    mine, others = record_of(1, "Mine"), replace(record_of(2, "Others'"), designer="ben")
    thrown = replace(record_of(3, "Thrown away"), deleted_at=NOW)
    for record in (mine, others, thrown):
        ledger.add_picture(record)
    ids = [number_of(number) for number in (2, 1, 3, 4)] + ["no id", "' OR 1=1"]

    assert [found.picture for found in gather(ledger, shelf, "anna", ids)] == [mine]


def test_a_picture_knows_every_prompt_it_goes_back_to(ledger: Ledger, tmp_path: Path) -> None:
    """Also past one whose picture was removed for good."""
    ledger.add_picture(record_of(1, "holiday.jpg"))
    prompts = ("Add a fox", "Make it red", "Make it run")
    for number, prompt in enumerate(prompts, start=2):
        task = task_of(number, prompt, source=number - 1)
        ledger.add_tasks([task])
        if number != 3:
            ledger.add_picture(record_of(number, task=task))
    shelf = Shelf(tmp_path / "data")
    found = list(gather(ledger, shelf, "anna", [number_of(4), number_of(1)]))

    assert [one.lineage for one in found] == [("Add a fox", "Make it red"), ()]


def test_a_circle_of_sources_ends(ledger: Ledger, tmp_path: Path) -> None:
    for number, source in ((1, 2), (2, 1)):
        task = task_of(number, f"Step {number}", source=source)
        ledger.add_tasks([task])
        ledger.add_picture(record_of(number, task=task))
    (found,) = gather(ledger, Shelf(tmp_path / "data"), "anna", [number_of(1)])

    assert len(found.lineage) == 100
