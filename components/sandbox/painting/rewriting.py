"""Rewriting: finds words that this painter wrote itself, takes them away and writes others there.

It reads no letters: it tries the few places and ways in which the painter writes.
"""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

from components.sandbox.painting.colour import RGB
from components.sandbox.painting.healing import filled
from components.sandbox.painting.lettering import corner, drawable, lettered, write
from components.sandbox.painting.scene import Letters

_PLACES: tuple[tuple[Letters, tuple[float, float]], ...] = (
    (Letters.SIGN, (0.36, 0.66)),
    (Letters.SIGN, (0.64, 0.66)),
    (Letters.SIGN, (0.5, 0.22)),
    (Letters.SIGN, (0.5, 0.3)),
    (Letters.POSTER, (0.5, 0.22)),
    (Letters.POSTER, (0.5, 0.82)),
    (Letters.NEON, (0.5, 0.22)),
    (Letters.NEON, (0.5, 0.3)),
    (Letters.NEON, (0.5, 0.82)),
)
"""Where the painter writes from words, and the retoucher in a picture."""

_POSTS_BELOW = 0.5
"""Share of the height under which a sign stands on posts."""
_SURE = 0.6
"""Least likeness, 0 to 1, of a place to the words looked for."""


@dataclass(frozen=True)
class Writing:
    """Words in a picture: how and where (shares of width and height) they are written."""

    letters: Letters
    middle: tuple[float, float]
    text: str


def found(picture: Image.Image, text: str) -> Writing | None:
    """Return where `text` stands in the RGB `picture`, or None."""
    if not drawable(text):
        return None
    best, writing = _SURE, None
    # People tell what a sign says without minding its capitals.
    for said in dict.fromkeys((text, text.upper(), text.title())):
        for letters, middle in _PLACES:
            likeness = _likeness(picture, lettered(picture.size, said, letters), middle)
            if likeness > best:
                best, writing = likeness, Writing(letters, middle, said)
    return writing


def rewritten(picture: Image.Image, old: Writing, text: str, colour: RGB | None) -> Image.Image:
    """Return `picture` with `text` in the place of `old`, in its ink unless `colour` is given."""
    mask = lettered(picture.size, old.text, old.letters)
    spot = (picture.width * old.middle[0], picture.height * old.middle[1])
    at = corner(mask, spot)
    posts = old.letters is Letters.SIGN and old.middle[1] > _POSTS_BELOW
    ink = colour
    if ink is None and old.letters is Letters.POSTER:
        level = ImageStat.Stat(picture.crop(_box(mask, at)), mask.point(_core)).median
        ink = (level[0], level[1], level[2])
    hole = Image.new("L", picture.size, 0)
    if old.letters is Letters.POSTER:
        hole.paste(mask, at)
        hole = hole.filter(ImageFilter.MaxFilter(7))
    else:
        unit = min(picture.size) / 100
        rim = round(unit * (6.5 if old.letters is Letters.SIGN else 9))
        left, top, right, foot = _box(mask, at)
        foot += round(unit * 15) if posts else 0
        hole.paste(255, (left - rim, top - rim, right + rim, foot + rim))
    result = filled(picture, hole.filter(ImageFilter.GaussianBlur(2)))
    write(result, text, old.letters, colour=ink, middle=old.middle, posts=posts)
    return result


def _core(level: int) -> int:
    return 255 if level > 200 else 0


def _box(mask: Image.Image, at: tuple[int, int]) -> tuple[int, int, int, int]:
    return at[0], at[1], at[0] + mask.width, at[1] + mask.height


def _likeness(picture: Image.Image, mask: Image.Image, middle: tuple[float, float]) -> float:
    """Return how far light and dark about `middle` follow `mask`: the size of their correlation."""
    at = corner(mask, (picture.width * middle[0], picture.height * middle[1]))
    shape = ImageStat.Stat(mask)
    best = 0.0
    for band in picture.crop(_box(mask, at)).split():
        seen = ImageStat.Stat(band)
        both = ImageStat.Stat(ImageChops.multiply(band, mask)).mean[0] * 255
        spread = seen.stddev[0] * shape.stddev[0]
        if spread:
            best = max(best, abs(both - seen.mean[0] * shape.mean[0]) / spread)
    return best
