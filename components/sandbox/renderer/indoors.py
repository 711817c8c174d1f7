"""Backgrounds indoors: the wall and table-top of a still life, and a room with a window."""

from PIL import Image, ImageDraw

from components.sandbox.renderer import canvas as art
from components.sandbox.renderer.light import Light
from components.sandbox.renderer.scene import Genre, Lettering, Scene, Thing
from components.sandbox.renderer.things import draw_thing

_BRICK = (104, 62, 58)


def draw_table(picture: Image.Image, scene: Scene, light: Light) -> None:
    """Draw a wall with the light of a window on it, and the top of a table."""
    (width, height), top = picture.size, picture.height * 0.68
    wall, wood, *window = _chosen(scene, "table")
    if wall == wood:
        draw_studio(picture, scene, light, wall)
        return
    _wall(picture, scene, light, top, wall)
    if window:
        _sunbeam(picture, light, (width * 0.14, height * 0.06, width * 0.5, height * 0.56))
    picture.paste(art.soften(picture, height * 0.004), (0, 0))
    _boards(picture, scene, light, top, wood, deep=False)


def draw_studio(picture: Image.Image, scene: Scene, light: Light, *wall: art.RGB) -> None:
    """Draw a plain backdrop with soft light; of bricks behind neon."""
    (width, height), neon = picture.size, scene.lettering is Lettering.NEON and bool(scene.text)
    chosen, *_ = (_BRICK,) if neon else wall or _chosen(scene, "backdrop")
    lit = art.times(scene.accent or chosen, art.mix(light.ambient, (255, 255, 255), 0.45))
    stops = [(0.0, 0.88), (0.3, 0.975), (0.5, 1.0), (0.7, 0.97), (1.0, 0.86)]
    picture.paste(art.gradient(picture.size, [(y, art.scaled(lit, k)) for y, k in stops]), (0, 0))
    dice, tall = art.rng(scene.seed, "bricks"), height / 18
    for n in range(19 * 24) if neon else ():
        x, y = (n % 24 - 1 + n // 24 % 2 / 2) * width / 22, n // 24 * tall
        brick = art.rect(x, y, x + width / 23, y + tall * 0.9)
        ImageDraw.Draw(picture).polygon(brick, art.scaled(lit, dice.uniform(0.75, 1.25)))
    spot = (width * (0.5 + 0.12 * light.side), height * 0.4)
    art.glow(picture, spot, (width * 0.55, height * 0.8), light.sun, 0.08 if neon else 0.3, 1.4)
    if scene.genre is Genre.PORTRAIT:
        disc = art.ellipse(width / 2, height * 0.42, height * 0.4, height * 0.4)
        high, low = art.scaled(lit, 0.78), art.scaled(lit, 1.16)
        halo = art.gradient(picture.size, [(0, high), (0.9, low)])
        art.paint(picture, halo, art.polygon_mask(picture.size, [disc], 2))


def draw_room(picture: Image.Image, scene: Scene, light: Light, view: Image.Image) -> None:
    """Draw a room: floor, a picture on the wall, and a window; `view` is twice its size."""
    (width, height), floor = picture.size, picture.height * 0.7
    wall, wood = _chosen(scene, "room")
    _wall(picture, scene, light, floor, wall)
    _boards(picture, scene, light, floor, wood, deep=True)
    board = art.times((240, 236, 228), art.mix(light.ambient, (255, 255, 255), 0.3))
    art.fill(picture, art.rect(0, floor - height * 0.03, width, floor), board)
    at, other = (0.79, 0.38) if light.side > 0 else (1 - 0.79, 0.62)
    corner = (round(width * at - height * 0.24), round(height * 0.1))
    picture.paste(art.soften(view, 2).reduce(2), corner)
    draw_thing(picture, scene, light, Thing("window", at, 0.68, 0.62), "wall")
    draw_thing(picture, scene, light, Thing("picture", other, 0.42, 0.27), "wall")
    if not light.dark:
        left = width * at - height * 0.24
        _sunbeam(picture, light, (left, height * 0.76, left + height * 0.45, height * 0.98))


def _chosen(scene: Scene, key: str) -> list[art.RGB]:
    """Return the colours of one line of `palettes.txt`."""
    line = art.rng(scene.seed, key).choice(art.table("palettes.txt")[key])
    return [art.from_hex(code) for code in line.split()]


def _wall(picture: Image.Image, scene: Scene, light: Light, foot: float, colour: art.RGB) -> None:
    lit = art.times(scene.accent or colour, art.mix(light.ambient, (255, 244, 230), 0.25))
    stops = [(0, art.scaled(lit, 0.78)), (foot / picture.height, art.mix(lit, light.sun, 0.12))]
    wall = art.gradient(picture.size, [*stops, (1, lit)])
    spot = (picture.width * (0.5 + 0.3 * light.side), foot * 0.5)
    art.glow(wall, spot, (picture.width * 0.7, foot), light.sun, 0.16 if light.dark else 0.22, 1.6)
    picture.paste(wall, (0, 0))


def _boards(
    picture: Image.Image, scene: Scene, light: Light, top: float, wood: art.RGB, *, deep: bool
) -> None:
    (width, height), tall = picture.size, picture.height - round(top)
    levels = ((0.0, 1.14), (0.25, 1.0), (1.0, 0.66))
    shades = [(place, art.times(art.scaled(wood, k), light.ambient)) for place, k in levels]
    near, grain = shades[-1][1], (height * 0.7, height * 0.02)
    body = art.gradient((width, tall), shades)
    if art.luma(wood) < 170:  # else it is linen or stone
        fibre = art.noise((width, tall), art.rng(scene.seed, "fibre"), grain, 3, 0.16)
        body = art.shade(body, fibre)
    picture.paste(body, (0, round(top)))
    for plank in range(-9, 10) if deep else ():
        a, b = width / 2 + plank * width * 0.085, width / 2 + plank * width * 0.17
        gap = [(a, top), (a + 1.5, top), (b + 3, height), (b, height)]
        art.fill(picture, gap, art.scaled(near, 0.62), 0.8)
    art.paint(picture, art.scaled(near, 0.5), Image.new("L", (width, 5), 130), (0, top - 2))


def _sunbeam(picture: Image.Image, light: Light, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    wide, tall, panes = right - left, bottom - top, []
    for a, b in ((a, b) for a in (0, 0.52) for b in (0, 0.52)):
        pane = art.rect(a, b, a + 0.46, b + 0.46)
        slanted = [(left + wide * (x - light.side * 0.25 * y), top + tall * y) for x, y in pane]
        panes.append(slanted)
    mask = art.soften(art.polygon_mask(picture.size, panes, 1), picture.height * 0.008)
    art.add_light(picture, mask, light.sun, 0.1 if light.dark else 0.24)
