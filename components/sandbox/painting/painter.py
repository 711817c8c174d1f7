"""The painter: puts one scene together, from the far sky to the corner mark."""

from PIL import Image

from components.sandbox.painting.dice import dice
from components.sandbox.painting.finish import grain, vignette
from components.sandbox.painting.land import paint_hills, paint_mountains
from components.sandbox.painting.mark import sign
from components.sandbox.painting.palettes import Hour, Weather, palette_for
from components.sandbox.painting.sky import paint_clouds, paint_sky, paint_streaks, paint_sun
from components.sandbox.painting.stage import Stage


def paint_scene(prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
    """Paint what the words of `prompt` ask for: RGB, exactly `size` pixels, marked in the corner.

    The same prompt, size and seed give the same picture; another seed gives another one.
    """
    name = f"{prompt} {seed}"
    rng = dice(name)
    width, height = size
    hour = rng.choice(list(Hour))
    palette = palette_for(hour, Weather.CLEAR, rng)
    horizon = round(height * 0.64)
    sun = (width * rng.choice((0.33, 0.67)), horizon * 0.62)
    stage = Stage(Image.new("RGB", size), palette, horizon, sun, name)
    paint_sky(stage)
    paint_sun(stage, stage.unit * 6)
    paint_streaks(stage, 0.5)
    paint_clouds(stage)
    paint_mountains(stage, horizon + stage.unit * 4, height * 0.3)
    paint_hills(stage, horizon, height * 0.1, 3)
    picture = grain(vignette(stage.picture), rng)
    sign(picture)
    return picture
