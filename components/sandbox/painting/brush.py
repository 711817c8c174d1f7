"""The soft strokes everything else is made of: gradients, glows and edges without stairs."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from components.sandbox.painting.colour import RGB, mix

Point = tuple[float, float]
Stops = Sequence[tuple[float, RGB]]

_FINER = 3
"""How much larger a mask is drawn before it is brought down to size."""

_RIM = 179
"""The level of `Image.radial_gradient` in the middle of its edges (Pillow 13): the disc's rim."""


def blend_at(stops: Stops, place: float) -> RGB:
    """Return the colour at `place` between `stops`, which are (place, colour) in rising order."""
    before = stops[0]
    for stop in stops:
        if stop[0] >= place:
            span = stop[0] - before[0]
            return mix(before[1], stop[1], (place - before[0]) / span if span else 1.0)
        before = stop
    return before[1]


def column(size: tuple[int, int], stops: Stops) -> Image.Image:
    """Return an RGB picture of `size` pixels that runs through `stops` (0 to 1) from the top."""
    height = size[1]
    rows = bytes(part for y in range(height) for part in blend_at(stops, y / max(1, height - 1)))
    return Image.frombytes("RGB", (1, height), rows).resize(size, Image.Resampling.NEAREST)


def fade(size: tuple[int, int], values: Sequence[tuple[float, int]]) -> Image.Image:
    """Return a mode L mask of `size` pixels that runs through `values` (0 to 255) from the top."""
    return column(size, [(place, (value, value, value)) for place, value in values]).getchannel(0)


def halo(
    size: tuple[int, int], centre: Point, radius: tuple[float, float], curve: float = 2.0
) -> Image.Image:
    """Return a mode L mask, 255 at `centre` and falling to 0 at `radius`, all in pixels."""
    left, top = centre[0] - radius[0], centre[1] - radius[1]
    box = (
        max(0, int(left)),
        max(0, int(top)),
        min(size[0], int(centre[0] + radius[0]) + 1),
        min(size[1], int(centre[1] + radius[1]) + 1),
    )
    mask = Image.new("L", size, 0)
    if box[0] >= box[2] or box[1] >= box[3]:
        return mask
    across, down = 256 / (2 * radius[0]), 256 / (2 * radius[1])
    source = (
        max(0.0, (box[0] - left) * across),
        max(0.0, (box[1] - top) * down),
        min(256.0, (box[2] - left) * across),
        min(256.0, (box[3] - top) * down),
    )
    disc = Image.radial_gradient("L").resize(
        (box[2] - box[0], box[3] - box[1]), Image.Resampling.BICUBIC, box=source
    )
    mask.paste(disc.point([round(255 * max(0.0, 1 - i / _RIM) ** curve) for i in range(256)]), box)
    return mask


def shine(picture: Image.Image, mask: Image.Image, colour: RGB, strength: float = 1.0) -> None:
    """Add light of `colour` to `picture` in place, where the mode L `mask` says."""
    box = mask.getbbox()
    if box is None:
        return
    spot = mask.crop(box)
    light = Image.merge(
        "RGB",
        [spot.point([round(i * part / 255 * strength) for i in range(256)]) for part in colour],
    )
    picture.paste(ImageChops.screen(picture.crop(box), light), box)


def shape(size: tuple[int, int], outlines: Sequence[Sequence[Point]]) -> Image.Image:
    """Return a mode L mask of `size` pixels, 255 inside the polygons `outlines`, smooth edges."""
    mask = Image.new("L", size, 0)
    cut = _cut(size, outlines)
    if cut is not None:
        mask.paste(cut[1], cut[0])
    return mask


def fill(
    picture: Image.Image,
    outlines: Sequence[Sequence[Point]],
    colour: RGB,
    strength: float = 1.0,
) -> None:
    """Fill the polygons `outlines` on the RGB `picture` in place, `strength` (0 to 1) opaque."""
    cut = _cut(picture.size, outlines)
    if cut is not None:
        box, mask = cut
        if strength < 1:
            mask = mask.point([round(i * strength) for i in range(256)])
        picture.paste(colour, box, mask)


def _cut(
    size: tuple[int, int], outlines: Sequence[Sequence[Point]]
) -> tuple[tuple[int, int, int, int], Image.Image] | None:
    """Return the box that `outlines` take up within `size`, and their mask in it."""
    xs = [x for outline in outlines for x, _ in outline]
    ys = [y for outline in outlines for _, y in outline]
    if not xs:
        return None
    box = (
        max(0, int(min(xs)) - 1),
        max(0, int(min(ys)) - 1),
        min(size[0], int(max(xs)) + 2),
        min(size[1], int(max(ys)) + 2),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        return None
    large = Image.new("L", ((box[2] - box[0]) * _FINER, (box[3] - box[1]) * _FINER), 0)
    pen = ImageDraw.Draw(large)
    for outline in outlines:
        pen.polygon([((x - box[0]) * _FINER, (y - box[1]) * _FINER) for x, y in outline], fill=255)
    return box, large.reduce(_FINER)


def smooth(points: Sequence[Point], closed: bool = True, pieces: int = 8) -> list[Point]:
    """Return a curve through `points` (Catmull-Rom), `pieces` short lines between each two."""
    count = len(points)
    curve: list[Point] = []
    for i in range(count if closed else count - 1):
        a, b, c, d = (
            points[(i + k) % count] if closed else points[min(count - 1, max(0, i + k))]
            for k in (-1, 0, 1, 2)
        )
        for step in range(pieces):
            t = step / pieces
            curve.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    if not closed:
        curve.append(points[-1])
    return curve


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
