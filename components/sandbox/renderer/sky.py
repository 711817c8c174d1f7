"""Sky and weather: clouds with a lit side, stars, what shines above and what falls."""

import math
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageOps

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Ground, Hour, Scene, Thing, Weather

_LOW_SUN = {Hour.GOLDEN, Hour.DUSK, Hour.DAWN}
_THICK = {Weather.STORM, Weather.RAIN, Weather.SNOW}
FALLS = {"rain": "rainfall", "storm": "rainfall", "snow": "snowfall", "fog": "mist"}
"""What falls in which weather, by the name of the thing that looks the same."""
_RAIN = ((650, 0.035, 0.22, 0.5, 110), (260, 0.075, 0.22, 0.5, 150))
_SNOW = ((900, 0.0014, 0, 0.5, 255), (380, 0.0026, 0, 1.0, 255), (70, 0.006, 0, 2.4, 255))
"""Number, size, slant, softness and strength of what falls, from far to near."""
_MARGIN = 12
"""Pixels of cloud that are cut off: a relief has no slope at its edges."""


def draw_sky(picture: Image.Image, scene: Scene, light: Light, horizon: int) -> None:
    """Draw the sky down to the row `horizon` on `picture` in place."""
    stops = [(0.0, light.zenith), (0.55, light.middle), (0.97, light.horizon), (1.0, light.horizon)]
    sky = art.gradient((picture.width, max(8, horizon)), stops)
    kinds, height = {thing.kind for thing in scene.things}, picture.height
    clear_night = scene.hour is Hour.NIGHT and scene.weather not in {*_THICK, Weather.FOG}
    if clear_night or kinds & {"stars", "aurora"} or scene.ground is Ground.MOON:
        _stars(sky, scene)
    _bodies(sky, scene, light, height)
    if "aurora" not in kinds and scene.ground is not Ground.MOON:
        _clouds(sky, scene, light, height)
    if scene.weather is Weather.STORM:
        _distant_rain(sky, scene, light)
    draw_aurora(sky, scene)
    picture.paste(sky, (0, 0))


def _stars(sky: Image.Image, scene: Scene) -> None:
    dice, (width, height) = art.rng(scene.seed, "stars"), sky.size
    specks = Image.new("L", sky.size, 0)
    pen = ImageDraw.Draw(specks)
    for _ in range(round(width * height / 1500)):
        x, y = dice.random() * width, dice.random() ** 1.25 * height
        value, r = dice.choice((70, 110, 150, 235)), dice.choice((0.4, 0.6, 0.6, 0.9, 1.3))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=value)
    veil = art.fade(sky.size, [(0, 255), (0.6, 230), (1, 30)])
    specks = ImageChops.multiply(art.soften(specks, 0.45), veil)
    art.add_light(sky, specks, (240, 242, 255), 1.5)


def body_of(scene: Scene, light: Light) -> tuple[float, float, float]:
    """Return place and size of the sun or moon: the one asked for, else the hour's own."""
    for thing in scene.things:
        if thing.kind in {"sun", "moon"}:
            return thing.x, thing.y, thing.size
    return light.x, light.y, light.size


def _bodies(sky: Image.Image, scene: Scene, light: Light, height: int) -> None:
    bodies = [thing for thing in scene.things if thing.kind in {"sun", "moon"}]
    hidden = scene.weather in {*_THICK, Weather.FOG}
    night, (x, y, _) = scene.hour is Hour.NIGHT, body_of(scene, light)
    spot = (x * sky.width, y * height)
    if not night:
        strength, reach = (0.35 if hidden else 0.85), height * 1.05
        art.glow(sky, spot, (reach * 1.25, reach * 0.62), light.sun, strength * 0.55, 1.7)
        art.glow(sky, spot, reach * 0.34, light.sun, strength * 0.6, 2.4)
    if light.size and not (bodies or hidden):
        bodies = [Thing("moon" if night else "sun", *body_of(scene, light))]
    for body in bodies:
        centre, r = (body.x * sky.width, body.y * height), body.size * height / 2
        if body.kind == "sun":
            face = body.colour or art.mix(light.sun, (255, 255, 240), 0.55)
            art.glow(sky, centre, r * 3.4, face, 0.7, 2.6)
            art.fill(sky, art.ellipse(*centre, r, r), face, 0.96)
            continue
        face = body.colour or (240, 240, 230)
        art.glow(sky, centre, r * 7, (150, 170, 230), 0.5, 2.2)
        art.fill(sky, art.ellipse(*centre, r, r), face)
        for x, y, size in ((-0.3, -0.2, 0.34), (0.3, 0.25, 0.26), (0.1, -0.5, 0.16)):
            sea = art.ellipse(centre[0] + x * r, centre[1] + y * r, size * r, size * r * 0.8)
            art.fill(sky, sea, art.scaled(face, 0.86), 0.7)
        art.glow(sky, centre, r * 2.2, (210, 220, 255), 0.28, 1.6)


def _clouds(sky: Image.Image, scene: Scene, light: Light, tall: int) -> None:
    (width, height), dice, stormy = sky.size, art.rng(scene.seed, "clouds"), scene.weather in _THICK
    cover = light.clouds + dice.uniform(-0.06, 0.06)
    if any(thing.kind == "clouds" for thing in scene.things):
        cover = max(cover, 0.62)
    wide, deep = (max(64, side // 2) + 2 * _MARGIN for side in (width, height))
    plane = art.noise((wide * 2, deep * 2), dice, (wide * 0.42, deep * 0.2), 6, 2.0)
    # A plane overhead: rows near the horizon show more of it, and so smaller clouds.
    steep = 0.72 / deep
    seen = (0.55, -steep * wide, wide * 0.72, 0, 0.5, 0, 0, -steep)
    shape = plane.transform((wide, deep), Image.Transform.PERSPECTIVE, seen, art.SOFT)
    low = round(168 - cover * 118)
    alpha = shape.point(art.curve(low, low + (95 if stormy else 62)))
    alpha = ImageChops.multiply(alpha, art.fade(alpha.size, [(0, 255), (0.7, 235), (1, 40)]))
    step = max(2, wide / 130)
    shading = art.relief(art.soften(shape, 2.2), (light.side * step, -step * 0.9), 2.6)
    dim = art.luma(light.ambient) / 255
    lit = art.mix(art.mix(light.sun, (255, 255, 255), 0.5), light.middle, 0.6 - 0.5 * dim)
    lit = art.mix(lit, light.middle, 0.55) if stormy else lit
    lit = art.times(lit, art.mix(light.ambient, (255, 255, 255), 0.55))
    under = 0.2 if scene.weather is Weather.STORM else 0.5
    dark = art.mix(art.scaled(light.zenith, 0.85), light.haze, under)
    body = art.mix(dark, lit, 0.55)
    clouds = ImageOps.colorize(shading, dark, lit, mid=body, blackpoint=60, whitepoint=196)
    if scene.hour in _LOW_SUN:
        high = art.mix(light.middle, light.zenith, 0.3)
        warm = art.gradient(clouds.size, [(0, high), (1, light.horizon)])
        clouds = Image.blend(clouds, warm, 0.38)
    inner = (_MARGIN, _MARGIN, wide - _MARGIN, deep - _MARGIN)
    clouds, alpha = (layer.resize(sky.size, art.SOFT, box=inner) for layer in (clouds, alpha))
    clear = Image.new("RGB", sky.size)  # thin cloud lets the sun or moon through
    x, y, size = body_of(scene, light)
    reach = tall * (0.08 + size * 0.8)
    art.glow(clear, (x * sky.width, y * tall), reach, (200, 200, 200), 1, 1.2)
    art.paint(sky, clouds, ImageChops.subtract(alpha, clear.getchannel(0)))


def _distant_rain(sky: Image.Image, scene: Scene, light: Light) -> None:
    (width, height), dice = sky.size, art.rng(scene.seed, "curtains")
    tall = round(height * 0.62)
    size = (width, tall)
    rain = art.noise((width, 4), dice, (width / 5, 4), 6, 1.9).resize(
        (width + tall, tall), art.SOFT
    )
    rain = rain.transform(size, Image.Transform.AFFINE, (1, 0.35, 0, 0, 1, 0), art.SOFT)
    rain = rain.point(art.curve(90, 210))
    veil = art.fade(size, [(0, 0), (0.4, 190), (1, 235)])
    dark = art.mix(art.scaled(light.zenith, 0.7), light.haze, 0.35)
    art.paint(sky, dark, ImageChops.multiply(rain, veil), (0, height - tall))


def draw_aurora(sky: Image.Image, scene: Scene) -> None:
    """Hang curtains of light, if any: fine upright rays, bright at a winding lower hem."""
    thing = next((thing for thing in scene.things if thing.kind == "aurora"), None)
    if thing is None:
        return
    (width, height), dice = sky.size, art.rng(scene.seed, "aurora", thing.number)
    hue = thing.colour or (72, 255, 170)
    rise = [(0, (150, 84, 230)), (0.35, art.mix((110, 120, 240), hue, 0.5)), (0.8, hue), (1, hue)]
    for gain in (1.15, 0.85, 0.6):
        tall = round(height * dice.uniform(0.5, 0.72))
        rays = art.noise((width, 4), dice, (width / 9, 4), 6, 1.9).resize((width, tall))
        profile = [(0.0, 0), (0.35, 26), (0.75, 118), (0.93, 255), (1.0, 0)]
        curtain = ImageChops.multiply(rays, art.fade((width, tall), profile))
        phase, waves, hem = dice.random() * 6, dice.uniform(0.6, 1.3), dice.uniform(0.58, 0.84)
        turns = [x / width * math.tau * waves + phase for x in range(0, width + 6, 6)]
        waved = [hem + 0.1 * math.sin(t) + 0.035 * math.sin(t * 2.7 + 1) for t in turns]
        tops, pieces = [height * wave - tall for wave in waved], []
        for number, (a, b) in enumerate(pairwise(tops)):
            x, right = number * 6, min(width, number * 6 + 6)
            corners = (x, -a, x, height - a, right, height - b, right, -b)
            pieces.append(((x, 0, right, height), corners))
        band = curtain.transform(sky.size, Image.Transform.MESH, pieces, Image.Resampling.BILINEAR)
        band = band.point([min(255, round(i * gain)) for i in range(256)])
        light = ImageChops.multiply(art.gradient(sky.size, rise), art.grey(band))
        sky.paste(ImageChops.screen(sky, light), (0, 0))
    art.glow(sky, (width / 2, height * 0.85), (width * 0.7, height * 0.4), hue, 0.16, 1.4)


def draw_weather(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Lay the weather over `picture` in place; as a thing it leaves the scene's light alone."""
    kinds = {thing.kind for thing in scene.things} | {FALLS.get(scene.weather, "")}
    width, height = size = picture.size
    if "mist" in kinds:
        dice = art.rng(scene.seed, "mist")
        cloud = art.noise(size, dice, (width / 4, height / 12), 5, 1.7).point(art.curve(40, 230))
        veil = art.fade(size, [(0, 40), (0.35, 90), (0.58, 235), (0.8, 150), (1, 120)])
        haze = art.mix(light.haze, light.horizon, 0.4)
        art.paint(picture, haze, ImageChops.multiply(cloud, veil))
    falling = {"rainfall": _RAIN, "snowfall": _SNOW}
    for kind in kinds & set(falling):
        dice = art.rng(scene.seed, kind)
        if kind == "rainfall":
            art.paint(picture, light.haze, art.fade(size, [(0, 0), (0.6, 60), (1, 30)]))
        for count, share, lean, blur, level in falling[kind]:
            drops = Image.new("L", size)
            pen = ImageDraw.Draw(drops)
            for _ in range(count):
                x, y = dice.random() * width * 1.1, dice.uniform(-0.1, 1) * height
                reach, ink = height * share * dice.uniform(0.6, 1.3), dice.uniform(0.5, 1) * level
                if lean:
                    pen.line((x, y, x - reach * lean, y + reach), fill=round(ink))
                else:
                    pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=round(ink))
            art.paint(picture, (226, 234, 248), art.soften(drops, blur))
