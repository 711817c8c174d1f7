"""The stage: one picture being painted, with the light and the depth that all painters share."""

from dataclasses import dataclass
from random import Random

from PIL import Image

from components.sandbox.painting.brush import Point
from components.sandbox.painting.colour import RGB, mix, under
from components.sandbox.painting.dice import dice
from components.sandbox.painting.palettes import Palette


@dataclass(frozen=True)
class Stage:
    """A picture and its light; every painter draws on `picture` in place.

    `picture` is RGB. `horizon` is the row, in pixels, where land or water meets the sky; `sun` is
    where the light comes from, in pixels, and may lie outside. `name` seeds all chance;
    `wet` says that what stands in the middle ground is mirrored in water.
    """

    picture: Image.Image
    palette: Palette
    horizon: int
    sun: Point
    name: str
    wet: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.size

    @property
    def unit(self) -> float:
        """A hundredth of the shorter side, in pixels: the measure of every stroke."""
        return min(self.picture.size) / 100

    @property
    def lit_from_left(self) -> bool:
        """Whether the light falls from the left."""
        return self.sun[0] < self.picture.width / 2

    def dice(self, what: str) -> Random:
        """Return the chance for one part of the picture, independent of all other parts."""
        return dice(self.name, what)

    def lit(self, colour: RGB, nearness: float = 0.7) -> RGB:
        """Return how a thing of `colour` looks here: in this light, in the air of its distance."""
        return mix(self.palette.haze, under(colour, self.palette.ambient), 0.35 + 0.65 * nearness)
