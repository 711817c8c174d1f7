"""The list inside an export: for spreadsheets as CSV, for programs as JSON.

No prompt becomes a formula in the one or markup in the other. Only the JSON is exact.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from components.studio.images.generation_metadata import APP, iso_time

if TYPE_CHECKING:
    from components.studio.export import ExportItem

Cell: TypeAlias = str | int | float | bool | list[str] | None
Row: TypeAlias = Mapping[str, Cell]

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
COLUMNS: Final = (
    *("file", "state", "kind"),
    *_SETTINGS,
    *("width_px", "height_px", "asked_at", "finished_at", "credits"),
    *("picture_id", "source_id", "lineage"),
)

# What spreadsheets take for a formula, also in full width or small, where a cell may begin for
# them: some part a quoted cell at a semicolon, a tab or a line break, by the reader's country,
# and lose spaces, quotes and invisible signs in front.
_FORMULA: Final = re.compile(
    r"""(^|[;\t\r\n])((?:[^\S\t\r\n]|["\u200b-\u200f\u2060\ufeff])*)"""
    r"""(?=[=+\-@\t\r\u2212\ufe62\ufe63\ufe66\ufe6b\uff1d\uff0b\uff0d\uff20])"""
)


def manifest_row(exported: ExportItem, file: str, *, is_missing: bool) -> Row:
    """One picture: its file's name, what it was asked for with, its sizes in pixels, its times.

    `credits` is the price expected when it was asked for.
    """
    picture, task = exported.image, exported.task
    values: dict[str, Cell] = {
        "file": file,
        "state": "missing" if is_missing else "included",
        "kind": "brought in" if task is None else "edited" if task.is_edit else "made",
        "width_px": picture.width_px,
        "height_px": picture.height_px,
        "picture_id": picture.id,
        "lineage": list(exported.lineage),
    }
    if task is not None:
        values |= {name: getattr(task.request, name) for name in _SETTINGS}
        values["asked_at"] = iso_time(task.created_at)
        values["finished_at"] = iso_time(task.finished_at)
        values["credits"] = float(task.price)
        values["source_id"] = task.source_id
    return {column: values.get(column) for column in COLUMNS}


def write_csv(file: IO[bytes], rows: Sequence[Row]) -> None:
    """CSV in UTF-8 with the mark that Excel needs, every cell quoted."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    sheet = csv.writer(text, quoting=csv.QUOTE_ALL)
    sheet.writerow(COLUMNS)
    sheet.writerows([_cell(row[column]) for column in COLUMNS] for row in rows)
    text.detach()


def write_json(file: IO[bytes], rows: Sequence[Row]) -> None:
    """JSON in UTF-8, one picture a line."""
    file.write(f'{{"app": {json.dumps(APP)}, "pictures": ['.encode())
    for number, row in enumerate(rows):
        line = json.dumps(row, ensure_ascii=False).replace("<", "\\u003c")
        file.write(f"{',' if number else ''}\n{line}".encode())
    file.write(b"\n]}\n")


def _cell(value: Cell) -> str:
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
