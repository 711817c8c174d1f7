"""The land: ridges that fade with distance, hills, dunes and snowy peaks."""

from collections.abc import Sequence

from PIL import Image, ImageChops

from components.sandbox.painting.brush import Point, column, fade, shape
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import clouded, profile
from components.sandbox.painting.stage import Stage


def ridge(
    stage: Stage, what: str, base: float, height: float, waves: float, roughness: float
) -> list[Point]:
    """Return a skyline from edge to edge: rows about `base`, at most `height` pixels above it."""
    width = stage.size[0]
    count = max(60, width // 5)
    line = profile(
        stage.dice(what), count, waves * max(1.0, width / stage.size[1]) ** 0.6, roughness
    )
    return [
        (i * width / (count - 1), base - height * (value + 1) / 2) for i, value in enumerate(line)
    ]


def below(stage: Stage, line: Sequence[Point]) -> Image.Image:
    """Return the mode L mask of everything under the skyline `line`."""
    width, height = stage.size
    return shape(
        stage.size,
        [
            [
                (-2, height + 2),
                (-2, line[0][1]),
                *line,
                (width + 2, line[-1][1]),
                (width + 2, height + 2),
            ]
        ],
    )


def lay_ridge(stage: Stage, line: Sequence[Point], colour: RGB, mist: float = 0.5) -> Image.Image:
    """Fill the land under `line`, fading into the haze at its foot; return its mask."""
    mask = below(stage, line)
    top = int(min(y for _, y in line))
    tall = max(2, stage.size[1] - top)
    drop = min(1.0, stage.unit * 26 / tall)
    light = mix(colour, stage.palette.haze, mist)
    body = column((stage.size[0], tall), [(0, colour), (drop, light), (1, light)])
    stage.picture.paste(body, (0, top), mask.crop((0, top, stage.size[0], stage.size[1])))
    return mask


def paint_mountains(
    stage: Stage, base: float, height: float, layers: int = 4, snow: bool = True
) -> None:
    """Raise `layers` of mountains over the row `base`, the farthest `height` pixels high."""
    for i in range(layers):
        near = i / max(1, layers - 1)
        colour = stage.palette.depth(0.1 + 0.5 * near)
        line = ridge(
            stage, f"mountain {i}", base, height * (1 - 0.62 * near), 2.6 + 1.6 * near, 0.52
        )
        mask = lay_ridge(stage, line, colour, 0.6)
        relief(stage, line, mask, colour, near)
        if snow and near < 0.5:
            snow_caps(stage, line, mask, height * (1 - 0.62 * near))


def relief(
    stage: Stage, line: Sequence[Point], mask: Image.Image, colour: RGB, near: float
) -> None:
    """Shade the sides of a ridge that look away from the light."""
    width = stage.size[0]
    away = 1 if stage.lit_from_left else -1
    rng = stage.dice(f"relief {near:.2f}")
    peaks = [
        i for i in range(4, len(line) - 4) if line[i][1] == min(y for _, y in line[i - 4 : i + 5])
    ]
    sides: list[list[Point]] = []
    for peak in peaks:
        x, y = line[peak]
        end = peak
        while 0 < end + away < len(line) - 1 and line[end + away][1] >= line[end][1] - 1:
            end += away
        crest = line[peak : end + 1] if away > 0 else list(reversed(line[end : peak + 1]))
        fall = (line[end][1] - y) * 1.5 + stage.unit * 5
        spine = [
            (
                x + away * (k / 7) * fall * 0.1 + rng.uniform(-1, 1) * stage.unit * 0.9,
                y + fall * k / 7,
            )
            for k in range(7, 0, -1)
        ]
        sides.append([*crest, (line[end][0], y + fall), *spine])
    if not sides:
        return
    shade = ImageChops.multiply(shape(stage.size, sides), mask)
    box = shade.getbbox()
    if box is None:
        return
    thin = fade((width, box[3] - box[1]), [(0, 130), (0.7, 70), (1, 0)])
    part = ImageChops.multiply(shade.crop((0, box[1], width, box[3])), thin)
    dark = mix(colour, stage.palette.near, 0.5)
    stage.picture.paste(Image.new("RGB", part.size, dark), (0, box[1]), part)


def snow_caps(stage: Stage, line: Sequence[Point], mask: Image.Image, height: float) -> None:
    """Whiten the tops of a ridge, down to a ragged line."""
    width = stage.size[0]
    rng = stage.dice("snow caps")
    top = min(y for _, y in line)
    ragged = [
        (x, top + (y - top) * 0.35 + height * 0.2 + rng.uniform(-1, 1) * height * 0.06)
        for x, y in line
    ]
    low = ImageChops.subtract(mask, below(stage, ragged))
    tone = mix(stage.palette.cloud, stage.palette.sky[2], 0.25)
    strength = low.point([round(i * 0.72) for i in range(256)])
    stage.picture.paste(tone, (0, 0, width, stage.size[1]), strength)


def texture(stage: Stage, mask: Image.Image, strength: float = 0.1) -> None:
    """Lay a dry brush over what `mask` covers, so that flat land does not look cut from paper."""
    box = mask.getbbox()
    if box is None:
        return
    noise = clouded(stage.dice(f"texture {box}"), (box[2] - box[0], box[3] - box[1]), (24, 16), 3)
    dark = noise.point([round(max(0, 128 - i) * 2 * strength) for i in range(256)])
    stage.picture.paste(stage.palette.near, box, ImageChops.multiply(dark, mask.crop(box)))


def paint_hills(stage: Stage, base: float, height: float, layers: int, first: float = 0.3) -> None:
    """Roll `layers` of soft hills towards us, from the row `base` down."""
    tall = stage.size[1]
    for i in range(layers):
        near = first + (1 - first) * i / max(1, layers - 1)
        row = base + (tall - base) * (i / max(1, layers)) ** 1.3 * 0.8
        green = mix(stage.palette.depth(near), stage.palette.grass, 0.55)
        line = ridge(stage, f"hill {i}", row, height * (0.7 + 0.5 * near), 1.3 + 0.4 * i, 0.3)
        lay_ridge(stage, line, green, 0.3 * (1 - near))
