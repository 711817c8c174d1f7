"""Lettering: quoted words as a painted sign, a neon tube or the title of a poster."""

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageStat

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Genre, Ground, Lettering, Scene, Thing
from components.sandbox.renderer.things import draw_thing

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


def _length(words: str, size: float, spaced: float) -> float:
    letters = words if spaced else [words]
    font = ImageFont.load_default(size)
    return sum(font.getlength(letter) for letter in letters) + size * spaced * (len(letters) - 1)


def draw_lettering(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Write the scene's text on `picture` in place."""
    words, (width, height) = drawable(scene.text), picture.size
    if not words:
        return
    across, size = _ROOM[scene.lettering][0] * width, _ROOM[scene.lettering][1] * height
    title = scene.lettering is Lettering.POSTER
    spaced = 0.12 if title and words.isupper() else 0.0  # capitals are set apart
    size *= scene.text_size
    while size > 8 and _length(words, size, spaced) > across * max(1.0, scene.text_size):
        size *= 0.92
    font, x, y = ImageFont.load_default(size), width * 0.5, height * 0.14
    indoors = scene.genre in {Genre.ROOM, Genre.TABLE}
    if scene.lettering is Lettering.SIGN:
        taken = any(0.45 < thing.x < 0.9 and thing.y > 0.5 for thing in scene.things)
        x, y = width * (0.28 if taken else 0.68), height * (0.34 if indoors else 0.7)
    elif scene.lettering is Lettering.NEON:
        y = height * (0.44 if scene.ground is Ground.STUDIO else 0.3)
    if scene.text_at is not None:
        reach = min(0.5, _length(words, size, spaced) / width / 2 + 0.06)
        x = width * min(max(scene.text_at[0], reach), 1 - reach)
        y = height * scene.text_at[1]
    if scene.lettering is Lettering.SIGN:
        kind, tall = ("board", 0.2) if indoors else ("signpost", 0.4)
        foot = y + height * (0.1 if indoors else 0.3)
        board = Thing(kind, x / width, foot / height, tall * width / height / 1.85)
        draw_thing(picture, scene, light, board, "wall" if indoors else "land")
    ink = Image.new("L", picture.size)
    pen = ImageDraw.Draw(ink)
    bold, left = size * (0.035 if spaced else 0.02), x - _length(words, size, spaced) / 2
    for letter in words if spaced else [words]:
        pen.text((left, y), letter, fill=255, font=font, anchor="lm", stroke_width=bold)
        left += font.getlength(letter) + size * spaced
    colour = scene.text_colour or (250, 242, 224)
    if scene.lettering is Lettering.SIGN:
        colour = art.times(colour, art.mix(light.ambient, (255, 255, 255), 0.45))
    elif scene.lettering is Lettering.NEON:
        tube = scene.text_colour or art.rng(scene.seed, "neon").choice(art.TUBES)
        for radius, gain in ((size * 0.5, 1.2), (size * 0.14, 1.1), (size * 0.03, 0.9)):
            halo = art.soften(ink.reduce(4), radius / 4).resize(ink.size, art.SOFT)
            art.add_light(picture, halo, tube, gain)
        colour = art.mix(tube, (255, 255, 255), 0.8)
    else:
        luma, (behind,) = art.luma(colour), ImageStat.Stat(picture.convert("L"), ink).mean
        # What stands out little gets a darker or paler ground of its own.
        other, sign = (art.scaled(light.zenith, 0.3), 1) if luma > 110 else ((255, 248, 232), -1)
        need = max(0.0, 1 - sign * (luma - behind) / 130)
        for radius, gain in ((0.26, 1.1 * need), (0.05, 0.4 + need)):
            halo = art.soften(ink.reduce(4), size * radius / 4).resize(ink.size, art.SOFT)
            art.paint(picture, other, halo.point([min(235, round(i * gain)) for i in range(256)]))
    art.paint(picture, colour, ink)
