"""The corner mark that says a picture was painted by the sandbox and by no model."""

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

_WORD = "sandbox"
_PLATE = (26, 27, 31)
_INK = (226, 225, 221)
_SAME = 16.0
"""Mean difference in levels, 0 to 255, under which a corner is taken for the mark.

Measured: at most 12 after a JPEG of quality 50, and 22 or more in corners without the mark, the
darkest included, since they lack its letters.
"""


def sign(picture: Image.Image) -> None:
    """Draw the mark on `picture` (RGB or RGBA) in place, always in the same corner."""
    plate, box = _plate(picture.size)
    if plate is not None:
        picture.paste(plate.convert(picture.mode), box)


def is_signed(picture: Image.Image) -> bool:
    """Return whether `picture` bears the mark, even after a JPEG has softened it."""
    plate, box = _plate(picture.size)
    if plate is None:
        return False
    corner = picture.crop(box).convert("L")
    return bool(ImageStat.Stat(ImageChops.difference(corner, plate.convert("L"))).mean[0] < _SAME)


def unsign(picture: Image.Image) -> Image.Image:
    """Return `picture` without its mark, the corner filled from what lies above it."""
    if not is_signed(picture):
        return picture
    _, (left, top, right, bottom) = _plate(picture.size)
    tall = bottom - top
    # Two pixels of margin: a JPEG smears the edge of the plate over its neighbours.
    box = (left - 2, top - 2, min(picture.width, right + 2), min(picture.height, bottom + 2))
    above = picture.crop((box[0], box[1] - tall - 4, box[2], box[1]))
    clean = picture.copy()
    patch = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    clean.paste(patch.resize((box[2] - box[0], box[3] - box[1])), box)
    return clean


def _plate(size: tuple[int, int]) -> tuple[Image.Image | None, tuple[int, int, int, int]]:
    short = min(size)
    tall = max(12, round(short * 0.023))
    margin = max(4, round(short * 0.014))
    font = ImageFont.load_default(tall * 0.66)
    wide = round(font.getlength(_WORD)) + tall
    left, top = size[0] - margin - wide, size[1] - margin - tall
    box = (left, top, left + wide, top + tall)
    if left < margin or top < tall + margin:
        return None, box
    plate = Image.new("RGB", (wide, tall), _PLATE)
    ImageDraw.Draw(plate).text((wide / 2, tall * 0.47), _WORD, fill=_INK, font=font, anchor="mm")
    return plate, box
