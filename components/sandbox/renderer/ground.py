"""Ground and water: what lies below the sky, from the far ridge to the near shore."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Ground, Scene, Season, Weather
from components.sandbox.renderer.sky import body_of

_OPEN = {Ground.SEA, Ground.BEACH}
Texture = Callable[[art.Size], Image.Image]
"""Makes the shading (128 is neutral) of a surface of some size."""


@dataclass(frozen=True)
class Land:
    """A picture in the making, with what every layer needs to know."""

    picture: Image.Image
    scene: Scene
    light: Light

    @property
    def cover(self) -> art.RGB:
        """Colour of grass or snow in this season."""
        return art.from_hex(seasonal(self.scene)[0])

    @property
    def sand(self) -> art.RGB:
        """Colour of dunes."""
        return (150, 150, 156) if self.scene.ground is Ground.MOON else (236, 184, 116)

    def dice(self, *names: object) -> Random:
        """Return the chance of one part of this ground."""
        return art.rng(self.scene.seed, self.scene.ground, *names)

    def tone(self, colour: art.RGB, distance: float) -> art.RGB:
        """Return a colour under this light, faded by distance."""
        air = min(0.96, distance * (0.62 + 0.38 * self.light.fog) + 0.16 * self.light.fog)
        return art.mix(art.times(colour, self.light.ambient), self.light.haze, air)


def snowed(scene: Scene) -> bool:
    """Return whether snow lies on things and ground."""
    return scene.season is Season.WINTER or scene.ground is Ground.SNOW


def seasonal(scene: Scene) -> list[str]:
    """Return the colour of the ground's cover, then those of leaves."""
    season = Season.WINTER if snowed(scene) else scene.season
    return art.table("palettes.txt")[season][0].split()


def horizon(scene: Scene) -> float:
    """Return where the sky ends, as a share of the height."""
    return float(art.table("grounds.txt")[scene.ground][0].split()[0])


def draw_ground(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Draw the ground of a scene over its sky, in place; not its water."""
    land, (width, height) = Land(picture, scene, light), picture.size
    base = round(horizon(scene) * height)
    below = [(0.0, light.haze), (1.0, land.tone(land.cover, 0.1))]
    picture.paste(art.gradient((width, height - base), below), (0, base))
    dry, _, covered = art.table("grounds.txt")[scene.ground][0].partition(" ")[2].partition("|")
    layers = dry if scene.water else f"{dry},{covered}"
    for number, layer in enumerate(filter(str.strip, layers.split(","))):
        kind, *numbers = layer.split()
        foot, tall, distance, *more = map(float, numbers)
        spot = (base + foot * height, tall * height)
        _LAYERS[kind](land, f"{kind}{number}", *spot, distance, *more)


def _layer(
    land: Land, line: list[art.Point], far: art.RGB, near: art.RGB, texture: Texture | None = None
) -> None:
    """Fill from a line down to the foot of the picture."""
    width, height = land.picture.size
    top = max(0, math.floor(min(y for _, y in line)) - 1)
    size = (width, min(height - top, round(height * 0.5)))
    outline = [(x, y - top) for x, y in line]
    mask = art.polygon_mask(size, [[*outline, (width + 9, size[1] + 9), (-9, size[1] + 9)]], 2)
    body = art.gradient(size, [(0.0, far), (1.0, near)])
    art.paint(land.picture, art.shade(body, texture(size)) if texture else body, mask, (0, top))


def _profile(land: Land, name: str, base: float, tall: float, rough: float) -> list[art.Point]:
    """Return the line of a hill: jagged where `rough` is over 0.45, else rolling."""
    heights = art.ridge(land.dice(name), rough, 8 if rough > 0.45 else 5)
    step, low = land.picture.width / (len(heights) - 1), min(heights)
    span = max(0.6, max(heights) - low)
    line = [(i * step, base - tall * (y - low) / span) for i, y in enumerate(heights)]
    return line if rough > 0.45 else art.smooth(line, closed=False)


def _turf(land: Land, name: str, strength: float, flat: float = 7) -> Texture:
    """Return the texture of grass, sand or snow: soft swells with a fine grain."""

    def texture(size: art.Size) -> Image.Image:
        cell = land.picture.height * 0.15
        fine = art.noise(art.half(size), land.dice(name, "turf"), (cell, cell * 2 / flat), 6, 1.0)
        return art.relief(fine, (land.light.side, -1), strength).resize(size, art.SOFT)

    return texture


def _mist(land: Land, name: str, row: float, reach: float, strength: float) -> None:
    size = (land.picture.width, round(reach * 2))
    alpha = art.noise(size, land.dice(name), (size[0] / 3, size[1] * 0.7), 4, 1.5)
    level = min(255, round(255 * (strength + 0.5 * land.light.fog)))
    bank = art.fade(size, [(0, 0), (0.5, level), (1, 0)])
    alpha = ImageChops.multiply(alpha.point(art.curve(30, 200)), bank)
    haze = art.mix(land.light.haze, land.light.horizon, 0.35)
    art.paint(land.picture, haze, alpha, (0, row - reach))


def _range(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    """Draw one range of rocky mountains with snow above a ragged line."""
    (width, height), dice = land.picture.size, land.dice(name)
    count, jags = dice.randrange(3, 6), art.ridge(land.dice(name, "jags"), 0.56, 8)
    tops = [
        ((i + dice.uniform(0.15, 0.85)) / count, dice.uniform(0.5, 0.85), dice.uniform(1.5, 2.5))
        for i in range(count)
    ]
    highest = dice.randrange(count)
    tops[highest] = (tops[highest][0], 1.0, 1.9)
    line = []
    for x, jag in ((i / (len(jags) - 1), jag) for i, jag in enumerate(jags)):
        tent = max(up - abs(x - at) * steep for at, up, steep in tops)
        line.append((x * width, base - tall * max(0.16, tent + jag * 0.13)))
    top = max(0, round(min(y for _, y in line)) - 2)
    size = (width, round(base + height * 0.06) - top)
    outline = [*((x, y - top) for x, y in line), (width, size[1]), (0, size[1])]
    mask = art.polygon_mask(size, [outline], 2)
    # Faces of rock: creased noise, lit from the sun's side.
    cell, half = height * (0.12 + 0.05 * (1 - distance)), (width // 2, max(2, size[1] // 2))
    field = art.noise(half, land.dice(name, "crags"), (cell * 0.6, cell), 5, 1.9)
    creased = art.soften(field.point([255 - abs(i - 128) * 2 for i in range(256)]), 1.0)
    slope = (land.light.side * cell / 40, -cell / 60)
    crags = art.relief(creased, slope, 0.8 * (1.2 - distance)).resize(size, art.SOFT)
    rock = land.tone(art.mix((92, 98, 118), (122, 108, 102), dice.random()), distance)
    body = art.gradient(size, [(0, rock), (1, art.mix(rock, land.light.haze, 0.5))])
    art.paint(land.picture, art.shade(body, crags), mask, (0, top))
    reach = 0.8 if snowed(land.scene) else dice.uniform(0.34, 0.46)
    ragged = art.noise(size, land.dice(name, "snow"), (height * 0.09, height * 0.16), 5, 2.4)
    cap = art.fade(size, [(0, 255), (reach * 0.25, 210), (min(1.0, reach * 1.6), 0), (1, 0)])
    snow = Image.blend(ImageChops.add(cap, ragged, 2), crags, 0.22).point(art.curve(122, 142))
    white = Image.new("RGB", size, land.tone((244, 248, 255), distance * 0.85))
    art.paint(land.picture, art.shade(white, crags), ImageChops.multiply(mask, snow), (0, top))


def _blue(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    colours = land.tone((88, 112, 120), distance), land.tone((110, 130, 120), distance + 0.1)
    _layer(land, _profile(land, name, base, tall, 0.48), *colours, _turf(land, name, 1.2))


def _hill(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    white, straw = snowed(land.scene), land.dice(name, "straw").uniform(0, 0.22)
    cover = land.cover if white else art.mix(land.cover, (206, 190, 110), straw)
    near = art.mix(cover, art.scaled(cover, 0.86 if white else 0.55), 1 - distance)
    colours = land.tone(cover, distance), land.tone(near, distance * 0.7)
    line = _profile(land, name, base, tall, 0.3)
    _layer(land, line, *colours, _turf(land, name, 0.8 if white else 1.5))


def _floor(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    cover = land.cover if snowed(land.scene) else art.mix(land.cover, (70, 62, 40), 0.5)
    colours = land.tone(cover, distance), land.tone(art.scaled(cover, 0.72), 0)
    _layer(land, _profile(land, name, base, tall, 0.3), *colours, _turf(land, name, 1.3))


def _flowers(land: Land, _name: str, top: float, _tall: float, _distance: float) -> None:
    """Scatter blossoms over the meadow, larger toward the viewer."""
    (width, height), dice = land.picture.size, land.dice("flowers")
    pen = ImageDraw.Draw(land.picture)
    colours = ((246, 240, 232), (244, 200, 84), (226, 110, 120), (176, 130, 206))
    counts = {Season.SPRING: 900, Season.SUMMER: 420, Season.AUTUMN: 160}
    for _ in range(counts.get(land.scene.season, 0)):
        depth = dice.random() ** 0.6
        x, y = dice.random() * width, top + (height - top) * depth
        r = height * (0.0012 + 0.0036 * depth)
        pen.line((x, y, x, y + r * 3), fill=land.tone((70, 110, 54), 0.3))
        colour = land.tone(dice.choice(colours), 0.5 * (1 - depth))
        pen.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=colour)


def _trees(land: Land, name: str, foot: float, tall: float, distance: float, cover: float) -> None:
    """Draw a row of pines; `cover` is the share of the row that has trees."""
    (width, height), dice = land.picture.size, land.dice(name)
    green = art.mix((30, 68, 56), (58, 92, 54), dice.random())
    green = art.mix(green, (206, 218, 230), 0.25) if snowed(land.scene) else green
    gaps = art.ridge(land.dice("gaps", name), 0.5, 6)
    low, span = min(gaps), max(gaps) - min(gaps)
    top, x, outlines = max(0, round(foot - tall * 1.25)), -tall * 0.2, []
    while x < width + tall * 0.2:
        gap = gaps[int(max(0, min(width - 1, x)) / width * (len(gaps) - 1))]
        share, size = (gap - low) / span, tall * dice.uniform(0.55, 1.0)
        if share > 1 - cover:
            root = (x, foot - top + dice.uniform(0, tall * 0.08))
            outlines.append(pine(root, size * (0.7 + 0.5 * share), dice))
        x += tall * dice.uniform(0.12, 0.3)
    box = (width, min(height, round(foot + tall * 0.1)) - top)
    mask = art.polygon_mask(box, outlines, 2)
    shaded = land.tone(art.scaled(green, 0.8), min(1.0, distance + 0.2))
    body = art.gradient(box, [(0.0, land.tone(green, distance)), (1.0, shaded)])
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


def _sand(land: Land, _name: str, row: float, _tall: float, distance: float) -> None:
    line = [(0.0, row), (land.picture.width, row)]
    sand = land.sand
    _layer(land, line, land.tone(sand, distance), land.tone(sand, distance / 2))


def _dune(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    """Draw a dune: a lit back, a sharp crest and a shaded side away from the sun."""
    (width, height), sand, away = land.picture.size, land.sand, -land.light.side
    dice = land.dice(name)
    peak, swing = dice.uniform(0.2, 0.8) * width, away * width * dice.uniform(0.06, 0.14)
    ups, xs = (-0.2, 0.25, 0.74, 1, 0.6, 0.2, -0.1), (-0.9, -0.42, -0.16, 0, 0.2, 0.5, 0.9)
    line = art.smooth(
        [(peak + x * width, base - tall * up) for x, up in zip(xs, ups, strict=True)], closed=False
    )
    lit, deep = land.tone(sand, distance), land.tone(art.scaled(sand, 0.86), distance * 0.8)
    _layer(land, line, lit, deep, _turf(land, name, 0.5 * (1 - distance), 30))
    crest = [point for point in line if (point[0] - peak) * away >= 0][:: round(away)]
    turns = ((0.4, -0.45), (1.5, 0.1), (1.2, 0.7))
    turn = [(peak + swing * x, base + tall * y) for x, y in turns]
    side = art.smooth([crest[0], *turn, (peak + swing * 2.6, base + height * 0.4)], closed=False)
    outline = [*crest, (crest[-1][0], height * 1.02), (side[-1][0], height * 1.02), *side[::-1]]
    low, high = min(0.98, base / height), min(0.99, (base + height * 0.16) / height)
    clear = art.fade((width, height), [(0, 235), (low, 235), (high, 0), (1, 0)])
    mask = ImageChops.multiply(art.polygon_mask((width, height), [outline], 2), clear)
    shade = (66, 66, 78) if land.scene.ground is Ground.MOON else (168, 112, 92)
    art.paint(land.picture, art.mix(lit, land.tone(shade, distance), 0.8), mask)


def _city(land: Land, _name: str, foot: float, tall: float, _distance: float) -> None:
    """Draw a skyline in three depths, its windows lit after dusk."""
    (width, height), dark = land.picture.size, land.light.dark
    warm = (255, 150, 110) if dark else land.light.horizon
    art.glow(land.picture, (width / 2, foot), (width * 0.7, height * 0.36), warm, 0.34, 1.5)
    lights = Image.new("RGB", land.picture.size)
    for distance, share in ((0.72, 1.0), (0.42, 0.8), (0.12, 0.5)):
        dice, x = land.dice("skyline", share), -width * 0.02
        while x < width:
            wide = width * dice.uniform(0.03, 0.075) * (1.15 - distance * 0.5)
            up = tall * share * dice.uniform(0.35, 1.0)
            up *= 1 - abs((x + wide / 2) / width - 0.5) * 0.9
            _tower(land, lights, (x, foot - up, x + wide, foot), distance, dice)
            x += wide * dice.uniform(0.8, 1.25)
        _mist(land, f"smog{share}", foot - height * 0.02, height * 0.07, 0.3 * distance)
    if dark:
        lit = ImageChops.screen(land.picture, lights)
        for radius, gain in ((2.0, 0.7), (height * 0.016, 1.5)):
            halo = art.soften(lights.reduce(2), radius / 2).resize(lights.size)
            glare = halo.point([min(255, round(i * gain)) for i in range(256)] * 3)
            lit = ImageChops.screen(lit, glare)
        land.picture.paste(lit, (0, 0))


def _tower(
    land: Land, lights: Image.Image, box: tuple[float, ...], distance: float, dice: Random
) -> None:
    """Draw one building with its shaded side, mast, windows and neon."""
    (x, top, right, foot), dark = box, land.light.dark
    wide, up, pitch = right - x, foot - top, land.picture.height * (0.008 + 0.006 * (1 - distance))
    pen, lamp = ImageDraw.Draw(land.picture), ImageDraw.Draw(lights)
    stone = art.mix((84, 90, 116), (132, 118, 112), dice.random())
    face = land.tone(art.scaled(stone, dice.uniform(0.7, 1.05)), distance)
    dim = art.mix(face, land.tone((30, 34, 56), distance), 0.45)
    for left, roof, end in ((x, top, right), (x + wide / 4, top - up * 0.12, right - wide / 4)):
        pen.rectangle((left, roof, end, foot), fill=face)
        third = (end - left) * 0.34
        split = end - third if land.light.side < 0 else left
        pen.rectangle((split, roof, split + third, foot), fill=dim)
        if dice.random() < 0.6:
            break
    if dice.random() < 0.3:
        pen.line((x + wide / 2, top - up * 0.3, x + wide / 2, top), fill=face, width=2)
    for row in range(int((up - pitch) / (pitch * 1.5))):
        for column in range(int((wide - pitch) / (pitch * 1.15))):
            left, y = x + pitch * (0.7 + column * 1.15), top + pitch * (1 + row * 1.5)
            pane, bright = (left, y, left + pitch * 0.55, y + pitch * 0.8), dice.uniform(0.45, 1)
            if dice.random() < (0.46 if dark else 0.8):
                warm = dice.choice(((255, 214, 140), (255, 190, 110), (190, 220, 255)))
                glass = art.scaled(warm, bright * (1 - distance / 2))
                fill = glass if dark else art.mix(dim, land.light.middle, 0.4)
                (lamp if dark else pen).rectangle(pane, fill=fill)
    if dark and distance < 0.5 and dice.random() < 0.42:
        tube, side = dice.choice(art.TUBES), x + wide * dice.uniform(0.15, 0.8)
        lamp.rectangle((side, foot - up * 0.86, side + pitch * 0.4, foot - up * 0.3), fill=tube)
        lamp.line((x, top, right, top), fill=tube, width=2)


def _coast(land: Land, name: str, row: float, tall: float, distance: float) -> None:
    """Draw a far coast; the water itself is drawn later."""
    start, line = land.dice(name).choice((-0.15, 0.5)), _profile(land, name, 0, tall, 0.5)
    taper = [1 - abs(2 * i / len(line) - 1) for i in range(len(line))]
    left = start * land.picture.width
    coast = [(left + x * 0.65, row + 2 + y * k) for (x, y), k in zip(line, taper, strict=True)]
    art.fill(land.picture, coast, land.tone((92, 98, 110), distance))


_LAYERS: dict[str, Callable[..., None]] = {
    "range": _range, "mist": _mist, "hill": _hill, "blue": _blue, "floor": _floor, "trees": _trees,
    "flowers": _flowers, "sand": _sand, "dune": _dune, "city": _city, "coast": _coast,
}  # fmt: skip


# Water


def waterline(scene: Scene) -> float | None:
    """Return where the water begins, as a share of the height; None on dry land."""
    if scene.ground in _OPEN:
        return horizon(scene)
    wet = scene.water and scene.ground is not Ground.STUDIO
    return horizon(scene) + 0.04 if wet else None


def bank_is_left(scene: Scene) -> bool:
    """Return on which side the near bank of still water lies."""
    return art.rng(scene.seed, "bank").random() < 0.5


def draw_water(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Draw the water of a scene in place, where it has any."""
    share = waterline(scene)
    if share is None:
        return
    (width, height), row = picture.size, round(share * picture.height)
    size, land = (width, height - row), Land(picture, scene, light)
    mirror = _rippled(picture.crop((0, max(0, row - size[1]), width, row)), land, size)
    blurred = mirror.resize((width, max(2, size[1] // 8))).resize(size)
    mirror = Image.blend(mirror, blurred, 0.35)
    deep = [(0.0, 24), (0.25, 70), (1.0, 150 if scene.ground in _OPEN else 120)]
    mirror.paste(land.tone((26, 80, 102), 0.1), (0, 0), art.fade(size, deep))
    cell = (height * 0.16, height * 0.02)
    waves = art.noise((width // 2, size[1]), land.dice("waves"), cell, 4, 2.0)
    flat = (0.16, -0.1 * width / size[1], width * 0.17, 0, 1.0, 0, 0, 2.2 / size[1])
    plane = waves.transform(size, Image.Transform.PERSPECTIVE, flat, art.SOFT)
    rough = 1.25 if scene.weather in {Weather.STORM, Weather.RAIN} else 0.95
    mirror = art.shade(mirror, art.relief(plane, (0, -max(2, size[1] // 160)), rough))
    if scene.weather is not Weather.STORM:
        _glitter(mirror, light, plane, body_of(scene, light)[0] * width)
    picture.paste(mirror, (0, row))
    edge = art.mix(light.horizon, (255, 255, 255), 0.3)
    art.paint(picture, edge, Image.new("L", (width, 3), 90), (0, row - 1))
    if scene.ground not in _OPEN:
        _bank(land)
    elif scene.ground is Ground.BEACH:
        _beach(land)


def _rippled(above: Image.Image, land: Land, size: art.Size) -> Image.Image:
    """Return what lies above the water upside down, its rows moved by waves."""
    (width, tall), height, margin = size, land.picture.height, round(size[0] * 0.02)
    mirror = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror, pieces = mirror.resize((width + 2 * margin, tall), art.SOFT), []
    for y in range(0, tall, 2):
        depth = y / tall
        left = margin + (land.dice("row", y // 4).random() - 0.5) * height * 0.012 * (0.1 + depth)
        left += math.sin(y * 0.9 / (0.4 + depth * 3)) * height * 0.004 * depth
        up, right = min(tall - 3.0, y * (0.9 + 0.1 * depth)), left + width
        corners = (left, up, left, up + 2, right, up + 2, right, up)
        pieces.append(((0, y, width, min(tall, y + 2)), corners))
    return mirror.transform(size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)


def _glitter(water: Image.Image, light: Light, plane: Image.Image, spot: float) -> None:
    width, tall = water.size
    path = Image.new("L", (width // 4, tall // 4), 0)
    sides = ((-0.014, 0), (0.014, 0), (0.07, tall), (-0.07, tall))
    outline = [((spot + x * width) / 4, y / 4) for x, y in sides]
    ImageDraw.Draw(path).polygon(outline, fill=255 if light.fog < 0.2 else 110)
    path = art.soften(path, width / 90).resize((width, tall), art.SOFT)
    sparks = ImageChops.multiply(plane.point(art.curve(138, 176)), path)
    art.add_light(water, sparks, light.sun, 0.9)
    art.add_light(water, path, light.sun, 0.1)


def _shore(land: Land, line: list[art.Point], colour: art.RGB) -> None:
    far, near = land.tone(colour, 0.03), land.tone(art.scaled(colour, 0.7), 0)
    _layer(land, line, far, near, _turf(land, "shore", 1.2))


def _beach(land: Land) -> None:
    """Draw the sand of the near shore with foam and wet sand along the water."""
    (width, height), sand = land.picture.size, (232, 206, 162)
    sand = land.cover if snowed(land.scene) else sand
    shape = ((-0.01, 0.87), (0.3, 0.83), (0.62, 0.8), (1.02, 0.73))
    line = art.smooth([(x * width, y * height) for x, y in shape], closed=False)
    wet, foam = art.scaled(sand, 0.74), art.mix(sand, (255, 255, 255), 0.75)
    for shift, colour in ((0.026, foam), (0.014, wet)):
        outline = [*((x, y - height * shift) for x, y in line), (width, height), (0, height)]
        art.fill(land.picture, outline, land.tone(colour, 0))
    _shore(land, line, sand)


def _bank(land: Land) -> None:
    """Draw the near bank in a corner of the foreground, with reeds against the water."""
    (width, height), jag, left = land.picture.size, land.dice("tufts"), bank_is_left(land.scene)
    shape = ((0.0, 0.86), (0.2, 0.885), (0.42, 0.945), (0.6, 0.985), (0.8, 1.03))
    bank = [((x if left else 1 - x) * width, y * height) for x, y in shape]
    line, white = art.smooth(bank if left else bank[::-1], closed=False), snowed(land.scene)
    colour = land.cover if white else art.mix(land.cover, (36, 44, 34), 0.45)
    _shore(land, line, colour)
    pen, dark = ImageDraw.Draw(land.picture), land.tone(art.scaled(colour, 0.55), 0)
    for x, y in [] if white else line * 7:
        at, up = x + jag.uniform(-1, 1) * width * 0.008, height * jag.uniform(0.006, 0.03)
        pen.line((at, y + up * 0.3, at + jag.uniform(-0.5, 0.5) * up, y - up), fill=dark, width=1)
