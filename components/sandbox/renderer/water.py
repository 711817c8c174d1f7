"""Water: a mirror of what stands above it, broken by ripples, and the near shore."""

import math

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.ground import Land, horizon, snowed
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Ground, Scene, Weather

_OPEN = {Ground.SEA, Ground.BEACH}


def waterline(scene: Scene) -> float | None:
    """Return where the water begins, as a share of the height; None on dry land."""
    if scene.ground in _OPEN:
        return horizon(scene)
    return horizon(scene) + 0.04 if scene.water else None


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
    _glitter(mirror, light, plane)
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


def _glitter(water: Image.Image, light: Light, plane: Image.Image) -> None:
    """Let the sun or moon glitter on the ripples below it."""
    (width, tall), spot = water.size, light.x * water.width
    path = Image.new("L", (width // 4, tall // 4), 0)
    sides = ((-0.014, 0), (0.014, 0), (0.07, tall), (-0.07, tall))
    outline = [((spot + x * width) / 4, y / 4) for x, y in sides]
    ImageDraw.Draw(path).polygon(outline, fill=255 if light.fog < 0.2 else 110)
    path = art.soften(path, width / 90).resize((width, tall), art.SOFT)
    sparks = ImageChops.multiply(plane.point(art.curve(138, 176)), path)
    art.add_light(water, sparks, light.sun, 0.9)
    art.add_light(water, path, light.sun, 0.1)


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
    land.shore(line, sand)


def _bank(land: Land) -> None:
    """Draw the near bank in a corner of the foreground, with reeds against the water."""
    (width, height), jag, left = land.picture.size, land.dice("tufts"), bank_is_left(land.scene)
    shape = ((0.0, 0.86), (0.2, 0.885), (0.42, 0.945), (0.6, 0.985), (0.8, 1.03))
    bank = [((x if left else 1 - x) * width, y * height) for x, y in shape]
    line, white = art.smooth(bank if left else bank[::-1], closed=False), snowed(land.scene)
    colour = land.cover if white else art.mix(land.cover, (36, 44, 34), 0.45)
    land.shore(line, colour)
    pen, dark = ImageDraw.Draw(land.picture), land.tone(art.scaled(colour, 0.55), 0)
    for x, y in [] if white else line * 7:
        at, up = x + jag.uniform(-1, 1) * width * 0.008, height * jag.uniform(0.006, 0.03)
        pen.line((at, y + up * 0.3, at + jag.uniform(-0.5, 0.5) * up, y - up), fill=dark, width=1)
