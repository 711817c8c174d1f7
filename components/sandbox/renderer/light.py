"""The light of a scene: one coherent palette for each time of day, bent by the weather."""

from dataclasses import dataclass, replace

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Hour, Scene, Weather


@dataclass(frozen=True)
class Light:
    """Colours that everything in a picture shares."""

    zenith: art.RGB
    middle: art.RGB
    horizon: art.RGB
    sun: art.RGB
    """Colour of the sun's or the moon's light."""
    ambient: art.RGB
    """What white looks like under this light."""
    haze: art.RGB
    """What far things fade to."""
    x: float = 0.5
    y: float = 0.3
    """Place of the sun or moon as shares of the picture."""
    fog: float = 0.0
    """How thick the air is, 0 to 1."""

    @property
    def dark(self) -> bool:
        """Whether windows and lamps are lit."""
        return art.luma(self.ambient) < 150

    @property
    def side(self) -> float:
        """Where the light comes from: -1 is left, 1 is right."""
        return -1.0 if self.x < 0.5 else 1.0


# Zenith, middle, horizon, sun, ambient and haze, as six hexadecimal digits each.
_PALETTES: dict[Hour, tuple[str, ...]] = {
    Hour.DAWN: (
        "5e7ab0 d6b0be ffd6aa ffdcb2 e8d6d6 ecccc4",
        "466c94 ecb6a0 ffe0b0 ffe2aa ecd8c8 f0d0b8",
    ),
    Hour.DAY: (
        "2c74be 74b2e0 dcecf0 fff8e2 fffffc c0d8e8",
        "287eb2 80c2d6 e8f0e6 fffadc fffffa ccdee0",
    ),
    Hour.GOLDEN: (
        "4a4882 e87c60 ffc870 ffc470 f4c4a0 f2a876",
        "543c78 de6074 ffb278 ffbe7e eeb8a8 e89280",
        "3c588c f0a06c ffdc8c ffd482 f6d0a8 f4be88",
    ),
    Hour.DUSK: (
        "1c244e 604c7e e28670 ffa070 8e7ea4 806282",
        "182c52 48608a e8a078 ffb078 8888a8 6e708c",
    ),
    Hour.NIGHT: (
        "080c22 14224a 384e7a cedcff 4e5c8a 283862",
        "0e0a26 241c52 544682 dcd8ff 54548c 363266",
    ),
}
_HEIGHTS: dict[Hour, tuple[float, float]] = {
    Hour.DAWN: (0.36, 0.44),
    Hour.DAY: (0.12, 0.24),
    Hour.GOLDEN: (0.34, 0.46),
    Hour.DUSK: (0.44, 0.5),
    Hour.NIGHT: (0.12, 0.26),
}
_AIR: dict[Weather, tuple[float, float, float]] = {
    Weather.CLEAR: (0.0, 1.0, 0.0),
    Weather.CLOUDS: (0.2, 0.96, 0.1),
    Weather.STORM: (0.45, 0.7, 0.15),
    Weather.RAIN: (0.5, 0.8, 0.4),
    Weather.SNOW: (0.45, 0.95, 0.4),
    Weather.FOG: (0.35, 0.98, 1.0),
}
"""How grey, how bright and how thick the air is."""


def light_of(scene: Scene) -> Light:
    """Return the light of a scene; the place of the sun depends on the seed alone."""
    choice, place = _PALETTES[scene.hour], art.rng(scene.seed, "sun")
    palette = choice[art.rng(scene.seed, "palette").randrange(12) % len(choice)].split()
    across, up = place.choice((place.uniform(0.2, 0.38), place.uniform(0.62, 0.8))), place.random()
    (low, high), (grey, bright, fog) = _HEIGHTS[scene.hour], _AIR[scene.weather]

    def bent(colour: art.RGB, share: float) -> art.RGB:
        level = round(art.luma(colour))
        tint = (max(0, level - 4), level, min(255, level + 8))
        return art.scaled(art.mix(colour, tint, grey * share), bright)

    colours = [
        (value >> 16, value >> 8 & 255, value & 255) for value in (int(c, 16) for c in palette)
    ]
    zenith, middle, horizon, sun, ambient, haze = colours
    light = Light(
        bent(zenith, 1), bent(middle, 1), bent(horizon, 0.8), sun, bent(ambient, 0.5), bent(haze, 1),
        across, low + (high - low) * up, fog,
    )  # fmt: skip
    if scene.sky is None:
        return light
    base = art.scaled(scene.sky, 0.55 + 0.45 * art.luma(light.ambient) / 255)
    top, foot = art.scaled(base, 0.72), art.mix(base, light.horizon, 0.45)
    return replace(light, zenith=top, middle=base, horizon=foot)
