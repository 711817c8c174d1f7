"""Sources and edits made by arithmetic, with known changes and the drift of a redrawn picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from components.sandbox.prompts.parse_prompt import parse_prompt
from components.sandbox.renderer.render import render

Pixels = NDArray[Any]
Edit = Callable[[Pixels, np.random.Generator], Pixels]

SCENES = (
    "a dog on the beach by day",
    "a red house in the forest",
    "a cat on a sofa in a room",
    "a car in front of mountains at sunset",
)


@dataclass(frozen=True)
class Drift:
    """What a redrawn picture adds to what was asked for, at the edit's size."""

    shift_px: tuple[float, float] = (0.0, 0.0)
    stretch: tuple[float, float] = (0.0, 0.0)
    wobble_px: float = 0.0
    delta_e: float = 0.0
    """By how much colors move in the mean."""
    softness: float = 0.0
    noise: float = 0.0
    quality: int = 0
    """Of a JPEG on the way, 0 for none."""


@dataclass(frozen=True)
class Pair:
    """A source, its drifted edit, and what the edit would be without drift."""

    source: Pixels
    edited: Pixels
    ideal: Pixels
    changed: NDArray[np.bool_]


def make_source(scene: int, width: int, height: int) -> Pixels:
    """A drawn scene with the texture and grain of a photo."""
    small = (min(width, 1392), min(height, round(1392 * height / width)))
    drawn = np.asarray(
        render(parse_prompt(SCENES[scene % len(SCENES)], scene, small), small).convert("RGB")
    )
    rng = np.random.default_rng(scene)
    pixels = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    long_side = max(width, height)
    cover = smooth_noise(rng, (height, width), long_side / 6)
    for scale, strength in ((300, 7.0), (90, 7.0), (25, 5.0)):
        texture = smooth_noise(rng, (height, width), max(1.0, long_side / scale / 3))
        pixels += (strength * texture * (cover > -0.5))[:, :, None]
    pixels += rng.normal(0, 2.5, pixels.shape).astype(np.float32)
    return to_levels(pixels)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> Pixels:
    """Noise of one scale, with a mean of 0 and a deviation of 1."""
    step = max(1.0, sigma / 2)
    small = (max(4, round(shape[0] / step)), max(4, round(shape[1] / step)))
    noise = cv2.GaussianBlur(rng.normal(0, 1, small).astype(np.float32), (0, 0), sigma / step)
    noise = cv2.resize(noise, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return (noise - noise.mean()) / noise.std()


def to_levels(pixels: Pixels) -> Pixels:
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


# --- What was asked for ---


def blob(rng: np.random.Generator, shape: tuple[int, int], share: float) -> Pixels:
    """A soft-edged ragged disc of about that share of the picture, 0 to 1."""
    height, width = shape
    radius = np.sqrt(share * height * width / np.pi)
    x, y = rng.uniform(0.3, 0.7) * width, rng.uniform(0.35, 0.65) * height
    rows, columns = np.ogrid[0:height, 0:width]
    distance = np.hypot(columns - x, rows - y) / radius
    distance = distance + 0.12 * smooth_noise(rng, shape, radius / 3)
    return np.clip((1 - distance) * radius / max(1.0, max(shape) / 700) + 0.5, 0, 1).astype(
        np.float32
    )


def _mix(source: Pixels, other: Pixels, alpha: Pixels) -> Pixels:
    return to_levels(source + (other.astype(np.float32) - source) * alpha[:, :, None])


def add_thing(source: Pixels, rng: np.random.Generator) -> Pixels:
    """A striped ball."""
    shape = source.shape[:2]
    alpha = blob(rng, shape, 0.05)
    base = rng.uniform(40, 220, 3)
    stripes = 35 * np.sign(np.sin(np.arange(shape[1]) / max(shape) * 220))[None, :, None]
    grain = rng.normal(0, 3, (*shape, 1))
    return _mix(source, base[None, None] + stripes + grain, alpha)


def remove_thing(source: Pixels, rng: np.random.Generator) -> Pixels:
    """A part is covered with what lies beside it."""
    alpha = blob(rng, source.shape[:2], 0.04)
    return _mix(source, np.roll(source, round(0.28 * source.shape[1]), axis=1), alpha)


def recolour_thing(source: Pixels, rng: np.random.Generator) -> Pixels:
    alpha = blob(rng, source.shape[:2], 0.07)
    grey = source.mean(axis=2, keepdims=True)
    tint = np.array([[rng.permutation([1.45, 0.75, 0.6])]])
    return _mix(source, 0.3 * source + 0.7 * grey * tint + 10, alpha)


def write_words(source: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = source.shape[:2]
    written = source.copy()
    dark = source.mean() > 128
    cv2.putText(
        written,
        "KONTEXT",
        (round(width * 0.2), round(height * rng.uniform(0.4, 0.8))),
        cv2.FONT_HERSHEY_DUPLEX,
        width / 330,
        (15, 15, 20) if dark else (245, 240, 235),
        round(width / 130),
        cv2.LINE_AA,
    )
    return written


def add_mist(source: Pixels, rng: np.random.Generator) -> Pixels:
    """A soft white veil over the upper part."""
    height, width = source.shape[:2]
    fade = np.clip(1.35 - np.arange(height)[:, None] / height * 3, 0, 0.85)
    veil = fade * (0.85 + 0.1 * smooth_noise(rng, (height, width), width / 12))
    return _mix(source, np.full(source.shape, 232.0), np.clip(veil, 0, 1))


def swap_background(source: Pixels, rng: np.random.Generator) -> Pixels:
    """All but the middle is another picture."""
    shape = source.shape[:2]
    alpha = 1 - blob(rng, shape, 0.24)
    other = make_source(int(rng.integers(100)) * 4 + 3, shape[1], shape[0])[:, ::-1]
    return _mix(source, other, alpha)


def change_nothing(source: Pixels, rng: np.random.Generator) -> Pixels:
    return source.copy()


LOCAL_EDITS: dict[str, Edit] = {
    "add": add_thing,
    "remove": remove_thing,
    "recolour": recolour_thing,
    "words": write_words,
    "mist": add_mist,
    "background": swap_background,
}


def to_black_and_white(source: Pixels, rng: np.random.Generator) -> Pixels:
    return np.repeat(cv2.cvtColor(source, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)


def to_night(source: Pixels, rng: np.random.Generator) -> Pixels:
    dark = (source / 255.0) ** 1.6 * np.array([90, 110, 160])
    glow = blob(rng, source.shape[:2], 0.02)
    glow = cv2.GaussianBlur(glow, (0, 0), max(source.shape) / 40)
    return to_levels(dark + glow[:, :, None] * np.array([200, 150, 60]))


def to_painting(source: Pixels, rng: np.random.Generator) -> Pixels:
    small = cv2.resize(source, None, fx=900 / max(source.shape), fy=900 / max(source.shape))
    painted = cv2.stylization(small, sigma_s=30, sigma_r=0.45).astype(np.float32)
    paper = smooth_noise(rng, painted.shape[:2], 3)[:, :, None] * 8
    painted = 255 - (255 - painted) * 0.75 + paper
    painted = cv2.resize(painted, (source.shape[1], source.shape[0]), interpolation=cv2.INTER_CUBIC)
    return to_levels(painted)


def to_snow(source: Pixels, rng: np.random.Generator) -> Pixels:
    grey = source.mean(axis=2, keepdims=True)
    white = 0.35 * source + 0.2 * grey + 120 * (grey / 255) ** 0.5
    return to_levels(white + np.clip(smooth_noise(rng, source.shape[:2], 2), 1, 4)[:, :, None] * 12)


def to_other_picture(source: Pixels, rng: np.random.Generator) -> Pixels:
    return make_source(int(rng.integers(50)) * 4 + 2, source.shape[1], source.shape[0])[:, ::-1]


def lay_out_anew(source: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = source.shape[:2]
    turn = cv2.getRotationMatrix2D((width * 0.3, height * 0.6), 0, 1.3)
    return cv2.warpAffine(source, turn, (width, height), borderMode=cv2.BORDER_REFLECT)


def turn_upside_down(source: Pixels, rng: np.random.Generator) -> Pixels:
    return source[::-1, ::-1].copy()


GLOBAL_EDITS: dict[str, Edit] = {
    "black and white": to_black_and_white,
    "night": to_night,
    "painting": to_painting,
    "snow": to_snow,
    "other picture": to_other_picture,
    "laid out anew": lay_out_anew,
    "upside down": turn_upside_down,
}


# --- What comes with it ---


def usual_drift(rng: np.random.Generator, strength: float = 1.0) -> Drift:
    """Drift within what was measured on real edits."""
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0, 9) * strength
    return Drift(
        shift_px=(far * float(np.cos(angle)), far * float(np.sin(angle))),
        stretch=tuple(rng.uniform(-0.013, 0.013, 2) * strength),
        wobble_px=rng.uniform(0.2, 0.9) * strength,
        delta_e=rng.uniform(1, 6) * strength,
        softness=rng.uniform(0.4, 0.9),
        noise=rng.uniform(0.5, 1.5),
        quality=int(rng.integers(88, 97)),
    )


def redraw(ideal: Pixels, drift: Drift, rng: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """A picture as it comes back: at another size, moved, stretched, recolored, softer."""
    width, height = size
    how = cv2.INTER_AREA if width < ideal.shape[1] else cv2.INTER_CUBIC
    small = cv2.resize(ideal, size, interpolation=how).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x = width / 2 + (x - width / 2) * (1 + drift.stretch[0]) + drift.shift_px[0]
    y = height / 2 + (y - height / 2) * (1 + drift.stretch[1]) + drift.shift_px[1]
    if drift.wobble_px:
        x = x + drift.wobble_px * smooth_noise(rng, (height, width), width / 10)
        y = y + drift.wobble_px * smooth_noise(rng, (height, width), width / 10)
    moved = cv2.remap(
        small,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    if drift.softness:
        moved = cv2.GaussianBlur(moved, (0, 0), drift.softness)
    if drift.delta_e:
        moved = _move_colors(moved, drift.delta_e, rng)
    if drift.noise:
        moved = moved + rng.normal(0, drift.noise, moved.shape)
    levels = to_levels(moved)
    if drift.quality:
        data = cv2.imencode(".jpg", levels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, drift.quality])[
            1
        ]
        levels = np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1])
    return levels


def _move_colors(pixels: Pixels, delta_e: float, rng: np.random.Generator) -> Pixels:
    """Gains, offsets and slopes over the picture, for a given mean ΔE."""
    height, width = pixels.shape[:2]
    change = pixels * rng.uniform(-0.4, 0.4, 3) + rng.uniform(-60, 60, 3)
    change += np.linspace(-1, 1, height)[:, None, None] * rng.uniform(-20, 20, 3)
    change += np.linspace(-1, 1, width)[None, :, None] * rng.uniform(-20, 20, 3)
    change = change.astype(np.float32)
    factor = 0.1
    for _ in range(4):
        seen = distance(pixels, np.clip(pixels + factor * change, 0, 255)).mean()
        factor = min(factor * delta_e / max(float(seen), 0.1), 0.5)
    return pixels + factor * change


def service_size(width: int, height: int, area: int = 1_048_576) -> tuple[int, int]:
    """The size that a redrawn picture has: about a megapixel, sides multiples of 16."""
    factor = (area / (width * height)) ** 0.5
    return max(16, round(width * factor / 16) * 16), max(16, round(height * factor / 16) * 16)


def make_pair(
    source: Pixels, edit: Edit, seed: int, drift: Drift | None = None, area: int = 1_048_576
) -> Pair:
    """An edit of a source with its drift; the usual one if none is given."""
    rng = np.random.default_rng(seed)
    ideal = edit(source, rng)
    drift = usual_drift(rng) if drift is None else drift
    edited = redraw(ideal, drift, rng, service_size(source.shape[1], source.shape[0], area))
    return Pair(source, edited, ideal, differs(source, ideal))


def differs(one: Pixels, two: Pixels) -> NDArray[np.bool_]:
    """Where two pictures of one size visibly differ."""
    return distance(one, two) > 3


def distance(one: Pixels, two: Pixels) -> Pixels:
    """ΔE of each pixel, of two pictures of one size."""
    labs = [cv2.cvtColor(each.astype(np.float32) / 255, cv2.COLOR_RGB2Lab) for each in (one, two)]
    return np.sqrt(np.square(labs[0] - labs[1]).sum(axis=2))
