"""The hair of a sitter, long or short."""

from components.sandbox.painting.board import Board
from components.sandbox.painting.colour import RGB, mix
from components.sandbox.painting.sitter import Sitter


def paint_hair(board: Board, sitter: Sitter, dim: RGB) -> None:
    """Paint it over the head; `dim` is the shade of its far side."""
    hair = sitter.hair
    if sitter.long_hair:
        board.curve(
            [
                (0.02, 0.83),
                (-0.1, 0.75),
                (-0.15, 0.62),
                (-0.165, 0.48),
                (-0.2, 0.3),
                (-0.26, 0.34),
                (-0.25, 0.56),
                (-0.215, 0.76),
                (-0.12, 0.88),
                (0.02, 0.905),
            ],
            hair,
        )
        board.curve(
            [
                (0.0, 0.84),
                (0.1, 0.76),
                (0.15, 0.62),
                (0.17, 0.48),
                (0.2, 0.3),
                (0.265, 0.36),
                (0.25, 0.58),
                (0.215, 0.76),
                (0.12, 0.88),
                (-0.02, 0.905),
            ],
            mix(hair, dim, 0.6),
        )
        board.curve(
            [(-0.2, 0.72), (-0.12, 0.83), (-0.02, 0.87), (-0.1, 0.86), (-0.17, 0.79)],
            mix(hair, (255, 240, 214), 0.25),
        )
        return
    board.curve(
        [
            (-0.185, 0.62),
            (-0.195, 0.76),
            (-0.13, 0.88),
            (0, 0.925),
            (0.13, 0.885),
            (0.195, 0.76),
            (0.185, 0.62),
            (0.155, 0.7),
            (0.1, 0.765),
            (-0.02, 0.775),
            (-0.11, 0.75),
            (-0.155, 0.7),
        ],
        hair,
    )
    board.curve(
        [
            (0.02, 0.775),
            (0.1, 0.765),
            (0.155, 0.7),
            (0.185, 0.62),
            (0.195, 0.76),
            (0.13, 0.885),
            (0.05, 0.915),
            (0.09, 0.84),
        ],
        dim,
    )
    board.curve(
        [(-0.16, 0.78), (-0.1, 0.86), (0.0, 0.895), (-0.08, 0.845)],
        mix(hair, (255, 240, 214), 0.25),
    )
