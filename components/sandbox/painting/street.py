"""A street: houses on both sides that run to a vanishing point."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from PIL import Image

from components.sandbox.painting.brush import Point, column, fill, halo, shine
from components.sandbox.painting.city import LAMPS
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.palettes import Weather
from components.sandbox.painting.stage import Stage

_NEON: tuple[RGB, ...] = ((255, 72, 148), (72, 220, 255), (190, 96, 255), (255, 150, 80))
_BRICKS: tuple[RGB, ...] = (
    (176, 120, 96),
    (148, 136, 130),
    (196, 160, 120),
    (120, 116, 132),
    (164, 96, 88),
)
_DEPTHS = (9.0, 6.6, 4.9, 3.6, 2.6, 1.85, 1.25, 0.8, 0.5)
"""How far away one house ends and the next begins, in units of the distance to the picture."""


@dataclass(frozen=True)
class Lane:
    """The perspective of a street: the vanishing point, half the street's width, the eye's height.

    All in pixels, as they would measure at distance 1.
    """

    eye: Point
    half: float
    drop: float

    def spot(self, side: int, depth: float, level: float = 0.0, inset: float = 1.0) -> Point:
        """Return where a point of a wall lies: `level` above the ground, `inset` 0 mid-street."""
        x = self.eye[0] + side * self.half * inset / depth
        return x, self.eye[1] + (self.drop * 0.8 - level) / depth

    def wall(self, side: int, far: float, close: float, low: float, high: float) -> list[Point]:
        """Return a rectangle of the wall on one side, as it looks from here."""
        return [
            self.spot(side, far, low),
            self.spot(side, far, high),
            self.spot(side, close, high),
            self.spot(side, close, low),
        ]


def paint_street(stage: Stage, neon: bool, weather: Weather) -> None:
    """Build a street towards a vanishing point on the horizon, its windows lit after dark.

    `neon` hangs glowing signs on the walls and wets the road, as rain does.
    """
    rng = stage.dice("street")
    width, height = stage.size
    drop = height - stage.horizon
    eye = (width * (0.46 if stage.lit_from_left else 0.54), float(stage.horizon))
    lane = Lane(eye, max(width, height * 0.62) * 0.3, drop)
    road = stage.lit((92, 92, 100), 0.8)
    far, near = mix(road, stage.palette.haze, 0.6), mix(road, stage.palette.near, 0.5)
    stage.picture.paste(column((width, drop), [(0, far), (1, near)]), (0, stage.horizon))
    for side in (-1, 1):
        for behind, before in pairwise(_DEPTHS):
            _house(stage, lane, side, (behind, before), rng, neon)
    _pavement(stage, lane)
    if neon or weather in (Weather.RAIN, Weather.STORM):
        _wet(stage)
    _middle_line(stage, lane)


def _house(stage: Stage, lane: Lane, side: int, depths: Point, rng: Random, neon: bool) -> None:
    dark = stage.palette.dark
    far, close = depths[0], depths[1] + (depths[0] - depths[1]) * 0.06
    high = rng.uniform(1.5, 3.1) * lane.drop
    near = min(1.0, 0.75 / depths[1])
    wall = stage.lit(rng.choice(_BRICKS), near)
    wall = mix(wall, stage.palette.depth(near), 0.5 if dark else 0.18)
    shaded = (side < 0) == stage.lit_from_left
    wall = mix(wall, stage.palette.near, 0.42 if shaded else 0.12)
    fill(stage.picture, [lane.wall(side, far, close, 0, high)], wall)
    roof, foot = lane.spot(side, close, high), lane.spot(side, close)
    beyond = side * lane.half
    front = [roof, (roof[0] + beyond, roof[1]), (foot[0] + beyond, foot[1]), foot]
    fill(stage.picture, [front], mix(wall, stage.palette.near, 0.35))
    lit: list[list[Point]] = []
    unlit: list[list[Point]] = []
    floors, bays = max(3, round(high / lane.drop * 3)), 4
    for floor in range(floors):
        for bay in range(bays):
            ends = [far + (close - far) * (bay + share) / bays for share in (0.25, 0.78)]
            low, top = (high * (floor + share) / floors for share in (0.3, 0.78))
            pane = lane.wall(side, ends[0], ends[1], low, top)
            (lit if rng.random() < (0.5 if dark else 0.12) else unlit).append(pane)
    lamp = rng.choice(_NEON) if neon and rng.random() < 0.35 else rng.choice(LAMPS)
    fill(stage.picture, unlit, mix(wall, stage.palette.sky[0], 0.55))
    fill(stage.picture, lit, mix(lamp, wall, 0.2 if dark else 0.5))
    if neon and dark:
        _blade(
            stage,
            lane.spot(side, close * 0.98, high * rng.uniform(0.3, 0.6)),
            rng,
            (
                -side * lane.half * 0.1 / close,
                high * 0.3 / close,
            ),
        )


def _blade(stage: Stage, at: Point, rng: Random, size: Point) -> None:
    """Hang a glowing sign of `size` pixels at `at`, standing out from the wall."""
    tone = rng.choice(_NEON)
    wide, tall = size
    glow = halo(stage.size, (at[0], at[1] + tall / 2), (tall * 1.3, tall * 1.3), 1.8)
    shine(stage.picture, glow, tone, 0.55)
    blade = [at, (at[0], at[1] + tall), (at[0] + wide, at[1] + tall), (at[0] + wide, at[1])]
    fill(stage.picture, [blade], mix(tone, (255, 255, 255), 0.25))


def _pavement(stage: Stage, lane: Lane) -> None:
    kerbs = [
        [
            lane.spot(side, 9),
            lane.spot(side, 0.5),
            lane.spot(side, 0.5, inset=0.62),
            lane.spot(side, 9, inset=0.62),
        ]
        for side in (-1, 1)
    ]
    pale = mix(stage.lit((150, 148, 146), 0.8), stage.palette.near, 0.25)
    fill(stage.picture, kerbs, pale, 0.55)


def _wet(stage: Stage) -> None:
    """Let the road give the street back, drawn out into long soft streaks."""
    width, height = stage.size
    tall = height - stage.horizon
    mirror = stage.picture.crop((0, max(0, stage.horizon - tall), width, stage.horizon))
    mirror = mirror.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirror = mirror.resize((max(1, width // 3), max(1, tall // 24)))
    mirror = mirror.resize((width, tall), Image.Resampling.BICUBIC)
    stage.picture.paste(mirror, (0, stage.horizon), Image.new("L", (width, tall), 150))


def _middle_line(stage: Stage, lane: Lane) -> None:
    dashes: list[list[Point]] = []
    depth = 8.0
    while depth > 0.5:
        end = depth * 0.86
        corners = ((-1, depth), (1, depth), (1, end), (-1, end))
        dashes.append([lane.spot(side, away, inset=0.02) for side, away in corners])
        depth *= 0.7
    fill(stage.picture, dashes, stage.lit((236, 226, 196), 0.9), 0.7)
