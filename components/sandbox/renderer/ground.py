"""Ground and water: what lies below the sky, from the far ridge to the near shore."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light, seasonal, snowed
from components.sandbox.renderer.scene import Ground, Hour, Scene, Season, Weather
from components.sandbox.renderer.sky import body_of
from components.sandbox.renderer.things import stand_in

_OPEN, _EARTH = {Ground.SEA, Ground.BEACH}, (36, 44, 34)


@dataclass(frozen=True)
class Land:
    """A picture in the making, with what every layer needs to know."""

    picture: Image.Image
    scene: Scene
    light: Light

    @property
    def cover(self) -> art.RGB:
        """Colour of grass or snow in this season."""
        plain = art.from_hex(seasonal(self.scene)[0])
        late = self.scene.hour is not Hour.DAY and not snowed(self.scene)
        return art.mix(plain, self.light.middle, 0.24 if late else 0.0)

    def dice(self, *names: object) -> Random:
        """Return the chance of one part of this ground."""
        return art.rng(self.scene.seed, self.scene.ground, *names)

    def tone(self, colour: art.RGB, distance: float) -> art.RGB:
        """Return a colour under this light, faded by distance."""
        air = min(0.96, distance * 0.62 + self.light.fog * (0.3 + 0.5 * distance))
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


def _layer(land: Land, name: str, line: list[art.Point], colours: Sequence[art.RGB]) -> None:
    """Fill all below a line, from the far to the near colour; its crest catches the light."""
    width, height = land.picture.size
    top = max(0, math.floor(min(y for _, y in line)) - 1)
    size = (width, min(height - top, round(height * 0.5)))
    outline = [(x, y - top) for x, y in line]
    mask = art.polygon_mask(size, [[*outline, (width + 9, size[1] + 9), (-9, size[1] + 9)]], 2)
    body = art.gradient(size, [*zip((0.0, 1.0), colours, strict=True)])
    swells = art.noise(size, land.dice(name, "turf"), (height * 0.4, height * 0.05), 4, 0.2)
    body = art.shade(body, swells)
    small, drop = mask.reduce(4), max(1, width // 130)
    rim = ImageChops.subtract(small, ImageChops.offset(small, 0, drop))
    rim.paste(0, (0, 0, rim.width, 0))
    art.add_light(body, art.soften(rim, drop * 0.7).resize(size, art.SOFT), land.light.sun, 0.16)
    art.paint(land.picture, body, mask, (0, top))


def _mist(land: Land, name: str, row: float, reach: float, strength: float) -> None:
    size = (land.picture.width, round(reach * 2))
    alpha = art.noise(size, land.dice(name), (size[0] / 2, size[1]), 3, 1.3)
    level = min(255, round(255 * (strength + 0.5 * land.light.fog)))
    bank = art.fade(size, [(0, 0), (0.5, level), (1, 0)])
    alpha = ImageChops.multiply(alpha.point(art.curve(0, 190)), bank)
    haze = art.mix(land.light.haze, land.light.horizon, 0.35)
    art.paint(land.picture, haze, alpha, (0, row - reach))


def _range(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    (width, height), dice, away = land.picture.size, land.dice(name), -land.light.side
    chief = (0.5 + 0.16 * away + dice.uniform(-0.06, 0.06)) * width  # the sun keeps its third
    peaks, steep = [(tall, chief)], 1.25 - 0.4 * distance
    light, snow = land.light, 4 if snowed(land.scene) else 2
    for side in (-1, 1):
        x = chief
        while -0.1 * width < x < 1.1 * width:
            x += side * tall * dice.uniform(0.4, 0.9)
            peaks.append((tall * dice.uniform(0.36, 0.8), x))
    dark = art.mix(land.tone((58, 66, 96), distance), art.scaled(light.zenith, 0.7), 0.25)
    dark = art.mix(dark, light.haze, 0.1 + 0.4 * distance)
    lit, white = (art.mix(colour, light.horizon, 0.3) for colour in (dark, (250, 250, 255)))
    for rise, top in sorted(peaks, reverse=True):  # the highest are the farthest

        def edge(slope: float, jag: float, x: float = top, rise: float = rise) -> list[art.Point]:
            drop, jags = rise + height * 0.05, [0.0, *(dice.uniform(-jag, jag) for _ in range(9))]
            steps = ((k / 9, by) for k, by in enumerate(jags))
            return [(x + rise * (slope * k + by), base - rise + drop * k) for k, by in steps]

        spine = edge(away * 0.2, 0.07)
        for slant, colour in ((-away, lit), (away, dark)):
            slope = edge(slant / steep, 0.025)
            art.fill(land.picture, [*slope, *spine[::-1]], colour)
            tooth = (sum(points[snow][0] for points in (slope, spine)) / 2, slope[snow + 1][1])
            snowy = art.mix(colour, white, 0.85 if slant != away else 0.5)
            cap = [*slope[: snow + 1], tooth, *spine[snow::-1]]
            art.fill(land.picture, cap, art.mix(snowy, light.haze, distance * 0.3))


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
    _layer(land, name, art.smooth(line, closed=False), colours)


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
    drawn = [
        [stand_in(land.scene, land.light, (kind, n), k * tall, distance) for kind in kinds]
        for n, k in enumerate((0.6, 0.84, 1.1))
    ]
    x = -tall * 0.2
    while x < width + tall * 0.2:
        share = (gaps[int(max(0, min(width - 1, x)) / width * (len(gaps) - 1))] - low) / span
        rank = (share - 1 + cover) / cover  # the tallest stand together
        body, alpha, lit = dice.choice(drawn[max(0, min(2, int(rank * 2.99)))])
        if rank >= 0:
            root = foot + dice.random() * tall * 0.06
            at = (round(x - body.width / 2), round(root - body.height * 0.95))
            land.picture.paste(body, at, alpha)
            lights.paste((0, 0, 0), at, alpha)
            lights.paste(body, at, lit)
        x += body.width * dice.uniform(0.5, 0.9)
    if land.light.dark and lights.getbbox():
        small = lights.reduce(3)
        for radius, gain in ((0.7, 0.7), (land.picture.height * 0.005, 1.5)):
            halo = art.soften(small, radius).point([art.clamp(i * gain) for i in range(256)] * 3)
            halo = halo.resize(lights.size, Image.Resampling.BILINEAR)
            land.picture.paste(ImageChops.screen(land.picture, halo), (0, 0))


def _dune(land: Land, name: str, base: float, tall: float, distance: float) -> None:
    (width, height), dice, away = land.picture.size, land.dice(name), -land.light.side
    sand = (150, 150, 156) if land.scene.ground is Ground.MOON else (236, 184, 116)
    peak, swing = dice.uniform(0.2, 0.8) * width, away * width * dice.uniform(0.06, 0.14)
    ups, xs = (-0.2, 0.25, 0.74, 1, 0.6, 0.2, -0.1), (-0.9, -0.42, -0.16, 0, 0.2, 0.5, 0.9)
    line = art.smooth(
        [(peak + x * width, base - tall * up) for x, up in zip(xs, ups, strict=True)], closed=False
    )
    lit, deep = land.tone(sand, distance), land.tone(art.scaled(sand, 0.86), distance * 0.8)
    _layer(land, name, line, (lit, deep))
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


_LAYERS: dict[str, Callable[..., None]] = {
    layer.__name__.removeprefix("_"): layer
    for layer in (_range, _mist, _hill, _row, _flowers, _dune)
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
    calm, under = scene.ground not in _OPEN, min(row, round(size[1] * 1.2))
    mirror = art.rippled(picture.crop((0, row - under, width, row)), size, height * 0.008)
    deep = art.mix(land.tone((18, 58, 84), 0.1), art.scaled(light.zenith, 0.8), 0.6)
    far = art.mix(light.low, deep, 0.25 if calm else 0.6)
    tint = art.gradient(size, [(0, far), (0.25, art.mix(light.middle, deep, 0.45)), (1, deep)])
    veil = [(0, 80), (0.4, 110), (1, 175)] if calm else [(0, 150), (0.4, 140), (1, 185)]
    mirror.paste(tint, (0, 0), art.fade(size, veil))
    rough = scene.weather in {Weather.STORM, Weather.RAIN}
    count = (60 if calm else 110) * (2 if rough else 1)
    for colour in (art.scaled(deep, 0.7), art.mix(light.low, light.horizon, 0.5)):
        ripples = _strokes(size, land.dice("ripples", colour), height / 100, count, None)
        mirror.paste(colour, (0, 0), ripples.point([i // 3 for i in range(256)]))
    if not rough and light.fog < 0.6:
        spot, shine = body_of(scene, light)[0] * width, art.mix(light.sun, (255, 255, 255), 0.3)
        art.glow(mirror, (spot, 0), (height * 0.28, size[1] * 0.95), light.sun, 0.36, 1.8)
        path = _strokes(size, land.dice("path"), height / 100, 110, spot)
        path = ImageChops.multiply(path, art.fade(size, [(0, 235), (0.5, 170), (1, 50)]))
        art.add_light(mirror, path, shine, 0.7)
    picture.paste(mirror, (0, row))
    if scene.ground not in _OPEN:
        _bank(land)
    elif scene.ground is Ground.BEACH:
        _beach(land)


def _strokes(size: art.Size, dice: Random, unit: float, n: int, spot: float | None) -> Image.Image:
    """Return a mask of ripples: flat lenses, small afar; with a spot only on a path below it."""
    lenses = []
    for _ in range(n):
        depth = dice.random() ** 1.5
        x, half = dice.random() * size[0], (0.6 + depth * 6.5) * unit * dice.uniform(0.5, 1.6)
        if spot is not None:
            x, half = spot + dice.gauss(0, 1) * unit * (1.4 + 5.6 * depth), half * 0.6
        up, y = unit * (0.09 + 0.34 * depth), depth * size[1]
        shape = ((-1, 0), (-0.4, -1), (0.45, -0.8), (1, 0), (0.3, 1), (-0.5, 0.7))
        lenses.append([(x + half * a, y + up * b) for a, b in shape])
    return art.polygon_mask(size, lenses, 2)


def _beach(land: Land) -> None:
    (width, height), sand = land.picture.size, (232, 206, 162)
    sand = land.cover if snowed(land.scene) else sand
    shape = ((-0.01, 0.87), (0.3, 0.83), (0.62, 0.8), (1.02, 0.73))
    line = art.smooth([(x * width, y * height) for x, y in shape], closed=False)
    wet, foam = art.scaled(sand, 0.74), art.mix(sand, (255, 255, 255), 0.75)
    for shift, colour in ((0.026, foam), (0.014, wet)):
        outline = [*((x, y - height * shift) for x, y in line), (width, height), (0, height)]
        art.fill(land.picture, outline, land.tone(colour, 0))
    _layer(land, "shore", line, (land.tone(sand, 0.03), land.tone(art.scaled(sand, 0.7), 0)))


def _bank(land: Land) -> None:
    (width, height), jag, left = land.picture.size, land.dice("tufts"), bank_is_left(land.scene)
    shape = ((-0.02, 0.875), (0.25, 0.885), (0.5, 0.915), (0.75, 0.94), (1.02, 0.95))
    bank = [((x if left else 1 - x) * width, y * height) for x, y in shape]
    line, white = art.smooth(bank if left else bank[::-1], closed=False), snowed(land.scene)
    earth = (84, 84, 92) if land.scene.ground is Ground.CITY else art.mix(land.cover, _EARTH, 0.45)
    colour = land.cover if white else earth
    near = land.tone(art.scaled(colour, 0.7), 0)
    _layer(land, "shore", line, (land.tone(colour, 0.03), near))
    pen, dark = ImageDraw.Draw(land.picture), land.tone(art.scaled(colour, 0.55), 0)
    for x, y in [] if white else line * 7:
        at, up = x + jag.uniform(-1, 1) * width * 0.008, height * jag.uniform(0.006, 0.03)
        pen.line((at, y + up * 0.3, at + jag.uniform(-0.5, 0.5) * up, y - up), fill=dark, width=1)
