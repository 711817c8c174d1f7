"""Draws the silhouettes of `silhouettes.txt`, whose head explains how they are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.ground import seasonal, snowed
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.pen import Pen
from components.sandbox.renderer.scene import Scene, Thing

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


def _draw_line(pen: Pen, line: str, palette: Mapping[str, str]) -> None:
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
