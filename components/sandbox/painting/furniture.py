"""Furniture of a room: sofa, bed, armchair and table, lamps, a picture and a bookshelf."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import Point, halo, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.scene import Thing, Wanted
from components.sandbox.painting.stage import Stage

_DARK: RGB = (22, 16, 24)
_LIGHT: RGB = (255, 250, 240)
_WOOD: RGB = (142, 98, 66)


def _tone(stage: Stage, colour: RGB) -> RGB:
    return mix(colour, (16, 14, 30), 0.4) if stage.palette.dark else colour


def _sheet(stage: Stage, at: Point, tall: float, reach: float) -> Board:
    return Board(stage, at, tall, reach=reach, top=1.1, foot=0.1)


def _cushion(board: Board, box: tuple[float, float, float, float], tone: RGB) -> None:
    """Draw a soft block: corners rounded, its foot in shade."""
    left, low, right, high = box
    soft = min(right - left, high - low) * 0.18
    outline = [
        (left, low + soft), (left, high - soft), (left + soft, high), (right - soft, high),
        (right, high - soft), (right, low + soft), (right - soft, low), (left + soft, low),
    ]  # fmt: skip
    board.polygon(outline, tone)
    board.shade(outline, _DARK, (0, 80), sideways=False)


def paint_sofa(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a three-seated sofa with two cushions."""
    board = _sheet(stage, at, tall, 1.5)
    cloth = _tone(stage, wanted.colour or (96, 120, 124))
    for x in (-1.2, 1.12):
        board.box(x, 0.0, x + 0.08, 0.16, _tone(stage, _WOOD))
    _cushion(board, (-1.3, 0.3, 1.3, 1.0), mix(cloth, _DARK, 0.12))
    for k in range(3):
        _cushion(board, (-1.1 + k * 0.74, 0.36, -0.38 + k * 0.74, 0.92), mix(cloth, _DARK, 0.04))
        _cushion(board, (-1.1 + k * 0.74, 0.26, -0.38 + k * 0.74, 0.5), mix(cloth, _LIGHT, 0.14))
    _cushion(board, (-1.25, 0.12, 1.25, 0.3), mix(cloth, _DARK, 0.2))
    for x in (-1.4, 1.14):
        _cushion(board, (x, 0.12, x + 0.26, 0.68), mix(cloth, _LIGHT, 0.08))
    for x, tone in ((-0.98, (232, 176, 96)), (0.6, (236, 224, 204))):
        _cushion(board, (x, 0.46, x + 0.4, 0.84), _tone(stage, tone))
    board.lay()


def paint_bed(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a double bed from its foot, pillows against the headboard."""
    board = _sheet(stage, at, tall, 1.3)
    cloth = _tone(stage, wanted.colour or (206, 190, 170))
    linen = _tone(stage, (244, 240, 232))
    _cushion(board, (-1.04, 0.2, 1.04, 1.06), _tone(stage, _WOOD))
    for x in (-0.92, 0.06):
        _cushion(board, (x, 0.56, x + 0.86, 0.88), linen)
    board.polygon([(-0.98, 0.62), (0.98, 0.62), (1.16, 0.34), (-1.16, 0.34)], linen)
    blanket = [(-1.0, 0.54), (1.0, 0.54), (1.2, 0.3), (1.2, 0.06), (-1.2, 0.06), (-1.2, 0.3)]
    board.polygon(blanket, cloth)
    board.shade(blanket, _DARK, (0, 110), sideways=False)
    board.line([(-1.19, 0.3), (1.19, 0.3)], 0.012, mix(cloth, _DARK, 0.3))
    board.polygon(
        [(-1.02, 0.52), (1.02, 0.52), (1.07, 0.44), (-1.07, 0.44)], mix(cloth, _LIGHT, 0.4)
    )
    for x in (-1.1, 1.02):
        board.box(x, -0.04, x + 0.08, 0.07, _tone(stage, _WOOD))
    board.lay()


def paint_armchair(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint an armchair on slender legs."""
    board = _sheet(stage, at, tall, 0.8)
    cloth = _tone(stage, wanted.colour or (204, 132, 84))
    for x, lean in ((-0.44, -0.06), (0.4, 0.06)):
        board.polygon(
            [(x, 0.24), (x + 0.06, 0.24), (x + 0.04 + lean, 0.0), (x + lean, 0.0)],
            _tone(stage, _WOOD),
        )
    back = [(-0.46, 0.3), (-0.5, 0.8), (-0.36, 1.04), (0.36, 1.04), (0.5, 0.8), (0.46, 0.3)]
    board.curve(back, mix(cloth, _DARK, 0.1))
    _cushion(board, (-0.42, 0.3, 0.42, 0.52), mix(cloth, _LIGHT, 0.18))
    _cushion(board, (-0.5, 0.2, 0.5, 0.34), mix(cloth, _DARK, 0.2))
    for x in (-0.6, 0.42):
        _cushion(board, (x, 0.24, x + 0.18, 0.66), cloth)
    board.lay()


def paint_table(stage: Stage, wanted: Wanted, at: Point, tall: float) -> None:
    """Paint a table with two chairs."""
    board = _sheet(stage, at, tall, 1.2)
    wood = _tone(stage, wanted.colour or (176, 124, 82))
    for side in (-1, 1):
        frame = mix(wood, _DARK, 0.4)
        board.line([(side * 0.98, 0.0), (side * 0.98, 0.98)], 0.05, frame)
        board.line([(side * 0.62, 0.0), (side * 0.62, 0.42)], 0.05, frame)
        board.line([(side * 0.6, 0.42), (side * 1.0, 0.42)], 0.07, frame)
        for y in (0.66, 0.8, 0.94):
            board.line([(side * 0.94, y), (side * 1.0, y)], 0.05, frame)
    for x in (-0.5, 0.44):
        board.box(x, 0.0, x + 0.06, 0.6, mix(wood, _DARK, 0.25))
    board.box(-0.74, 0.58, 0.74, 0.66, wood)
    board.polygon(
        [(-0.74, 0.66), (-0.66, 0.72), (0.66, 0.72), (0.74, 0.66)], mix(wood, _LIGHT, 0.3)
    )
    cup = _tone(stage, (240, 236, 228))
    for x in (-0.3, 0.2):
        board.box(x, 0.7, x + 0.12, 0.8, cup)
    board.lay()


def paint_floor_lamp(stage: Stage, at: Point, tall: float) -> None:
    """Paint a standing lamp, lit."""
    board = _sheet(stage, at, tall, 0.4)
    board.line([(0, 0.02), (0, 0.8)], 0.02, (54, 46, 44))
    board.disc(0, 0.02, 0.14, 0.025, (54, 46, 44))
    shade = [(-0.12, 1.0), (0.12, 1.0), (0.19, 0.76), (-0.19, 0.76)]
    board.polygon(shade, (250, 224, 176))
    board.shade(shade, (224, 150, 84), (20, 120))
    board.lay()
    _glow(stage, board.on_picture((0, 0.86)), tall * 0.6)


def paint_pendant(stage: Stage, at: Point, long: float) -> None:
    """Paint a lamp that hangs `long` pixels from the ceiling, its foot at `at`."""
    board = Board(stage, at, long, reach=0.5, top=1.3, foot=0.1)
    board.line([(0, 0.3), (0, 1.3)], 0.02, (44, 40, 42))
    board.polygon([(-0.07, 0.36), (0.07, 0.36), (0.3, 0.06), (-0.3, 0.06)], (52, 56, 60))
    board.disc(0, 0.06, 0.3, 0.05, (255, 228, 170))
    board.lay()
    _glow(stage, board.on_picture((0, 0.0)), long * 0.9)


def _glow(stage: Stage, at: Point, reach: float) -> None:
    strength = 0.6 if stage.palette.dark else 0.3
    shine(stage.picture, halo(stage.size, at, (reach, reach), 1.8), (255, 206, 130), strength)


def paint_frame(stage: Stage, at: Point, tall: float) -> None:
    """Hang a framed picture of hills, its lower edge at `at`."""
    board = _sheet(stage, at, tall, 0.6)
    board.box(-0.42, 0.0, 0.42, 1.0, _tone(stage, (70, 54, 46)))
    board.box(-0.38, 0.04, 0.38, 0.96, _tone(stage, (246, 240, 228)))
    board.box(-0.28, 0.16, 0.28, 0.84, _tone(stage, (240, 190, 150)))
    board.disc(0.08, 0.6, 0.09, 0.09, _tone(stage, (250, 236, 210)))
    board.polygon(
        [(-0.28, 0.16), (-0.28, 0.4), (-0.1, 0.54), (0.1, 0.36), (0.28, 0.46), (0.28, 0.16)],
        _tone(stage, (96, 124, 128)),
    )
    board.lay()


def paint_shelf(stage: Stage, at: Point, tall: float) -> None:
    """Paint a full bookshelf."""
    board = _sheet(stage, at, tall, 0.5)
    rng = stage.dice("bookshelf")
    wood = _tone(stage, _WOOD)
    board.box(-0.42, 0.0, 0.42, 1.04, mix(wood, _DARK, 0.45))
    spines: tuple[RGB, ...] = (
        (176, 72, 60), (222, 178, 104), (52, 84, 104), (96, 128, 104), (236, 226, 206),
    )  # fmt: skip
    for row in range(4):
        low, x = 0.05 + row * 0.25, -0.38
        while x < 0.33:
            wide = rng.uniform(0.03, 0.06)
            board.box(
                x, low, x + wide, low + rng.uniform(0.15, 0.2), _tone(stage, rng.choice(spines))
            )
            x += wide + 0.006
        board.box(-0.42, low - 0.035, 0.42, low, wood)
    for left in (-0.44, 0.4):
        board.box(left, 0.0, left + 0.04, 1.06, wood)
    board.box(-0.44, 1.02, 0.44, 1.06, wood)
    board.lay()


FURNITURE = {
    Thing.SOFA: (paint_sofa, 0.62),
    Thing.BED: (paint_bed, 0.72),
    Thing.ARMCHAIR: (paint_armchair, 0.68),
    Thing.DINING_TABLE: (paint_table, 0.62),
}
"""What stands in a room: its painter, and its height as a share of half the wall's."""
