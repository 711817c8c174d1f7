"""Landscapes: puts sky, land and water together, far things first."""

from collections.abc import Set
from dataclasses import replace
from random import Random

from PIL import Image

from components.sandbox.painting.city import paint_skyline
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.heavens import paint_aurora, paint_fireworks, paint_rainbow
from components.sandbox.painting.land import (
    lay_ridge,
    paint_dunes,
    paint_flowers,
    paint_hills,
    ridge,
    texture,
)
from components.sandbox.painting.mountains import paint_mountains
from components.sandbox.painting.palettes import Hour, Palette, Weather, palette_for, with_sky
from components.sandbox.painting.scene import Genre, Ground, Scene, Style, Thing
from components.sandbox.painting.sky import (
    paint_clouds,
    paint_moon,
    paint_sky,
    paint_stars,
    paint_streaks,
    paint_sun,
)
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.street import paint_street
from components.sandbox.painting.trees import (
    light_shafts,
    paint_forest,
    paint_framing_pines,
    paint_pines,
)
from components.sandbox.painting.water import paint_water, shoreline
from components.sandbox.painting.weather import paint_lightning

_SAND: RGB = (226, 190, 142)
_SNOW: RGB = (236, 242, 250)
_BLOOMS: tuple[tuple[RGB, ...], ...] = (
    ((206, 74, 66), (236, 128, 84), (250, 222, 180)),
    ((150, 112, 190), (188, 150, 214), (238, 220, 240)),
    ((246, 200, 92), (250, 230, 160), (236, 150, 90)),
    ((232, 134, 160), (248, 206, 210), (196, 84, 128)),
)
_HOURS = (Hour.DAY,) * 4 + (Hour.GOLDEN,) * 4 + (Hour.DAWN,) * 3 + (Hour.DUSK,) * 2
FRONT = frozenset(
    {
        Thing.TREE, Thing.PALM, Thing.PINE, Thing.CACTUS, Thing.TENT, Thing.CAR, Thing.HORSE,
        Thing.DEER, Thing.PERSON, Thing.DOG, Thing.FOX, Thing.CAT, Thing.BIRD, Thing.MOTORCYCLE,
        Thing.BICYCLE, Thing.ELEPHANT, Thing.BEAR, Thing.LION, Thing.PENGUIN, Thing.RABBIT,
        Thing.ROBOT, Thing.COW, Thing.SHEEP, Thing.SNOWMAN, Thing.PUMPKIN, Thing.BUS,
    }
)  # fmt: skip
"""Things that need ground before us to stand on."""

_USUAL_GROUNDS: tuple[tuple[Set[Thing], Set[Ground]], ...] = (
    ({Thing.PYRAMID}, {Ground.DESERT}),
    ({Thing.PENGUIN, Thing.SNOWMAN}, {Ground.SNOWFIELD, Ground.MOUNTAINS}),
    ({Thing.IRON_TOWER}, {Ground.CITY}),
    ({Thing.WATERFALL, Thing.BEAR}, {Ground.MOUNTAINS, Ground.FOREST}),
    ({Thing.SAILBOAT, Thing.LIGHTHOUSE, Thing.WHALE, Thing.FISH}, {Ground.SEA}),
    ({Thing.BOAT, Thing.BRIDGE, Thing.TEMPLE}, {Ground.LAKE, Ground.MOUNTAINS}),
    ({Thing.FIREWORKS}, {Ground.CITY, Ground.LAKE}),
    ({Thing.CABIN, Thing.DEER, Thing.TENT}, {Ground.MOUNTAINS, Ground.FOREST}),
    ({Thing.AURORA, Thing.STARS, Thing.MOON}, {Ground.MOUNTAINS, Ground.LAKE}),
    ({Thing.PALM}, {Ground.BEACH}),
    ({Thing.CACTUS}, {Ground.DESERT}),
    (
        {Thing.RABBIT, Thing.BUTTERFLY, Thing.BICYCLE, Thing.COW, Thing.SHEEP, Thing.WINDMILL,
         Thing.HORSE, Thing.FLOWER, Thing.KITE, Thing.TREE},
        {Ground.MEADOW, Ground.HILLS},
    ),
    (FRONT | {Thing.CASTLE, Thing.TOWER, Thing.TRAIN, Thing.DRAGON}, {Ground.HILLS}),
)  # fmt: skip
"""Where things are at home, the most telling first."""

_HUGE = frozenset({"huge", "giant", "big", "large", "enormous", "massive"})
_WATER = (Ground.SEA, Ground.LAKE, Ground.RIVER, Ground.BEACH)
_OPEN: tuple[frozenset[Ground], ...] = (
    frozenset({Ground.MOUNTAINS, Ground.LAKE}),
    frozenset({Ground.MOUNTAINS, Ground.FOREST}),
    frozenset({Ground.HILLS, Ground.MEADOW}),
    frozenset({Ground.DESERT}),
    frozenset({Ground.SEA}),
    frozenset({Ground.MOUNTAINS, Ground.MEADOW}),
)


def settle(scene: Scene, size: tuple[int, int], name: str, rng: Random) -> tuple[Scene, Stage]:
    """Decide what the prompt left open (hour, land, where the light stands); return both."""
    if not scene.grounds:
        scene = replace(scene, grounds=_default_ground(scene, rng))
    neon = scene.style is Style.NEON
    indoors = scene.genre is Genre.INTERIOR
    usual = Hour.NIGHT if neon else Hour.DAY if indoors else rng.choice(_HOURS)
    hour = scene.hour or usual
    palette = palette_for(hour, scene.weather, rng)
    if scene.sky is not None:
        palette = with_sky(palette, scene.sky)
    width, height = size
    level = 0.6 if width >= height else 0.64
    if scene.has(Ground.STREET):
        level = 0.58
    elif scene.has(Ground.SEA, Ground.BEACH):
        level = 0.54 if width >= height else 0.58
    elif scene.has(Ground.DESERT, Ground.MEADOW):
        level = 0.56
    horizon = round(height * (level + rng.uniform(-0.025, 0.025)))
    side = rng.choice((0.32, 0.68))
    lofty = {Hour.DAWN: 0.74, Hour.DAY: 0.3, Hour.GOLDEN: 0.76, Hour.DUSK: 0.9, Hour.NIGHT: 0.34}[
        hour
    ]
    if scene.has(Ground.SEA, Ground.BEACH) and hour is Hour.GOLDEN:
        lofty = 0.86
    elif scene.has(Ground.MOUNTAINS) and hour is not Hour.DAY:
        lofty = min(lofty, 0.56)
    sun = (width * side, horizon * lofty)
    return scene, Stage(Image.new("RGB", size), palette, horizon, sun, name, scene.has(*_WATER))


def _default_ground(scene: Scene, rng: Random) -> frozenset[Ground]:
    asked = {order.thing for order in scene.wanted}
    for things, grounds in _USUAL_GROUNDS:
        if asked & things:
            return frozenset(grounds)
    return rng.choice(_OPEN)


def paint_heaven(stage: Stage, scene: Scene) -> None:
    """Paint the sky of `scene` with all its lights."""
    palette = stage.palette
    overcast = scene.weather in (Weather.RAIN, Weather.STORM, Weather.FOG, Weather.CLOUDY)
    moon = scene.find(Thing.MOON)
    paint_sky(stage)
    if scene.find(Thing.STARS) or (palette.dark and not overcast):
        paint_stars(stage, 1.0 if palette.hour is Hour.NIGHT else 0.4)
    aurora = scene.find(Thing.AURORA)
    if aurora:
        paint_aurora(stage, aurora.colour)
    elif palette.hour is Hour.NIGHT or moon:
        if not overcast or moon:
            crescent = "crescent" in scene.traits
            paint_moon(stage, stage.sun, stage.unit * 5.2, crescent)
    elif not overcast or scene.find(Thing.SUN):
        order = scene.find(Thing.SUN)
        low = palette.hour in (Hour.GOLDEN, Hour.DUSK)
        radius = stage.unit * (7.4 if low else 4.6) * (1.9 if _HUGE & scene.traits else 1.0)
        paint_sun(stage, radius, order.colour if order else None)
    paint_streaks(stage, 0.8 if overcast else 0.25 if palette.hour is Hour.NIGHT else 0.46)
    if scene.find(Thing.CLOUDS) or (palette.hour is Hour.DAY and not overcast):
        paint_clouds(stage)
    if scene.find(Thing.RAINBOW):
        paint_rainbow(stage)
    if scene.find(Thing.LIGHTNING) or scene.weather is Weather.STORM:
        paint_lightning(stage)
    fireworks = scene.find(Thing.FIREWORKS)
    if fireworks:
        paint_fireworks(stage, fireworks.count, fireworks.colour)


def paint_ground(stage: Stage, scene: Scene) -> None:
    """Paint the land and water of `scene` under a finished sky."""
    width, height = stage.size
    horizon = stage.horizon
    room = min(height, width * 1.1)
    snow = scene.has(Ground.SNOWFIELD)
    palette = _wintry(stage.palette) if snow else stage.palette
    stage = replace(stage, palette=palette)
    if scene.has(Ground.STREET):
        paint_street(stage, scene.style is Style.NEON or "neon" in scene.traits, scene.weather)
        return
    if scene.has(Ground.MOUNTAINS):
        paint_mountains(
            stage, horizon + stage.unit * 3, room * 0.36, 3, snow=not scene.has(Ground.DESERT)
        )
    elif not scene.has(Ground.SEA, Ground.BEACH, Ground.CITY):
        line = ridge(stage, "distance", horizon + stage.unit * 2, room * 0.09, 2.2, 0.42)
        lay_ridge(stage, line, stage.palette.depth(0.1), 0.6)
    elif not scene.has(Ground.CITY):
        line = ridge(stage, "headland", horizon + stage.unit * 2.4, room * 0.06, 0.9, 0.4)
        lay_ridge(stage, line, stage.palette.depth(0.12), 0.5)
    if scene.has(Ground.CITY):
        foot = stage.unit * (1 if scene.has(*_WATER) else 5)
        paint_skyline(stage, horizon + foot, room * 0.34)
    water = scene.has(*_WATER)
    if scene.has(Ground.FOREST) and water:
        _treeline(stage, horizon)
    if water:
        paint_water(stage, horizon, calm=0.25 if scene.has(Ground.SEA, Ground.BEACH) else 0.8)
    if scene.has(Ground.BEACH):
        shoreline(stage, horizon, stage.lit(_SAND, 0.8))
    elif scene.has(Ground.DESERT):
        paint_dunes(stage, horizon, room * 0.13, stage.lit(_SAND, 0.9))
    elif scene.has(Ground.FOREST):
        if water:
            paint_framing_pines(stage)
        else:
            paint_forest(stage, horizon, room * 0.2)
            if not stage.palette.dark and scene.weather is Weather.CLEAR:
                light_shafts(stage)
    elif water:
        standing = any(order.thing in FRONT for order in scene.wanted)
        if standing or not scene.has(Ground.SEA):
            _near_shore(stage, snow, stage.unit * (20 if standing else 4))
    elif scene.has(Ground.MEADOW):
        paint_hills(stage, horizon + stage.unit * 2, room * 0.1, 3)
        paint_flowers(stage, horizon + (height - horizon) * 0.3, _blooms(stage, scene))
    elif scene.has(Ground.CITY):
        line = ridge(stage, "park", horizon + stage.unit * 5, stage.unit * 5, 3, 0.5)
        lay_ridge(stage, line, stage.palette.depth(0.78), 0.1)
        paint_hills(stage, horizon + stage.unit * 8, room * 0.05, 2)
    elif scene.has(Ground.MOUNTAINS) and not scene.has(Ground.HILLS) and not snow:
        paint_forest(stage, horizon + stage.unit * 4, room * 0.13, 3)
    else:
        paint_hills(stage, horizon, room * 0.12, 4)


def _wintry(palette: Palette) -> Palette:
    white = mix(_SNOW, palette.sky[1], 0.28 if not palette.dark else 0.6)
    return replace(
        palette,
        grass=mix(white, palette.ambient, 0.2) if not palette.dark else white,
        near=mix(palette.near, palette.sky[0], 0.35),
    )


def _treeline(stage: Stage, horizon: int) -> None:
    line = ridge(stage, "far bank", horizon + stage.unit * 1.5, stage.unit * 4, 2, 0.4)
    tone = stage.palette.depth(0.5)
    lay_ridge(stage, line, tone, 0.2)
    paint_pines(stage, line, stage.unit * 8, tone, "far pines", 0.2)


def _near_shore(stage: Stage, snow: bool, high: float) -> None:
    """Set a bank of `high` pixels before the water, that the picture has a front."""
    line = ridge(
        stage, "near bank", stage.size[1] - high + stage.unit * 5, stage.unit * 9, 1.0, 0.35
    )
    tone = stage.palette.grass if snow else mix(stage.palette.near, stage.palette.grass, 0.3)
    texture(stage, lay_ridge(stage, line, tone, 0.0), 0.3)


def _blooms(stage: Stage, scene: Scene) -> tuple[RGB, ...]:
    order = scene.find(Thing.FLOWER)
    named = order.colour if order and order.colour else None
    if "lavender" in scene.traits:
        return _BLOOMS[1]
    if "sunflower" in scene.traits or "sunflowers" in scene.traits:
        return _BLOOMS[2]
    if {"poppy", "poppies"} & scene.traits:
        return _BLOOMS[0]
    if named:
        return (named, mix(named, (255, 255, 255), 0.35), mix(named, (60, 20, 40), 0.2))
    return stage.dice("blooms").choice(_BLOOMS)
