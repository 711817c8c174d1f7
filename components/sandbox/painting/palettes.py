"""Palettes: for each hour of the day a few sets of colours that belong together."""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from components.sandbox.painting.colour import RGB, mix, rgb


class Hour(StrEnum):
    """The time of day a picture is painted at."""

    DAWN = "dawn"
    DAY = "day"
    GOLDEN = "golden"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    """What falls from the sky, or hangs in it."""

    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"
    STORM = "storm"


@dataclass(frozen=True)
class Palette:
    """The colours of one hour: `sky` from the zenith down to the horizon, the rest by depth."""

    sky: tuple[RGB, RGB, RGB, RGB]
    sun: RGB
    glow: RGB
    far: RGB
    near: RGB
    grass: RGB
    cloud: RGB
    ambient: RGB
    hour: Hour

    @property
    def haze(self) -> RGB:
        """The air near the horizon, into which far things fade."""
        return mix(self.sky[3], self.far, 0.25)

    @property
    def dark(self) -> bool:
        """Whether lamps are lit and stars are out."""
        return self.hour in (Hour.DUSK, Hour.NIGHT)

    def depth(self, nearness: float) -> RGB:
        """Return the colour of land at `nearness`, 0 at the horizon and 1 before our feet."""
        return mix(self.far, self.near, nearness)


def _set(hour: Hour, row: str) -> Palette:
    colours = [rgb(text) for text in row.split()]
    return Palette(
        sky=(colours[0], colours[1], colours[2], colours[3]),
        sun=colours[4],
        glow=colours[5],
        far=colours[6],
        near=colours[7],
        grass=colours[8],
        cloud=colours[9],
        ambient=colours[10],
        hour=hour,
    )


#       sky, from the zenith down         sun    glow   far    near   grass  cloud  ambient
_ROWS: dict[Hour, tuple[str, ...]] = {
    Hour.DAWN: (
        "4a5f92 9488b0 eba99a fcdcb8 fff3da ffd2a0 b79aae 2d2d48 74866a ffe3d2 f2d6d2",
        "5f8fae a9c6cc f3d9c2 fbe9d3 fff6e2 ffdfb4 9bb3be 24404a 6c9070 fff2e4 ecdfd6",
        "5a4f86 b07fa2 f0a8a0 f9d6c0 fff0e0 ffc4a4 a883a4 2a2344 84826e ffdcd4 f0d0d4",
    ),
    Hour.DAY: (
        "2c78b4 6fb2d8 b4dbe4 e6f1e6 fffbe8 fff3c8 8db5c6 1d4640 6f9a54 ffffff ffffff",
        "3a8cae 86c4cc cfe5d4 f6ecd0 fffaea fff0c4 9dc0b6 28503c 86a456 fffdf4 fffcf2",
        "4d86c6 90b8e0 c9dcee f0f0ea fffcf0 fff6d8 9fb4d0 2a4254 7c9c62 ffffff fdfdff",
    ),
    Hour.GOLDEN: (
        "3c4c80 a8708c f2996a ffd688 fff2c8 ffb868 c27e70 2a1c34 7c6440 ffd0a0 ffd8b0",
        "8a3040 d85c44 f6965a fcd6a6 fff0d0 ffb070 b24c4c 25111f 70402e ffc49a ffcaa4",
        "2d5d76 80a09a f0bd78 fde6ac fff6d4 ffca74 b38e6e 28271f 7e7340 ffe6bc ffe0b6",
        "4a3f74 c06a86 ff9f7c ffdfae fff4dc ffba8c b26f86 2c1a38 6f5a4c ffcdb4 ffd2bc",
    ),
    Hour.DUSK: (
        "1b2050 4b3c80 a95a86 f39a78 ffe0c0 ff8f78 5d447e 130f2a 3d4458 d98aa0 a890b8",
        "112e4e 2e5b7c 8690ac f2bea6 fff0dc ffae90 415878 0c1929 28423f c8a8b4 98a4bc",
        "221a48 5c3a78 c2607e fbaa7e ffe4c4 ff986c 6a4078 160d26 4a3f56 e898a0 b494b4",
    ),
    Hour.NIGHT: (
        "060c22 0f2148 1e3f6c 38658f f4f0da 9fc4e8 1d3759 050a17 12263a 3d5c86 6a86b4",
        "0a0a24 1e1846 3b2c68 645088 f6ecdc c0a8e8 2c2552 080616 1c1c38 5a4a88 7c78b4",
        "04131c 0a2b38 155059 33807c f2f2dc 98e0d0 103c45 030c10 0f302c 3a7474 689c9c",
    ),
}


def palette_for(hour: Hour, weather: Weather, rng: Random) -> Palette:
    """Return one of the palettes of `hour`, dulled as `weather` dulls it."""
    palette = _set(hour, rng.choice(_ROWS[hour]))
    match weather:
        case Weather.RAIN | Weather.CLOUDY:
            return dulled(palette, 0.42)
        case Weather.STORM:
            return dulled(palette, 0.66, darker=0.3)
        case Weather.FOG:
            return dulled(palette, 0.4)
        case Weather.SNOW:
            return dulled(palette, 0.3)
        case Weather.CLEAR:
            return palette


def dulled(palette: Palette, share: float, darker: float = 0.0) -> Palette:
    """Return `palette` with `share` of its colour gone, and made `darker` by a further share."""

    def dull(colour: RGB) -> RGB:
        level = round(0.3 * colour[0] + 0.58 * colour[1] + 0.12 * colour[2])
        grey = mix(colour, (level - 4 if level > 4 else 0, level, min(255, level + 8)), share)
        return mix(grey, (14, 18, 28), darker)

    top, high, low, edge = palette.sky
    return replace(
        palette,
        sky=(dull(mix(top, high, share * 0.6)), dull(high), dull(low), dull(edge)),
        glow=dull(palette.glow),
        far=dull(palette.far),
        near=dull(palette.near),
        grass=dull(palette.grass),
        cloud=dull(palette.cloud),
        ambient=dull(palette.ambient),
    )


def with_sky(palette: Palette, colour: RGB) -> Palette:
    """Return `palette` under a sky of `colour`, its light and distance tinted to match."""
    dim = 0.55 if palette.dark else 0.2
    top = mix(colour, (0, 0, 0), dim)
    pale = mix(colour, (255, 250, 240), 0.0 if palette.dark else 0.62)
    return replace(
        palette,
        sky=(top, mix(top, colour, 0.7), mix(colour, pale, 0.45), mix(pale, palette.sky[3], 0.25)),
        glow=mix(palette.glow, pale, 0.4),
        far=mix(palette.far, colour, 0.45),
        cloud=mix(palette.cloud, pale, 0.4),
    )
