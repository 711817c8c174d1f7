"""Chance that can be thrown again: the same words and seed give the same picture."""

import hashlib
import math
import random

from PIL import Image, ImageOps


def dice(*parts: object) -> random.Random:
    """Return a source of chance that depends on `parts` alone, in every process."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return random.Random(int.from_bytes(digest[:8]))  # noqa: S311 - it paints, it guards nothing


def profile(rng: random.Random, count: int, waves: float, roughness: float = 0.5) -> list[float]:
    """Return `count` values of a wandering line, about -1 to 1, with `waves` large swings.

    `roughness` is how much of each octave's height the next, finer one keeps.
    """
    line = [0.0] * count
    height, total = 1.0, 0.0
    swings = waves
    while swings < count / 2 and height > 0.01:
        knots = [rng.uniform(-1, 1) for _ in range(int(swings) + 3)]
        for i in range(count):
            place = i / max(1, count - 1) * swings
            left = int(place)
            ease = (1 - math.cos((place - left) * math.pi)) / 2
            line[i] += height * (knots[left] * (1 - ease) + knots[left + 1] * ease)
        total += height
        height *= roughness
        swings *= 2.1
    return [value / total for value in line] if total else line


def speckle(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Return mode L noise of `size` pixels, every value as likely as any other."""
    return Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))


def clouded(
    rng: random.Random, size: tuple[int, int], cells: tuple[float, float], octaves: int = 4
) -> Image.Image:
    """Return soft mode L noise of `size` pixels from 0 to 255, `cells` lumps across and down."""
    across, down = cells
    small = (max(2, size[0] // 4), max(2, size[1] // 4))
    layers: list[Image.Image] = []
    for octave in range(octaves):
        grid = (max(2, round(across * 2**octave)), max(2, round(down * 2**octave)))
        layers.append(speckle(rng, grid).resize(small, Image.Resampling.BICUBIC))
    noise = layers.pop()
    for layer in reversed(layers):
        noise = Image.blend(layer, noise, 0.36)
    return ImageOps.autocontrast(noise, cutoff=1).resize(size, Image.Resampling.BICUBIC)
