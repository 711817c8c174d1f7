"""The lists inside an export: all that is known, and no formula or markup in any spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.export_fixtures import MakeItem, manifest_of, number_of, task_of, zipped


def sheet_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("manifest.csv").decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_the_manifests_hold_all_that_is_known(make_item: MakeItem) -> None:
    made = make_item("Make it run\nfast", 2, lineage=("A fox", "Red"))
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


def test_a_zip_of_nothing_is_a_zip_with_empty_manifests() -> None:
    archive = zipped()

    assert archive.namelist() == ["manifest.csv", "manifest.json"]
    assert manifest_of(archive) == []
    assert sheet_of(archive) == []


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
def test_no_prompt_becomes_a_formula(prompt: str, make_item: MakeItem) -> None:
    archive = zipped(make_item(prompt, lineage=(prompt, prompt)))
    row = sheet_of(archive)[0]

    for cell in (row["prompt"], row["lineage"]):
        for part in re.split(r"[;\t\r\n]", cell):
            assert not re.match(r'[ \u00a0\u3000\u200b\ufeff"]*[=+\-@\uff1d\u2212\ufe66]', part), (
                cell
            )
        assert not cell.startswith(("\t", "\r"))
    assert row["prompt"].replace("'", "") == prompt.replace("'", "")
    assert manifest_of(archive)[0]["prompt"] == prompt


def test_a_prompt_with_a_minus_inside_stays_as_typed(make_item: MakeItem) -> None:
    words = "A well-lit room, -5 °C outside; a = b"

    assert sheet_of(zipped(make_item(words)))[0]["prompt"] == words


def test_no_prompt_becomes_markup(make_item: MakeItem) -> None:
    archive = zipped(make_item("</script><script>alert(1)</script>"))

    assert b"<" not in archive.read("manifest.json")
    assert manifest_of(archive)[0]["prompt"] == "</script><script>alert(1)</script>"


def test_a_picture_that_is_gone_stands_in_the_manifest_and_stops_nothing(
    make_item: MakeItem,
) -> None:
    lost = make_item("A lost fox", 1, file=Path("nowhere.jpeg"))
    archive = zipped(lost, make_item("A hill", 2))

    assert archive.namelist()[0] == "002-a-hill-00000000.jpg"
    assert [row["state"] for row in manifest_of(archive)] == ["missing", "included"]
    assert [row["prompt"] for row in sheet_of(archive)] == ["A lost fox", "A hill"]
