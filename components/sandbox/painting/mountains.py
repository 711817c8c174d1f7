"""Mountains: peaks with a lit and a shaded side, snow, and air between the ranges."""

from dataclasses import dataclass

from PIL import Image, ImageChops

from components.sandbox.painting.brush import Point, fade, shape
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import profile
from components.sandbox.painting.land import below, lay_ridge
from components.sandbox.painting.stage import Stage


@dataclass(frozen=True)
class Peak:
    """One summit: where it stands, how high it rises above the foot of its range, all in pixels."""

    x: float
    height: float
    slope: float


def paint_mountains(
    stage: Stage, base: float, height: float, layers: int = 3, snow: bool = True
) -> None:
    """Raise `layers` ranges over the row `base`, the farthest and highest `height` pixels high."""
    for i in range(layers):
        near = i / max(1, layers - 1)
        lofty = height * (1 - 0.58 * near)
        peaks = _peaks(stage, f"peaks {i}", lofty, 1.0 + 0.5 * near)
        line = _skyline(stage, f"range {i}", peaks, base)
        colour = stage.palette.depth(0.06 + 0.5 * near)
        mask = lay_ridge(stage, line, colour, 0.66)
        white = snow and i < max(1, layers - 1)
        if white:
            _cap(stage, line, mask, lofty)
        _shade(stage, peaks, line, mask, base, colour, 150 if white else 96)


def _peaks(stage: Stage, what: str, height: float, slope: float) -> list[Peak]:
    rng = stage.dice(what)
    width, tall = stage.size
    step = height * rng.uniform(1.1, 1.4)
    # The highest summit stands on the third that the sun leaves free.
    chief = width * (0.66 if stage.lit_from_left else 0.34) + rng.uniform(-0.06, 0.06) * width
    peaks = [Peak(chief, height, slope * rng.uniform(0.8, 1.0))]
    for side in (-1, 1):
        x = chief
        while 0 < x < width:
            x += side * step * rng.uniform(0.42, 0.85)
            fall = 1 - 0.4 * min(1.0, abs(x - chief) / max(width, tall))
            peaks.append(
                Peak(x, height * fall * rng.uniform(0.42, 0.84), slope * rng.uniform(0.7, 1.1))
            )
    return sorted(peaks, key=lambda peak: peak.x)


def _skyline(stage: Stage, what: str, peaks: list[Peak], base: float) -> list[Point]:
    width = stage.size[0]
    count = max(80, width // 4)
    rough = profile(stage.dice(what), count, 14 * width / min(stage.size), 0.62)
    top = max(peak.height for peak in peaks)
    line: list[Point] = []
    for i, jag in enumerate(rough):
        x = i * width / (count - 1)
        rise = max(_cone(peak, x) for peak in peaks)
        # Summits stay sharp: the jags grow with the distance from the top.
        line.append((x, base - rise - jag * top * 0.07 * min(1.0, 0.25 + abs(1 - rise / top) * 2)))
    return line


def _cone(peak: Peak, x: float) -> float:
    away = abs(x - peak.x)
    return peak.height - peak.slope * away * (1 - 0.16 * min(1.0, away / peak.height))


def _shade(
    stage: Stage,
    peaks: list[Peak],
    line: list[Point],
    mask: Image.Image,
    base: float,
    colour: RGB,
    strength: int,
) -> None:
    """Darken the side of each peak that looks away from the light, along a broken spine."""
    rng = stage.dice(f"spines {base:.0f} {len(peaks)}")
    width = stage.size[0]
    away = 1 if stage.lit_from_left else -1
    sides: list[list[Point]] = []
    for peak in peaks:
        crest = [point for point in line if (point[0] - peak.x) * away >= 0]
        crest = crest if away > 0 else crest[::-1]
        own: list[Point] = []
        for x, y in crest:
            if max(_cone(other, x) for other in peaks) > _cone(peak, x) + 1:
                break
            own.append((x, y))
        if len(own) < 2:
            continue
        spine: list[Point] = []
        x, y = own[0]
        steps = 9
        for k in range(1, steps + 1):
            x += away * peak.height / steps * rng.uniform(-0.34, 0.46)
            spine.append((x, y + (base + peak.height * 0.3 - y) * k / steps))
        sides.append([*own, (own[-1][0], spine[-1][1]), *reversed(spine)])
    if not sides:
        return
    shade = ImageChops.multiply(shape(stage.size, sides), mask)
    box = shade.getbbox()
    if box is None:
        return
    ramp = fade((width, box[3] - box[1]), [(0, strength), (0.6, strength * 2 // 3), (1, 0)])
    part = ImageChops.multiply(shade.crop((0, box[1], width, box[3])), ramp)
    dark = mix(mix(colour, stage.palette.near, 0.42), stage.palette.sky[0], 0.25)
    stage.picture.paste(dark, (0, box[1], width, box[3]), part)


def _cap(stage: Stage, line: list[Point], mask: Image.Image, height: float) -> None:
    """Whiten what rises above a zigzag line, which hangs lower where the range is lower."""
    rng = stage.dice(f"snow {height:.0f}")
    top = min(y for _, y in line)
    zigzag: list[Point] = []
    for i in range(0, len(line), 3):
        x, y = line[i]
        tooth = (1 if (i // 3) % 2 else -1) * rng.uniform(0.02, 0.075) * height
        zigzag.append((x, top + height * 0.2 + (y - top) * 0.42 + tooth))
    white = ImageChops.subtract(mask, below(stage, zigzag))
    tone = mix(stage.palette.cloud, stage.palette.sky[3], 0.2)
    stage.picture.paste(
        tone, (0, 0, *stage.size), white.point([round(i * 0.9) for i in range(256)])
    )
