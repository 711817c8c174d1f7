"""What falls or drifts in front of a scene: rain, snow, mist."""

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Scene, Weather

_FALLS = {Weather.RAIN: "rainfall", Weather.SNOW: "snowfall", Weather.FOG: "mist"}


def draw_weather(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Lay the weather over `picture` in place; as a thing it leaves the scene's light alone."""
    kinds = {thing.kind for thing in scene.things} | {_FALLS.get(scene.weather, "")}
    (width, height), size = picture.size, picture.size
    if "mist" in kinds:
        dice = art.rng(scene.seed, "mist")
        cloud = art.noise(size, dice, (width / 4, height / 12), 5, 1.7).point(art.curve(40, 230))
        veil = art.fade(size, [(0, 40), (0.35, 90), (0.58, 235), (0.8, 150), (1, 120)])
        haze = art.mix(light.haze, light.horizon, 0.4)
        art.paint(picture, haze, ImageChops.multiply(cloud, veil))
    if "rainfall" in kinds:
        dice = art.rng(scene.seed, "rain")
        art.paint(picture, light.haze, art.fade(size, [(0, 0), (0.6, 60), (1, 30)]))
        for count, reach, level in ((650, 0.035, 70), (260, 0.075, 105)):
            drops = Image.new("L", size)
            pen = ImageDraw.Draw(drops)
            for _ in range(count):
                x, y = dice.random() * width * 1.1, dice.uniform(-0.1, 1) * height
                long = height * reach * dice.uniform(0.6, 1.2)
                ink = round(level * dice.uniform(0.5, 1))
                pen.line((x, y, x - long * 0.22, y + long), fill=ink)
            art.add_light(picture, art.soften(drops, 0.5), (210, 222, 240), 1.2)
    if "snowfall" in kinds:
        dice = art.rng(scene.seed, "snowfall")
        for count, share, blur in ((900, 0.0014, 0.5), (380, 0.0026, 1.0), (70, 0.006, 2.4)):
            flakes = Image.new("L", size)
            pen = ImageDraw.Draw(flakes)
            for _ in range(count):
                x, y = dice.random() * width, dice.random() * height
                r = height * share * dice.uniform(0.6, 1.3)
                pen.ellipse((x - r, y - r, x + r, y + r), fill=dice.randrange(140, 250))
            art.paint(picture, (250, 252, 255), art.soften(flakes, blur))
