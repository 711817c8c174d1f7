"""A process that puts the source's pixels back in one picture, from files into files.

It reads a job as JSON from standard input and writes what it found as JSON to standard output.
`components/studio/keep_process.py` starts it, and names the fields of both. Run apart from the app,
neither its memory nor a crash of OpenCV touches anybody's page.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from components.studio.images import change_map
from components.studio.images.color import Color, to_8bit, to_srgb
from components.studio.images.decode import decode, parse_container, turn_upright
from components.studio.images.file_type import FileType, InvalidImageError
from components.studio.images.ingest import MAX_KEPT_BYTES, MAX_OUTPUT_BYTES, WHITE, derive_copy
from components.studio.images.keep_source_pixels import (
    Decision,
    MapSettings,
    Outcome,
    Picture,
    compose,
    decide,
    in_profile,
    in_srgb,
    read_edit,
    read_png,
    share_of_source,
    write_png,
)
from components.studio.images.object_store import atomic_write

_MAX_MEMORY_BYTES: Final = 3_000_000_000
_LESS_URGENT: Final = 10  # than the app: its pages answer first
_FULL_COPY_PX: Final = 20_000_000  # what the service takes (docs/kie-api.md, Create)


def run(job: dict[str, Any]) -> dict[str, Any]:
    """What was found, and what was made in the folder `out`. Raises InvalidImageError, OSError."""
    source, notes = read_source(Path(job["source"]))
    edit = read_edit(Path(job["edited"]).read_bytes())
    settings = MapSettings.from_json(job["settings"])
    analysis = _analysis(Path(job["analysis"]), source, edit)
    mask = change_map.change_mask(analysis, settings)
    decision = decide(analysis, mask, job["prompt"])
    found = {
        "changed_fraction": decision.changed_fraction,
        "reason": decision.reason.value,
        "figures": _figures(decision),
    }
    state = _state(decision, choice=job["choice"], is_asked_for=job["is_asked_for"])
    if state != "applied":
        return found | {"state": state}
    # Of what is declined everything changed, but a person may have kept most of it.
    found["changed_fraction"] = share_of_source(analysis, mask)
    in_place = in_profile(edit, source.profile)
    pixels = compose(source.pixels, in_place, analysis, settings).pixels
    if job["crops"]:
        left, top, width, height = analysis.frame
        pixels = pixels[top : top + height, left : left + width]
    kept = Picture(pixels, source.profile)
    return found | {"state": state} | _write(Path(job["out"]), kept, _color(job["ground"]), notes)


def read_source(path: Path) -> tuple[Picture, tuple[str, ...]]:
    """A source as it was brought, upright, and notes on what was changed.

    It stays in its own color profile where that is one of RGB. Raises InvalidImageError, OSError.
    """
    data = path.read_bytes()
    container = parse_container(data, max_bytes=MAX_KEPT_BYTES)
    decoded = decode(container)
    if container.file_type is FileType.PNG and container.exif.orientation == 1:
        picture = read_png(data)
        if picture.pixels.dtype == np.uint16:  # Pillow reads 8 bits of them
            return picture, ()
    notes: tuple[str, ...] = ()
    image = to_8bit(decoded, is_hdr=container.is_hdr)
    profile = container.icc_profile
    if image.mode not in {"RGB", "RGBA"} or container.is_hdr:
        image, notes = to_srgb(image, profile)
        profile = None
    image = turn_upright(image, container.exif.orientation)
    return Picture(np.asarray(image), profile), notes


def _analysis(
    path: Path, source: Picture, edit: change_map.PixelArray
) -> change_map.ChangeAnalysis:
    """The analysis of before, or a new one, which is stored."""
    if path.is_file():
        try:
            analysis = change_map.load(path.read_bytes())
            os.utime(path)  # what is used stays
            return analysis
        except ValueError:  # of another version, or cut: it is made again
            path.unlink()
    analysis = change_map.analyse(in_srgb(source), edit)
    atomic_write(path, change_map.save(analysis))
    return analysis


def _state(decision: Decision, *, choice: str, is_asked_for: bool) -> str:
    if is_asked_for:
        return "applied"
    match decision.outcome:
        case Outcome.DECLINE:
            return "declined"
        case Outcome.ASK:
            return "asked"
        case Outcome.APPLY if choice == "always":
            return "applied"
    return "offered"


def _figures(decision: Decision) -> dict[str, float]:
    return {
        "moved_px": decision.moved_px,
        "color_delta_e": decision.colour_delta_e,
        "sharpness": decision.sharpness,
    }


def _write(out: Path, kept: Picture, ground: Color, notes: tuple[str, ...]) -> dict[str, Any]:
    """Write the lossless picture, and the copy that is sent where it cannot be sent itself."""
    height, width, channels = kept.pixels.shape
    png = write_png(kept.pixels, kept.profile)
    made: dict[str, Any] = {"width_px": width, "height_px": height, "notes": notes}
    is_sendable = (
        kept.profile is None
        and kept.pixels.dtype == np.uint8
        and channels == 3
        and width * height <= _FULL_COPY_PX
        and len(png) <= MAX_OUTPUT_BYTES
    )
    if is_sendable:
        (out / "copy").write_bytes(png)
        return made | {"copy_format": "png"}
    image = Image.fromarray(change_map.to_8bit(kept.pixels))
    copy = derive_copy(image, kept.profile, ground=ground)
    (out / "copy").write_bytes(copy.data)
    (out / "original.png").write_bytes(png)
    return made | {
        "copy_format": copy.format,
        "width_px": copy.width_px,
        "height_px": copy.height_px,
        "has_original": True,
        "original_width_px": width,
        "original_height_px": height,
    }


def _color(text: str) -> Color:
    """Of "#rrggbb", or white for ""."""
    if not text:
        return WHITE
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def _limit_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _MAX_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(hard, _MAX_MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _problem_of(error: OSError, job: dict[str, Any]) -> str:
    """Which file is missing; any other error is the disk's."""
    if isinstance(error, FileNotFoundError):
        return "result_gone" if str(error.filename) == job["edited"] else "source_gone"
    return "no_room"


def main() -> None:
    """Run the job of standard input."""
    os.nice(_LESS_URGENT)
    _limit_memory()
    job = json.load(sys.stdin)
    try:
        found = run(job)
    except InvalidImageError:
        found = {"problem": "unreadable"}
    except MemoryError:
        found = {"problem": "too_large"}
    except OSError as error:
        found = {"problem": _problem_of(error, job)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
