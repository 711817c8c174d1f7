"""Painting over a finished picture: a stage whose light is guessed from it, and what is added."""

from dataclasses import replace

from PIL import Image, ImageStat

from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.dice import dice
from components.sandbox.painting.heavens import paint_aurora, paint_fireworks, paint_rainbow
from components.sandbox.painting.palettes import Hour, Palette, Weather, palette_for
from components.sandbox.painting.placing import Place
from components.sandbox.painting.regions import sky_mask
from components.sandbox.painting.scene import Thing, Wanted
from components.sandbox.painting.sighting import horizon_of
from components.sandbox.painting.sky import paint_clouds, paint_moon, paint_stars, paint_sun
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.things import THINGS, place_things, set_down
from components.sandbox.painting.weather import paint_lightning

_MOST_LIGHT: dict[Thing, int] = {
    Thing.STARS: 140, Thing.SUN: 215, Thing.MOON: 200, Thing.RAINBOW: 205, Thing.AURORA: 120,
    Thing.FIREWORKS: 120, Thing.LIGHTNING: 150, Thing.CLOUDS: 225,
}  # fmt: skip
"""Mean light of a sky, 0 to 255, beyond which these would be white on white."""


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


def within_sky(before: Image.Image, after: Image.Image) -> Image.Image:
    """Return `after` where `before` has its sky, and `before` everywhere else."""
    return Image.composite(after, before, sky_mask(before))


def dimmed(picture: Image.Image, mask: Image.Image, most: int) -> Image.Image:
    """Return `picture` with what `mask` covers no lighter than `most` (0 to 255) on average."""
    mean = ImageStat.Stat(picture.convert("L"), mask).mean[0] if mask.getbbox() else 0.0
    if mean <= most:
        return picture
    share = most / mean
    tables = [
        [min(255, round(i * share * tint)) for i in range(256)] for tint in (0.92, 0.99, 1.09)
    ]
    darker = picture.point([value for table in tables for value in table])
    return Image.composite(darker, picture, mask)


def added(picture: Image.Image, stage: Stage, order: Wanted) -> Image.Image:
    """Return `picture` with `order` painted into it: lights behind the land, things before it."""
    if order.thing in _MOST_LIGHT:
        sky = sky_mask(picture)
        stage.picture.paste(dimmed(picture, sky, _MOST_LIGHT[order.thing]))
    match order.thing:
        case Thing.STARS:
            paint_stars(stage, 1.6)
        case Thing.SUN:
            paint_sun(
                replace(stage, sun=(stage.sun[0], stage.horizon * 0.34)),
                stage.unit * 5,
                order.colour,
            )
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
            known = THINGS.get(order.thing) or set_down(order.thing)
            lights = replace(
                stage.palette, ambient=mix(stage.palette.ambient, (255, 255, 255), 0.3)
            )
            placed = replace(
                known, tall=known.tall * (0.86 if known.place in (Place.SKY, Place.BUNCH) else 0.8)
            )
            place_things(replace(stage, palette=lights), order, placed)
            return stage.picture
    return within_sky(picture, stage.picture)
