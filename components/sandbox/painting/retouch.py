"""The retoucher: changes a picture as an instruction asks, step by step.

Local changes are composed through a mask, so that every pixel outside it stays exactly as it was.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from PIL import Image, ImageFilter, ImageOps

from components.sandbox.painting.brush import halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import dice
from components.sandbox.painting.heavens import paint_aurora, paint_fireworks, paint_rainbow
from components.sandbox.painting.instructions import Change, Kind, Tone, changes
from components.sandbox.painting.lettering import write
from components.sandbox.painting.mark import sign, unsign
from components.sandbox.painting.painter import paint_bare
from components.sandbox.painting.palettes import Hour, Palette, Weather, palette_for
from components.sandbox.painting.regions import (
    filled,
    horizon_of,
    hue_mask,
    salient_mask,
    sky_mask,
    subject_mask,
)
from components.sandbox.painting.relight import at_hour, toned, with_sky_colour
from components.sandbox.painting.scene import Style, Thing, Wanted
from components.sandbox.painting.sky import paint_clouds, paint_moon, paint_stars, paint_sun
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.styles import restyle
from components.sandbox.painting.things import THINGS, Place, place_things
from components.sandbox.painting.weather import paint_fog, paint_lightning, paint_rain, paint_snow

_OF_THE_SKY = frozenset(
    {Thing.SUN, Thing.MOON, Thing.STARS, Thing.CLOUDS, Thing.RAINBOW, Thing.BIRDS, Thing.KITE, Thing.AIRPLANE,
     Thing.HOT_AIR_BALLOON, Thing.PARTY_BALLOON, Thing.FIREWORKS, Thing.AURORA, Thing.LIGHTNING, Thing.PLANET}
)  # fmt: skip


def retouch(picture: Image.Image, instruction: str, seed: int) -> Image.Image:
    """Return `picture` changed as `instruction` asks, the same size, marked in the corner.

    RGBA stays RGBA with its transparency untouched; every other mode comes back as RGB. Steps are
    applied in the order they are written in; a wish without a known word gives a gentle change.
    """
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    changed = unsign(picture.convert("RGB"))
    for number, change in enumerate(changes(instruction)):
        rng = dice(instruction, seed, number)
        changed = _CHANGES[change.kind](changed, change, rng)
    if alpha is not None:
        changed.putalpha(alpha)
    sign(changed)
    return changed


def stage_for(picture: Image.Image, name: str, hour: Hour | None = None) -> Stage:
    """Return a stage over a copy of `picture` whose light is guessed from its colours."""
    rng = dice(name)
    small = picture.resize((8, 8), Image.Resampling.BOX)
    top, foot = _pixel(small, 3, 0), _pixel(small, 3, 7)
    level = sum(top) / 3
    guess = hour or (Hour.NIGHT if level < 74 else Hour.DUSK if level < 104 else Hour.DAY)
    palette = palette_for(guess, Weather.CLEAR, rng)
    horizon = max(picture.height // 5, horizon_of(picture))
    if hour is None:
        palette = _borrowed(palette, small, foot)
    side = 0.3 if _bright_side(small) else 0.7
    sun = (picture.width * side, horizon * (0.66 if guess is Hour.GOLDEN else 0.3))
    return Stage(picture.copy(), palette, horizon, sun, name)


def _pixel(small: Image.Image, x: int, y: int) -> RGB:
    at = (y * small.width + x) * 3
    red, green, blue = small.tobytes()[at : at + 3]
    return red, green, blue


def _borrowed(palette: Palette, small: Image.Image, foot: RGB) -> Palette:
    sky = (_pixel(small, 3, 0), _pixel(small, 3, 1), _pixel(small, 3, 2), _pixel(small, 3, 3))
    return replace(palette, sky=sky, far=mix(sky[3], foot, 0.5), near=mix(foot, (12, 12, 22), 0.72))


def _bright_side(small: Image.Image) -> bool:
    rows = [sum(_pixel(small, x, y)) for y in range(4) for x in range(8)]
    left = sum(value for i, value in enumerate(rows) if i % 8 < 4)
    return left * 2 >= sum(rows)


def _tone(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    return toned(picture, change.tone or Tone.CONTRAST)


def _hour(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    stage = stage_for(picture, f"{change.words} {rng.random()}", change.hour)
    return at_hour(picture, stage, rng)


def _style(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    return restyle(picture, change.style or Style.PLAIN, rng)


def _mirror(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    return ImageOps.flip(picture) if change.upright else ImageOps.mirror(picture)


def _blur(picture: Image.Image, _change: Change, _rng: Random) -> Image.Image:
    soft = picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 70))
    return Image.composite(picture, soft, subject_mask(picture))


def _weather(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    stage = stage_for(picture, f"{change.words} {rng.random()}")
    match change.weather:
        case Weather.RAIN | Weather.STORM:
            stage.picture.paste(toned(toned(picture, Tone.COOLER), Tone.SOFTER).point([round(i * 0.8) for i in range(256)] * 3))
            if change.weather is Weather.STORM:
                paint_lightning(stage)
            paint_rain(stage, 1.3)
        case Weather.SNOW:
            paint_snow(stage, 1.2)
        case Weather.FOG:
            paint_fog(stage, 1.0)
        case Weather.CLOUDY:
            paint_clouds(stage, 7)
            return _within_sky(picture, stage.picture)
        case _:
            stage.picture.paste(toned(picture, Tone.BRIGHTER))
    return stage.picture


def _within_sky(before: Image.Image, after: Image.Image) -> Image.Image:
    return Image.composite(after, before, sky_mask(before))


def _add(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    result = picture
    for order in change.wanted:
        stage = stage_for(result, f"{change.words} {rng.random()}")
        result = _added(result, stage, order)
    return result


def _added(picture: Image.Image, stage: Stage, order: Wanted) -> Image.Image:
    """Return `picture` with `order` painted into it: lights behind the land, things before it."""
    match order.thing:
        case Thing.STARS:
            paint_stars(stage, 1.6)
        case Thing.SUN:
            paint_sun(replace(stage, sun=(stage.sun[0], stage.horizon * 0.34)), stage.unit * 5, order.colour)
        case Thing.MOON:
            paint_moon(stage, (stage.sun[0], stage.horizon * 0.32), stage.unit * 5)
        case Thing.CLOUDS:
            paint_clouds(stage, max(4, order.count))
        case Thing.RAINBOW:
            paint_rainbow(stage)
        case Thing.AURORA:
            paint_aurora(stage, order.colour)
        case Thing.FIREWORKS:
            paint_fireworks(stage, order.count, order.colour)
        case Thing.LIGHTNING:
            paint_lightning(stage)
        case _:
            known = THINGS.get(order.thing) or THINGS[Thing.TREE]
            lights = replace(stage.palette, ambient=mix(stage.palette.ambient, (255, 255, 255), 0.3))
            placed = replace(known, tall=known.tall * (0.86 if known.place is Place.SKY else 0.8))
            place_things(replace(stage, palette=lights), order, placed, frozenset())
            return stage.picture
    return _within_sky(picture, stage.picture)


def _remove(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    if change.source is not None:
        mask = hue_mask(picture, change.source).filter(ImageFilter.MaxFilter(9))
        if mask.getbbox() is not None:
            return filled(picture, mask.filter(ImageFilter.GaussianBlur(1.5)))
    in_sky = any(order.thing in _OF_THE_SKY for order in change.wanted)
    return filled(picture, salient_mask(picture, in_sky))


def _sky(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    return with_sky_colour(picture, change.target or (58, 110, 184))


def _recolour(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    target = change.target or (58, 110, 184)
    mask = hue_mask(picture, change.source) if change.source else salient_mask(picture, in_sky=False)
    if mask.getbbox() is None:
        mask = salient_mask(picture, in_sky=False)
    return Image.composite(_dyed(picture, mask, target), picture, mask)


def _dyed(picture: Image.Image, mask: Image.Image, target: RGB) -> Image.Image:
    """Return `picture` in shades of `target`, as light and dark as what `mask` covers is."""
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1, mask=mask)
    shades = ImageOps.colorize(grey, mix(target, (10, 8, 20), 0.72), mix(target, (255, 252, 246), 0.62), target)
    return shades


def _letters(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    result = picture.copy()
    write(result, change.text, change.letters, colour=change.target, middle=(0.5, 0.3), turn=rng.randrange(4))
    return result


def _background(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    scene = paint_bare(change.words, picture.size, rng.randrange(1 << 30))
    keep = subject_mask(picture).filter(ImageFilter.GaussianBlur(min(picture.size) / 60))
    return Image.composite(picture, scene, keep.point([255 if i > 246 else i for i in range(256)]))


def _gentle(picture: Image.Image, _change: Change, rng: Random) -> Image.Image:
    """Let a soft leak of light fall in from one corner."""
    result = picture.copy()
    width, height = picture.size
    corner = (width * rng.choice((0.08, 0.92)), height * rng.choice((0.12, 0.4)))
    tone: RGB = rng.choice(((255, 168, 96), (255, 120, 110), (110, 170, 255), (255, 208, 130)))
    shine(result, halo(picture.size, corner, (width * 0.5, height * 0.6), 1.5), tone, 0.6)
    return result


_CHANGES: dict[Kind, Callable[[Image.Image, Change, Random], Image.Image]] = {
    Kind.TONE: _tone,
    Kind.HOUR: _hour,
    Kind.WEATHER: _weather,
    Kind.STYLE: _style,
    Kind.MIRROR: _mirror,
    Kind.BLUR: _blur,
    Kind.ADD: _add,
    Kind.REMOVE: _remove,
    Kind.SKY: _sky,
    Kind.RECOLOUR: _recolour,
    Kind.LETTERS: _letters,
    Kind.BACKGROUND: _background,
    Kind.GENTLE: _gentle,
}
