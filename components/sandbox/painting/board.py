"""A board to draw one thing on: in units of the thing's height, large, then laid down small."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.painting.brush import Point, fade, smooth
from components.sandbox.painting.colour import RGB
from components.sandbox.painting.stage import Stage

_FINER = 3


@dataclass
class Board:
    """A sheet whose origin is where the thing touches the ground; x to the right, y upwards.

    One unit is `tall` pixels of the picture. The sheet reaches `reach` units to the left and
    right, `top` units up and `foot` units down.
    """

    stage: Stage
    at: Point
    tall: float
    reach: float = 0.7
    top: float = 1.1
    foot: float = 0.15
    facing: int = 1
    _sheet: Image.Image = field(init=False)
    _pen: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        """Cut the sheet to size, transparent."""
        scale = self.tall * _FINER
        size = (
            max(1, round(2 * self.reach * scale)),
            max(1, round((self.top + self.foot) * scale)),
        )
        self._sheet = Image.new("RGBA", size, (0, 0, 0, 0))
        self._pen = ImageDraw.Draw(self._sheet)

    def _spot(self, point: Point) -> Point:
        scale = self.tall * _FINER
        return (point[0] * self.facing + self.reach) * scale, (self.top - point[1]) * scale

    def on_picture(self, point: Point) -> Point:
        """Return where a point of the board lies on the picture, in pixels."""
        return self.at[0] + point[0] * self.facing * self.tall, self.at[1] - point[1] * self.tall

    def polygon(self, points: Sequence[Point], colour: RGB) -> None:
        """Fill a shape with straight edges."""
        self._pen.polygon([self._spot(point) for point in points], fill=colour)

    def curve(self, points: Sequence[Point], colour: RGB) -> None:
        """Fill a shape whose edge runs smoothly through `points`."""
        self._pen.polygon([self._spot(point) for point in smooth(points)], fill=colour)

    def disc(self, x: float, y: float, across: float, down: float, colour: RGB) -> None:
        """Fill an ellipse of the given radii."""
        left, top = self._spot((x - across * self.facing, y + down))
        right, bottom = self._spot((x + across * self.facing, y - down))
        self._pen.ellipse((left, top, right, bottom), fill=colour)

    def box(self, left: float, bottom: float, right: float, top: float, colour: RGB) -> None:
        """Fill an upright rectangle."""
        self.polygon([(left, bottom), (left, top), (right, top), (right, bottom)], colour)

    def line(self, points: Sequence[Point], wide: float, colour: RGB) -> None:
        """Draw a line of `wide` units through `points`."""
        width = max(1, round(wide * self.tall * _FINER))
        self._pen.line(
            [self._spot(point) for point in points], fill=colour, width=width, joint="curve"
        )

    def shade(
        self,
        points: Sequence[Point],
        colour: RGB,
        strength: tuple[int, int],
        sideways: bool = True,
        rounded: bool = False,
    ) -> None:
        """Lay `colour` over what is already drawn inside `points`, growing between `strength`s.

        The two strengths (0 to 255) hold at the left and the right, or at the top and the foot.
        """
        spots = [self._spot(point) for point in (smooth(points) if rounded else points)]
        left, top = int(min(x for x, _ in spots)), int(min(y for _, y in spots))
        wide = max(2, int(max(x for x, _ in spots)) - left + 1)
        tall = max(2, int(max(y for _, y in spots)) - top + 1)
        mask = Image.new("L", (wide, tall), 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in spots], fill=255)
        ends = strength if self.facing > 0 or not sideways else strength[::-1]
        if sideways:
            ramp = fade((tall, wide), [(0, ends[0]), (1, ends[1])]).transpose(
                Image.Transpose.ROTATE_90
            )
        else:
            ramp = fade((wide, tall), [(0, ends[0]), (1, ends[1])])
        whole = Image.new("L", self._sheet.size, 0)
        whole.paste(ImageChops.multiply(mask, ramp), (left, top))
        whole = ImageChops.multiply(whole, self._sheet.getchannel("A"))
        alpha = self._sheet.getchannel("A")
        self._sheet.paste((*colour, 255), (0, 0), whole)
        self._sheet.putalpha(alpha)

    def lay(self, mirror: int = 0) -> None:
        """Put the drawing on the picture; `mirror` (0 to 255) is how well water gives it back."""
        drawn = self._sheet.reduce(_FINER)
        x = round(self.at[0] - self.reach * self.tall)
        y = round(self.at[1] - self.top * self.tall)
        if mirror and self.stage.wet:
            split = round(self.top * self.tall)
            above = drawn.crop((0, 0, drawn.width, split)).transpose(
                Image.Transpose.FLIP_TOP_BOTTOM
            )
            above = above.resize((drawn.width, max(1, round(split * 0.8))))
            thin = ImageChops.multiply(
                above.getchannel("A"), fade(above.size, [(0, mirror), (0.6, mirror // 3), (1, 0)])
            )
            self.stage.picture.paste(above.convert("RGB"), (x, round(self.at[1])), thin)
        self.stage.picture.paste(drawn.convert("RGB"), (x, y), drawn.getchannel("A"))
