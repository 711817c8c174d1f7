"""Export manifests: complete, and free of formulas and markup."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from components.studio.images.object_store import DiskStore, StoredFile
from tests.support.export_fixtures import MakeItem, export_zip, id_of, read_manifest, task_of


def read_csv(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("manifest.csv").decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_manifests_hold_all_fields(make_item: MakeItem) -> None:
    made = make_item("Make it run\nfast", 2, lineage=("A fox", "Red"))
    made = replace(made, task=task_of(2, "Make it run\nfast", source=1))
    archive = export_zip(made)

    assert read_manifest(archive) == [
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
            "picture_id": id_of(2),
            "source_id": id_of(1),
            "lineage": ["A fox", "Red"],
        }
    ]
    row = read_csv(archive)[0]
    assert list(row) == list(read_manifest(archive)[0])
    assert row["prompt"] == "Make it run\nfast"
    assert (row["lineage"], row["credits"], row["translate"]) == ("A fox → Red", "7.5", "yes")
    assert row["watermark"] == ""


def test_empty_export_has_empty_manifests() -> None:
    archive = export_zip()

    assert archive.namelist() == ["manifest.csv", "manifest.json"]
    assert read_manifest(archive) == []
    assert read_csv(archive) == []


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
def test_prompt_never_becomes_a_formula(prompt: str, make_item: MakeItem) -> None:
    archive = export_zip(make_item(prompt, lineage=(prompt, prompt)))
    row = read_csv(archive)[0]

    for cell in (row["prompt"], row["lineage"]):
        for part in re.split(r"[;\t\r\n]", cell):
            assert not re.match(r'[ \u00a0\u3000\u200b\ufeff"]*[=+\-@\uff1d\u2212\ufe66]', part), (
                cell
            )
        assert not cell.startswith(("\t", "\r"))
    assert row["prompt"].replace("'", "") == prompt.replace("'", "")
    assert read_manifest(archive)[0]["prompt"] == prompt


def test_prompt_with_inner_minus_is_unchanged(make_item: MakeItem) -> None:
    words = "A well-lit room, -5 °C outside; a = b"

    assert read_csv(export_zip(make_item(words)))[0]["prompt"] == words


def test_prompt_never_becomes_markup(make_item: MakeItem) -> None:
    archive = export_zip(make_item("</script><script>alert(1)</script>"))

    assert b"<" not in archive.read("manifest.json")
    assert read_manifest(archive)[0]["prompt"] == "</script><script>alert(1)</script>"


def test_missing_file_is_listed_and_the_rest_exported(make_item: MakeItem, tmp_path: Path) -> None:
    lost = make_item("A lost fox", 1, file=StoredFile(DiskStore(tmp_path), "nowhere.jpeg"))
    archive = export_zip(lost, make_item("A hill", 2))

    assert archive.namelist()[0] == "002-a-hill-00000000.jpg"
    assert [row["state"] for row in read_manifest(archive)] == ["missing", "included"]
    assert [row["prompt"] for row in read_csv(archive)] == ["A lost fox", "A hill"]
