"""The painter: puts one picture together, from the far sky to the corner mark."""

from PIL import Image

from components.sandbox.painting.dice import dice
from components.sandbox.painting.finish import grain, vignette
from components.sandbox.painting.landscape import (
    finish_weather,
    paint_ground,
    paint_heaven,
    settle,
)
from components.sandbox.painting.mark import sign
from components.sandbox.painting.words import read


def paint_scene(prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
    """Paint what the words of `prompt` ask for: RGB, exactly `size` pixels, marked in the corner.

    The same prompt, size and seed give the same picture; another seed gives another one.
    """
    name = f"{prompt} {seed}"
    rng = dice(name)
    scene, stage = settle(read(prompt), size, name, rng)
    paint_heaven(stage, scene)
    paint_ground(stage, scene)
    finish_weather(stage, scene)
    picture = grain(vignette(stage.picture), rng)
    sign(picture)
    return picture
