"""Lettering: quoted words as a poster's title, a glowing neon sign or a painted board."""

import unicodedata
from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from components.sandbox.painting.brush import shine
from components.sandbox.painting.colour import NAMED, RGB, brightness, mix
from components.sandbox.painting.scene import Letters

_MISSING = "\U0010ffff"
"""A code point that no font draws: what stands for it is what stands for any missing letter."""

_SETTING: dict[Letters, tuple[float, float, float, float]] = {
    Letters.NEON: (0.62, 0.2, 0.018, 0.05),
    Letters.SIGN: (0.42, 0.13, 0.02, 0.04),
    Letters.POSTER: (0.78, 0.2, 0.022, 0.09),
}
"""Room across and down as shares of the picture, weight and spacing as shares of the letters."""

_TUBES: tuple[RGB, ...] = ((255, 74, 148), (64, 214, 255), (255, 150, 64), (176, 96, 255))


@cache
def _empty_box(size: int) -> bytes:
    return bytes(ImageFont.load_default(size).getmask(_MISSING))


def drawable(text: str) -> str:
    """Return `text` as far as the built-in font can draw it: é as e, and no box for 東."""
    font = ImageFont.load_default(40)
    kept: list[str] = []
    for letter in text:
        for candidate in (letter, unicodedata.normalize("NFKD", letter)[:1]):
            if candidate.isspace() or bytes(font.getmask(candidate)) != _empty_box(40):
                kept.append(candidate)
                break
    return " ".join("".join(kept).split())


def write(
    picture: Image.Image,
    text: str,
    letters: Letters,
    *,
    colour: RGB | None = None,
    middle: tuple[float, float] = (0.5, 0.24),
    turn: int = 0,
    posts: bool = False,
) -> None:
    """Write `text` on the RGB `picture` in place, about `middle` (shares of width and height).

    `colour` is that of the ink or the tube; `turn` picks one of the tube colours otherwise; `posts`
    says whether a painted board stands on the ground.
    """
    words = drawable(text)
    if not words:
        return
    width, height = picture.size
    match letters:
        case Letters.NEON:
            tone = colour or _TUBES[turn % len(_TUBES)]
            _neon(picture, words, tone, (width * middle[0], height * middle[1]))
        case Letters.SIGN:
            _board(picture, words, colour, (width * middle[0], height * middle[1]), posts)
        case Letters.POSTER:
            _title(picture, words, colour, (width * middle[0], height * middle[1]))


def lettered(size: tuple[int, int], text: str, letters: Letters) -> Image.Image:
    """Return a mode L mask of `text` as `write` sets it on a picture of `size` pixels."""
    across, down, weight, spacing = _SETTING[letters]
    words = drawable(text)
    words = words.upper() if letters is Letters.POSTER else words
    return _set(words, (size[0] * across, size[1] * down), weight, spacing)


def corner(mask: Image.Image, middle: tuple[float, float]) -> tuple[int, int]:
    """Return where the upper left corner of `mask` lies when its middle lies at `middle`."""
    return round(middle[0] - mask.width / 2), round(middle[1] - mask.height / 2)


def _set(text: str, room: tuple[float, float], weight: float, spacing: float) -> Image.Image:
    """Return a mode L mask of `text` in as large letters as `room` (pixels) holds."""
    best: tuple[float, list[str]] = (0.0, [text])
    probe = ImageFont.load_default(100)
    for count in (1, 2, 3):
        lines = _broken(text, count)
        widest = max(probe.getlength(line) + 100 * spacing * len(line) for line in lines)
        size = min(room[0] / widest * 100, room[1] / (len(lines) * 1.12))
        if size > best[0]:
            best = (size, lines)
    size, lines = max(6.0, best[0]), best[1]
    font = ImageFont.load_default(size)
    stroke = size * weight
    mask = Image.new("L", (round(room[0]) + 8, round(size * 1.12 * len(lines) + size * 0.3)), 0)
    pen = ImageDraw.Draw(mask)
    for row, line in enumerate(lines):
        wide = sum(font.getlength(c) + size * spacing for c in line) - size * spacing
        x = (mask.width - wide) / 2
        for letter in line:
            pen.text(
                (x, size * (0.65 + 1.12 * row)),
                letter,
                fill=255,
                font=font,
                anchor="lm",
                stroke_width=stroke,
            )
            x += font.getlength(letter) + size * spacing
    box = mask.getbbox()
    return mask.crop(box) if box else mask


def _broken(text: str, count: int) -> list[str]:
    """Return `text` on at most `count` lines of about the same length."""
    words = text.split()
    if count == 1 or len(words) < count:
        return [text]
    goal = len(text) / count
    lines: list[str] = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > goal + 2 and len(lines) < count:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _title(
    picture: Image.Image, text: str, colour: RGB | None, middle: tuple[float, float]
) -> None:
    width, height = picture.size
    mask = lettered(picture.size, text, Letters.POSTER)
    at = corner(mask, middle)
    around = picture.crop((at[0], max(0, at[1]), at[0] + mask.width, at[1] + mask.height)).resize(
        (1, 1)
    )
    ground = around.getpixel((0, 0))
    shade: RGB = (ground[0], ground[1], ground[2]) if isinstance(ground, tuple) else (0, 0, 0)
    ink = colour or (
        (250, 240, 220) if brightness(shade) < 0.66 else mix(shade, (28, 26, 48), 0.86)
    )
    picture.paste(ink, (*at, at[0] + mask.width, at[1] + mask.height), mask)
    rule = max(1, round(min(width, height) * 0.003))
    y = at[1] + mask.height + rule * 8
    ImageDraw.Draw(picture).rectangle(
        (width * (middle[0] - 0.06), y, width * (middle[0] + 0.06), y + rule), fill=ink
    )


def _neon(picture: Image.Image, text: str, tone: RGB, middle: tuple[float, float]) -> None:
    width, height = picture.size
    mask = lettered(picture.size, text, Letters.NEON)
    sheet = Image.new("L", picture.size, 0)
    sheet.paste(mask, corner(mask, middle))
    unit = min(width, height) / 100
    quarter = (max(1, width // 4), max(1, height // 4))
    small = sheet.resize(quarter, Image.Resampling.BOX)
    for reach, strength, gain in ((7.0, 0.75, 5), (2.4, 0.9, 3), (0.8, 1.0, 2)):
        glow = small.filter(ImageFilter.GaussianBlur(unit * reach / 4)).resize(
            picture.size, Image.Resampling.BICUBIC
        )
        shine(picture, glow.point([min(255, i * gain) for i in range(256)]), tone, strength * 0.62)
    picture.paste(tone, (0, 0, width, height), sheet)
    core = sheet.filter(ImageFilter.GaussianBlur(unit * 0.16)).point(
        [max(0, i * 2 - 290) for i in range(256)]
    )
    picture.paste(mix(tone, (255, 255, 255), 0.86), (0, 0, width, height), core)


def _board(
    picture: Image.Image, text: str, colour: RGB | None, middle: tuple[float, float], posts: bool
) -> None:
    width, height = picture.size
    mask = lettered(picture.size, text, Letters.SIGN)
    unit = min(width, height) / 100
    x, y = corner(mask, middle)
    pad = unit * 3.4
    left, top, right, bottom = x - pad, y - pad, x + mask.width + pad, y + mask.height + pad
    wood = mix(colour or NAMED["navy"], (24, 22, 30), 0.25)
    cream = (246, 234, 208)
    big = 3
    spread = unit * 2
    origin = (left - spread, top - spread)
    sheet = Image.new(
        "RGBA",
        (round((right - left + 2 * spread) * big), round((bottom - top + 2 * spread) * big)),
        (0, 0, 0, 0),
    )
    pen = ImageDraw.Draw(sheet)

    def plate(inset: float, tone: RGB) -> None:
        a = (spread + inset) * big
        box = (a, a, (right - left + spread - inset) * big, (bottom - top + spread - inset) * big)
        pen.rounded_rectangle(box, radius=max(1.0, (unit * 1.6 - inset) * big), fill=tone)

    plate(0, mix(wood, (0, 0, 0), 0.45))
    plate(unit * 0.35, wood)
    plate(unit * 0.95, cream)
    plate(unit * 1.2, wood)
    drawn = sheet.reduce(big)
    place = (round(origin[0]), round(origin[1]))
    fall = (
        drawn.getchannel("A")
        .filter(ImageFilter.GaussianBlur(unit * 0.9))
        .point([i // 2 for i in range(256)])
    )
    picture.paste(
        (10, 8, 14),
        (
            place[0],
            place[1] + round(unit),
            place[0] + drawn.width,
            place[1] + round(unit) + drawn.height,
        ),
        fall,
    )
    if posts:
        for share in (0.2, 0.8):
            middle_x = left + (right - left) * share
            post = (
                round(middle_x - unit * 0.7),
                round(bottom) - 1,
                round(middle_x + unit * 0.7),
                round(bottom + unit * 15),
            )
            picture.paste(mix((112, 80, 58), wood, 0.4), post)
    picture.paste(drawn.convert("RGB"), place, drawn.getchannel("A"))
    picture.paste(cream, (x, y, x + mask.width, y + mask.height), mask)
