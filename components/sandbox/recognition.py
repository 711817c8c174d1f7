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

from PIL import Image, ImageChops

from components.sandbox.renderer.scene import InvalidScene, Scene, scene_from_json

_SIDE = 48
_SAME = 5.0
"""Mean difference in levels (0 to 255) up to which a picture is known."""
_COARSE = (24, 24)
"""Size at which crops are compared: a crop's fine detail falls between other pixels."""
_SAME_CROPPED = 4.0
_BETTER_CROPPED = 0.7
"""A crop must explain at least the rest of the difference that there is without it."""
_CROP_CANDIDATES = 6
_MIN_SHARE = 0.7  # of a side that a mild crop leaves
_STARTERS = Path(__file__).with_name("starters.json")
Frame = tuple[float, float, float, float]
Known = tuple[bytes, str]
"""A fingerprint, and the JSON of its scene or another name for it."""


def fingerprint(picture: Image.Image) -> bytes:
    """Return the fingerprint of an RGB picture."""
    return picture.resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()


def recognise(picture: Image.Image, known: Iterable[Known]) -> Scene | None:
    """Return the scene of a picture, with the part of it that is shown; None for a stranger's."""
    found = find(picture, known)
    return _scene(*found) if found else None


def find(picture: Image.Image, known: Iterable[Known]) -> tuple[str, Frame] | None:
    """Return what a picture is known as, and the part of it that is shown."""
    given = _image(fingerprint(picture))
    known_pictures = ((_image(print_), text) for print_, text in known)
    likely = [(_difference(given, whole), whole, text) for whole, text in known_pictures]
    likely = sorted(likely, key=lambda entry: entry[0])[:_CROP_CANDIDATES]
    if likely and likely[0][0] <= _SAME:
        return likely[0][2], (0.0, 0.0, 1.0, 1.0)
    coarse = given.resize(_COARSE, Image.Resampling.BICUBIC)
    near = ((_crop_of(coarse, whole), text) for _, whole, text in likely)
    crops = [(*crop, text) for crop, text in near if crop]
    _, frame, text = min(crops, default=(0, None, ""))
    return (text, frame) if frame else None


@lru_cache(maxsize=1)
def starter_scenes() -> Sequence[Known]:
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
    return sum(ImageChops.difference(one, other).tobytes()) / (3 * one.width * one.height)


def _crop_of(given: Image.Image, whole: Image.Image) -> tuple[float, Frame] | None:
    """Return the part of `whole` that is most like `given`, by moving one edge at a time.

    With it comes how much they differ; None where no part explains the difference.
    """

    def distance(frame: Frame) -> float:
        left, top, right, bottom = (value * _SIDE for value in frame)
        part = whole.resize(given.size, Image.Resampling.BICUBIC, box=(left, top, right, bottom))
        return _difference(given, part)

    frame: Frame = (0.02, 0.02, 0.98, 0.98)
    best = distance(frame)
    moves = [(edge, sign) for edge in range(4) for sign in (-1, 1)]
    for step, hopeless in ((0.06, 50.0), (0.03, 20.0), (0.015, 12.0), (0.0075, 8.0)):
        moved = best < hopeless  # crops are known from half as large differences
        while moved:
            moved = False
            for edge, sign in moves:
                values = [*frame]
                values[edge] = min(1.0, max(0.0, values[edge] + sign * step))
                trial = (values[0], values[1], values[2], values[3])
                wide_enough = min(trial[2] - trial[0], trial[3] - trial[1]) >= _MIN_SHARE
                if wide_enough and (difference := distance(trial)) < best - 1e-6:
                    best, frame, moved = difference, trial, True
    limit = min(_SAME_CROPPED, _BETTER_CROPPED * distance((0.0, 0.0, 1.0, 1.0)))
    return (best, frame) if best <= limit else None
