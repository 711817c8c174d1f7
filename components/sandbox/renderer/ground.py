"""Ground and water: what lies below the sky, from the far ridge to the near shore."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light, seasonal, snowed
from components.sandbox.renderer.scene import Ground, Scene, Season, Thing, Weather
from components.sandbox.renderer.sky import body_of
from components.sandbox.renderer.things import stand_in

_OPEN = {Ground.SEA, Ground.BEACH}


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
        kind, foot, tall, distance, *more = layer.split()
        spot = (base + float(foot) * height, float(tall) * height, float(distance))
        how = [float(more[0]), *more[1:]] if kind == "row" else more
        _LAYERS[kind](land, f"{kind}{number}", *spot, *how)


def _layer(
    land: Land,
    name: str,
    line: list[art.Point],
    colours: Sequence[art.RGB],
    force: float,
    flat: float,
) -> None:
    """Fill all below a line, from the far to the near colour, with a relief as of turf or sand."""
    width, height = land.picture.size
    top = max(0, math.floor(min(y for _, y in line)) - 1)
    size = (width, min(height - top, round(height * 0.5)))
    outline = [(x, y - top) for x, y in line]
    mask = art.polygon_mask(size, [[*outline, (width + 9, size[1] + 9), (-9, size[1] + 9)]], 2)
    body, cell = art.gradient(size, [*zip((0.0, 1.0), colours, strict=True)]), height * 0.15
    cells, light = (cell, cell * 2 / flat), (land.light.side, -1)
    shading = art.rough(size, land.dice(name, "turf"), cells, light, force)
    art.paint(land.picture, art.shade(body, shading), mask, (0, top))


def _mist(land: Land, name: str, row: float, reach: float, strength: float) -> None:
    size = (land.picture.width, round(reach * 2))
    alpha = art.noise(size, land.dice(name), (size[0] / 3, size[1] * 0.7), 4, 1.5)
    level = min(255, round(255 * (strength + 0.5 * land.light.fog)))
    bank = art.fade(size, [(0, 0), (0.5, level), (1, 0)])
    alpha = ImageChops.multiply(alpha.point(art.curve(30, 200)), bank)
    haze = art.mix(land.light.haze, land.light.horizon, 0.35)
    art.paint(land.picture, haze, alpha, (0, row - reach))


def _range(land: Land, name: str, base: float, tall: float, distance: float) -> None:
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


def _hill(
    land: Land, name: str, base: float, tall: float, distance: float, colour: str = ""
) -> None:
    white, straw = snowed(land.scene), land.dice(name, "straw").uniform(0, 0.22)
    other = art.mix(land.cover, art.from_hex(colour or "cebe6e"), 0.5 if colour else straw)
    cover = land.cover if white else other
    near = art.mix(cover, art.scaled(cover, 0.86 if white else 0.55), 1 - distance)
    heights = art.ridge(land.dice(name), 0.3, 5)
    step, low = land.picture.width / (len(heights) - 1), min(heights)
    span = max(0.6, max(heights) - low)
    line = [(i * step, base - tall * (y - low) / span) for i, y in enumerate(heights)]
    colours = (land.tone(cover, distance), land.tone(near, distance * 0.7))
    _layer(land, name, art.smooth(line, closed=False), colours, 0.8 if white else 1.4, 7)


def _flowers(land: Land, _name: str, top: float, _tall: float, _distance: float) -> None:
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


def _row(
    land: Land, name: str, foot: float, tall: float, distance: float, cover: float, *kinds: str
) -> None:
    width, dice, lights = land.picture.width, land.dice(name), Image.new("RGB", land.picture.size)
    gaps = art.ridge(land.dice("gaps", name), 0.5, 6)
    low, span = min(gaps), max(gaps) - min(gaps)
    sizes = enumerate((1.12, 0.75))
    drawn = [
        stand_in(land.scene, land.light, Thing(kind, 0, 0, 0, None, n), tall * k, distance)
        for n, k in sizes
        for kind in kinds
    ]
    x = -tall * 0.2
    while x < width + tall * 0.2:
        share = (gaps[int(max(0, min(width - 1, x)) / width * (len(gaps) - 1))] - low) / span
        body, alpha, lit = dice.choice(drawn)
        if share >= 1 - cover:
            root = foot + dice.random() * tall * 0.06
            at = (round(x - body.width / 2), round(root - body.height * 0.95))
            land.picture.paste(body, at, alpha)
            lights.paste((0, 0, 0), at, alpha)
            lights.paste(body, at, lit)
        x += body.width * dice.uniform(0.4, 0.8)
    if land.light.dark and lights.getbbox():
        small = lights.reduce(3)
        for radius, gain in ((0.7, 0.7), (land.picture.height * 0.005, 1.5)):
            halo = art.soften(small, radius).point([art.clamp(i * gain) for i in range(256)] * 3)
            halo = halo.resize(lights.size, Image.Resampling.BILINEAR)
            land.picture.paste(ImageChops.screen(land.picture, halo), (0, 0))


def _dune(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    (width, height), sand, away = land.picture.size, land.sand, -land.light.side
    dice = land.dice(name)
    peak, swing = dice.uniform(0.2, 0.8) * width, away * width * dice.uniform(0.06, 0.14)
    ups, xs = (-0.2, 0.25, 0.74, 1, 0.6, 0.2, -0.1), (-0.9, -0.42, -0.16, 0, 0.2, 0.5, 0.9)
    line = art.smooth(
        [(peak + x * width, base - tall * up) for x, up in zip(xs, ups, strict=True)], closed=False
    )
    lit, deep = land.tone(sand, distance), land.tone(art.scaled(sand, 0.86), distance * 0.8)
    _layer(land, name, line, (lit, deep), 0.5 * (1 - distance), 30)
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


def _glow(land: Land, _name: str, foot: float, tall: float, _distance: float) -> None:
    width, warm = land.picture.width, (255, 150, 110) if land.light.dark else land.light.horizon
    art.glow(land.picture, (width / 2, foot), (width * 0.7, tall), warm, 0.34, 1.5)


_LAYERS: dict[str, Callable[..., None]] = {
    layer.__name__.removeprefix("_"): layer
    for layer in (_range, _mist, _hill, _row, _flowers, _dune, _glow)
}


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
    colours = (land.tone(colour, 0.03), land.tone(art.scaled(colour, 0.7), 0))
    _layer(land, "shore", line, colours, 1.2, 7)


def _beach(land: Land) -> None:
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
