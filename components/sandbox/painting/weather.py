"""What falls and drifts before a scene: rain, snow and fog, and the flash of a storm."""

import math

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from components.sandbox.painting.brush import Point, fade, halo, shine
from components.sandbox.painting.colour import mix
from components.sandbox.painting.dice import clouded
from components.sandbox.painting.palettes import Weather
from components.sandbox.painting.stage import Stage


def paint_falling(stage: Stage, weather: Weather) -> None:
    """Let rain or snow fall before the whole picture; other weathers leave it alone."""
    match weather:
        case Weather.RAIN:
            paint_fog(stage, 0.35)
            paint_rain(stage)
        case Weather.STORM:
            paint_rain(stage, 1.3)
        case Weather.SNOW:
            paint_fog(stage, 0.25)
            paint_snow(stage)
        case _:
            return


def paint_rain(stage: Stage, plenty: float = 1.0) -> None:
    """Draw slanting streaks of rain, faint far ones and a few bright near ones."""
    rng = stage.dice("rain")
    width, height = stage.size
    sheet = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(sheet)
    for _ in range(round(520 * plenty * math.sqrt(width * height) / 1000)):
        near = rng.random() ** 2
        long = stage.unit * (2 + 7 * near)
        x, y = rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 1) * height
        pen.line(
            (x, y, x - long * 0.22, y + long), fill=round(26 + 74 * near), width=1 + (near > 0.6)
        )
    sheet = sheet.filter(ImageFilter.GaussianBlur(0.6))
    stage.picture.paste(
        mix(stage.palette.cloud, (255, 255, 255), 0.5), (0, 0, width, height), sheet
    )


def paint_snow(stage: Stage, plenty: float = 1.0) -> None:
    """Let snow fall: many small flakes, some near ones large and out of focus."""
    rng = stage.dice("snow")
    width, height = stage.size
    far = Image.new("L", (width * 2, height * 2), 0)
    soft = Image.new("L", (width, height), 0)
    pens = ImageDraw.Draw(far), ImageDraw.Draw(soft)
    for _ in range(round(620 * plenty * math.sqrt(width * height) / 1000)):
        near = rng.random() ** 3
        x, y = rng.random() * width, rng.random() * height
        size = stage.unit * (0.14 + 0.5 * near)
        if near > 0.7:
            size *= 1.4
            pens[1].ellipse((x - size, y - size, x + size, y + size), fill=130)
        else:
            size *= 2
            pens[0].ellipse(
                (2 * x - size, 2 * y - size, 2 * x + size, 2 * y + size),
                fill=round(120 + 120 * rng.random()),
            )
    flakes = ImageChops.lighter(
        far.reduce(2), soft.filter(ImageFilter.GaussianBlur(stage.unit * 0.35))
    )
    stage.picture.paste((252, 252, 255), (0, 0, width, height), flakes)


def paint_fog(stage: Stage, strength: float = 1.0) -> None:
    """Draw banks of mist about the horizon and above the ground."""
    rng = stage.dice("fog")
    width, height = stage.size
    share = stage.horizon / height
    noise = clouded(rng, stage.size, (2.2 * width / height, 7), 3)
    banks = noise.point([round(min(255, 70 + i * 0.85)) for i in range(256)])
    level = fade(
        stage.size,
        [
            (0, 20),
            (max(0.05, share - 0.3), 70),
            (min(0.9, share + 0.04), 235),
            (min(0.96, share + 0.26), 150),
            (1, 60),
        ],
    )
    mask = ImageChops.multiply(banks, level).point(
        [round(i * min(1.0, 0.86 * strength)) for i in range(256)]
    )
    tone = mix(stage.palette.haze, stage.palette.cloud, 0.35)
    stage.picture.paste(tone, (0, 0, width, height), mask)


def paint_lightning(stage: Stage) -> None:
    """Strike one forked bolt from the clouds to the horizon, and light the sky around it."""
    rng = stage.dice("lightning")
    width, height = stage.size
    sheet = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(sheet)
    x = width * rng.uniform(0.25, 0.75)

    def fork(start: Point, steps: int, wide: float, lean: float) -> None:
        here = start
        for k in range(steps):
            reach = stage.horizon / 16
            there = (here[0] + (rng.uniform(-1, 1) + lean) * reach * 0.8, here[1] + reach)
            pen.line([here, there], fill=255, width=max(1, round(wide * (1 - k / steps * 0.7))))
            if wide > stage.unit * 0.25 and rng.random() < 0.3:
                fork(there, max(2, (steps - k) // 2), wide * 0.45, rng.choice((-0.9, 0.9)))
            here = there

    fork((x, stage.horizon * 0.06), 15, stage.unit * 0.55, 0.0)
    glow = sheet.filter(ImageFilter.GaussianBlur(stage.unit * 1.4)).point(
        [min(255, i * 3) for i in range(256)]
    )
    sky = halo(stage.size, (x, stage.horizon * 0.3), (stage.unit * 60, stage.horizon * 0.8), 1.8)
    shine(stage.picture, sky, (150, 160, 235), 0.45)
    shine(stage.picture, glow, (170, 180, 255), 0.8)
    shine(stage.picture, sheet.filter(ImageFilter.GaussianBlur(0.7)), (255, 255, 255), 1.0)
