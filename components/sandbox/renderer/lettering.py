"""Lettering: quoted words as a painted sign, a neon tube or the title of a poster."""

import unicodedata
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Genre, Lettering, Scene

_MISSING = "\U0010ffff"  # no font draws it: what stands for it stands for any missing letter
_ROOM = {Lettering.SIGN: (0.34, 0.11), Lettering.NEON: (0.6, 0.2), Lettering.POSTER: (0.8, 0.17)}


@lru_cache(maxsize=512)
def _drawn(letter: str) -> bool:
    font = ImageFont.load_default(40)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(_MISSING))


def drawable(text: str) -> str:
    """Return the text without the letters that the built-in font lacks; é becomes e if need be."""
    plain = ((letter, unicodedata.normalize("NFKD", letter)[:1]) for letter in text)
    return " ".join("".join(next(filter(_drawn, pair), "") for pair in plain).split())


def draw_lettering(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Write the scene's text on `picture` in place."""
    words = drawable(scene.text)
    if not words:
        return
    width, height = picture.size
    across, down = (
        share * side for share, side in zip(_ROOM[scene.lettering], picture.size, strict=True)
    )
    size = down
    while size > 8 and ImageFont.load_default(size).getlength(words) > across:
        size *= 0.92
    font = ImageFont.load_default(size)
    long = font.getlength(words)
    indoors = scene.genre in {Genre.ROOM, Genre.TABLE}
    left = any(0.45 < thing.x < 0.9 and thing.y > 0.5 for thing in scene.things)
    spots = {
        Lettering.SIGN: (0.28 if left else 0.68, 0.34 if indoors else 0.7),
        Lettering.NEON: (0.5, 0.3),
    }
    x, y = spots.get(scene.lettering, (0.5, 0.14))
    middle = (x * width, y * height)
    ink = Image.new("L", (picture.width, round(size * 2)))
    pen = ImageDraw.Draw(ink)
    pen.text((middle[0], size), words, fill=255, font=font, anchor="mm", stroke_width=size * 0.02)
    top = round(middle[1] - size)
    if scene.lettering is Lettering.SIGN:
        _board(picture, light, middle, (long + size * 1.1, size * 1.75), legs=not indoors)
        art.paint(
            picture, scene.text_colour or art.times((246, 238, 216), _lit(light)), ink, (0, top)
        )
    elif scene.lettering is Lettering.NEON:
        tube = scene.text_colour or art.rng(scene.seed, "neon").choice(
            ((255, 70, 150), (60, 220, 255), (255, 150, 60), (170, 110, 255))
        )
        _neon(picture, ink, tube, top, size)
    else:
        shadow = ImageChops.offset(
            art.soften(ink, size * 0.03), round(size * 0.03), round(size * 0.05)
        )
        art.paint(
            picture,
            art.scaled(light.zenith, 0.35),
            shadow.point([i // 2 for i in range(256)]),
            (0, top),
        )
        art.paint(picture, scene.text_colour or (252, 246, 230), ink, (0, top))


def _lit(light: Light) -> art.RGB:
    return art.mix(light.ambient, (255, 255, 255), 0.45)


def _board(
    picture: Image.Image, light: Light, middle: art.Point, size: art.Point, *, legs: bool
) -> None:
    (x, y), (wide, tall) = middle, size
    board, frame = (art.times(colour, _lit(light)) for colour in ((38, 66, 84), (236, 226, 204)))
    if legs:
        for leg in (-0.36, 0.36):
            at, half = x + wide * leg, tall * 0.045
            foot = [
                (at - half, y),
                (at + half, y),
                (at + half, y + tall * 1.5),
                (at - half, y + tall * 1.5),
            ]
            art.fill(picture, foot, art.times((112, 82, 62), light.ambient))
    for inset, colour in ((0.0, board), (0.05, frame), (0.075, board)):
        half, up, edge = wide / 2 - tall * inset, tall / 2 - tall * inset, tall * 0.14
        corners = [(x - half + edge, y - up), (x + half - edge, y - up), (x + half, y - up + edge),
                   (x + half, y + up - edge), (x + half - edge, y + up), (x - half + edge, y + up),
                   (x - half, y + up - edge), (x - half, y - up + edge)]  # fmt: skip
        art.fill(picture, corners, colour)


def _neon(picture: Image.Image, ink: Image.Image, tube: art.RGB, top: int, size: float) -> None:
    wide = Image.new("L", (picture.width, ink.height * 3))
    wide.paste(ink, (0, ink.height))
    light = Image.new("RGB", picture.size)
    for radius, gain in ((size * 0.5, 1.2), (size * 0.14, 1.1), (size * 0.03, 0.9)):
        halo = art.soften(wide.reduce(2), radius / 2).resize(wide.size)
        layer = Image.merge("RGB", [halo.point([min(255, round(i * gain * part / 255)) for i in range(256)])
                                    for part in tube])  # fmt: skip
        placed = Image.new("RGB", picture.size)
        placed.paste(layer, (0, top - ink.height))
        light = ImageChops.screen(light, placed)
    picture.paste(ImageChops.screen(picture, light), (0, 0))
    art.paint(picture, art.mix(tube, (255, 255, 255), 0.8), ink, (0, top))
