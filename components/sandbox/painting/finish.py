"""The last touches that make flat colours look painted: grain, and a darker edge."""

from random import Random

from PIL import Image, ImageChops

from components.sandbox.painting.brush import halo
from components.sandbox.painting.dice import speckle


def grain(picture: Image.Image, rng: Random, strength: float = 1.0) -> Image.Image:
    """Return the RGB `picture` under fine film grain, which also hides the steps of gradients."""
    reach = max(1, round(5 * strength))
    noise = speckle(rng, picture.size).point([round(i / 255 * 2 * reach) for i in range(256)])
    return ImageChops.add(picture, Image.merge("RGB", [noise] * 3), 1, -reach)


def vignette(picture: Image.Image, strength: float = 0.2) -> Image.Image:
    """Return the RGB `picture` with its corners darkened by up to `strength` (0 to 1)."""
    width, height = picture.size
    light = halo((64, 64), (32, 30), (50, 50), 1.0)
    light = light.point(
        [round(255 * (1 - strength * (1 - min(1, i / 130)) ** 2)) for i in range(256)]
    )
    light = light.resize((width, height), Image.Resampling.BICUBIC)
    return ImageChops.multiply(picture, Image.merge("RGB", [light] * 3))
