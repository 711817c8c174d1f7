"""Knows the sandbox's own pictures again by a fingerprint of their pixels.

A fingerprint is the picture reduced to 48×48 pixels, RGB: it outlives an upload, another encoding
and, by a search for the crop, a mild crop.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from components.sandbox.renderer.scene import InvalidScene, Scene, scene_from_json

_SIDE = 48
_SAME = 5.0
"""Mean difference in levels (0 to 255) up to which a picture is known."""
_SAME_CROPPED = 6.5
_BETTER_CROPPED = 0.45
"""A crop must explain at least the rest of the difference that there is without it."""
_CROP_CANDIDATES = 6
_MIN_SHARE = 0.7  # of a side that a mild crop leaves
_STARTERS = Path(__file__).with_name("starters.json")
Frame = tuple[float, float, float, float]
KnownScene = tuple[bytes, str]
"""A fingerprint and the JSON of its scene."""


def fingerprint(picture: Image.Image) -> bytes:
    """Return the fingerprint of an RGB picture."""
    return picture.resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()


def similarity(one: bytes, other: bytes) -> float:
    """Return the mean difference of two fingerprints in levels: 0 is the same, 255 the opposite."""
    return _difference(_image(one), _image(other))


def recognise(picture: Image.Image, known: Iterable[KnownScene]) -> Scene | None:
    """Return the scene of a picture, with the part of it that is shown; None for a stranger's."""
    given = fingerprint(picture)
    ranked = sorted(known, key=lambda entry: similarity(given, entry[0]))
    if ranked and similarity(given, ranked[0][0]) <= _SAME:
        return _scene(ranked[0][1], (0.0, 0.0, 1.0, 1.0))
    best: tuple[float, Frame, str] | None = None
    for print_, text in ranked[:_CROP_CANDIDATES]:
        difference, frame = _crop_of(_image(given), _image(print_))
        limit = min(_SAME_CROPPED, _BETTER_CROPPED * similarity(given, print_))
        if difference <= limit and (best is None or difference < best[0]):
            best = (difference, frame, text)
    return None if best is None else _scene(best[2], best[1])


@lru_cache(maxsize=1)
def starter_scenes() -> Sequence[KnownScene]:
    """Return the scenes of the app's starter pictures."""
    entries = json.loads(_STARTERS.read_text("utf-8"))
    return [(base64.b64decode(entry["fingerprint"]), entry["scene"]) for entry in entries]


def _scene(text: str, seen: Frame) -> Scene | None:
    try:
        scene = scene_from_json(text)
    except InvalidScene:  # another version wrote it, or somebody else: a stranger's picture
        return None
    left, top, right, bottom = scene.frame
    x, x2 = (left + share * (right - left) for share in seen[::2])
    y, y2 = (top + share * (bottom - top) for share in seen[1::2])
    return replace(scene, frame=(x, y, x2, y2))


def _image(print_: bytes) -> Image.Image:
    return Image.frombytes("RGB", (_SIDE, _SIDE), print_)


def _difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def _crop_of(given: Image.Image, whole: Image.Image) -> tuple[float, Frame]:
    """Return the part of `whole` that is most like `given`, by moving one edge at a time."""

    def distance(frame: Frame) -> float:
        left, top, right, bottom = (value * _SIDE for value in frame)
        part = whole.resize(given.size, Image.Resampling.BICUBIC, box=(left, top, right, bottom))
        return _difference(given, part)

    frame: Frame = (0.06, 0.06, 0.94, 0.94)
    best = distance(frame)
    moves = [(edge, sign) for edge in range(4) for sign in (-1, 1)]
    for step in (0.06, 0.03, 0.015, 0.0075):
        moved = True
        while moved:
            moved = False
            for edge, sign in moves:
                values = [*frame]
                values[edge] = min(1.0, max(0.0, values[edge] + sign * step))
                trial = (values[0], values[1], values[2], values[3])
                wide_enough = min(trial[2] - trial[0], trial[3] - trial[1]) >= _MIN_SHARE
                if wide_enough and (difference := distance(trial)) < best - 1e-6:
                    best, frame, moved = difference, trial, True
    return best, frame
