"""The grounds: what lies below the sky, from the far ridge to the near shore."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Ground, Scene, Season, Weather

_GRASS: dict[Season, art.RGB] = {
    Season.SPRING: (124, 176, 84),
    Season.SUMMER: (98, 148, 72),
    Season.AUTUMN: (176, 142, 74),
    Season.WINTER: (234, 240, 247),
}
_SNOW: art.RGB = (234, 240, 247)
HORIZONS: dict[Ground, float] = {
    Ground.MOUNTAINS: 0.6,
    Ground.HILLS: 0.56,
    Ground.SEA: 0.52,
    Ground.BEACH: 0.48,
    Ground.CITY: 0.6,
    Ground.FOREST: 0.6,
    Ground.DESERT: 0.56,
    Ground.SNOW: 0.58,
}
"""Where the sky ends, as a share of the picture's height."""
Texture = Callable[[art.Size], Image.Image]
"""Makes the shading (128 is neutral) of a surface of some size."""


@dataclass(frozen=True)
class Land:
    """A picture in the making, with what every ground needs to know."""

    picture: Image.Image
    scene: Scene
    light: Light
    horizon: float
    """Row of the horizon in pixels."""

    @property
    def white(self) -> bool:
        """Whether snow lies on the ground."""
        return snowed(self.scene)

    @property
    def grass(self) -> art.RGB:
        """Colour of the ground's cover in this season."""
        return _SNOW if self.white else _GRASS[self.scene.season]

    def dice(self, *names: object) -> Random:
        """Return the chance of one part of this ground."""
        return art.rng(self.scene.seed, self.scene.ground, *names)

    def tone(self, colour: art.RGB, distance: float) -> art.RGB:
        """Return a colour under this light, faded by distance (0 near, 1 at the horizon)."""
        air = min(0.96, distance * (0.62 + 0.38 * self.light.fog) + 0.16 * self.light.fog)
        return art.mix(art.times(colour, self.light.ambient), self.light.haze, air)


def snowed(scene: Scene) -> bool:
    """Return whether snow lies on things and ground."""
    return scene.season is Season.WINTER or scene.ground is Ground.SNOW


def waterline(scene: Scene) -> float | None:
    """Return where the water begins, as a share of the height; None on dry land."""
    if scene.ground in {Ground.SEA, Ground.BEACH}:
        return HORIZONS[scene.ground]
    return HORIZONS[scene.ground] + 0.04 if scene.water else None


def bank_is_left(scene: Scene) -> bool:
    """Return on which side the near bank of still water lies."""
    return art.rng(scene.seed, "bank").random() < 0.5


def draw_ground(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Draw the ground of a scene over its sky, in place."""
    land = Land(picture, scene, light, HORIZONS[scene.ground] * picture.height)
    row = round(land.horizon)
    floor = land.tone(_SNOW if land.white else (110, 116, 96), 0)
    size = (picture.width, picture.height - row)
    picture.paste(art.gradient(size, [(0, light.haze), (1, floor)]), (0, row))
    _GROUNDS[scene.ground](land)


def _layer(
    land: Land,
    line: list[art.Point],
    colours: tuple[art.RGB, art.RGB],
    texture: Texture | None = None,
    foot: float | None = None,
) -> None:
    """Fill from a line down to the row `foot`, by default the picture's last."""
    width, height = land.picture.size
    top = max(0, math.floor(min(y for _, y in line)) - 1)
    size = (width, min(height, round(foot or height)) - top)
    if size[1] < 2:
        return
    outline = [(x, y - top) for x, y in line]
    mask = art.polygon_mask(size, [[*outline, (width + 9, size[1] + 9), (-9, size[1] + 9)]], 2)
    body = art.gradient(size, [(0.0, colours[0]), (1.0, colours[1])])
    art.paint(land.picture, art.shade(body, texture(size)) if texture else body, mask, (0, top))


def _profile(land: Land, name: str, base: float, tall: float, rough: float) -> list[art.Point]:
    """Return the line of a hill: jagged where `rough` is over 0.45, else rolling."""
    heights = art.ridge(land.dice(name), rough, 8 if rough > 0.45 else 5)
    step, low = land.picture.width / (len(heights) - 1), min(heights)
    span = max(0.6, max(heights) - low)
    line = [(i * step, base - tall * (y - low) / span) for i, y in enumerate(heights)]
    return line if rough > 0.45 else art.smooth(line, closed=False)


def _turf(land: Land, name: str, strength: float) -> Texture:
    """Return the texture of grass, sand or snow: soft swells with a fine grain."""
    cell = land.picture.height * 0.3

    def texture(size: art.Size) -> Image.Image:
        half = (max(2, size[0] // 2), max(2, size[1] // 2))
        fine = art.noise(half, land.dice(name, "turf"), (cell / 2, cell / 7), 6, 1.0)
        return art.relief(fine, (land.light.side, -1), strength).resize(size, art.SOFT)

    return texture


def _mist(land: Land, name: str, row: float, reach: float, strength: float) -> None:
    """Lay a bank of mist across the picture around a row."""
    size = (land.picture.width, round(reach * 2))
    alpha = art.noise(size, land.dice("mist", name), (size[0] / 3, size[1] * 0.7), 4, 1.5)
    level = min(255, round(255 * (strength + 0.5 * land.light.fog)))
    alpha = alpha.point(art.curve(30, 200))
    alpha = ImageChops.multiply(alpha, art.fade(size, [(0, 0), (0.5, level), (1, 0)]))
    colour = art.mix(land.light.haze, land.light.horizon, 0.35)
    art.paint(land.picture, colour, alpha, (0, row - reach))


# Mountains, hills, snow


def _peaks(land: Land, name: str, base: float, tall: float) -> list[art.Point]:
    """Return the line of a range: a few tents of different height, jagged by displacement."""
    dice, jags = land.dice(name, "peaks"), art.ridge(land.dice(name, "jags"), 0.56, 8)
    count = dice.randrange(3, 6)
    tops = [
        ((i + dice.uniform(0.15, 0.85)) / count, dice.uniform(0.5, 0.85), dice.uniform(1.5, 2.6))
        for i in range(count)
    ]
    highest = dice.randrange(count)
    tops[highest] = (tops[highest][0], 1.0, 1.9)
    line = []
    for i, jag in enumerate(jags):
        x = i / (len(jags) - 1)
        tent = max(up - abs(x - at) * steep for at, up, steep in tops)
        line.append((x * land.picture.width, base - tall * max(0.16, tent + jag * 0.13)))
    return line


def _range(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    """Draw one range of rocky mountains with snow above a ragged line."""
    height, line = land.picture.height, _peaks(land, name, base, tall)
    top = max(0, round(min(y for _, y in line)) - 2)
    size = (land.picture.width, round(base + height * 0.06) - top)
    # Faces of rock: creased noise, lit from the sun's side.
    cell = height * (0.14 + 0.1 * (1 - distance))
    half = (size[0] // 2, max(2, size[1] // 2))
    field = art.noise(half, land.dice(name, "crags"), (cell / 2, cell * 0.8), 5, 1.9)
    creased = art.soften(field.point([255 - abs(i - 128) * 2 for i in range(256)]), 1.0)
    step = max(1.0, cell / 50)
    crags = art.relief(creased, (land.light.side * step, -step * 0.7), 0.8 * (1.2 - distance))
    crags = crags.resize(size, art.SOFT)
    mask = art.polygon_mask(
        size, [[*((x, y - top) for x, y in line), (size[0], size[1]), (0, size[1])]], 2
    )
    rock = art.mix((92, 98, 118), (122, 108, 102), land.dice(name, "rock").random())
    far = min(1.0, distance + 0.5)
    body = art.gradient(size, [(0, land.tone(rock, distance)), (1, land.tone(rock, far))])
    art.paint(land.picture, art.shade(body, crags), mask, (0, top))
    reach = 0.8 if land.white else land.dice(name, "snowline").uniform(0.34, 0.46)
    ragged = art.noise(size, land.dice(name, "snow"), (height * 0.09, height * 0.16), 5, 2.4)
    cap = art.fade(size, [(0, 255), (reach * 0.25, 210), (min(1.0, reach * 1.6), 0), (1, 0)])
    snow = Image.blend(ImageChops.add(cap, ragged, 2), crags, 0.22).point(art.curve(122, 142))
    white = Image.new("RGB", size, land.tone((244, 248, 255), distance * 0.85))
    art.paint(land.picture, art.shade(white, crags), ImageChops.multiply(mask, snow), (0, top))


def _mountains(land: Land) -> None:
    height, base = land.picture.height, land.horizon
    _range(land, "far", base + height * 0.03, height * 0.3, 0.74)
    _mist(land, "far", base - height * 0.04, height * 0.1, 0.5)
    _range(land, "middle", base + height * 0.06, height * 0.36, 0.42)
    _mist(land, "middle", base + height * 0.02, height * 0.1, 0.55)
    if land.scene.water:
        _trees(land, "shore", base + height * 0.055, height * 0.06, 0.42, 0.6)
        return
    _rolling(land, "foot", base + height * 0.14, height * 0.1, 0.3)
    _trees(land, "slope", base + height * 0.15, height * 0.1, 0.3, 0.8)
    _mist(land, "slope", base + height * 0.13, height * 0.07, 0.4)
    _rolling(land, "near", base + height * 0.3, height * 0.12, 0.05)
    _trees(land, "near", height * 1.02, height * 0.24, 0.0, 0.34)


def _rolling(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    """Draw one gentle hill with the texture of grass or snow."""
    cover, straw = land.grass, land.dice(name, "straw").uniform(0, 0.22)
    cover = cover if land.white else art.mix(cover, (206, 190, 110), straw)
    near = art.mix(cover, art.scaled(cover, 0.86 if land.white else 0.55), 1 - distance)
    colours = land.tone(cover, distance), land.tone(near, distance * 0.7)
    texture = _turf(land, name, 0.8 if land.white else 1.5)
    foot = base + land.picture.height * 0.24
    _layer(land, _profile(land, name, base, tall, 0.3), colours, texture, foot)


def _hills(land: Land) -> None:
    height, base = land.picture.height, land.horizon
    for name, distance, tall in (("blue", 0.9, 0.13), ("blue2", 0.74, 0.08)):
        line = _profile(land, name, base + height * 0.03, height * tall, 0.48)
        colours = land.tone((88, 112, 120), distance), land.tone((110, 130, 120), distance + 0.1)
        _layer(land, line, colours, _turf(land, name, 1.2))
        _mist(land, name, base + height * 0.02, height * 0.06, 0.3)
    for step, name in enumerate(("far", "middle", "near")[: 1 if land.scene.water else 3]):
        row = base + height * (0.06 + 0.13 * step)
        _rolling(land, name, row + height * 0.06, height * 0.13, 0.6 - 0.28 * step)
    if not (land.scene.water or land.white):
        _flowers(land, base + height * 0.2)


def _flowers(land: Land, top: float) -> None:
    """Scatter blossoms over the meadow, larger toward the viewer."""
    (width, height), dice = land.picture.size, land.dice("flowers")
    colours = ((246, 240, 232), (244, 200, 84), (226, 110, 120), (176, 130, 206))
    pen = ImageDraw.Draw(land.picture)
    for _ in range({Season.SPRING: 900, Season.SUMMER: 420}.get(land.scene.season, 160)):
        depth = dice.random() ** 0.6
        x, y = dice.random() * width, top + (height - top) * depth
        r = height * (0.0012 + 0.0036 * depth)
        pen.line((x, y, x, y + r * 3), fill=land.tone((70, 110, 54), 0.3))
        colour = land.tone(dice.choice(colours), 0.5 * (1 - depth))
        pen.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=colour)


def _snow(land: Land) -> None:
    height, base = land.picture.height, land.horizon
    _range(land, "far", base + height * 0.02, height * 0.24, 0.66)
    _mist(land, "far", base, height * 0.08, 0.5)
    _trees(land, "edge", base + height * 0.04, height * 0.11, 0.5, 0.9)
    _mist(land, "edge", base + height * 0.03, height * 0.05, 0.4)
    if land.scene.water:
        return
    _rolling(land, "middle", base + height * 0.1, height * 0.08, 0.32)
    _trees(land, "middle", base + height * 0.13, height * 0.2, 0.2, 0.5)
    _rolling(land, "near", base + height * 0.24, height * 0.1, 0.08)


# The forest


def _trees(land: Land, name: str, foot: float, tall: float, distance: float, cover: float) -> None:
    """Draw a row of pines; `cover` is the share of the row that has trees."""
    width, dice = land.picture.width, land.dice("pines", name)
    green = art.mix((30, 68, 56), (58, 92, 54), dice.random())
    if land.white:
        green = art.mix(green, (206, 218, 230), 0.25)
    gaps = art.ridge(land.dice("gaps", name), 0.5, 6)
    low, span = min(gaps), max(gaps) - min(gaps)
    top, x = max(0, round(foot - tall * 1.25)), -tall * 0.2
    outlines = []
    while x < width + tall * 0.2:
        gap = gaps[int(max(0, min(width - 1, x)) / width * (len(gaps) - 1))]
        share, size = (gap - low) / span, tall * dice.uniform(0.55, 1.0)
        if share > 1 - cover:
            root = (x, foot - top + dice.uniform(0, tall * 0.08))
            outlines.append(pine(root, size * (0.7 + 0.5 * share), dice))
        x += tall * dice.uniform(0.12, 0.3)
    box = (width, min(land.picture.height, round(foot + tall * 0.1)) - top)
    mask = art.polygon_mask(box, outlines, 2)
    low_tone = land.tone(art.scaled(green, 0.8), min(1.0, distance + 0.2))
    body = art.gradient(box, [(0.0, land.tone(green, distance)), (1.0, low_tone)])
    rim = art.relief(art.soften(mask, 1.5), (land.light.side * 2, -1), 0.22)
    firm = art.fade(box, [(0, 255), (0.9, 255), (1, 120)])
    art.paint(land.picture, art.shade(body, rim), ImageChops.multiply(mask, firm), (0, top))


def pine(foot: art.Point, size: float, dice: Random) -> list[art.Point]:
    """Return the outline of a pine whose trunk ends at `foot`."""
    right: list[art.Point] = []
    for tier in range(1, 8):
        reach = size * (0.025 + 0.027 * tier) * dice.uniform(0.8, 1.15)
        y = foot[1] - size + size * 0.134 * tier
        right += [(reach, y), (reach * 0.45, y - size * 0.012)]
    left = [(-x * dice.uniform(0.85, 1.1), y) for x, y in reversed(right)]
    trunk = [(size * 0.018, foot[1]), (-size * 0.018, foot[1])]
    return [(foot[0] + x, y) for x, y in [(0.0, foot[1] - size), *right, *trunk, *left]]


def _forest(land: Land) -> None:
    height, base = land.picture.height, land.horizon
    rise = land.tone((74, 96, 96), 0.8), land.tone((90, 108, 100), 0.9)
    _layer(land, _profile(land, "rise", base, height * 0.16, 0.5), rise)
    floor = _SNOW if land.white else art.mix(land.grass, (70, 62, 40), 0.5)
    for row in range(2 if land.scene.water else 4):
        depth, name = row / 4, f"row{row}"
        foot = base + height * (0.02 + 0.3 * depth**1.6)
        distance = 0.72 * (1 - depth) ** 1.2
        if row > 1:
            line = _profile(land, f"floor{row}", foot + height * 0.02, height * 0.03, 0.3)
            _layer(land, line, (land.tone(floor, distance), land.tone(floor, distance * 0.8)))
        cover = 1.0 if row < 3 else 0.55
        _trees(land, name, foot, height * (0.15 + 0.26 * depth), distance, cover)
        _mist(land, name, foot, height * 0.05, 0.32 * (1 - depth))
    if not land.scene.water:
        _foreground(land, base + height * 0.22, floor)


def _foreground(land: Land, top: float, colour: art.RGB) -> None:
    line = _profile(land, "foreground", top, land.picture.height * 0.05, 0.3)
    colours = land.tone(colour, 0.16), land.tone(art.scaled(colour, 0.72), 0)
    _layer(land, line, colours, _turf(land, "floor", 1.3))


# The desert


def _desert(land: Land) -> None:
    """Draw dunes: a lit back, a sharp crest and a shaded side away from the sun."""
    (width, height), sand, away = land.picture.size, (236, 184, 116), -land.light.side
    flat = (land.tone(sand, 0.8), land.tone(sand, 0.4))
    _layer(land, [(0, land.horizon), (width, land.horizon)], flat)
    for number in range(2 if land.scene.water else 5):
        depth, dice = number / 4, land.dice("dune", number)
        base = land.horizon + height * (0.02 + 0.36 * depth)
        tall, distance = height * (0.07 + 0.15 * depth), 0.6 * (1 - depth)
        peak = dice.uniform(0.2, 0.8) * width
        shape = (
            (-0.9, -0.2),
            (-0.42, 0.25),
            (-0.16, 0.74),
            (0, 1),
            (0.2, 0.6),
            (0.5, 0.2),
            (0.9, -0.1),
        )
        points = [(peak + x * width, base - tall * up) for x, up in shape]
        line = art.smooth(points, closed=False, pieces=14)
        lit, deep = land.tone(sand, distance), land.tone(art.scaled(sand, 0.86), distance * 0.8)
        _layer(land, line, (lit, deep), _ripples(land, number, 0.5 * (1 - distance)))
        crest = [point for point in line if (point[0] - peak) * away >= 0]
        crest = crest if away > 0 else crest[::-1]
        swing = away * width * dice.uniform(0.06, 0.14)
        turns = ((0.4, -0.45), (1.5, 0.1), (1.2, 0.7))
        foot = (peak + swing * 2.6, base + height * 0.4)
        edge = [crest[0], *((peak + swing * x, base + tall * y) for x, y in turns), foot]
        side = art.smooth(edge, closed=False)[::-1]
        outline = [*crest, (crest[-1][0], height * 1.02), (side[0][0], height * 1.02), *side]
        low, high = min(0.98, base / height), min(0.99, (base + height * 0.16) / height)
        clear = art.fade((width, height), [(0, 235), (low, 235), (high, 0), (1, 0)])
        mask = ImageChops.multiply(art.polygon_mask((width, height), [outline], 2), clear)
        dusk = art.mix(art.times((168, 112, 92), land.light.ambient), land.light.haze, distance)
        art.paint(land.picture, art.mix(lit, dusk, 0.8), mask)


def _ripples(land: Land, number: int, strength: float) -> Texture:
    """Return the texture of sand that the wind has combed."""

    def texture(size: art.Size) -> Image.Image:
        cell = (land.picture.height * 0.22, land.picture.height * 0.012)
        combed = art.noise(size, land.dice("ripple", number), cell, 2, 0.7)
        return art.relief(art.soften(combed, 1), (0, -1), strength)

    return texture


# The city


def _city(land: Land) -> None:
    """Draw a skyline in three depths, its windows lit after dusk."""
    (width, height), base = land.picture.size, land.horizon
    warm = (255, 150, 110) if land.light.dark else land.light.horizon
    art.glow(land.picture, (width / 2, base), (width * 0.7, height * 0.34), warm, 0.34, 1.5)
    foot, lights = base + height * 0.05, Image.new("RGB", land.picture.size)
    for number, (distance, tall) in enumerate(((0.72, 0.4), (0.42, 0.32), (0.12, 0.2))):
        _skyline(land, lights, number, foot, height * tall, distance)
        _mist(land, str(number), foot - height * 0.02, height * 0.07, 0.3 * (1 - number / 3))
    if land.light.dark:
        lit = ImageChops.screen(land.picture, lights)
        for radius, gain in ((2.0, 0.7), (height * 0.016, 1.5)):
            halo = art.soften(lights.reduce(2), radius / 2).resize(lights.size)
            lit = ImageChops.screen(
                lit, halo.point([min(255, round(i * gain)) for i in range(256)] * 3)
            )
        land.picture.paste(lit, (0, 0))
    if not land.scene.water:
        _foreground(land, foot + height * 0.05, _SNOW if land.white else (98, 108, 92))


def _skyline(
    land: Land, lights: Image.Image, number: int, foot: float, tall: float, distance: float
) -> None:
    width, dice = land.picture.width, land.dice("skyline", number)
    pitch = max(4.0, land.picture.height * (0.008 + 0.006 * (1 - distance)))
    x = -width * 0.02
    while x < width:
        wide = width * dice.uniform(0.03, 0.075) * (1.15 - distance * 0.5)
        up = tall * dice.uniform(0.35, 1.0) * (1 - abs((x + wide / 2) / width - 0.5) * 0.9)
        stone = art.mix((84, 90, 116), (132, 118, 112), dice.random())
        face = land.tone(art.scaled(stone, dice.uniform(0.7, 1.05)), distance)
        _tower(land, lights, (x, foot - up, x + wide, foot), face, (distance, pitch), dice)
        x += wide * dice.uniform(0.8, 1.25)


def _tower(
    land: Land,
    lights: Image.Image,
    box: tuple[float, float, float, float],
    face: art.RGB,
    depth: tuple[float, float],
    dice: Random,
) -> None:
    """Draw one building with its setback, mast, windows and neon."""
    (x, top, right, foot), (distance, pitch), dark = box, depth, land.light.dark
    wide, up = right - x, foot - top
    pen, lamp = ImageDraw.Draw(land.picture), ImageDraw.Draw(lights)
    dim = art.mix(face, land.tone((30, 34, 56), distance), 0.45)
    parts = [(x, top, right, foot)]
    if dice.random() < 0.4:
        parts.append((x + wide * 0.22, top - up * 0.12, right - wide * 0.22, top))
    for left, roof, end, base in parts:
        pen.rectangle((left, roof, end, base), fill=face)
        third = (end - left) * 0.34
        shaded = (end - third, end) if land.light.side < 0 else (left, left + third)
        pen.rectangle((shaded[0], roof, shaded[1], base), fill=dim)
    if dice.random() < 0.3:
        pen.line((x + wide / 2, top - up * 0.3, x + wide / 2, top), fill=face, width=2)
    for row in range(int((up - pitch) / (pitch * 1.5))):
        for column in range(int((wide - pitch) / (pitch * 1.15))):
            left, y = x + pitch * (0.7 + column * 1.15), top + pitch * (1 + row * 1.5)
            pane = (left, y, left + pitch * 0.55, y + pitch * 0.8)
            if dice.random() > (0.46 if dark else 0.8):
                continue
            if dark:
                warm = dice.choice(((255, 214, 140), (255, 190, 110), (190, 220, 255)))
                lamp.rectangle(
                    pane, fill=art.scaled(warm, dice.uniform(0.45, 1) * (1 - distance / 2))
                )
            else:
                pen.rectangle(pane, fill=art.mix(dim, land.light.middle, 0.4))
    if dark and distance < 0.5 and dice.random() < 0.42:
        tube, side = dice.choice(art.TUBES), x + wide * dice.uniform(0.15, 0.8)
        lamp.rectangle((side, foot - up * 0.86, side + pitch * 0.4, foot - up * 0.3), fill=tube)
        lamp.line((x, top, right, top), fill=tube, width=2)


# Water


def _sea(land: Land) -> None:
    """Draw a far coast; the water itself is drawn later."""
    width, height, dice = *land.picture.size, land.dice("coast")
    start = dice.choice((-0.15, 0.5)) * width
    line = _profile(land, "coast", 0, height * 0.06, 0.5)
    middle = len(line) / 2
    taper = [1 - abs(i / middle - 1) for i in range(len(line))]
    row = land.horizon + 2
    coast = [(start + x * 0.65, row + y * k) for (x, y), k in zip(line, taper, strict=True)]
    art.fill(land.picture, coast, land.tone((92, 98, 110), 0.78))


def draw_water(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Mirror what stands above the waterline, broken by ripples; then the near shore."""
    share = waterline(scene)
    if share is None:
        return
    (width, height), row = picture.size, round(share * picture.height)
    tall, land = height - row, Land(picture, scene, light, row)
    open_sea = scene.ground in {Ground.SEA, Ground.BEACH}
    mirror = _rippled(picture.crop((0, max(0, row - tall), width, row)), land, (width, tall))
    blurred = mirror.resize((width, max(2, tall // 8))).resize((width, tall))
    mirror = Image.blend(mirror, blurred, 0.35)
    tint = land.tone((24, 84, 110) if open_sea else (28, 74, 92), 0.1)
    deep = art.fade((width, tall), [(0, 24), (0.25, 70), (1, 150 if open_sea else 120)])
    mirror.paste(tint, (0, 0), deep)
    waves = art.noise(
        (width // 2, tall), land.dice("waves"), (height * 0.16, height * 0.02), 4, 2.0
    )
    flat = (0.16, -0.1 * width / tall, width * 0.17, 0, 1.0, 0, 0, 2.2 / tall)
    plane = waves.transform((width, tall), Image.Transform.PERSPECTIVE, flat, art.SOFT)
    rough = 0.5 if scene.weather in {Weather.STORM, Weather.RAIN} else 0.2
    mirror = art.shade(mirror, art.relief(plane, (0, -max(2, tall // 160)), 0.75 + rough))
    _glitter(mirror, land, plane)
    picture.paste(mirror, (0, row))
    edge = art.mix(light.horizon, (255, 255, 255), 0.3)
    art.paint(picture, edge, Image.new("L", (width, 3), 90), (0, row - 1))
    if not open_sea:
        _bank(land)
    elif scene.ground is Ground.BEACH:
        _beach(land)


def _rippled(above: Image.Image, land: Land, size: art.Size) -> Image.Image:
    """Return what lies above the water upside down, its rows moved by waves."""
    (width, tall), height = size, land.picture.height
    margin = round(width * 0.02)
    mirror = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = mirror.resize((width + 2 * margin, tall), art.SOFT)
    pieces = []
    for y in range(0, tall, 2):
        depth = y / tall
        left = margin + (land.dice("row", y // 4).random() - 0.5) * height * 0.012 * (0.1 + depth)
        left += math.sin(y * 0.9 / (0.4 + depth * 3)) * height * 0.004 * depth
        up = min(tall - 3.0, y * (0.9 + 0.1 * depth))
        right = left + width
        corners = (left, up, left, up + 2, right, up + 2, right, up)
        pieces.append(((0, y, width, min(tall, y + 2)), corners))
    return mirror.transform(size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def _glitter(water: Image.Image, land: Land, plane: Image.Image) -> None:
    """Let the sun or moon glitter on the ripples below it."""
    (width, tall), spot = water.size, land.light.x * water.width
    path, quarter = Image.new("L", (water.width // 4, tall // 4), 0), 0.25
    near, far = width * 0.014, width * 0.07
    outline = [(spot - near, 0), (spot + near, 0), (spot + far, tall), (spot - far, tall)]
    level = 255 if land.light.fog < 0.2 else 110
    ImageDraw.Draw(path).polygon([(x * quarter, y * quarter) for x, y in outline], fill=level)
    path = art.soften(path, width / 90).resize((width, tall), art.SOFT)
    sparks = ImageChops.multiply(plane.point(art.curve(138, 176)), path)
    art.add_light(water, sparks, land.light.sun, 0.9)
    art.add_light(water, path, land.light.sun, 0.1)


def _beach(land: Land) -> None:
    (width, height), sand = land.picture.size, _SNOW if land.white else (232, 206, 162)
    shape = ((-0.01, 0.87), (0.3, 0.83), (0.62, 0.8), (1.02, 0.73))
    line = art.smooth([(x * width, y * height) for x, y in shape], closed=False)
    for shift, colour, alpha in (
        (0.026, (255, 255, 255), 0.75),
        (0.014, art.scaled(sand, 0.74), 1.0),
    ):
        edge = [(x, y - height * shift) for x, y in line]
        outline = [*edge, (width, height), (0, height)]
        art.fill(land.picture, outline, land.tone(colour, 0), alpha)
    colours = land.tone(sand, 0.05), land.tone(art.scaled(sand, 0.82), 0)
    _layer(land, line, colours, _turf(land, "sand", 1.2))


def _bank(land: Land) -> None:
    """Draw the near bank in a corner of the foreground, with reeds against the water."""
    (width, height), jag = land.picture.size, land.dice("tufts")
    left = bank_is_left(land.scene)
    shape = ((0.0, 0.86), (0.2, 0.885), (0.42, 0.945), (0.6, 0.985), (0.8, 1.03))
    bank = [((x if left else 1 - x) * width, y * height) for x, y in shape]
    line = [
        (x, y - abs(jag.gauss(0, 1)) * height * 0.003) for x, y in art.smooth(bank, closed=False)
    ]
    colour = _SNOW if land.white else art.mix(land.grass, (36, 44, 34), 0.45)
    colours = land.tone(colour, 0), land.tone(art.scaled(colour, 0.6), 0)
    _layer(land, line if left else line[::-1], colours, _turf(land, "bank", 1.3))
    pen, dark = ImageDraw.Draw(land.picture), land.tone(art.scaled(colour, 0.55), 0)
    for x, y in line * (0 if land.white else 7):
        x += jag.uniform(-1, 1) * width * 0.008
        up = height * jag.uniform(0.006, 0.03)
        pen.line((x, y + up * 0.3, x + jag.uniform(-0.5, 0.5) * up, y - up), fill=dark, width=1)


_GROUNDS: dict[Ground, Callable[[Land], None]] = {
    Ground.MOUNTAINS: _mountains,
    Ground.HILLS: _hills,
    Ground.SEA: _sea,
    Ground.BEACH: _sea,
    Ground.CITY: _city,
    Ground.FOREST: _forest,
    Ground.DESERT: _desert,
    Ground.SNOW: _snow,
}
