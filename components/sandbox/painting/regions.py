"""Regions of a picture that an edit may touch: its sky, its subject, a hue.

Every mask is mode L, as large as its picture, and exactly 0 where nothing may change.
"""

from PIL import Image, ImageChops, ImageFilter

from components.sandbox.painting.brush import halo
from components.sandbox.painting.colour import RGB
from components.sandbox.painting.healing import solid
from components.sandbox.painting.sighting import gap, median, open_sky, pixels, shrunk


def sky_mask(picture: Image.Image) -> Image.Image:
    """Return the sky: smooth cells grown down from the top edge, their rim drawn by colour."""
    small = shrunk(picture)
    cells, _ = open_sky(pixels(small))
    flat = bytes(255 if cell else 0 for row in cells for cell in row)
    mask = Image.frombytes("L", small.size, flat).filter(ImageFilter.MedianFilter(3))
    # About the rim the full picture decides: what looks like the sky nearby is sky.
    known = small.copy()
    known.putalpha(mask)
    tiny = known.resize((max(1, small.width // 5), max(1, small.height // 5)), Image.Resampling.BOX)
    around = solid(tiny).resize(picture.size, Image.Resampling.BICUBIC)
    away = ImageChops.difference(picture.convert("RGB"), around)
    worst = ImageChops.lighter(ImageChops.lighter(*away.split()[:2]), away.getchannel(2))
    alike = worst.point([max(0, min(255, (34 - i) * 18)) for i in range(256)])
    sure = mask.filter(ImageFilter.MinFilter(3)).resize(picture.size, Image.Resampling.BILINEAR)
    maybe = mask.filter(ImageFilter.MaxFilter(3)).resize(picture.size, Image.Resampling.BILINEAR)
    rim = ImageChops.multiply(maybe.point([min(255, i * 3) for i in range(256)]), alike)
    return clean(ImageChops.lighter(sure, rim), 24)


def clean(mask: Image.Image, floor: int) -> Image.Image:
    """Return `mask` with everything up to `floor` set to exactly nothing, the rest stretched."""
    return mask.point(
        [0 if i <= floor else round((i - floor) / (255 - floor) * 255) for i in range(256)]
    )


def subject_mask(picture: Image.Image) -> Image.Image:
    """Return the middle of the picture, where its subject is taken to be, with a wide soft rim."""
    width, height = picture.size
    mask = halo((width, height), (width * 0.5, height * 0.62), (width * 0.42, height * 0.52), 1.0)
    return mask.point([max(0, min(255, (i - 40) * 3)) for i in range(256)])


def floating_mask(picture: Image.Image, bright: bool, single: bool = False) -> Image.Image:
    """Return what hangs in the sky: what is `bright` (sun, moon, clouds, stars), or all else.

    `single` keeps only the brightest spot, which is the sun's or the moon's.
    """
    rows = pixels(shrunk(picture))
    cells, horizon = open_sky(rows)
    width = len(rows[0])
    spots = bytearray(width * len(rows))
    for y in range(horizon - 1):
        sky = [pixel for x, pixel in enumerate(rows[y]) if cells[y][x]]
        tone = median(sky) if sky else rows[y][0]
        for x, pixel in enumerate(rows[y]):
            glaring = sum(pixel) > sum(tone) and gap(pixel, tone) > 30
            alien = glaring if bright else not cells[y][x]
            if alien and any(cells[k][x] for k in range(y, horizon)):
                spots[y * width + x] = 255
    found = Image.frombytes("L", (width, len(rows)), bytes(spots))
    if single and found.getbbox():
        lights = [sum(p) * spots[k] for k, p in enumerate(p for row in rows for p in row)]
        peak = max(range(len(lights)), key=lights.__getitem__)
        reach = min(found.size) * 0.13
        spot = halo(found.size, (peak % width + 0.5, peak // width + 0.5), (reach, reach), 0.5)
        found = spot.point([255 if i > 60 else 0 for i in range(256)])
    mask = _grown(found, picture.size)
    return mask if bright else ImageChops.lighter(mask, _specks(picture))


def _specks(picture: Image.Image) -> Image.Image:
    """Return small dark strokes before the sky, such as birds, too fine for the small copy."""
    grey = picture.convert("L")
    soft = grey.filter(ImageFilter.BoxBlur(max(2, min(picture.size) // 90)))
    dark = ImageChops.subtract(soft, grey).point([255 if i > 18 else 0 for i in range(256)])
    inner = sky_mask(picture).filter(ImageFilter.MinFilter(9))
    dark = ImageChops.multiply(dark, inner).filter(ImageFilter.MaxFilter(9))
    return clean(dark.filter(ImageFilter.GaussianBlur(1)), 16)


def salient_mask(picture: Image.Image) -> Image.Image:
    """Return the most conspicuous thing: what stands out most from the colours of its rows."""
    small = shrunk(picture)
    rows = pixels(small)
    width, height = small.size
    odd = bytearray(width * height)
    for y, row in enumerate(rows):
        middle = median(row)
        for x, pixel in enumerate(row):
            odd[y * width + x] = min(255, _contrast(pixel, middle))
    reach = max(4, round(min(width, height) * 0.2))
    heat = Image.frombytes("L", small.size, bytes(odd)).filter(
        ImageFilter.GaussianBlur(reach * 0.22)
    )
    low = halo(small.size, (width / 2, height * 0.66), (width * 0.75, height * 0.55), 0.7)
    levels = ImageChops.multiply(heat, low).tobytes()
    peak = max(range(width * height), key=levels.__getitem__)
    spots = bytearray(width * height)
    start = max(
        (x + y * width for y in _near(peak // width, height) for x in _near(peak % width, width)),
        key=odd.__getitem__,
    )
    floor = max(26, odd[start] * 0.3)
    front = [start]
    while front:
        place = front.pop()
        x, y = place % width, place // width
        far = (x - peak % width) ** 2 + (y - peak // width) ** 2 > (reach * 1.7) ** 2
        if spots[place] or odd[place] < floor or far:
            continue
        spots[place] = 255
        front += [place + dx for dx in (-1, 1) if 0 <= x + dx < width]
        front += [place + dy * width for dy in (-1, 1) if 0 <= y + dy < height]
    return _grown(Image.frombytes("L", small.size, bytes(spots)), picture.size)


def _near(middle: int, end: int) -> range:
    return range(max(0, middle - 4), min(end, middle + 5))


def _contrast(pixel: RGB, middle: RGB) -> int:
    """Return how much `pixel` stands out, a difference of hue counting more than one of light."""
    light = (sum(pixel) - sum(middle)) // 3
    hue = sum(abs(a - b - light) for a, b in zip(pixel, middle, strict=True))
    return abs(light) // 2 + hue * 2


def _grown(spots: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the small mask `spots` at `size`, a little wider and with a soft rim."""
    wide = spots.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(0.7))
    large = wide.resize(size, Image.Resampling.BICUBIC)
    return clean(large.point([min(255, round(i * 1.6)) for i in range(256)]), 16)


def hue_mask(picture: Image.Image, source: RGB) -> Image.Image:
    """Return the pixels whose hue is that of `source` and which are coloured enough to tell."""
    hue, saturation, value = Image.new("RGB", (1, 1), source).convert("HSV").tobytes()
    hues, saturations, values = picture.convert("RGB").convert("HSV").split()
    if saturation < 50:
        mask = saturations.point([255 if i < 52 else 0 for i in range(256)])
        return ImageChops.multiply(
            mask, values.point([255 if abs(i - value) < 60 else 0 for i in range(256)])
        )
    mask = hues.point([_nearness(i, hue) for i in range(256)])
    mask = ImageChops.multiply(
        mask, saturations.point([max(0, min(255, (i - 84) * 7)) for i in range(256)])
    )
    mask = ImageChops.multiply(
        mask, values.point([max(0, min(255, (i - 30) * 8)) for i in range(256)])
    )
    return mask.filter(ImageFilter.MedianFilter(3))


def _nearness(hue: int, wanted: int) -> int:
    away = min((hue - wanted) % 256, (wanted - hue) % 256)
    return max(0, min(255, round((17 - away) * 48)))
