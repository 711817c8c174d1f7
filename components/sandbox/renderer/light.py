"""The light of a scene: one coherent palette for each time of day, bent by the weather."""

from dataclasses import dataclass

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.scene import Ground, Scene, Season


@dataclass(frozen=True)
class Light:
    """Colours that everything in a picture shares (see `palettes.txt`)."""

    zenith: art.RGB
    middle: art.RGB
    low: art.RGB
    horizon: art.RGB
    sun: art.RGB
    ambient: art.RGB
    haze: art.RGB
    x: float
    y: float
    size: float
    """Place and size of the sun or moon as shares of the picture; size 0 has set."""
    fog: float
    """How thick the air is, 0 to 1."""
    clouds: float
    """How much of the sky is clouds, 0 to 1."""

    @property
    def dark(self) -> bool:
        """Whether windows and lamps are lit."""
        return art.luma(self.ambient) < 150

    @property
    def side(self) -> float:
        """Where the light comes from: -1 is left, 1 is right."""
        return -1.0 if self.x < 0.5 else 1.0


def light_of(scene: Scene) -> Light:
    """Return the light of a scene; the place of the sun depends on the seed alone."""
    choice, place = art.table("palettes.txt")[scene.hour], art.rng(scene.seed, "sun")
    *codes, highest, lowest, size = choice[place.randrange(12) % len(choice)].split()
    x, up = place.choice((place.uniform(0.2, 0.38), place.uniform(0.62, 0.8))), place.random()
    grey, bright, fog, clouds = map(float, art.table("palettes.txt")[scene.weather][0].split())
    grey += 0.3 * (1 - grey) * snowed(scene)  # winter light is cool
    colours = []
    for plain, share in zip(map(art.from_hex, codes), (1, 1, 1, 0.8, 0, 0.5, 1), strict=True):
        level = round(art.luma(plain))
        cool = (round(level * 0.9), round(level * 0.98), min(255, round(level * 1.1)))
        bent = art.mix(plain, cool, grey * share)
        colours.append(art.scaled(bent, bright if share else 1))
    zenith, middle, low, horizon, sun, ambient, haze = colours
    zenith, middle, low = (art.mix(c, haze, fog * 0.65) for c in (zenith, middle, low))
    y = float(highest) + (float(lowest) - float(highest)) * up
    if scene.sky is not None:
        middle = art.scaled(scene.sky, 0.55 + 0.45 * art.luma(ambient) / 255)
        zenith, horizon = art.scaled(middle, 0.72), art.mix(middle, horizon, 0.45)
        low = art.mix(middle, horizon, 0.6)
    return Light(zenith, middle, low, horizon, sun, ambient, haze, x, y, float(size), fog, clouds)


def snowed(scene: Scene) -> bool:
    """Return whether snow lies on things and ground."""
    return scene.season is Season.WINTER or scene.ground is Ground.SNOW


def seasonal(scene: Scene) -> list[str]:
    """Return the colour of the ground's cover, then those of leaves."""
    season = Season.WINTER if snowed(scene) else scene.season
    return art.table("palettes.txt")[season][0].split()
