"""Sky and weather: clouds with a lit side, stars, what shines above and what falls."""

import math
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Ground, Hour, Scene, Thing, Weather

_THICK = {Weather.STORM, Weather.RAIN, Weather.SNOW}
FALLS = {"rain": "rainfall", "storm": "rainfall", "snow": "snowfall", "fog": "mist"}
"""What falls in which weather, by the name of the thing that looks the same."""
_RAIN = ((650, 0.035, 0.22, 0.5, 110), (260, 0.075, 0.22, 0.5, 150))
_SNOW = ((900, 0.0014, 0, 0.5, 255), (380, 0.0026, 0, 1.0, 255), (70, 0.006, 0, 2.4, 255))
"""Number, size, slant, softness and strength of what falls, from far to near."""


def draw_sky(picture: Image.Image, scene: Scene, light: Light, horizon: int) -> None:
    """Draw the sky down to the row `horizon` on `picture` in place."""
    stops = [(0.0, light.zenith), (0.42, light.middle), (0.76, light.low), (1.0, light.horizon)]
    sky = art.gradient((picture.width, max(8, horizon)), stops)
    kinds, height = {thing.kind for thing in scene.things}, picture.height
    clear_night = scene.hour is Hour.NIGHT and scene.weather not in {*_THICK, Weather.FOG}
    if clear_night or kinds & {"stars", "aurora"} or scene.ground is Ground.MOON:
        _stars(sky, scene)
    _bodies(sky, scene, light, height)
    if "aurora" not in kinds and scene.ground is not Ground.MOON:
        _clouds(sky, scene, light, height)
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
    dice, stormy = art.rng(scene.seed, "clouds"), scene.weather in _THICK
    cover = light.clouds + dice.uniform(-0.06, 0.06)
    if any(thing.kind == "clouds" for thing in scene.things):
        cover = max(cover, 0.62)
    share = 0.25 if scene.hour is Hour.NIGHT else 0.4 if stormy else 1.0
    lit = art.mix(light.middle, art.mix(light.sun, (255, 255, 255), 0.45), share)
    lit = art.times(lit, art.mix(light.ambient, (255, 255, 255), 0.4 + 0.6 * (share < 1)))
    if stormy or (scene.hour is Hour.DAY and scene.weather is not Weather.FOG):
        heaps = round(cover * 11)
        for n in range(heaps):
            depth = (n + dice.random() * 0.6) / heaps
            x = ((n * 0.618 + dice.uniform(0.13, 0.36)) % 1) * sky.width
            wide, y = tall * (0.2 + 0.34 * depth) * dice.uniform(0.8, 1.2), 0.84 - 0.64 * depth
            corner = (round(x - wide / 2), round(sky.height * y - wide * 0.34))
            _heap(sky, light, dice, (*corner, round(wide), round(wide * 0.42)), lit)
        cover *= 1 if stormy else 0.5
    # Long thin clouds, lit from below.
    (width, height), half = sky.size, (sky.width // 2, sky.height // 2)
    plane = art.noise(half, dice, (width * 0.21, height * (0.12 if stormy else 0.055)), 4, 2.0)
    low = round(212 - cover * 130)
    alpha = plane.point(art.curve(low, low + 110)).resize(sky.size, art.SOFT)
    veil = [(0, 235), (1, 150)] if stormy else [(0, 40), (0.55, 215), (0.9, 130), (1, 0)]
    alpha = ImageChops.multiply(alpha, art.fade(sky.size, veil))
    dark = art.mix(lit, light.zenith, 0.8 if stormy else 0.35)
    clouds = art.gradient(sky.size, [(0, dark), (0.7, lit), (1, art.mix(lit, light.horizon, 0.6))])
    clear = Image.new("RGB", sky.size)  # thin cloud lets the sun or moon through
    x, y, size = body_of(scene, light)
    art.glow(clear, (x * width, y * tall), tall * (0.08 + size * 0.8), (200, 200, 200), 1, 1.2)
    art.paint(sky, clouds, ImageChops.subtract(alpha, clear.getchannel(0)))


def _heap(sky: Image.Image, light: Light, dice: Random, box: art.Box, lit: art.RGB) -> None:
    """Heap one cloud on a flat base in a box: left, top, width and height."""
    size, wide, puffs = box[2:], box[2], []
    for n in range(11):
        place = (n + 0.5) / 5.5 - 1
        bulk = (1 - place**2) ** 0.8 * dice.uniform(0.6, 1.2)
        r, x, y = wide * (0.05 + 0.085 * bulk), wide * (0.5 + place * 0.42), wide * 0.34
        puffs.append(art.ellipse(x, y - wide * 0.14 * bulk, r, r))
        puffs.append(art.ellipse(x, y - wide * 0.03, wide / 18, wide / 18))
    mask = art.polygon_mask(size, puffs, 2)
    slip = wide * 0.022
    inner = ImageChops.offset(mask, round(-light.side * slip), round(slip * 1.5))
    behind = art.mix(light.middle, light.zenith, 0.3 if box[1] < sky.height * 0.3 else 0)
    body = art.gradient(size, [(0, art.mix(lit, behind, 0.16)), (1, art.mix(lit, behind, 0.65))])
    body = Image.composite(body, Image.new("RGB", size, lit), art.soften(inner, slip * 0.7))
    wash = art.fade(size, [(0, 255), (0.6, 245), (0.84, 90), (0.97, 0), (1, 0)])
    art.paint(sky, body, ImageChops.multiply(mask, wash), box[:2])


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
        cloud = art.noise(size, dice, (width / 2, height / 5), 3, 1.5).point(art.curve(0, 200))
        veil = art.fade(size, [(0, 40), (0.35, 90), (0.6, 180), (0.8, 90), (1, 40)])
        haze = art.mix(light.haze, light.horizon, 0.4)
        art.paint(picture, haze, ImageChops.multiply(cloud, veil))
    falling = {"rainfall": _RAIN, "snowfall": _SNOW}
    for kind in kinds & set(falling):
        dice = art.rng(scene.seed, kind)
        if kind == "rainfall":
            columns = art.noise((width, 4), dice, (width / 5, 4), 4, 2.2).resize(size)
            veil = art.fade(size, [(0, 0), (0.48, 100), (0.58, 40), (1, 10)])
            dark = art.mix(art.scaled(light.zenith, 0.6), light.haze, 0.3)
            art.paint(picture, dark, ImageChops.multiply(columns.point(art.curve(80, 210)), veil))
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
