"""Draws the silhouettes of `silhouettes.txt`, whose head explains how they are written.

A pen draws their parts smooth, with volume, and lit like their surroundings. Points are in units
of the thing's height: y from 0 (top) to 1 (foot), x is 0 in the middle.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.ground import pine, seasonal, snowed
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Hour, Scene, Thing

_FINER = 2
_MARGIN = 0.06
_PEOPLE = (("e8ba98", "70422a"), ("b07a5a", "222028"), ("f6d4b8", "be8a54"), ("7c523e", "2c2224"))
"""Skin and hair."""
_STEP = re.compile(r"([*+])([0-9a-f]{6}:)?([\d.]+)")


@dataclass(frozen=True)
class Kind:
    """How a silhouette is drawn and where it belongs."""

    tall: float
    """Usual height as a share of the picture's."""
    half: float
    """Half the width in units of the height."""
    zone: str
    """Where it belongs: land, water, sky, table, room or bust."""
    colours: tuple[str, ...]
    lines: tuple[str, ...]


def _read(text: str) -> dict[str, Kind]:
    kinds = {}
    for block in re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip().split("\n\n"):
        head, *lines = (line.strip() for line in block.splitlines())
        name, tall, half, zone, *colours = head.split()
        kinds[name] = Kind(float(tall), float(half), zone, tuple(colours), tuple(lines))
    return kinds


KINDS: Mapping[str, Kind] = _read(Path(__file__).with_name("silhouettes.txt").read_text("utf-8"))
"""Every silhouette by its name; the words for it stand in `prompts/words.txt`."""


def draw_thing(
    picture: Image.Image, scene: Scene, light: Light, thing: Thing, place: str, distance: float = 0
) -> None:
    """Draw a silhouette into `picture` (see `Pen.stamp`)."""
    kind = KINDS[thing.kind]
    pen = Pen(scene, light, thing, (thing.size * picture.height, kind.half))
    people = art.rng(pen.scene.seed, "people", pen.thing.number)
    skin, hair = people.choice(_PEOPLE)
    palette = {"leaf": pen.dice.choice(seasonal(pen.scene)[1:]), "skin": skin, "hair": hair}
    main = pen.dice.choice(kind.colours or ("808080",))
    palette["main"] = bytes(pen.thing.colour).hex() if pen.thing.colour else palette.get(main, main)
    for line in kind.lines:
        _draw_line(pen, line, palette)
    pen.stamp(picture, distance, place)


def _draw_line(pen: "Pen", line: str, palette: Mapping[str, str]) -> None:
    condition, _, rest = line.rpartition("? ")
    if not {"snow": snowed(pen.scene), "dark": pen.light.dark}.get(condition, True):
        return
    if rest.startswith("use "):
        for part in KINDS[rest[4:]].lines:
            _draw_line(pen, part, palette)
        return
    verb, colour, number, *pairs = rest.split()
    points = [(float(x) / 100, float(y) / 100) for x, y in (pair.split(",") for pair in pairs)]
    pen.draw(verb, points, _colour(colour, palette), float(number))


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
        self._lit = Image.new("L", whole)
        self._lamps: list[tuple[art.Point, float, art.RGB]] = []

    def draw(self, verb: str, points: list[art.Point], colour: art.RGB, number: float) -> None:
        """Draw one part, as a line of `silhouettes.txt` says."""
        (x, y), (rx, ry) = points[0], points[-1]
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
            case "box":
                self._fill(art.rect(x, y, rx, ry), colour, number)
            case "oval":
                self._fill(art.ellipse(x, y, rx, ry), colour, number)
            case "puff":
                rim, dice = art.ellipse(x, y, rx, ry)[::3], self.dice
                rim = [(x + (a - x) * dice.uniform(0.86, 1.12), b) for a, b in rim]
                self._fill(art.smooth(rim), colour, number)
            case "pine":
                self._fill(pine((x, y), rx, self.dice), colour, number)
            case "line":
                self._line(art.smooth(points, closed=False), colour, number / 100)
            case "lamp":
                self._lamp(points[0], points[-1], colour, number)
            case "round":
                outline = art.smooth([*points, *mirrored[::-1]])
                mask = art.polygon_mask(self._alpha.size, [[self._spot(p) for p in outline]], 1)
                self._body.paste(self._rounded(self._body, mask, number), (0, 0), mask)

    def _line(self, points: list[art.Point], colour: art.RGB, width: float) -> None:
        spots, thick = [self._spot(point) for point in points], max(1, round(width * self._unit))
        r = thick / 2 - 0.5
        for layer, ink in ((self._body, colour), (self._alpha, 255)):
            pen = ImageDraw.Draw(layer)
            pen.line(spots, fill=ink, width=thick, joint="curve")
            for x, y in (spots[0], spots[-1]) if thick > 2 else ():
                pen.ellipse((x - r, y - r, x + r, y + r), fill=ink)

    def _lamp(self, one: art.Point, other: art.Point, colour: art.RGB, glows: float) -> None:
        """Draw a window or a lamp that is lit when it is dark."""
        unlit = art.mix(art.scaled(colour, 0.4), (96, 118, 146), 0.6)
        self._fill(art.rect(*one, *other), colour if self.light.dark else unlit, 0)
        if self.light.dark:
            corners = (self._spot(one), self._spot(other))
            ImageDraw.Draw(self._lit).rectangle(corners, fill=255)
            middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
            size = max(other[0] - one[0], other[1] - one[1])
            self._lamps += [(middle, size, colour)] if glows else []

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
        """Light a part as if it bulged: its blurred mask is the height map."""
        reach = max(2, round(min(mask.size) * 0.16))
        small = art.soften(ImageOps.expand(mask, reach).reduce(2), reach / 2)
        slope = art.relief(small, (self.light.side * reach * 0.5, -reach * 0.4), 0.34)
        slope = slope.resize((mask.width + 2 * reach, mask.height + 2 * reach))
        slope = slope.crop((reach, reach, reach + mask.width, reach + mask.height))
        return Image.blend(body, art.shade(body, slope), min(1.0, volume * 1.3))

    def stamp(self, picture: Image.Image, distance: float, place: str) -> None:
        """Put the thing into `picture`; `place` is "land", "water", "sky", "floor" or "bust"."""
        body, alpha = self._body.reduce(_FINER), self._alpha.reduce(_FINER)
        unit = self._unit / _FINER
        left = round(self.thing.x * picture.width - self._half * unit)
        foot = round(self.thing.y * picture.height + (0.5 * unit if place == "sky" else 0))
        body = self._toned(body, alpha, distance)
        if place in {"land", "floor"}:
            self._shadow(picture, alpha, (left, foot), unit, indoors=place == "floor")
        if place == "water":
            self._mirror(picture, body, alpha, (left, foot), unit)
        picture.paste(body, (left, round(foot - (1 + _MARGIN) * unit)), alpha)
        for (x, y), size, colour in self._lamps:
            spot = (left + (x + self._half) * unit, foot - (1 - y) * unit)
            art.glow(picture, spot, unit * max(0.2, size * 3.2), colour, 0.55, 2.2)

    def _toned(self, body: Image.Image, alpha: Image.Image, distance: float) -> Image.Image:
        """Bring a thing into the light of the scene, with a bright rim toward the sun."""
        light, low = self.light, self.scene.hour in {Hour.GOLDEN, Hour.DAWN, Hour.DUSK}
        air = distance * 0.6 + light.fog * (0.1 + distance * 0.5)
        levels = zip(light.ambient, light.haze, strict=True)
        tables = [(k / 255 * (1 - air), haze * air) for k, haze in levels]
        toned = body.point([round(i * gain + base) for gain, base in tables for i in range(256)])
        step = max(1, round(alpha.height * 0.008))
        moved = ImageChops.offset(alpha, round(-light.side * step), round(step * 0.7))
        rim = ImageChops.multiply(art.soften(ImageChops.subtract(alpha, moved), 0.8), alpha)
        art.add_light(toned, rim, light.sun, 0.62 if low else 0.34)
        toned.paste(body, (0, 0), self._lit.reduce(_FINER))
        return toned

    def _shadow(
        self, picture: Image.Image, alpha: Image.Image, at: art.Size, unit: float, *, indoors: bool
    ) -> None:
        """Cast the silhouette on the ground, away from the light, and darken the foot."""
        (left, foot), low = at, self.scene.hour is not Hour.DAY and not indoors
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

    def _mirror(
        self, picture: Image.Image, body: Image.Image, alpha: Image.Image, at: art.Size, unit: float
    ) -> None:
        """Reflect the thing in the water below it, broken by ripples."""
        size = (wide, tall) = alpha.width, round(alpha.height * 0.72)
        pieces = []
        for y in range(0, tall - 2, 2):
            x = math.sin(y * 0.5 / (1 + y / tall * 1.5)) * unit * 0.012 * (0.2 + y / tall)
            x += math.sin(y * 0.17 + unit) * unit * 0.006
            pieces.append(((0, y, wide, y + 2), (x, y, x, y + 2, wide + x, y + 2, wide + x, y)))
        upside, veil = (
            ImageOps.flip(layer).resize(size).transform(size, Image.Transform.MESH, pieces)
            for layer in (body, alpha)
        )
        veil = ImageChops.multiply(veil, art.fade(size, [(0, 165), (0.5, 90), (1, 0)]))
        picture.paste(upside, (at[0], at[1] - round(unit * _MARGIN * 0.72)), veil)
