"""Trees: pines in rows and alone, round crowns, palms, and trunks that frame a picture."""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, column, halo, shape, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.land import lay_ridge, ridge
from components.sandbox.painting.scene import Wanted
from components.sandbox.painting.stage import Stage


def pine(x: float, foot: float, tall: float, rng: Random) -> list[Point]:
    """Return the outline of a pine `tall` pixels high that stands on the row `foot`."""
    tiers = 5 if tall < 60 else 9
    wide = tall * rng.uniform(0.15, 0.21)
    left: list[Point] = []
    right: list[Point] = []
    for i in range(tiers):
        share = (i + 1) / tiers
        out = wide * share**0.85 * rng.uniform(0.82, 1.1)
        y = foot - tall * (1 - share * 0.93)
        left += [(x - out, y), (x - out * 0.52, y - tall * 0.012)]
        right += [(x + out * rng.uniform(0.85, 1.1), y), (x + out * 0.52, y - tall * 0.012)]
    trunk = tall * 0.018
    foot_line = [
        (x + trunk, foot - tall * 0.05),
        (x + trunk, foot + 2),
        (x - trunk, foot + 2),
        (x - trunk, foot - tall * 0.05),
    ]
    return [(x, foot - tall), *right, *foot_line, *reversed(left)]


def paint_pines(
    stage: Stage, line: Sequence[Point], tall: float, colour: RGB, what: str, spacing: float = 0.26
) -> None:
    """Plant a row of pines, about `tall` pixels high, along the skyline `line`."""
    rng = stage.dice(what)
    width = stage.size[0]
    trees: list[list[Point]] = []
    x = -tall * 0.2
    while x < width + tall * 0.2:
        place = min(len(line) - 1, max(0, round(x / width * (len(line) - 1))))
        grown = tall * (0.55 + 0.45 * rng.random() + 0.18 * math.sin(x / stage.unit / 9))
        trees.append(pine(x, line[place][1] + tall * 0.06, grown, rng))
        x += tall * spacing * rng.uniform(0.5, 1.5)
    top = max(0, int(min(y for tree in trees for _, y in tree)))
    mask = shape(stage.size, trees)
    deep = mix(colour, stage.palette.haze, 0.28)
    reach = max(2, min(stage.size[1] - top, round(tall * 1.6)))
    body = column((width, reach), [(0, colour), (0.5, colour), (1, deep)])
    stage.picture.paste(body, (0, top), mask.crop((0, top, width, top + reach)))


def paint_forest(stage: Stage, base: float, tall: float, layers: int = 4) -> None:
    """Stand rows of pines one before the other, each darker and larger, with mist between."""
    height = stage.size[1]
    for i in range(layers):
        near = i / max(1, layers - 1)
        colour = mix(
            stage.palette.depth(0.22 + 0.78 * near), stage.palette.grass, 0.18 * (1 - near * 0.5)
        )
        row = base + (height - base) * 0.8 * near**1.4 + tall * 0.12
        line = ridge(stage, f"forest {i}", row, tall * 0.5, 1.6, 0.35)
        lay_ridge(stage, line, colour, 0.52 * (1 - near * 0.72))
        paint_pines(stage, line, tall * (0.5 + 0.75 * near), colour, f"pines {i}", 0.24)


def light_shafts(stage: Stage) -> None:
    """Let the light fall in slanting shafts between the trees."""
    rng = stage.dice("shafts")
    width, height = stage.size
    x, y = stage.sun
    beams: list[list[Point]] = []
    for _ in range(7):
        angle = rng.uniform(0.5, 2.64)
        spread = rng.uniform(0.02, 0.07)
        reach = max(width, height) * 1.2
        ends = [
            (x + math.cos(angle + d) * reach, y + math.sin(angle + d) * reach)
            for d in (-spread, spread)
        ]
        beams.append([(x, y), *ends])
    small = (max(2, width // 6), max(2, height // 6))
    mask = shape(small, [[(px / 6, py / 6) for px, py in beam] for beam in beams])
    mask = mask.resize(stage.size, Image.Resampling.BICUBIC)
    far = halo(stage.size, stage.sun, (max(width, height) * 0.9,) * 2, 1.6)

    shine(stage.picture, ImageChops.multiply(mask, far), stage.palette.glow, 0.3)


def paint_framing_pines(stage: Stage, share: float = 0.62) -> None:
    """Set tall dark pines at both edges, that the eye goes to what lies between."""
    rng = stage.dice("framing")
    width, height = stage.size
    trees: list[list[Point]] = []
    tall = min(height * share, width * 0.9)
    for side in (0, 1):
        for k in range(rng.choice((2, 3))):
            grown = tall * (1 - 0.2 * k) * rng.uniform(0.75, 1.05)
            inset = tall * (0.02 + 0.13 * k) * rng.uniform(0.7, 1.2)
            x = inset if side == 0 else width - inset
            trees.append(pine(x, height + tall * 0.04, grown, rng))
    stage.picture.paste(stage.palette.near, (0, 0, width, height), shape(stage.size, trees))


def paint_tree(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a broad tree with a round crown in clumps, lit from one side."""
    rng = stage.dice(f"tree {at[0]:.0f}")
    board = Board(stage, at, tall, reach=0.7, top=1.1, foot=0.06)
    bark = stage.lit((74, 56, 48), 0.9)
    board.curve(
        [(-0.05, 0), (-0.03, 0.2), (-0.035, 0.5), (0.03, 0.5), (0.03, 0.2), (0.06, 0), (0, -0.01)],
        bark,
    )
    for x, y in ((-0.2, 0.58), (0.2, 0.6), (0.02, 0.66)):
        board.line([(0, 0.34), (x * 0.5, 0.46), (x, y)], 0.022, bark)
    leaf = stage.lit(wanted.colour or mix(stage.palette.grass, (72, 128, 74), 0.4), 0.9)
    clumps = [
        (math.cos(a) * 0.3 * r, 0.68 + math.sin(a) * 0.2 * r, rng.uniform(0.11, 0.17))
        for a, r in ((k * 2.4, math.sqrt((k + 0.5) / 22)) for k in range(22))
    ]
    side = -1 if stage.lit_from_left else 1
    for tone, shift in (
        (mix(leaf, stage.palette.near, 0.45), 0.0),
        (leaf, 0.025),
        (mix(leaf, stage.palette.glow, 0.32), 0.06),
    ):
        for x, y, r in clumps:
            keep = 1.0 if shift == 0 else 0.84 if shift < 0.05 else 0.46
            if shift < 0.05 or (x * side > -0.1 and y > 0.6):
                board.disc(x + side * shift, y + shift * 0.8, r * keep, r * keep * 0.86, tone)
    board.lay()


def paint_single_pine(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint one pine with a lit edge."""
    outline = pine(at[0], at[1], tall, stage.dice(f"pine {at[0]:.0f}"))
    tone = stage.lit(wanted.colour or mix(stage.palette.near, (40, 84, 62), 0.5), 0.9)
    mask = shape(stage.size, [outline])
    stage.picture.paste(tone, (0, 0, *stage.size), mask)


def paint_palm(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a leaning palm with feathered fronds."""
    rng = stage.dice(f"palm {at[0]:.0f}")
    facing = 1 if at[0] < stage.size[0] / 2 else -1
    board = Board(stage, at, tall, reach=0.75, top=1.25, foot=0.06, facing=facing)
    bark = stage.lit(mix(stage.palette.near, (96, 72, 56), 0.45), 0.9)
    spine = [(0.0, 0.0), (0.03, 0.3), (0.1, 0.6), (0.22, 0.92)]
    for k in range(40):
        t = k / 39
        x = 0.22 * t**1.8
        board.disc(x, 0.92 * t, 0.028 - 0.012 * t, 0.02, bark)
    board.line(spine, 0.02, bark)
    leaf = stage.lit(wanted.colour or mix(stage.palette.near, (58, 112, 76), 0.5), 0.9)
    for k in range(11):
        angle = -0.5 + k * (math.pi + 1.0) / 10 + rng.uniform(-0.1, 0.1)
        long = rng.uniform(0.34, 0.46)
        tone = mix(leaf, stage.palette.near, 0.4 if k % 2 else 0.08)
        _frond(board, (0.22, 0.93), angle, long, tone)
    for dx in (-0.02, 0.02, 0.0):
        board.disc(0.22 + dx, 0.9 - abs(dx), 0.022, 0.022, mix(bark, stage.palette.near, 0.4))
    board.lay()


def _frond(board: Board, root: Point, angle: float, long: float, colour: RGB) -> None:
    """Draw one frond: a drooping rib with leaflets on both sides."""
    rib: list[Point] = []
    for k in range(13):
        t = k / 12
        rib.append(
            (
                root[0] + math.cos(angle) * long * t,
                root[1] + math.sin(angle) * long * t * 0.7 - 0.36 * long * 2.2 * t * t * 0.6,
            )
        )
    board.line(rib, 0.01, colour)
    for k in range(1, 13):
        x, y = rib[k]
        size = 0.085 * math.sin(math.pi * min(1, k / 12 * 0.86 + 0.12))
        dx = rib[k][0] - rib[k - 1][0]
        lean = 0.5 if dx >= 0 else -0.5
        board.polygon([rib[k - 1], (x + lean * size, y - size * 1.25), (x, y)], colour)
        board.polygon([rib[k - 1], (x + lean * size * 1.3, y + size * 0.35), (x, y)], colour)


def paint_cactus(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a saguaro with two raised arms."""
    skin = stage.lit(wanted.colour or (74, 112, 84), 0.85)
    board = Board(stage, at, tall, reach=0.55, top=1.1, foot=0.05)
    for side, low, high in ((-1, 0.34, 0.72), (1, 0.46, 0.84)):
        board.line([(0, low), (side * 0.24, low), (side * 0.24, high)], 0.11, skin)
        board.disc(side * 0.24, high, 0.055, 0.055, skin)
        board.disc(side * 0.24, low, 0.055, 0.055, skin)
    trunk = [(-0.08, 0.0), (-0.085, 0.94), (-0.05, 1.02), (0.05, 1.02), (0.085, 0.94), (0.08, 0.0)]
    board.curve(trunk, skin)
    for x in (-0.04, 0.0, 0.04):
        board.line([(x, 0.02), (x, 0.96)], 0.01, mix(skin, stage.palette.near, 0.4))
    shade = (0, 130) if stage.lit_from_left else (130, 0)
    board.shade([(-0.3, 0), (-0.3, 1.05), (0.3, 1.05), (0.3, 0)], stage.palette.near, shade)
    board.lay()
