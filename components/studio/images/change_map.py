"""Finds what an edit changed: lines the two pictures up, evens their colors and compares them.

All of it happens on a grid of the edited picture's size, laid over the source. Imports OpenCV,
which takes 41 MB: import this module where it is used, never while the app starts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from components.studio.images.keep_source_pixels import MapSettings, Stroke

# OpenCV's signatures do not say which kind of number comes back.
PixelArray = NDArray[Any]
"""Height × width × 3 or 4, RGB or RGBA, 8 or 16 bits."""
Floats = NDArray[Any]
"""32 bits, one value or more for a place of the grid."""
Mask = NDArray[Any]
"""8 bits: 0 = the source's, 255 = the edit's."""
Size = tuple[int, int]
"""Width and height in pixels."""

# With several threads, the flow depends on how many there are.
cv2.setNumThreads(1)

_MIN_SIDE_PX: Final = 32
_COARSE: Final = 4
"""What varies slowly is kept at a quarter of the grid's size."""

_FINE_LOW, _FINE_HIGH = 3.6, 7.0
_BROAD_LOW, _BROAD_HIGH = 2.3, 4.2
_DETAIL_WEIGHT: Final = 0.20
_MAX_NOISE_FACTOR: Final = 1.35
_THRESHOLD_FACTORS: Final = {-2: 2.0, -1: 1.4, 0: 1.0, 1: 0.7, 2: 0.5}
_MIN_CHANGE: Final = 70 / 1_000_000
"""Of the grid's area."""
_LEVELS_PER_DELTA_E: Final = 8
_FLAT: Final = 1.2
"""Local contrast of lightness (0 to 100) below which there is nothing to see."""


@dataclass(frozen=True)
class ChangeAnalysis:
    """What is known of one pair. Arrays lie on the grid, which has the edited picture's size.

    `fine` and `broad` are differences in ΔE × 8 of small and of large things. `broad`, `detail`
    (local contrast × 8), `flow` (px) and `color` (levels) have a quarter of the grid's size.
    """

    source_size: Size
    size: Size
    frame: tuple[int, int, int, int]
    """The part of the source that the edit shows: left, top, width, height in its pixels."""
    affine: NDArray[np.float64]
    """2 × 3, from the grid to the edited picture."""
    flow: NDArray[np.float16]
    """What is added to a place of the grid before `affine` is applied."""
    gain: NDArray[np.float32]
    """3 × 3, by which the edit's red, green and blue are multiplied before `color` is added."""
    color: NDArray[np.float16]
    fine: NDArray[np.uint8]
    broad: NDArray[np.uint8]
    detail: NDArray[np.uint8]
    noise: NDArray[np.float32]
    """By what the thresholds of `fine` and `broad` are raised."""
    correlation: float
    """Of the detail outside of the change, 1 = the same."""
    turned_correlation: float
    """Of the whole with the edit upside down or mirrored, 0 if it lines up as it is."""
    moved_px: float
    color_delta_e: float
    sharpness: float
    """Detail of the edit over that of the source, outside of the change."""
    source_chroma: float
    edited_chroma: float
    shows_more: bool
    """Whether the edit shows more at its sides than the source has."""


def save(analysis: ChangeAnalysis) -> bytes:
    """The analysis as a compressed NumPy archive."""
    target = BytesIO()
    values = {field.name: np.asarray(getattr(analysis, field.name)) for field in fields(analysis)}
    np.savez_compressed(target, **cast("dict[str, Any]", values))
    return target.getvalue()


def load(data: bytes) -> ChangeAnalysis:
    """What `save` wrote. Raises ValueError if it is damaged or of another version."""
    values: dict[str, Any] = {}
    try:
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            for field in fields(ChangeAnalysis):
                value = archive[field.name]
                is_tuple = field.name in {"source_size", "size", "frame"}
                values[field.name] = (
                    tuple(value.tolist()) if is_tuple else value if value.ndim else value.item()
                )
    except Exception as error:  # zip, zlib and NumPy raise what they like
        raise ValueError("The stored analysis is damaged.") from error
    return ChangeAnalysis(**values)


def analyse(source: PixelArray, edited: PixelArray) -> ChangeAnalysis:
    """Compare a source and its edit, both in sRGB. The edit's alpha is ignored.

    The color behind a source's transparent parts is that which the edit has there; a source with
    nothing fully transparent should be given as it was sent, flattened. Raises ValueError if a
    side of the edit has less than 32 px.
    """
    edit = to_8bit(edited)[:, :, :3]
    height, width = edit.shape[:2]
    if min(width, height) < _MIN_SIDE_PX:
        raise ValueError("The picture is too small to be compared.")
    frame, shows_more = _find_frame(source, edit)
    ground = _scale(_flatten(_cut(source, frame), edit), (width, height))
    before, after = _grey(ground), _grey(edit)
    affine, turned_correlation = _align(before, after)

    lab = _lab(ground)
    detail = _local_contrast(lab[:, :, 0])
    flow: Floats = np.zeros((*_coarse(before).shape, 2), np.float32)
    warped = sample(edit, affine, flow)
    kept: Floats = np.ones_like(before)
    for is_first in (True, False):
        warped_grey = _grey(warped)
        belief = _similarity(before, warped_grey) * kept
        flow = _refine_flow(before, warped_grey, flow, belief)
        warped = sample(edit, affine, flow)
        shown = _shown_part(affine, flow, (width, height))
        for _ in range(1 if is_first else 2):
            trusted = _coarse(belief if is_first else kept)
            gain, color = _fit_color(ground, warped, trusted)
            recolored = recolor(warped.astype(np.float32), gain, _resize(color, (width, height)))
            recolored = _restore_clipped(recolored, warped, ground)
            fine, broad = _differences(lab, _lab(recolored), detail, shown)
            noise = _noise(fine, broad)
            changed = _hysteresis(fine, broad, noise)
            kept = (_grow(changed, 0.008) == 0).astype(np.float32)
    outside = kept > 0
    correlation, sharpness = _compare_detail(before, _grey(recolored), outside)
    return ChangeAnalysis(
        source_size=(source.shape[1], source.shape[0]),
        size=(width, height),
        frame=frame,
        affine=affine,
        flow=flow.astype(np.float16),
        gain=gain,
        color=color.astype(np.float16),
        fine=_as_levels(fine),
        broad=_as_levels(_coarse(broad)),
        detail=_as_levels(_coarse(detail)),
        noise=noise,
        correlation=correlation,
        turned_correlation=turned_correlation,
        moved_px=_moved_px(affine, flow, _coarse(kept) > 0.5),
        color_delta_e=_color_delta_e(lab, _lab(warped), outside),
        sharpness=sharpness,
        source_chroma=_chroma(lab),
        edited_chroma=_chroma(_lab(edit)),
        shows_more=shows_more,
    )


# --- Pixels ---


def to_8bit(pixels: PixelArray) -> NDArray[np.uint8]:
    """The same picture with 8 bits."""
    if pixels.dtype == np.uint16:
        return (pixels >> 8).astype(np.uint8)
    return pixels


def _flatten(source: PixelArray, edit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A source as RGB, transparent parts in the color that the edit has there."""
    pixels = to_8bit(source)
    if pixels.shape[2] == 3:
        return pixels
    clear = _resize(pixels[:, :, 3], (edit.shape[1], edit.shape[0])) == 0
    ground = np.median(edit[clear], axis=0) if clear.any() else np.full(3, 255.0)
    opacity = pixels[:, :, 3:].astype(np.float32) / 255
    flat = pixels[:, :, :3] * opacity + ground.astype(np.float32) * (1 - opacity)
    return np.rint(flat).astype(np.uint8)


def _cut(pixels: PixelArray, frame: tuple[int, int, int, int]) -> PixelArray:
    left, top, width, height = frame
    return pixels[top : top + height, left : left + width]


def _resize(image: NDArray[Any], size: Size) -> NDArray[Any]:
    return cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)


def _scale(image: NDArray[Any], size: Size) -> NDArray[Any]:
    shrinks = size[0] * size[1] < image.shape[0] * image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(image), size, interpolation=how)


def _coarse(image: NDArray[Any]) -> Floats:
    height, width = image.shape[:2]
    size = (max(1, -(-width // _COARSE)), max(1, -(-height // _COARSE)))
    return cv2.resize(np.asarray(image, np.float32), size, interpolation=cv2.INTER_AREA)


def _blur(image: Floats, sigma: float) -> Floats:
    """A Gaussian; a wide one is made at a smaller size."""
    step = int(sigma / 3)
    if step < 2:
        return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    height, width = image.shape[:2]
    small = (max(2, width // step), max(2, height // step))
    blurred = cv2.GaussianBlur(
        cv2.resize(image, small, interpolation=cv2.INTER_AREA), (0, 0), sigma / step
    )
    return _resize(blurred, (width, height))


def _grey(pixels: NDArray[Any]) -> Floats:
    levels = np.clip(pixels, 0, 255).astype(np.float32)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY))


def _lab(pixels: NDArray[Any]) -> Floats:
    return cv2.cvtColor(np.clip(np.asarray(pixels, np.float32) / 255, 0, 1), cv2.COLOR_RGB2Lab)


def _as_levels(delta_e: Floats) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(delta_e * _LEVELS_PER_DELTA_E), 0, 255).astype(np.uint8))


def _long_side(image: NDArray[Any]) -> int:
    return int(max(image.shape[:2]))


def _disc(radius: int) -> Mask:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _grow(mask: Mask, share: float) -> Mask:
    """A mask that reaches further by a share of the long side."""
    return cv2.dilate(mask, _disc(max(1, round(_long_side(mask) * share))))


# --- Lining up ---

_SAME_SHAPE: Final = 0.03
_FRAME_PX: Final = 200
_MIN_FRAME_CORRELATION: Final = 0.35
_ALIGN_PX: Final = 640
_COARSE_ALIGN_PX: Final = 160
_MAX_FLOW_PX: Final = 6.0


def _find_frame(
    source: PixelArray, edit: NDArray[np.uint8]
) -> tuple[tuple[int, int, int, int], bool]:
    """The part of the source that the edit shows, and whether the edit shows more than that.

    If the shapes differ, the edit is searched in the source at several scales.
    """
    height, width = source.shape[:2]
    whole = (0, 0, width, height)
    ratio = (edit.shape[1] / edit.shape[0]) / (width / height)
    if abs(ratio - 1) <= _SAME_SHAPE:
        return whole, False
    to_small = _FRAME_PX / _long_side(edit)
    small_size = (max(8, round(edit.shape[1] * to_small)), max(8, round(edit.shape[0] * to_small)))
    looked_for = _band(_grey(_scale(edit, small_size)), 0.7, 5)
    once = _grey(_scale(_flatten(source, edit), _fit((width, height), 2 * _FRAME_PX)))
    inset_x, inset_y = round(small_size[0] * 0.12), round(small_size[1] * 0.12)
    middle = looked_for[inset_y : small_size[1] - inset_y, inset_x : small_size[0] - inset_x]

    by_width, by_height = small_size[0] / width, small_size[1] / height
    smallest, largest = min(by_width, by_height) * 0.96, max(by_width, by_height) * 1.04
    best = (-1.0, 0.0, 0, 0)
    for scale in np.geomspace(smallest, largest, 24):
        scaled = _scale(once, (max(8, round(width * scale)), max(8, round(height * scale))))
        searched = cv2.copyMakeBorder(
            _band(scaled, 0.7, 5),
            small_size[1] // 2,
            small_size[1] // 2,
            small_size[0] // 2,
            small_size[0] // 2,
            cv2.BORDER_CONSTANT,
            value=0.0,
        )
        scores = cv2.matchTemplate(searched, middle, cv2.TM_CCOEFF_NORMED)
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        if score > best[0]:
            left = (x - inset_x - small_size[0] // 2) / scale
            top = (y - inset_y - small_size[1] // 2) / scale
            best = (float(score), float(scale), round(left), round(top))
    stretched = _band(_grey(_scale(_flatten(source, edit), small_size)), 0.7, 5)
    if _correlation(stretched, looked_for) >= best[0]:
        return whole, False
    score, scale, left, top = best
    if score < _MIN_FRAME_CORRELATION:
        return _middle((width, height), ratio), False
    right, bottom = left + round(small_size[0] / scale), top + round(small_size[1] / scale)
    slack_x, slack_y = 0.04 * width, 0.04 * height
    if left < -slack_x or top < -slack_y or right > width + slack_x or bottom > height + slack_y:
        return whole, True
    left, top = max(left, 0), max(top, 0)
    return (left, top, min(right, width) - left, min(bottom, height) - top), False


def _middle(size: Size, ratio: float) -> tuple[int, int, int, int]:
    """The middle of a picture, `ratio` times as wide for its height."""
    width, height = size
    part = (width, round(height / ratio)) if ratio > 1 else (round(width * ratio), height)
    return (width - part[0]) // 2, (height - part[1]) // 2, *part


def _fit(size: Size, long_side: int) -> Size:
    """A size of the same shape whose long side is at most `long_side`."""
    factor = min(1.0, long_side / max(size))
    return max(8, round(size[0] * factor)), max(8, round(size[1] * factor))


def _band(grey: Floats, fine: float, broad: float) -> Floats:
    """What is larger than `fine` and smaller than `broad`, over its local strength."""
    band = _blur(grey, fine) - _blur(grey, broad)
    return np.asarray(band / (np.sqrt(_blur(band * band, broad)) + 3))


def _align(before: Floats, after: Floats) -> tuple[NDArray[np.float64], float]:
    """The affine map from the source's grid to the edit, and the correlation when turned."""
    affine = np.eye(2, 3)
    size = (before.shape[1], before.shape[0])
    turned = 0.0
    for long_side, broad in ((_COARSE_ALIGN_PX, 6.0), (_ALIGN_PX, 12.0)):
        small = _fit(size, long_side)
        factors = np.array([small[0] / size[0], small[1] / size[1]])
        one = _band(_scale(before, small), 1, broad)
        two = _band(_scale(after, small), 1, broad)
        warp = affine.copy()
        warp[:, :2] *= factors[:, None] / factors[None, :]
        warp[:, 2] *= factors
        if long_side == _COARSE_ALIGN_PX:
            (dx, dy), _ = cv2.phaseCorrelate(one, two, cv2.createHanningWindow(small, cv2.CV_32F))
            if max(abs(dx), abs(dy)) < 0.05 * long_side:
                warp[:, 2] = dx, dy
            warp = _ecc(one, two, warp, cv2.MOTION_TRANSLATION)
        warp = _ecc(one, two, warp, cv2.MOTION_AFFINE)
        similar = _local_correlation(one, _warp(two, warp), broad) > 0.4
        if 0.03 < similar.mean() < 0.97:
            warp = _ecc(one, two, warp, cv2.MOTION_AFFINE, similar.astype(np.uint8))
        if long_side == _COARSE_ALIGN_PX and _correlation(one, _warp(two, warp)) < 0.5:
            turned = max(_correlation(one, cv2.flip(two, axis)) for axis in (-1, 0, 1))
        affine = warp.copy()
        affine[:, :2] *= factors[None, :] / factors[:, None]
        affine[:, 2] /= factors
    return affine, turned


def _ecc(
    one: Floats, two: Floats, warp: NDArray[np.float64], motion: int, kept: Mask | None = None
) -> NDArray[np.float64]:
    """A better map from the first picture to the second, or the same if none is found."""
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 5e-5)
    size = (one.shape[1], one.shape[0])
    counts = np.full((size[1], size[0]), 1, np.uint8) if kept is None else kept
    mask = cv2.warpAffine(counts, warp, size, flags=cv2.INTER_NEAREST)
    try:
        found = cv2.findTransformECC(one, two, warp.astype(np.float32), motion, stop, mask, 5)[1]
    except cv2.error:  # it does not converge
        return warp
    # What moves further is another picture.
    ok = np.isfinite(found).all() and np.abs(found[:, :2] - np.eye(2)).max() < 0.12
    return found.astype(np.float64) if ok else warp


def _warp(image: Floats, warp: NDArray[np.float64]) -> Floats:
    return cv2.warpAffine(
        image,
        warp,
        (image.shape[1], image.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _correlation(one: Floats, two: Floats) -> float:
    strength = float(np.sqrt((one * one).sum() * (two * two).sum()))
    return float((one * two).sum()) / strength if strength > 0 else 0.0


def _local_correlation(one: Floats, two: Floats, sigma: float) -> Floats:
    strength = np.sqrt(_blur(one * one, sigma) * _blur(two * two, sigma))
    return np.asarray(_blur(one * two, sigma) / (strength + 1e-3))


def _similarity(before: Floats, after: Floats) -> Floats:
    """0 to 1: how far a place has texture, and the same in both pictures."""
    one, two = before - _blur(before, 6), after - _blur(after, 6)
    texture = _blur(one * one, 6)
    alike = np.clip(_local_correlation(one, two, 6) - 0.3, 0, 1) / 0.7
    return np.asarray((alike * alike * texture / (texture + 30)).astype(np.float32))


def _refine_flow(before: Floats, warped: Floats, flow: Floats, belief: Floats) -> Floats:
    """The flow with what is still seen to move added, where it is believed."""
    motion = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    seen = motion.calc(before.astype(np.uint8), warped.astype(np.uint8), cast("Any", None))
    far = np.abs(seen).max(axis=2) > 2 * _MAX_FLOW_PX
    weight = _coarse(np.where(far, 0, belief))[:, :, None]
    pull = _coarse(np.clip(seen, -2 * _MAX_FLOW_PX, 2 * _MAX_FLOW_PX)) * weight
    side = _long_side(before) / _COARSE
    smooth: Floats = np.zeros_like(pull)
    # Where there is no evidence near by, that of further away counts, then none.
    for share, doubt in ((0.12, 0.01), (0.045, 0.02), (0.015, 0.05)):
        near = _blur(weight, share * side)
        near = near.reshape(*pull.shape[:2], 1)
        smooth = (_blur(pull, share * side) + doubt * smooth) / (near + doubt)
    return np.asarray(np.clip(flow + smooth, -_MAX_FLOW_PX, _MAX_FLOW_PX).astype(np.float32))


def sample(edit: NDArray[Any], affine: NDArray[np.float64], flow: NDArray[Any]) -> NDArray[Any]:
    """The edit as it lies on the grid."""
    height, width = edit.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return remap(edit, x, y, affine, _resize(np.asarray(flow, np.float32), (width, height)))


def remap(
    edit: NDArray[Any], x: Floats, y: Floats, affine: NDArray[np.float64], flow: Floats
) -> NDArray[Any]:
    """The edit at places of the grid; `flow` is given at the same places."""
    x, y = x + flow[:, :, 0], y + flow[:, :, 1]
    a = affine.astype(np.float32)
    return cv2.remap(
        edit,
        a[0, 0] * x + a[0, 1] * y + a[0, 2],
        a[1, 0] * x + a[1, 1] * y + a[1, 2],
        cv2.INTER_LANCZOS4,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _shown_part(affine: NDArray[np.float64], flow: Floats, size: Size) -> tuple[slice, slice]:
    """Rows and columns of the grid that lie within the edit, which may have moved off its edge."""
    x, y = _places(affine, flow)
    rows = np.flatnonzero(((y >= 0) & (y <= size[1] - 1)).mean(axis=1) > 0.5)
    columns = np.flatnonzero(((x >= 0) & (x <= size[0] - 1)).mean(axis=0) > 0.5)
    if not rows.size or not columns.size:
        return slice(0, size[1]), slice(0, size[0])
    parts = []
    for line, length, count in ((rows, size[1], x.shape[0]), (columns, size[0], x.shape[1])):
        first = 0 if line[0] == 0 else int(line[0] + 1) * _COARSE
        last = length if line[-1] == count - 1 else int(line[-1]) * _COARSE
        parts.append(slice(first, max(last, first + 1)))
    return parts[0], parts[1]


def _places(affine: NDArray[np.float64], flow: Floats) -> tuple[Floats, Floats]:
    """Where the edit shows every fourth place of the grid."""
    y, x = np.mgrid[0 : flow.shape[0], 0 : flow.shape[1]] * float(_COARSE) + (_COARSE - 1) / 2
    x, y = x + flow[:, :, 0], y + flow[:, :, 1]
    return (
        affine[0, 0] * x + affine[0, 1] * y + affine[0, 2],
        affine[1, 0] * x + affine[1, 1] * y + affine[1, 2],
    )


# --- Color ---

_MAX_GAIN: Final = 0.08
"""How far a channel's gain may be from 1."""
_MAX_CROSS_GAIN: Final = 0.05
"""How much of another channel may be added: colors also become paler."""
_MAX_RESIDUAL: Final = 4.0
_MAX_CLIPPED: Final = 18.0
"""Levels that a clipped highlight or shadow may have lost."""
_MAX_SAMPLES: Final = 12_000


def _fit_color(
    ground: NDArray[Any], warped: NDArray[Any], trusted: Floats
) -> tuple[Floats, Floats]:
    """Gain and field (a quarter of the size) that give the edit the source's colors.

    `trusted`: 0 to 1, how far a place is believed to be the same in both.
    """
    one, two = _coarse(ground), _coarse(warped)
    height, width = trusted.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = 2 * x / max(1, width - 1) - 1, 2 * y / max(1, height - 1) - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    lowest, highest = np.minimum(one, two).min(axis=2), np.maximum(one, two).max(axis=2)
    unclipped = (lowest > 3) & (highest < 252)
    usable = (trusted > 0.3) & unclipped
    if usable.sum() < 200:
        usable = np.ones_like(usable)
    places = np.flatnonzero(usable)
    places = places[:: max(1, len(places) // _MAX_SAMPLES)]
    basis = terms.reshape(-1, 6)[places].astype(np.float64)
    levels = two.reshape(-1, 3)[places].astype(np.float64)
    wanted = one.reshape(-1, 3)[places] - levels
    sureness = trusted.reshape(-1)[places].astype(np.float64) + 1e-3
    factors, slopes = _tukey_fit(basis, levels, wanted, sureness)
    gain = np.asarray(np.eye(3) + slopes.T, np.float32)
    # Beyond the evidence the quadratic would run away.
    low, high = np.percentile(basis @ factors, [0.5, 99.5], axis=0)
    field = np.clip(terms @ factors, low, high).astype(np.float32)
    rest = one - (cv2.transform(two, gain) + field)
    weight = trusted * (np.abs(rest).max(axis=2) < 12) * usable
    sigma = 0.09 * max(height, width)
    near = _blur(weight.astype(np.float32), sigma)[:, :, None]
    slow = _blur((rest * weight[:, :, None]).astype(np.float32), sigma) / (near + 0.02)
    return gain, field + np.clip(slow, -_MAX_RESIDUAL, _MAX_RESIDUAL)


def _tukey_fit(
    basis: Floats, levels: Floats, wanted: Floats, sureness: Floats
) -> tuple[Floats, Floats]:
    """Factors of the basis and slopes over the levels, by Tukey's biweight; slopes are bounded."""
    middle = levels.mean(axis=0)
    both = np.hstack([basis, levels - middle])
    limits = np.where(np.eye(levels.shape[1]) > 0, _MAX_GAIN, _MAX_CROSS_GAIN)
    many = basis.shape[1]
    # Without evidence, the slopes are 0.
    calm = np.diag([0.0] * many + [1000.0] * levels.shape[1])
    # A start by least squares would follow what was changed.
    rest = wanted - np.median(wanted, axis=0)
    for _ in range(10):
        distances = np.sqrt(np.square(rest).sum(axis=1))
        scale = max(0.9 * float(np.median(distances)), 1.5)
        weight = sureness * np.clip(1 - (distances / (4.685 * scale)) ** 2, 0, None) ** 2
        weighted = both * weight[:, None]
        solution = np.linalg.lstsq(weighted.T @ both + calm, weighted.T @ wanted, rcond=1e-9)[0]
        slopes = np.clip(solution[many:], -limits, limits)
        target = wanted - (levels - middle) @ slopes
        weighted = basis * weight[:, None]
        factors = np.linalg.lstsq(weighted.T @ basis, weighted.T @ target, rcond=1e-9)[0]
        rest = target - basis @ factors
    factors[0] -= middle @ slopes
    return factors, slopes


def recolor(edit: Floats, gain: Floats, color: Floats) -> Floats:
    """The edit in the source's colors; `color` has its size."""
    return np.clip(cv2.transform(edit, gain) + color, 0, 255)


def _restore_clipped(recolored: Floats, warped: NDArray[Any], ground: NDArray[Any]) -> Floats:
    """Levels that the edit could not go beyond, as near to the source's as they may have been."""
    beyond = np.clip(ground - recolored, -_MAX_CLIPPED, _MAX_CLIPPED)
    counts = ((warped > 250) & (beyond > 0)) | ((warped < 5) & (beyond < 0))
    return np.asarray(recolored + np.where(counts, beyond, 0))


# --- Comparing ---


def _local_contrast(lightness: Floats) -> Floats:
    """The local standard deviation."""
    mean = _blur(lightness, 4)
    return np.asarray(np.sqrt(np.maximum(_blur(lightness * lightness, 4) - mean * mean, 0)))


def _differences(
    one: Floats, two: Floats, detail: Floats, shown: tuple[slice, slice]
) -> tuple[Floats, Floats]:
    """ΔE of small things, less where there is detail, and of large things.

    What the edit does not show is as different as the nearest that it does.
    """
    difference = one - two
    fine: Floats = _length(_blur(difference, 1.2)) / (1 + _DETAIL_WEIGHT * detail)
    found = _connected(fine, _FINE_LOW, _FINE_HIGH)
    found = cv2.dilate(found, _disc(2)) > 0
    # What is found already must not spread over its surroundings.
    rest = (~found).astype(np.float32)
    around_it = _length(_blur(difference * rest[:, :, None], 8)) / (_blur(rest, 8) + 0.05)
    broad: Floats = np.where(found, _length(_blur(difference, 8)), around_it)
    rows, columns = shown
    missing = (
        rows.start,
        one.shape[0] - rows.stop,
        columns.start,
        one.shape[1] - columns.stop,
        cv2.BORDER_REPLICATE,
    )
    if any(missing[:4]):
        fine = cv2.copyMakeBorder(fine[shown], *missing)
        broad = cv2.copyMakeBorder(broad[shown], *missing)
    return fine, broad


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ijk,ijk->ij", vectors, vectors)))


def _noise(fine: Floats, broad: Floats) -> NDArray[np.float32]:
    """By what noise raises the thresholds: 1 for a clean edit."""
    usual = [float(np.percentile(each[::3, ::3], 40)) for each in (fine, broad)]
    return np.clip([usual[0] / 1.0, usual[1] / 0.75], 1, _MAX_NOISE_FACTOR).astype(np.float32)


def _hysteresis(fine: Floats, broad: Floats, factors: Floats) -> Mask:
    """Where one of the two differences counts as a change."""
    changed = _connected(fine, _FINE_LOW * factors[0], _FINE_HIGH * factors[0])
    return changed | _connected(broad, _BROAD_LOW * factors[1], _BROAD_HIGH * factors[1])


def _connected(difference: Floats, low: float, high: float) -> Mask:
    """Places above the low threshold that are connected to one above the high threshold."""
    weak = (difference > low).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    counts = np.zeros(count, np.uint8)
    counts[labels[difference > high]] = 255
    counts[stats[:, cv2.CC_STAT_AREA] < _MIN_CHANGE * difference.size] = 0
    counts[0] = 0
    return np.asarray(counts[labels])


def change_mask(analysis: ChangeAnalysis, settings: MapSettings) -> Mask:
    """What is taken from the edit, on the grid: 255 changed, 0 kept. Without the feather."""
    factors = analysis.noise * _THRESHOLD_FACTORS[settings.sensitivity]
    fine = analysis.fine.astype(np.float32) / _LEVELS_PER_DELTA_E
    broad = _resize(analysis.broad.astype(np.float32), analysis.size) / _LEVELS_PER_DELTA_E
    changed = _hysteresis(fine, broad, factors)
    if changed.any():
        changed = cast(
            "Mask", cv2.morphologyEx(changed, cv2.MORPH_CLOSE, _disc(_share(changed, 0.006)))
        )
        changed = _without_islands(changed, analysis)
        changed = _grow(changed, 0.006)
    if settings.growth:
        disc = _disc(max(1, _share(changed, abs(settings.growth))))
        morph = cv2.dilate if settings.growth > 0 else cv2.erode
        changed = morph(changed, disc)
    for stroke in settings.strokes:
        _draw(changed, stroke, analysis)
    return changed


def _share(mask: Mask, share: float) -> int:
    return max(1, round(_long_side(mask) * share))


def _without_islands(changed: Mask, analysis: ChangeAnalysis) -> Mask:
    """A mask in which small kept parts, and larger ones without detail, count as changed."""
    detail = _resize(analysis.detail.astype(np.float32), analysis.size) / _LEVELS_PER_DELTA_E
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (changed == 0).astype(np.uint8), connectivity=4
    )
    shares = stats[:, cv2.CC_STAT_AREA] / changed.size
    sums = np.bincount(labels.reshape(-1), detail.reshape(-1) > _FLAT, count)
    textured = sums / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    dropped = (shares < 0.004) | ((shares < 0.12) & (textured < 0.1))
    dropped[0] = False
    filled = changed.copy()
    filled[dropped[labels]] = 255
    return filled


def _draw(mask: Mask, stroke: Stroke, analysis: ChangeAnalysis) -> None:
    """Draw a stroke of the whole source onto the grid, which lies on its frame."""
    left, top, width, height = analysis.frame
    source_width, source_height = analysis.source_size
    to_x, to_y = analysis.size[0] / width, analysis.size[1] / height
    points = [
        (round((x * source_width - left) * to_x), round((y * source_height - top) * to_y))
        for x, y in stroke.points
    ]
    value = 255 if stroke.takes_edit else 0
    if stroke.is_rectangle:
        cv2.rectangle(mask, points[0], points[1], value, cv2.FILLED)
        return
    radius = max(1, round(stroke.radius * max(source_width, source_height) * (to_x + to_y) / 2))
    for start, end in pairwise(points):
        cv2.line(mask, start, end, value, 2 * radius)
    for point in points:
        cv2.circle(mask, point, radius, value, cv2.FILLED)


def feathered(mask: Mask, analysis: ChangeAnalysis, feather: float) -> Mask:
    """The mask with a soft edge outwards: 1 % of the long side on texture, 2.5 % where flat."""
    if not mask.any():
        return mask
    distance = cv2.distanceTransform((mask == 0).astype(np.uint8), cv2.DIST_L2, 5)
    detail = _resize(_blur(analysis.detail.astype(np.float32), 2), analysis.size)
    flatness = np.clip(2 - detail / (_LEVELS_PER_DELTA_E * _FLAT), 0, 1)
    reach = _long_side(mask) * feather * (0.01 + 0.015 * flatness)
    rest = np.clip(1 - distance / np.maximum(reach, 1e-3), 0, 1)
    return np.asarray(np.rint(255 * rest * rest * (3 - 2 * rest)).astype(np.uint8))


# --- For the screen ---


def lined_up(edit: NDArray[np.uint8], analysis: ChangeAnalysis) -> NDArray[np.uint8]:
    """The edit on the grid, in the source's colors."""
    moved = sample(edit, analysis.affine, analysis.flow).astype(np.float32)
    color = _resize(analysis.color.astype(np.float32), analysis.size)
    return np.rint(recolor(moved, analysis.gain, color)).astype(np.uint8)


def lay_on_source(
    grid: NDArray[np.uint8], analysis: ChangeAnalysis, *, crops: bool, max_px: int
) -> NDArray[np.uint8]:
    """A picture of the grid on the whole source, black around it; with `crops` it stays alone.

    Its long side has at most `max_px`.
    """
    left, top, width, height = analysis.frame
    source_width, source_height = analysis.source_size
    if not crops and (width, height) != analysis.source_size:
        to_x, to_y = analysis.size[0] / width, analysis.size[1] / height
        right, bottom = source_width - left - width, source_height - top - height
        grid = cv2.copyMakeBorder(
            grid,
            round(top * to_y),
            round(bottom * to_y),
            round(left * to_x),
            round(right * to_x),
            cv2.BORDER_CONSTANT,
            value=(0, 0, 0),
        ).astype(np.uint8)
    size = (grid.shape[1], grid.shape[0])
    return grid if max(size) <= max_px else _scale(grid, _fit(size, max_px))


# --- Measures outside of the change ---


def _compare_detail(
    before: Floats, after: Floats, outside: NDArray[np.bool_]
) -> tuple[float, float]:
    """Correlation of the detail, and the edit's sharpness over the source's."""
    if outside.mean() < 0.005:
        return 0.0, 1.0
    one, two = (_blur(grey, 1) - _blur(grey, 12) for grey in (before, after))
    one, two = one[outside], two[outside]
    # Noise of two levels, which does not correlate, must not decide on a flat picture.
    strength = float(np.sqrt((one * one).mean() * (two * two).mean()))
    correlation = (float((one * two).mean()) + 2) / (strength + 2)
    energies = [
        float((np.square(grey - _blur(grey, 1.5))[outside]).mean()) for grey in (before, after)
    ]
    return correlation, float(np.sqrt((energies[1] + 0.25) / (energies[0] + 0.25)))


def _moved_px(affine: NDArray[np.float64], flow: Floats, outside: NDArray[np.bool_]) -> float:
    x, y = _places(affine, flow)
    own_x, own_y = _places(np.eye(2, 3), np.zeros_like(flow))
    far = np.hypot(x - own_x, y - own_y)
    return float(np.median(far[outside] if outside.any() else far))


def _color_delta_e(one: Floats, two: Floats, outside: NDArray[np.bool_]) -> float:
    """How far slow colors moved, median outside of the change."""
    moved = _length(_blur(one - two, 8))
    return float(np.median(moved[outside] if outside.any() else moved))


def _chroma(lab: Floats) -> float:
    """How colorful a picture is; a cast over all of it does not count."""
    a, b = (lab[::2, ::2, channel] for channel in (1, 2))
    return float(np.percentile(np.hypot(a - np.median(a), b - np.median(b)), 90))
