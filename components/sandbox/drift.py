"""What the model does to the parts it was not asked to change (docs/kie-api.md, drift).

Measured on published pairs: a shift of 0 to 12 pixels, a stretch of up to 2.6 %, colours off by
1 to 6 ΔE, softer detail.
"""

import random

from PIL import Image, ImageFilter


def drifted(picture: Image.Image, seed: int) -> Image.Image:
    """Return the RGB picture moved, stretched, recoloured and softened; repeatable by seed."""
    dice = random.Random(f"{seed}:drift")  # noqa: S311 - no secret
    width, height = picture.size
    stretch = [1 / (1 + dice.uniform(0, 0.026)) for _ in range(2)]
    spare = [side * (1 - k) for side, k in zip(picture.size, stretch, strict=True)]
    # Both the stretch and the shift stay inside the picture: nothing is made up at its edges.
    reach = [min(room / 2, 12.0) for room in spare]
    left, top = (room / 2 + dice.uniform(-k, k) for room, k in zip(spare, reach, strict=True))
    box = (left, top, left + width * stretch[0], top + height * stretch[1])
    moved = picture.resize(picture.size, Image.Resampling.BICUBIC, box=box)
    tables: list[int] = []
    for _ in range(3):
        gain, lift = dice.uniform(0.96, 1.03), dice.uniform(-3, 4)
        tables += [max(0, min(255, round(i * gain + lift))) for i in range(256)]
    return moved.point(tables).filter(ImageFilter.GaussianBlur(dice.uniform(0.5, 0.9)))
