"""Draws the silhouettes of `silhouettes.txt`, whose head explains how they are written.

A pen draws their parts smooth, with volume, and lit like their surroundings. Points are in units
of the thing's height: y from 0 (top) to 1 (foot), x is 0 in the middle.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light, seasonal, snowed
from components.sandbox.renderer.scene import Hour, Scene, Thing

_FINER = 2
_MARGIN = 0.06
_PEOPLE = (("e8ba98", "70422a"), ("b07a5a", "222028"), ("f6d4b8", "be8a54"), ("7c523e", "2c2224"))
"""Skin and hair."""
_COLOUR = re.compile(r"(main|leaf|skin|hair|[0-9a-f]{6})(\*[\d.]+|\+[0-9a-f]{6}:[\d.]+)*")
_STEP = re.compile(r"([*+])([0-9a-f]{6}:)?([\d.]+)")
Zone = StrEnum("Zone", "LAND FAR ANIMAL WATER SKY LIGHT TABLE ROOM WALL FLAT BUST HAIR WORN PART")
Verb = StrEnum("Verb", "SHAPE CURVE MIRROR BOTH LINE BOX LAMP OVAL PANES HEAD USE")
WORN = {"hair", "worn"}
"""Zones of what is drawn only with who wears it."""
_SIZED = {"oval", "head"}
"""Verbs with pairs of a point and a size."""
_PAIRED = _SIZED | {"box", "lamp"}
_WHEN = ("snow?", "dark?", "back?")
_BUST = ((0.0, 0.31), (0.165, 0.2))
"""Middle and radii of the head that worn things are drawn for."""
Place = tuple[float, float, float]
"""Where the (0, 0) of a block lies in the thing that it is drawn in, and its scale."""


class Line(NamedTuple):
    """A line of a block: when it is drawn, and what; points are in units of the height."""

    when: str
    verb: str
    colour: str
    number: float
    points: list[art.Point]
    block: str


class Kind(NamedTuple):
    """How a silhouette is drawn and where it belongs: a block of `silhouettes.txt`."""

    tall: float
    half: float
    zone: str
    colours: list[str]
    lines: list[Line]

    @property
    def head(self) -> list[art.Point]:
        """Middle and radii of the head, which hats and glasses fit; empty without one."""
        return next((line.points for line in self.lines if line.verb == "head"), [])


def read_silhouettes(text: str, name: str) -> dict[str, Kind]:
    """Read a file of silhouettes. Raises ValueError with file, line and the right words."""
    kinds: dict[str, Kind] = {}
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        with art.told_where(name, number):
            if words and line.startswith(" "):
                lines.append(_read_line(words, kinds))
            elif words and not line.startswith("#"):
                block, tall, half, zone, *colours = words
                art.one_of(Zone, zone, "zone")
                kinds[block] = Kind(float(tall), float(half), zone, colours, lines := [])
    return kinds


def _read_line(words: list[str], kinds: Mapping[str, Kind]) -> Line:
    when = art.one_of(_WHEN, words.pop(0), "condition") if words[0].endswith("?") else ""
    verb, block = art.one_of(Verb, words.pop(0), "verb"), ""
    if verb == "use":
        block = art.one_of(kinds, words.pop(0), "block above this line")
        words = words or ["main", "1", "0,50"]
    colour, number, *pairs = words
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"no colour is {colour!r}: 6 hexadecimal digits, main, leaf, skin, hair")
    points = [(float(x) / 100, float(y) / 100) for x, y in (pair.split(",") for pair in pairs)]
    if not points or (verb in _PAIRED and len(points) % 2):
        raise ValueError(f"{verb} needs {'pairs of points' if verb in _PAIRED else 'points'}")
    return Line(when, verb, colour, float(number), points, block)


_FILE = Path(__file__).with_name("silhouettes.txt")
KINDS: Mapping[str, Kind] = read_silhouettes(_FILE.read_text("utf-8"), _FILE.name)
"""Every silhouette by its name; the words for it stand in `prompts/words.txt`."""


def draw_thing(
    picture: Image.Image, scene: Scene, light: Light, thing: Thing, place: str, distance: float = 0
) -> None:
    """Draw a silhouette and what it wears into `picture` (see `Pen.stamp`)."""
    kind, turned = KINDS[thing.kind], place == "bust" and light.side > 0
    light = replace(light, x=1 - light.x) if turned else light  # faces are lit from the left
    pen = Pen(scene, light, thing, (thing.size * picture.height, kind.half))
    pen.turned = turned
    worn = [t for t in scene.things if kind.head and t.x == thing.x and zone_of(t.kind) in WORN]
    cut = next((t.colour for t in worn if KINDS[t.kind].zone == "hair" and t.colour), None)
    people = _PEOPLE[::2] if cut and art.luma(cut) > 70 else _PEOPLE  # fair hair, fair skin
    skin, hair = art.rng(scene.seed, "people", thing.number).choice(people)
    grey = "d8d4d0" if "age" in {t.kind for t in worn} else hair
    palette = {"skin": skin, "hair": bytes(cut).hex() if cut else grey}
    (x, y), (wide, _) = kind.head or _BUST
    fit = wide / _BUST[1][0]
    at = (x, y - _BUST[0][1] * fit, fit)
    layers = [(t.kind, _colours(scene, t, palette), at) for t in worn]
    for layer in layers:
        _draw_block(pen, *layer, back=True)
    for layer in ((thing.kind, _colours(scene, thing, palette), (0.0, 0.0, 1.0)), *layers):
        _draw_block(pen, *layer)
    pen.stamp(picture, distance, place)


def stand_in(
    scene: Scene, light: Light, kind: tuple[str, int], height: float, distance: float
) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Return a kind with its number for a row of many: picture, mask, and mask of its lamps."""
    thing = Thing(kind[0], 0, 0, 0, None, kind[1])
    pen = Pen(scene, light, thing, (height, KINDS[thing.kind].half))
    _draw_block(pen, thing.kind, _colours(scene, thing, {}), (0.0, 0.0, 1.0))
    return pen.sprite(distance)


def zone_of(kind: str) -> str:
    """Return where a kind of thing belongs; nothing for what is no silhouette."""
    return KINDS[kind].zone if kind in KINDS else ""


def _colours(scene: Scene, thing: Thing, palette: Mapping[str, str]) -> dict[str, str]:
    dice = art.rng(scene.seed, thing.kind, thing.number)
    named = {**palette, "leaf": dice.choice(seasonal(scene)[1:])}
    main = dice.choice(KINDS[thing.kind].colours or ["808080"])
    return named | {"main": bytes(thing.colour).hex() if thing.colour else named.get(main, main)}


def _draw_block(
    pen: "Pen", block: str, palette: dict[str, str], at: Place, *, back: bool = False
) -> None:
    shown = {"": not back, "snow?": snowed(pen.scene), "dark?": pen.light.dark, "back?": back}
    left, top, scale = at
    for line in KINDS[block].lines:
        colour, sized = _colour(line.colour, palette), line.verb in _SIZED
        points = [
            (x * scale, y * scale) if sized and i % 2 else (left + x * scale, top + y * scale)
            for i, (x, y) in enumerate(line.points)
        ]
        if not shown[line.when]:
            continue
        if line.verb == "use":
            small, painted = line.number * scale, palette | {"main": bytes(colour).hex()}
            for x, y in points:
                _draw_block(pen, line.block, painted, (x, y - small / 2, small))
        else:
            number = line.number * scale if line.verb == "line" else line.number
            pen.draw(line.verb, points, colour, number)


def _colour(text: str, palette: Mapping[str, str]) -> art.RGB:
    base = re.split(r"[*+]", text, maxsplit=1)[0]
    colour = art.from_hex(palette.get(base, base))
    for sign, other, amount in _STEP.findall(text):
        if sign == "*":
            colour = art.scaled(colour, float(amount))
        else:
            colour = art.mix(colour, art.from_hex(other[:-1]), float(amount))
    return colour


class Pen:
    """Draws the parts of one thing; `stamp` then puts it into the picture."""

    def __init__(self, scene: Scene, light: Light, thing: Thing, size: art.Point) -> None:
        """`size` is the thing's height in pixels, and half its width in units of its height."""
        self.scene, self.light, self.thing, (height, half) = scene, light, thing, size
        self.dice = art.rng(scene.seed, thing.kind, thing.number)
        self._unit, self._half = max(4.0, height) * _FINER, half + _MARGIN
        wide, tall = 2 * self._half * self._unit, (1 + 2 * _MARGIN) * self._unit
        whole = (max(2, round(wide / _FINER)) * _FINER, max(2, round(tall / _FINER)) * _FINER)
        self._body, self._alpha = Image.new("RGB", whole), Image.new("L", whole)
        self._lit, self.turned = Image.new("L", whole), False
        self._lamps: list[tuple[art.Point, float, art.RGB, bool]] = []

    def draw(self, verb: str, points: list[art.Point], colour: art.RGB, number: float) -> None:
        """Draw one part, as a line of `silhouettes.txt` says."""
        mirrored = [(-x, y) for x, y in points]
        match verb:
            case "shape":
                self._fill(points, colour, number)
            case "curve":
                self._fill(art.smooth(points), colour, number)
            case "mirror":
                self._fill(art.smooth([*points, *mirrored[::-1]]), colour, number)
            case "both":
                for side in (points, mirrored):
                    self._fill(side if len(side) < 4 else art.smooth(side), colour, number)
            case "line":
                self._line(art.smooth(points, closed=False), colour, number / 100)
            case "panes":
                self._panes(points, colour, number)
            case _:
                for one, (x2, y2) in zip(points[::2], points[1::2], strict=True):
                    if verb == "lamp":
                        self._lamp(one, (x2, y2), colour, number)
                    elif verb != "head":
                        outline = art.rect if verb == "box" else art.ellipse
                        self._fill(outline(*one, x2, y2), colour, number)

    def _panes(self, points: list[art.Point], colour: art.RGB, share: float) -> None:
        (x, y), (right, foot), (columns, rows) = points
        wide, tall = (right - x) / columns / 100, (foot - y) / rows / 100
        for n in range(round(columns * 100) * round(rows * 100)):
            left, top = x + n % round(columns * 100) * wide, y + n // round(columns * 100) * tall
            if self.dice.random() < share:
                corner = (left + wide * 0.55, top + tall * 0.55)
                self._lamp((left, top), corner, art.scaled(colour, self.dice.uniform(0.5, 1)), 0)

    def _line(self, points: list[art.Point], colour: art.RGB, width: float) -> None:
        spots, thick = [self._spot(point) for point in points], max(1, round(width * self._unit))
        r = thick / 2 - 0.5
        for layer, ink in ((self._body, colour), (self._alpha, 255)):
            pen = ImageDraw.Draw(layer)
            pen.line(spots, fill=ink, width=thick, joint="curve")
            for x, y in (spots[0], spots[-1]) if thick > 2 else ():
                pen.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def _lamp(self, one: art.Point, other: art.Point, colour: art.RGB, glows: float) -> None:
        unlit = art.mix(art.scaled(colour, 0.4), (96, 118, 146), 0.6)
        self._fill(art.rect(*one, *other), colour if self.light.dark else unlit, 0)
        if self.light.dark:
            corners = (self._spot(one), self._spot(other))
            ImageDraw.Draw(self._lit).rectangle(corners, fill=255)
            middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
            size = max(other[0] - one[0], other[1] - one[1])
            self._lamps += [(middle, size, colour, glows > 1)] if glows else []

    def _spot(self, point: art.Point) -> art.Point:
        return (point[0] + self._half) * self._unit, (point[1] + _MARGIN) * self._unit

    def _fill(self, points: list[art.Point], colour: art.RGB, volume: float) -> None:
        spots = [self._spot(point) for point in points]
        box = art.bounds(self._alpha.size, spots)
        if box is None:
            return
        size = (box[2] - box[0], box[3] - box[1])
        mask = art.polygon_mask(size, [[(x - box[0], y - box[1]) for x, y in spots]], 1)
        body = Image.new("RGB", size, colour)
        self._body.paste(self._rounded(body, mask, volume) if volume else body, box, mask)
        self._alpha.paste(255, box, mask)

    def _rounded(self, body: Image.Image, mask: Image.Image, volume: float) -> Image.Image:
        reach = max(2, round(min(mask.size) * 0.16))
        small = art.soften(ImageOps.expand(mask, reach).reduce(2), reach / 2)
        slope = art.relief(small, (self.light.side * reach * 0.5, -reach * 0.4), 0.34)
        slope = slope.resize((mask.width + 2 * reach, mask.height + 2 * reach))
        slope = slope.crop((reach, reach, reach + mask.width, reach + mask.height))
        return Image.blend(body, art.shade(body, slope), volume * 0.85)

    def sprite(self, distance: float) -> tuple[Image.Image, Image.Image, Image.Image]:
        """Return the thing lit, its mask, and the mask of its lamps."""
        alpha = self._alpha.reduce(_FINER)
        body = self._toned(self._body.reduce(_FINER), alpha, distance)
        return body, alpha, self._lit.reduce(_FINER)

    def stamp(self, picture: Image.Image, distance: float, place: str) -> None:
        """Put the thing into `picture`; `place` is "land", "water", "sky", "floor" or "bust"."""
        body, alpha, _ = self.sprite(distance)
        if self.turned:
            body, alpha = ImageOps.mirror(body), ImageOps.mirror(alpha)
        unit = self._unit / _FINER
        left = round(self.thing.x * picture.width - self._half * unit)
        middle = 0.5 * unit if place in {"sky", "light"} else 0
        foot = round(self.thing.y * picture.height + middle)
        at = (left, round(foot - (1 + _MARGIN) * unit))
        if place == "light":
            body = self._body.reduce(_FINER)
            box = (*at, at[0] + body.width, at[1] + body.height)
            veil = art.fade(body.size, [(0, 200), (0.7, 180), (0.96, 0)])
            picture.paste(body, at, ImageChops.multiply(art.soften(alpha, unit * 0.004), veil))
            halo = Image.composite(art.soften(body, unit * 0.03), Image.new("RGB", body.size), veil)
            picture.paste(ImageChops.screen(picture.crop(box), halo), at)
            return
        if place in {"land", "floor"}:
            self._shadow(picture, alpha, (left, foot), place)
        if place == "water":
            flat = (alpha.width, round(alpha.height * 0.72))
            upside, veil = (art.rippled(layer, flat, unit * 0.016) for layer in (body, alpha))
            veil = ImageChops.multiply(veil, art.fade(flat, [(0, 165), (0.5, 90), (1, 0)]))
            picture.paste(upside, (left, foot - round(unit * _MARGIN * 0.72)), veil)
        picture.paste(body, at, alpha)
        for (x, y), size, colour, beams in self._lamps:
            spot = (left + (x + self._half) * unit, foot - (1 - y) * unit)
            art.glow(picture, spot, unit * max(0.2, size * 3.2), colour, 0.55, 2.2)
            if beams:  # far to both sides
                art.glow(picture, spot, (picture.width * 0.6, unit * 0.09), colour, 0.9, 1.3)

    def _toned(self, body: Image.Image, alpha: Image.Image, distance: float) -> Image.Image:
        light, low = self.light, self.scene.hour in {Hour.GOLDEN, Hour.DAWN, Hour.DUSK}
        air = min(0.95, distance * 0.6 + light.fog * (0.16 + distance * 0.7))
        air += 0.1 * (1 - air) if low else 0
        levels = zip(light.ambient, light.haze, strict=True)
        tables = [(k / 255 * (1 - air), haze * air) for k, haze in levels]
        toned = body.point([round(i * gain + base) for gain, base in tables for i in range(256)])
        step = max(1, min(3, round(alpha.height * 0.008)))
        moved = ImageChops.offset(alpha, round(-light.side * step), round(step * 0.7))
        rim = ImageChops.multiply(art.soften(ImageChops.subtract(alpha, moved), 0.8), alpha)
        art.add_light(toned, rim, light.sun, 0.45 if low else 0.3 * art.luma(light.ambient) / 255)
        faint = [round(i * (1 - 0.7 * distance)) for i in range(256)]
        toned.paste(body, (0, 0), self._lit.reduce(_FINER).point(faint))
        return toned

    def _shadow(self, picture: Image.Image, alpha: Image.Image, at: art.Size, place: str) -> None:
        (left, foot), unit = at, self._unit / _FINER
        low = self.scene.hour is not Hour.DAY and place == "land"
        flat = max(2, round(unit * (0.16 if low else 0.11)))
        lean = -self.light.side * (1.5 if low else 0.8)
        pad = round(abs(lean) * flat) + 4
        size, slant = (alpha.width + 2 * pad, flat + 8), (1, -lean, lean * 4 - pad, 0, 1, -4)
        cast = ImageOps.flip(alpha).resize((alpha.width, flat))
        cast = cast.transform(size, Image.Transform.AFFINE, slant, Image.Resampling.BILINEAR)
        deep = 115 if self.light.fog < 0.3 else 60
        cast = ImageChops.multiply(cast, art.fade(size, [(0, deep), (1, deep // 4)]))
        colour = art.scaled(art.mix(self.light.ambient, (30, 30, 60), 0.7), 0.4)
        art.paint(picture, colour, art.soften(cast, max(1.0, unit * 0.012)), (left - pad, foot - 6))
        base = alpha.crop((0, round(alpha.height * 0.86), *alpha.size)).getbbox()
        if base is not None:
            dark = Image.new("L", (alpha.width, max(3, round(unit * 0.07))))
            ImageDraw.Draw(dark).ellipse((base[0], 1, base[2], dark.height - 2), fill=120)
            dark = art.soften(dark, max(1.0, unit * 0.014))
            art.paint(picture, (10, 12, 22), dark, (left, foot - dark.height // 2))
