"""The retoucher: changes a picture as an instruction asks, step by step.

Local changes are composed through a mask, so that every pixel outside it stays exactly as it was.
"""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageFilter, ImageOps, ImageStat

from components.sandbox.painting.brush import halo
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import dice
from components.sandbox.painting.healing import filled
from components.sandbox.painting.instructions import Change, Kind, Tone, changes
from components.sandbox.painting.lettering import write
from components.sandbox.painting.mark import sign, unsign
from components.sandbox.painting.overpaint import added, dimmed, stage_for, within_sky
from components.sandbox.painting.painter import paint_bare
from components.sandbox.painting.palettes import Weather
from components.sandbox.painting.regions import (
    floating_mask,
    hue_mask,
    salient_mask,
    sky_mask,
    subject_mask,
)
from components.sandbox.painting.relight import at_hour, toned, with_sky_colour
from components.sandbox.painting.rewriting import found, rewritten
from components.sandbox.painting.scene import Style, Thing
from components.sandbox.painting.sky import paint_clouds
from components.sandbox.painting.styles import restyle
from components.sandbox.painting.weather import paint_fog, paint_lightning, paint_rain, paint_snow

_OF_THE_SKY = frozenset(
    {
        Thing.SUN, Thing.MOON, Thing.STARS, Thing.CLOUDS, Thing.RAINBOW, Thing.AURORA,
        Thing.BIRDS, Thing.KITE, Thing.AIRPLANE, Thing.HOT_AIR_BALLOON, Thing.PARTY_BALLOON,
        Thing.FIREWORKS, Thing.LIGHTNING, Thing.PLANET,
    }
)  # fmt: skip
_BRIGHT = frozenset({Thing.SUN, Thing.MOON, Thing.STARS, Thing.CLOUDS, Thing.RAINBOW, Thing.AURORA})

_ENOUGH_BACKGROUND = 36
"""Mean level, 0 to 255, of a sky mask that has found the backdrop rather than a corner of it."""

_MOST_SNOW = 215
"""Mean level, 0 to 255, of a picture in which white flakes can still be seen."""


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


def _tone(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    return toned(picture, change.tone or Tone.CONTRAST)


def _hour(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    stage = stage_for(picture, f"{change.words} {rng.random()}", change.hour)
    return at_hour(picture, stage)


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
            stage.picture.paste(
                toned(toned(picture, Tone.COOLER), Tone.SOFTER).point(
                    [round(i * 0.8) for i in range(256)] * 3
                )
            )
            if change.weather is Weather.STORM:
                paint_lightning(stage)
            paint_rain(stage, 1.3)
        case Weather.SNOW:
            stage.picture.paste(dimmed(picture, Image.new("L", picture.size, 255), _MOST_SNOW))
            paint_snow(stage, 1.2)
        case Weather.FOG:
            paint_fog(stage, 1.0)
        case Weather.CLOUDY:
            paint_clouds(stage, 7)
            return within_sky(picture, stage.picture)
        case _:
            stage.picture.paste(toned(picture, Tone.BRIGHTER))
    return stage.picture


def _add(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    result = picture
    for order in change.wanted:
        stage = stage_for(result, f"{change.words} {rng.random()}")
        result = added(result, stage, order)
    return result


def _remove(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    if change.source is not None:
        mask = hue_mask(picture, change.source).filter(ImageFilter.MaxFilter(9))
        if mask.getbbox() is not None:
            return filled(picture, mask.filter(ImageFilter.GaussianBlur(1.5)))
    things = {order.thing for order in change.wanted}
    if things & _OF_THE_SKY:
        bright = not things.isdisjoint(_BRIGHT)
        mask = floating_mask(picture, bright, single=things <= {Thing.SUN, Thing.MOON})
        if mask.getbbox() is not None:
            return filled(picture, mask, among=sky_mask(picture))
    return filled(picture, salient_mask(picture))


def _sky(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    return with_sky_colour(picture, change.target or (58, 110, 184))


def _recolour(picture: Image.Image, change: Change, _rng: Random) -> Image.Image:
    target = change.target or (58, 110, 184)
    mask = hue_mask(picture, change.source) if change.source else salient_mask(picture)
    if mask.getbbox() is None:
        mask = salient_mask(picture)
    return Image.composite(_dyed(picture, mask, target), picture, mask)


def _dyed(picture: Image.Image, mask: Image.Image, target: RGB) -> Image.Image:
    """Return `picture` in shades of `target`, as light and dark as what `mask` covers is."""
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1, mask=mask)
    return ImageOps.colorize(
        grey, mix(target, (10, 8, 20), 0.72), mix(target, (255, 252, 246), 0.62), target
    )


def _letters(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    old = found(picture, change.instead_of)
    if old is not None:
        return rewritten(picture, old, change.text, change.target)
    result = picture.copy()
    write(
        result,
        change.text,
        change.letters,
        colour=change.target,
        middle=(0.5, 0.3),
        turn=rng.randrange(4),
    )
    return result


def _background(picture: Image.Image, change: Change, rng: Random) -> Image.Image:
    scene = paint_bare(change.words, picture.size, rng.randrange(1 << 30))
    outside = sky_mask(picture)
    if ImageStat.Stat(outside).mean[0] < _ENOUGH_BACKGROUND:
        keep = subject_mask(picture).filter(ImageFilter.GaussianBlur(min(picture.size) / 60))
        outside = keep.point([0 if i > 246 else 255 - i for i in range(256)])
    return Image.composite(scene, picture, outside)


def _gentle(picture: Image.Image, _change: Change, rng: Random) -> Image.Image:
    """Let a soft leak of light fall in from one corner."""
    result = picture.copy()
    width, height = picture.size
    corner = (width * rng.choice((0.08, 0.92)), height * rng.choice((0.12, 0.4)))
    tone: RGB = rng.choice(((255, 150, 84), (255, 112, 104), (92, 150, 255), (255, 200, 112)))
    leak = halo(picture.size, corner, (width * 0.55, height * 0.7), 1.3).point(
        [round(i * 0.55) for i in range(256)]
    )
    result.paste(tone, (0, 0, width, height), leak)
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
