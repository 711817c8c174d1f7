"""Draws a scene: background, things, weather, lettering, style and grades, in this order."""

from dataclasses import replace

from PIL import Image, ImageChops

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer import scene as model
from components.sandbox.renderer.filters import apply_filter, fit, relight
from components.sandbox.renderer.ground import draw_ground, draw_water, horizon, waterline
from components.sandbox.renderer.indoors import draw_room, draw_studio, draw_table
from components.sandbox.renderer.lettering import draw_lettering
from components.sandbox.renderer.light import Light, light_of
from components.sandbox.renderer.scene import Genre, Scene, Thing
from components.sandbox.renderer.sky import draw_aurora, draw_sky, draw_weather
from components.sandbox.renderer.things import WORN, draw_thing, zone_of


def render(scene: Scene, size: art.Size) -> Image.Image:
    """Return the picture of a scene, RGB of `size` pixels; the same scene gives the same pixels."""
    light, picture = light_of(replace(scene, sky=None)), Image.new("RGB", scene.pixels)
    if scene.genre is Genre.ROOM:
        view = Image.new("RGB", [round(picture.height * share) for share in (0.96, 0.84)])
        _outdoors(view, scene, light)
        draw_room(picture, scene, light, view)
    elif scene.ground is model.Ground.STUDIO:
        draw_studio(picture, scene, light)
    elif scene.genre is Genre.TABLE:
        draw_table(picture, scene, light)
    else:
        _outdoors(picture, scene, light)
    window = any(thing.kind == "windowsill" for thing in scene.things)
    window |= scene.genre is Genre.PORTRAIT and scene.ground is not model.Ground.STUDIO
    if model.Grade.BLUR_BACKGROUND in scene.grades or window:
        picture = art.soften(picture, picture.height * 0.014)
    _add_front(picture, scene, light, scene)
    picture = _styled(_grain(picture, scene.seed), scene, light)
    if scene.frame != (0, 0, 1, 1):
        (width, height), (left, top, right, bottom) = scene.pixels, scene.frame
        corners = (left * width, top * height, right * width, bottom * height)
        picture = picture.resize(scene.pixels, art.SOFT, box=corners)
    return fit(picture, size)


def render_over(picture: Image.Image, scene: Scene) -> Image.Image:
    """Return a picture that was not drawn here with what a scene adds: an honest filter.

    The scene is an edit of an empty one, so that only what the instruction named is in it.
    """
    plain = replace(scene, hour=model.Hour.DAY, weather=model.Weather.CLEAR, water=False)
    light, picture = light_of(plain), relight(picture, scene).copy()
    sky = picture.crop((0, 0, picture.width, picture.height // 2))
    draw_aurora(sky, scene)
    picture.paste(sky, (0, 0), art.fade(sky.size, [(0, 255), (0.75, 255), (1, 0)]))
    for bows in (False, True):
        _add_lights(picture, scene, light, bows=bows)
    _add_front(picture, scene, light, plain)
    return _styled(picture, scene, light)


def _styled(picture: Image.Image, scene: Scene, light: Light) -> Image.Image:
    picture = apply_filter(picture, scene.style, scene.seed)
    if scene.lettering is model.Lettering.POSTER:
        draw_lettering(picture, scene, light)
    for grade in scene.grades:
        picture = apply_filter(picture, grade, scene.seed)
    return picture


def _add_lights(picture: Image.Image, scene: Scene, light: Light, *, bows: bool) -> None:
    for thing in scene.things:
        if zone_of(thing.kind) == "light" and (thing.kind == "rainbow") == bows:
            draw_thing(picture, scene, light, thing, "light")


def _outdoors(picture: Image.Image, scene: Scene, light: Light) -> None:
    draw_sky(picture, scene, light_of(scene), round(horizon(scene) * picture.height) + 2)
    _add_lights(picture, scene, light, bows=False)
    draw_ground(picture, scene, light)
    draw_water(picture, scene, light)
    _add_lights(picture, scene, light, bows=True)  # its reflection would close it to a ring


def _add_front(picture: Image.Image, scene: Scene, light: Light, lit: Scene) -> None:
    drawn = [t for t in scene.things if zone_of(t.kind) not in {"", "light", *WORN}]
    for thing in sorted(drawn, key=lambda t: (zone_of(t.kind) != "flat", t.y, t.number)):
        _stamp(picture, lit, light, thing)
    if scene.genre in {Genre.LANDSCAPE, Genre.PORTRAIT}:
        draw_weather(picture, scene, light)
    if scene.lettering is not model.Lettering.POSTER:
        draw_lettering(picture, scene, light)


def _stamp(picture: Image.Image, scene: Scene, light: Light, thing: Thing) -> None:
    line, place, kinds = waterline(scene), zone_of(thing.kind), {t.kind for t in scene.things}
    indoors = scene.genre in {Genre.ROOM, Genre.TABLE} or "windowsill" in kinds
    distance = max(0.0, 1 - (thing.y - horizon(scene)) / 0.3) * 0.6
    if place == "flat" or "badge" in kinds:
        place, distance = "wall", 0.0
    elif place == "sky":
        distance = max(0.0, 0.5 - thing.size * 2)
    elif indoors or scene.ground is model.Ground.STUDIO:
        place, distance = "bust" if place == "bust" else "floor", 0.0
    elif place != "bust":
        place = "water" if line is not None and line < thing.y < 0.84 else "land"
    draw_thing(picture, scene, light, thing, place, 0.0 if place == "bust" else distance)


def _grain(picture: Image.Image, seed: int) -> Image.Image:
    chance = art.rng(seed, "grain").randbytes(picture.width * picture.height)
    speck = Image.frombytes("L", picture.size, chance).point([i // 29 for i in range(256)])
    return ImageChops.add(picture, art.grey(speck), 1, -4)
