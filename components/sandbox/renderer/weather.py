"""What falls or drifts in front of a scene: rain, snow, fog."""

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Scene, Weather

_OF_WEATHER = {
    Weather.RAIN: "rainfall", Weather.SNOW: "snowfall", Weather.FOG: "mist",
}  # fmt: skip
WEATHER_KINDS = frozenset({"rainfall", "snowfall", "mist"})
"""Things that lie over a scene and leave its light alone."""


def draw_weather(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Lay the weather over `picture` in place."""
    kinds = {thing.kind for thing in scene.things} & WEATHER_KINDS
    kinds |= {_OF_WEATHER.get(scene.weather, "")}
    if "mist" in kinds:
        _mist(picture, scene, light)
    if "rainfall" in kinds:
        _rain(picture, scene, light)
    if "snowfall" in kinds:
        _snow(picture, scene)


def _mist(picture: Image.Image, scene: Scene, light: Light) -> None:
    (width, height), dice = picture.size, art.rng(scene.seed, "mist")
    cloud = art.noise((width // 2, height // 2), dice, (width / 4, height / 12), 5, 1.7)
    veil = art.fade(cloud.size, [(0, 40), (0.35, 90), (0.58, 235), (0.8, 150), (1, 120)])
    alpha = ImageChops.multiply(cloud.point(art.curve(40, 230)), veil).resize(picture.size)
    art.paint(picture, art.mix(light.haze, light.horizon, 0.4), alpha)


def _rain(picture: Image.Image, scene: Scene, light: Light) -> None:
    (width, height), dice = picture.size, art.rng(scene.seed, "rain")
    art.paint(picture, light.haze, art.fade(picture.size, [(0, 0), (0.6, 60), (1, 30)]))
    for count, reach, level in ((650, 0.035, 70), (260, 0.075, 105)):
        drops = Image.new("L", picture.size)
        pen = ImageDraw.Draw(drops)
        for _ in range(count):
            x, y, long = dice.random() * width * 1.1, dice.uniform(-0.1, 1) * height, height * reach
            long *= dice.uniform(0.6, 1.2)
            pen.line((x, y, x - long * 0.22, y + long), fill=round(level * dice.uniform(0.5, 1)))
        art.add_light(picture, art.soften(drops, 0.5), (210, 222, 240), 1.2)


def _snow(picture: Image.Image, scene: Scene) -> None:
    (width, height), dice = picture.size, art.rng(scene.seed, "snowfall")
    for count, size, blur in ((900, 0.0014, 0.5), (380, 0.0026, 1.0), (70, 0.006, 2.4)):
        flakes = Image.new("L", picture.size)
        pen = ImageDraw.Draw(flakes)
        for _ in range(count):
            x, y = dice.random() * width, dice.random() * height
            r = height * size * dice.uniform(0.6, 1.3)
            pen.ellipse((x - r, y - r, x + r, y + r), fill=round(dice.uniform(140, 250)))
        art.paint(picture, (250, 252, 255), art.soften(flakes, blur))
