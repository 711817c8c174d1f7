"""The process that puts the source's pixels back, from files into files."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import ImageOps

from components.studio.images.keep_job import run
from tests.support.edited_pair import as_png, source_picture


def job(folder: Path, settings: str = "{}", *, is_asked_for: bool) -> dict[str, object]:
    """A job for an edit that mirrored everything."""
    source = source_picture()
    (folder / "source.png").write_bytes(as_png(source))
    (folder / "edit.png").write_bytes(as_png(ImageOps.mirror(ImageOps.posterize(source, 2))))
    return {
        "source": str(folder / "source.png"),
        "edited": str(folder / "edit.png"),
        "analysis": str(folder / "found.npz"),
        "out": str(folder),
        "prompt": "Mirror it",
        "settings": settings,
        "crops": False,
        "ground": "",
        "choice": "always",
        "is_asked_for": is_asked_for,
    }


def test_declined_edit_changed_everything_but_not_what_a_person_kept_of_it(tmp_path: Path) -> None:
    left_half = {"kind": "rectangle", "take": "source", "points": [[-0.1, -0.1], [0.5, 1.1]]}
    other = {**left_half, "take": "edit", "points": [[0.5, -0.1], [1.1, 1.1]]}
    settings = json.dumps({"strokes": [left_half, other]})

    declined = run(job(tmp_path, is_asked_for=False))
    made = run(job(tmp_path, settings, is_asked_for=True))

    assert (declined["state"], declined["changed_fraction"]) == ("declined", 1.0)
    assert made["state"] == "applied"
    assert 0.48 < made["changed_fraction"] < 0.52
