"""The poster portrait: a bust before a disc of colour, lit from one side."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.brush import column, halo, shape, shine
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.hair import paint_hair
from components.sandbox.painting.scene import Scene
from components.sandbox.painting.sitter import Sitter, read_sitter
from components.sandbox.painting.sky import circle
from components.sandbox.painting.stage import Stage

_GROUNDS: tuple[tuple[RGB, RGB], ...] = (
    ((240, 196, 140), (214, 106, 84)),
    ((158, 202, 196), (44, 104, 118)),
    ((246, 212, 178), (206, 122, 122)),
    ((206, 190, 222), (98, 84, 142)),
    ((244, 222, 170), (94, 132, 110)),
)


def paint_portrait(stage: Stage, scene: Scene) -> None:
    """Paint a faceted poster portrait: a bust before a disc of colour, lit from one side."""
    rng = stage.dice("portrait")
    sitter = read_sitter(scene, rng)
    width, height = stage.size
    pale, deep = rng.choice(_GROUNDS)
    if scene.sky is not None:
        pale, deep = mix(scene.sky, (255, 248, 232), 0.5), mix(scene.sky, (20, 16, 30), 0.2)
    if stage.palette.dark:
        pale, deep = mix(deep, pale, 0.2), mix(deep, (12, 12, 30), 0.7)
    stage.picture.paste(
        column((width, height), [(0, mix(pale, deep, 0.1)), (1, mix(pale, deep, 0.75))])
    )
    tall = min(height * 0.92, width * 1.16)
    centre = (width / 2, height - tall * 0.6)
    ring = shape(stage.size, [circle(centre[0], centre[1], tall * 0.43, 120)])
    stage.picture.paste(
        column(
            (width, height), [(0, mix(deep, pale, 0.28)), (1, mix(pale, (255, 244, 224), 0.55))]
        ),
        (0, 0),
        ring,
    )
    side = -1 if stage.lit_from_left else 1
    glow = halo(
        stage.size,
        (centre[0] + side * tall * 0.3, centre[1] - tall * 0.2),
        (tall * 0.8, tall * 0.8),
        1.8,
    )
    shine(stage.picture, glow, mix(pale, (255, 240, 214), 0.5), 0.34)
    board = Board(
        stage, (width / 2, float(height)), tall, reach=0.8, top=1.02, foot=0.02, facing=-side
    )
    _bust(board, sitter, deep)
    board.lay()


def _bust(board: Board, sitter: Sitter, deep: RGB) -> None:
    """Draw the sitter looking straight at us, light from the board's left."""
    skin, dusk = sitter.skin, mix(sitter.skin, mix(deep, (80, 30, 40), 0.5), 0.36)
    cloth, hair = sitter.clothes, sitter.hair
    dim = mix(hair, (10, 8, 18), 0.4)
    if sitter.long_hair and not sitter.bald:
        board.curve(
            [
                (-0.2, 0.72),
                (-0.245, 0.5),
                (-0.25, 0.3),
                (-0.16, 0.2),
                (0.16, 0.2),
                (0.26, 0.3),
                (0.25, 0.52),
                (0.2, 0.72),
                (0, 0.86),
            ],
            dim,
        )
    if sitter.helmet:
        board.disc(0, 0.63, 0.31, 0.32, (226, 228, 232))
        board.disc(0, 0.63, 0.262, 0.272, mix(deep, (20, 24, 44), 0.7))
    torso = [
        (-0.56, -0.1),
        (-0.52, 0.12),
        (-0.4, 0.23),
        (-0.2, 0.29),
        (-0.09, 0.33),
        (0.09, 0.33),
        (0.2, 0.29),
        (0.4, 0.23),
        (0.52, 0.12),
        (0.56, -0.1),
    ]
    board.curve(torso, cloth)
    neck = [
        (-0.085, 0.46),
        (-0.09, 0.34),
        (-0.14, 0.28),
        (0, 0.2),
        (0.14, 0.28),
        (0.09, 0.34),
        (0.085, 0.46),
    ]
    board.curve(neck, mix(skin, dusk, 0.65))
    collar = mix(cloth, (255, 248, 236), 0.2)
    board.curve(
        [(-0.2, 0.28), (-0.115, 0.35), (-0.08, 0.27), (0.0, 0.18), (-0.05, 0.1), (-0.16, 0.2)],
        collar,
    )
    board.curve(
        [(0.2, 0.28), (0.115, 0.35), (0.08, 0.27), (0.0, 0.18), (0.05, 0.1), (0.16, 0.2)],
        mix(cloth, deep, 0.3),
    )
    board.shade(torso, mix(cloth, (14, 10, 28), 0.7), (0, 190), rounded=True)
    for side in (-1, 1):
        board.disc(side * 0.165, 0.605, 0.026, 0.045, skin if side < 0 else dusk)
    face = [
        (-0.165, 0.68),
        (-0.16, 0.56),
        (-0.125, 0.46),
        (-0.05, 0.4),
        (0.05, 0.4),
        (0.125, 0.46),
        (0.16, 0.56),
        (0.165, 0.68),
        (0.12, 0.8),
        (0, 0.84),
        (-0.12, 0.8),
    ]
    board.curve(face, skin)
    # The shaded half runs down the brow, the nose and the chin: it is what makes a face of an oval.
    half = [
        (0.02, 0.84),
        (0.035, 0.74),
        (0.03, 0.67),
        (0.012, 0.63),
        (0.05, 0.555),
        (0.018, 0.535),
        (0.028, 0.5),
        (0.02, 0.45),
        (0.03, 0.4),
        (0.05, 0.4),
        (0.125, 0.46),
        (0.16, 0.56),
        (0.165, 0.68),
        (0.12, 0.8),
    ]
    board.polygon(half, dusk)
    board.curve(
        [(0.125, 0.46), (0.16, 0.56), (0.168, 0.68), (0.15, 0.7), (0.145, 0.58), (0.11, 0.48)],
        mix(dusk, skin, 0.5),
    )
    brow = mix(hair, dusk, 0.3) if not sitter.bald else mix(dusk, (40, 24, 24), 0.6)
    for side in (-1, 1):
        x = side * 0.075
        board.curve([(x - 0.045, 0.667), (x, 0.684), (x + 0.045, 0.667), (x, 0.674)], brow)
        board.curve(
            [(x - 0.038, 0.622), (x, 0.636), (x + 0.038, 0.622), (x, 0.615)],
            mix(dusk, (34, 20, 30), 0.72),
        )
    lips = mix(dusk, (176, 50, 60), 0.45)
    board.curve(
        [
            (-0.052, 0.487),
            (-0.02, 0.496),
            (0.0, 0.492),
            (0.02, 0.496),
            (0.052, 0.487),
            (0.02, 0.47),
            (-0.02, 0.47),
        ],
        lips,
    )
    if sitter.beard:
        board.curve(
            [
                (-0.165, 0.6),
                (-0.145, 0.47),
                (-0.07, 0.37),
                (0.07, 0.37),
                (0.145, 0.47),
                (0.165, 0.6),
                (0.12, 0.525),
                (0.05, 0.525),
                (0, 0.51),
                (-0.05, 0.525),
                (-0.12, 0.525),
            ],
            hair,
        )
        board.curve([(-0.05, 0.488), (0.0, 0.495), (0.05, 0.488), (0.0, 0.472)], lips)
    if not sitter.bald:
        paint_hair(board, sitter, dim)
    if sitter.glasses:
        frame = (38, 32, 40)
        for side in (-1, 1):
            lens = [
                (side * 0.075 + dx, 0.622 + dy)
                for dx, dy in ((-0.056, 0.03), (0.056, 0.03), (0.05, -0.03), (-0.05, -0.03))
            ]
            board.line([*lens, lens[0]], 0.011, frame)
        board.line([(-0.02, 0.632), (0.02, 0.632)], 0.011, frame)
    if sitter.hat:
        felt = mix(sitter.clothes, (26, 20, 32), 0.35)
        board.curve(
            [
                (-0.19, 0.78),
                (-0.17, 0.94),
                (-0.06, 0.985),
                (0.08, 0.975),
                (0.17, 0.93),
                (0.19, 0.78),
            ],
            felt,
        )
        board.curve(
            [
                (-0.34, 0.765),
                (-0.18, 0.79),
                (0, 0.8),
                (0.18, 0.79),
                (0.34, 0.765),
                (0.18, 0.735),
                (0, 0.725),
                (-0.18, 0.735),
            ],
            mix(felt, (255, 240, 220), 0.12),
        )
