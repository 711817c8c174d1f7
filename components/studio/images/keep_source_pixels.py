"""Puts the source's own pixels back around a local edit, at the source's own size.

`analyse` finds what changed, `change_mask` applies a person's settings to that, `decide` says
what to do with it, `compose` makes the picture. OpenCV is imported at the first call of one.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageCms

from components.studio.images.color import to_8bit, to_srgb
from components.studio.images.decode import decode, parse_container, turn_upright

if TYPE_CHECKING:
    from components.studio.images.change_map import ChangeAnalysis, Mask, PixelArray

# --- What a person sets ---

MAX_STROKES: Final = 200
MAX_POINTS: Final = 2_000
"""Of one stroke."""
MAX_ALL_POINTS: Final = 20_000  # drawn in about two seconds
_MAX_NUMBER: Final = 1e6
_SENSITIVITIES: Final = range(-2, 3)
_MAX_GROWTH: Final = 0.05
_MAX_FEATHER: Final = 4.0
_MAX_RADIUS: Final = 0.5


@dataclass(frozen=True)
class Stroke:
    """A line drawn with a brush, or a rectangle given by two corners."""

    points: tuple[tuple[float, float], ...]
    """x and y from 0 to 1 over the whole source."""
    takes_edit: bool
    """Whether the edit is taken here, or the source kept."""
    radius: float = 0.02
    """Of the brush, as a share of the source's long side."""
    is_rectangle: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError if a value is out of bounds."""
        if self.is_rectangle and len(self.points) != 2:
            raise ValueError("A rectangle has two corners.")
        if not 1 <= len(self.points) <= MAX_POINTS:
            raise ValueError(f"A stroke has 1 to {MAX_POINTS} points.")
        if not all(-1 <= value <= 2 for point in self.points for value in point):
            raise ValueError("Points lie between 0 and 1.")
        if not 0 < self.radius <= _MAX_RADIUS:
            raise ValueError(f"A brush's radius lies between 0 and {_MAX_RADIUS}.")


@dataclass(frozen=True)
class MapSettings:
    """How the change map is read. Strokes are applied in order, the last one wins."""

    sensitivity: int = 0
    """-2 (only what changed much) to 2 (the slightest change)."""
    growth: float = 0.0
    """By what the changed part grows or shrinks, as a share of the long side."""
    feather: float = 1.0
    """By what the usual width of the soft edge is multiplied."""
    strokes: tuple[Stroke, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError if a value is out of bounds."""
        if self.sensitivity not in _SENSITIVITIES:
            raise ValueError("The sensitivity is a whole number from -2 to 2.")
        if not -_MAX_GROWTH <= self.growth <= _MAX_GROWTH:
            raise ValueError(f"The growth lies between -{_MAX_GROWTH} and {_MAX_GROWTH}.")
        if not 0 <= self.feather <= _MAX_FEATHER:
            raise ValueError(f"The feather lies between 0 and {_MAX_FEATHER}.")
        if sum(len(stroke.points) for stroke in self.strokes) > MAX_ALL_POINTS:
            raise ValueError(f"All strokes together have {MAX_ALL_POINTS} points at most.")
        if len(self.strokes) > MAX_STROKES:
            raise ValueError(f"At most {MAX_STROKES} strokes are kept.")

    def to_json(self) -> str:
        """The same settings always give the same text."""
        return json.dumps(
            {
                "sensitivity": self.sensitivity,
                "growth": self.growth,
                "feather": self.feather,
                "strokes": [
                    {
                        "kind": "rectangle" if stroke.is_rectangle else "brush",
                        "take": "edit" if stroke.takes_edit else "source",
                        "points": [list(point) for point in stroke.points],
                        "radius": stroke.radius,
                    }
                    for stroke in self.strokes
                ],
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> MapSettings:
        """Raises ValueError, with a sentence, if the text is not what `to_json` writes."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError("The settings are not JSON.") from error
        fields = _checked_object(values, {"sensitivity", "growth", "feather", "strokes"})
        strokes = _checked_list(fields.get("strokes", []), MAX_STROKES, "strokes")
        sensitivity = fields.get("sensitivity", 0)
        if type(sensitivity) is not int:
            raise ValueError("The sensitivity is a whole number from -2 to 2.")
        return cls(
            sensitivity=sensitivity,
            growth=_checked_number(fields.get("growth", 0.0)),
            feather=_checked_number(fields.get("feather", 1.0)),
            strokes=tuple(_read_stroke(stroke) for stroke in strokes),
        )


def _read_stroke(value: object) -> Stroke:
    fields = _checked_object(value, {"kind", "take", "points", "radius"})
    kind, take = fields.get("kind"), fields.get("take")
    if kind not in ("brush", "rectangle"):
        raise ValueError("A stroke's kind is brush or rectangle.")
    if take not in ("edit", "source"):
        raise ValueError("A stroke takes the edit or the source.")
    points = []
    for point in _checked_list(fields.get("points"), MAX_POINTS, "points"):
        x, y = (_checked_number(part) for part in _checked_list(point, 2, "coordinates", 2))
        points.append((x, y))
    return Stroke(
        points=tuple(points),
        takes_edit=take == "edit",
        radius=_checked_number(fields.get("radius", 0.02)),
        is_rectangle=kind == "rectangle",
    )


def _checked_object(value: object, known: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("The settings are not an object.")
    if not value.keys() <= known:
        raise ValueError(f"Unknown settings: {', '.join(sorted(value.keys() - known))[:100]}.")
    return value


def _checked_list(value: object, most: int, what: str, least: int = 0) -> list[object]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise ValueError(f"There must be {least} to {most} {what}.")
    return value


def _checked_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("A number is missing in the settings.")
    if not abs(value) < _MAX_NUMBER:  # also what is not finite
        raise ValueError("A number is missing in the settings.")
    return float(value)


# --- What to do ---


class Outcome(StrEnum):
    """What becomes of the kept picture."""

    APPLY = "apply"
    OFFER = "offer"
    ASK = "ask"
    """Whose colors the person wants."""
    DECLINE = "decline"


class Reason(StrEnum):
    """Why it is not simply applied."""

    NONE = "none"
    NOTHING_CHANGED = "nothing_changed"
    MUCH_CHANGED = "much_changed"
    COLOUR_MOVED = "colour_moved"
    EVERYTHING_CHANGED = "everything_changed"
    BLACK_AND_WHITE = "black_and_white"
    DOES_NOT_LINE_UP = "does_not_line_up"
    UPSIDE_DOWN = "upside_down"
    OTHER_SHAPE = "other_shape"
    OTHER_PICTURE = "other_picture"


@dataclass(frozen=True)
class Decision:
    """What to do with a composite, and the figures that are told."""

    outcome: Outcome
    reason: Reason
    changed_fraction: float
    """0 to 1 of the source's pixels; 1 if it is declined because the whole is another."""
    moved_px: float
    """Median outside of the change, in pixels of the edit."""
    colour_delta_e: float
    """Median of how far the colors moved outside of the change."""
    sharpness: float
    """The edit's detail over the source's, outside of the change: 0.8 is softer."""


_MIN_CORRELATION: Final = 0.80
_OTHER_PICTURE_CORRELATION: Final = 0.35
_TURNED_CORRELATION: Final = 0.5
_MAX_APPLIED, _MAX_OFFERED = 0.60, 0.85
_ASKED_DELTA_E, _ASKED_DELTA_E_IF_NAMED, _GRADED_DELTA_E = 6.5, 4.0, 12.0
_GLOBAL_WORDS: Final = re.compile(
    r"\b(light(ing|s)?|colou?rs?|colou?r[- ]grad\w*|grad(e|ing)|tones?|warm(er)?|cool(er)?|season"
    r"|spring|summer|autumn|fall|winter|weather|rain(y)?|snow(y)?|fog(gy)?|mist(y)?|sunn?y?|sunset"
    r"|sunrise|dusk|dawn|night|day(light|time)?|golden hour|style|paint(ing|ed)?|watercolou?r"
    r"|sketch|cartoon|anime|vintage|filter|mood|contrast|saturat\w+|bright(er)?|dark(er)?)\b",
    re.IGNORECASE,
)


def decide(analysis: ChangeAnalysis, mask: Mask, prompt: str) -> Decision:
    """Whether the source's pixels are put back. `mask` is that of `change_mask`."""
    changed = share_of_source(analysis, mask)
    outcome, reason = _judge(analysis, changed, names_look=bool(_GLOBAL_WORDS.search(prompt)))
    is_other = outcome is Outcome.DECLINE
    return Decision(
        outcome=outcome,
        reason=reason,
        changed_fraction=1.0 if is_other else changed,
        moved_px=analysis.moved_px,
        colour_delta_e=analysis.color_delta_e,
        sharpness=analysis.sharpness,
    )


def _judge(analysis: ChangeAnalysis, changed: float, *, names_look: bool) -> tuple[Outcome, Reason]:
    if analysis.turned_correlation > _TURNED_CORRELATION:
        return Outcome.DECLINE, Reason.UPSIDE_DOWN
    if analysis.shows_more:
        return Outcome.DECLINE, Reason.OTHER_SHAPE
    if analysis.edited_chroma < 5 and analysis.source_chroma > 12:
        return Outcome.DECLINE, Reason.BLACK_AND_WHITE
    if changed > _MAX_OFFERED:
        is_other = analysis.correlation < _OTHER_PICTURE_CORRELATION
        return Outcome.DECLINE, Reason.OTHER_PICTURE if is_other else Reason.EVERYTHING_CHANGED
    if analysis.correlation < _MIN_CORRELATION:
        return Outcome.DECLINE, Reason.DOES_NOT_LINE_UP
    if analysis.color_delta_e > _GRADED_DELTA_E:
        return Outcome.DECLINE, Reason.EVERYTHING_CHANGED
    if analysis.color_delta_e > (_ASKED_DELTA_E_IF_NAMED if names_look else _ASKED_DELTA_E):
        return Outcome.ASK, Reason.COLOUR_MOVED
    if changed > _MAX_APPLIED:
        return Outcome.OFFER, Reason.MUCH_CHANGED
    return Outcome.APPLY, Reason.NONE if changed > 0 else Reason.NOTHING_CHANGED


def share_of_source(analysis: ChangeAnalysis, mask: Mask) -> float:
    """How much of the source a mask of the grid takes from the edit, 0 to 1."""
    width, height = analysis.source_size
    shown = analysis.frame[2] * analysis.frame[3] / (width * height)
    return float((mask > 0).mean()) * shown


# --- Composing ---

_STRIP_ROWS: Final = 512


@dataclass(frozen=True)
class Composite:
    """The source with the edit where it changed something."""

    pixels: PixelArray
    """Of the source's size, depth and channels. Where `alpha` is 0, the source's own."""
    alpha: Mask
    """At the source's size: 0 = the source's pixel, 255 = the edit's."""


def compose(
    source: PixelArray, edited: PixelArray, analysis: ChangeAnalysis, settings: MapSettings
) -> Composite:
    """Put the edit's changes into the source, whose alpha channel stays as it is.

    Both have the sizes that were analysed; `edited` has the source's color profile (`in_profile`).
    """
    import cv2
    import numpy as np

    from components.studio.images import change_map

    mask = change_map.change_mask(analysis, settings)
    grid = change_map.feathered(mask, analysis, settings.feather)
    pixels = source.copy()
    height, width = source.shape[:2]
    alpha = np.zeros((height, width), np.uint8)
    edit = change_map.to_8bit(edited)[:, :, :3]
    left, top, frame_width, frame_height = analysis.frame
    to_grid_x, to_grid_y = analysis.size[0] / frame_width, analysis.size[1] / frame_height
    edit = _softened(edit, max(to_grid_x, to_grid_y))
    if source.dtype == np.uint16:
        edit = edit.astype(np.float32)
    flow = analysis.flow.astype(np.float32)
    color = analysis.color.astype(np.float32)
    step_x, step_y = analysis.size[0] / flow.shape[1], analysis.size[1] / flow.shape[0]
    depth_factor = 257.0 if source.dtype == np.uint16 else 1.0
    linear, edge = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    for first in range(top, top + frame_height, _STRIP_ROWS):
        last = min(first + _STRIP_ROWS, top + frame_height)
        # Centers of pixels lie at halves.
        rows = ((np.arange(first, last) - top + 0.5) * to_grid_y - 0.5).astype(np.float32)
        columns = ((np.arange(frame_width) + 0.5) * to_grid_x - 0.5).astype(np.float32)
        x, y = np.meshgrid(columns, rows)
        part = cv2.remap(grid, x, y, linear, borderMode=edge)
        used = np.flatnonzero(part.any(axis=0))
        if not used.size:
            continue
        begin, end = int(used[0]), int(used[-1]) + 1
        x, y, part = x[:, begin:end], y[:, begin:end], part[:, begin:end]
        coarse_x, coarse_y = (x + 0.5) / step_x - 0.5, (y + 0.5) / step_y - 0.5
        moved = cv2.remap(flow, coarse_x, coarse_y, linear, borderMode=edge)
        sampled = change_map.remap(edit, x, y, analysis.affine, moved).astype(np.float32)
        field = cv2.remap(color, coarse_x, coarse_y, linear, borderMode=edge)
        taken = change_map.recolor(sampled, analysis.gain, field) * depth_factor
        place = np.s_[first:last, left + begin : left + end]
        own = pixels[place][:, :, :3]
        share = (part.astype(np.float32) / 255)[:, :, None]
        mixed = np.rint(own + (taken - own) * share).astype(source.dtype)
        np.copyto(own, mixed, where=(part > 0)[:, :, None])
        alpha[place] = part
    return Composite(pixels=pixels, alpha=alpha)


def _softened(edit: PixelArray, grid_per_source: float) -> PixelArray:
    """An edit that is larger than the source, without what the source's size cannot show."""
    if grid_per_source <= 1.1:
        return edit
    import cv2

    return cv2.GaussianBlur(edit, (0, 0), 0.45 * grid_per_source)


# --- Drawing the map ---

_MAX_DRAWN_PX: Final = 1600


@dataclass(frozen=True)
class DrawnMap:
    """A change map for the screen. It lies on the part of the source that a kept picture shows."""

    png: bytes
    """8-bit grey with the soft edge: 0 = the source's pixel, 255 = the edit's."""
    size: tuple[int, int]
    area: tuple[float, float, float, float]
    """Left, top, width and height of that part, as shares of the source."""
    source_size: tuple[int, int]
    changed_fraction: float
    """0 to 1 of the source's pixels."""


def draw_map(analysis: ChangeAnalysis, settings: MapSettings, *, crops: bool) -> DrawnMap:
    """The change map with these settings; `crops` as in `lay_on_source`."""
    from components.studio.images import change_map

    mask = change_map.change_mask(analysis, settings)
    soft = change_map.feathered(mask, analysis, settings.feather)
    drawn = change_map.lay_on_source(soft, analysis, crops=crops, max_px=_MAX_DRAWN_PX)
    width, height = analysis.source_size
    frame = analysis.frame if crops else (0, 0, width, height)
    return DrawnMap(
        png=write_png(drawn, None),
        size=(drawn.shape[1], drawn.shape[0]),
        area=(frame[0] / width, frame[1] / height, frame[2] / width, frame[3] / height),
        source_size=analysis.source_size,
        changed_fraction=share_of_source(analysis, mask),
    )


def draw_aligned_edit(analysis: ChangeAnalysis, edit: PixelArray, *, crops: bool) -> bytes:
    """An edit (8-bit sRGB) where it lies on the source and in its colors: a JPEG as `draw_map`."""
    from components.studio.images import change_map

    aligned = change_map.lay_on_source(
        change_map.lined_up(edit, analysis), analysis, crops=crops, max_px=_MAX_DRAWN_PX
    )
    target = BytesIO()
    Image.fromarray(aligned).save(target, "JPEG", quality=92, subsampling=0)
    return target.getvalue()


# --- Files ---


def read_edit(data: bytes) -> PixelArray:
    """The pixels of an edit's file as 8-bit RGB in sRGB. Raises InvalidImageError."""
    import numpy as np

    container = parse_container(data)
    image, _ = to_srgb(to_8bit(decode(container)), container.icc_profile)
    image = turn_upright(image, container.exif.orientation)
    return np.asarray(image.convert("RGB"))


@dataclass(frozen=True)
class Picture:
    """A decoded PNG."""

    pixels: PixelArray
    """RGB or RGBA, 8 or 16 bits."""
    profile: bytes | None
    """The ICC profile of RGB that the pixels are in, None for sRGB."""


def read_png(data: bytes) -> Picture:
    """Decode a PNG. Palettes and grey become RGB. Raises ValueError or OSError if it is damaged."""
    import numpy as np

    with Image.open(BytesIO(data), formats=["PNG"]) as image:
        profile = image.info.get("icc_profile")
        if data[24] == 16 and image.mode in ("RGB", "RGBA"):
            return Picture(_decode_16bit(data), _rgb_profile(profile))
        if image.mode == "I;16":
            grey = (np.asarray(image) >> 8).astype(np.uint8)
            return Picture(np.stack([grey] * 3, axis=-1), None)
        is_clear = "A" in image.mode or "transparency" in image.info
        pixels = np.asarray(image.convert("RGBA" if is_clear else "RGB"))
    return Picture(pixels, _rgb_profile(profile))


def _decode_16bit(data: bytes) -> PixelArray:
    """Pillow reads 8 bits of them."""
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("The PNG is damaged.")
    has_alpha = pixels.shape[2] == 4
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA if has_alpha else cv2.COLOR_BGR2RGB)


def _rgb_profile(profile: object) -> bytes | None:
    """A profile that fits RGB pixels, or None."""
    if not isinstance(profile, bytes):
        return None
    try:
        space = ImageCms.ImageCmsProfile(BytesIO(profile)).profile.xcolor_space
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return profile if space.strip() == "RGB" else None


def in_srgb(picture: Picture) -> PixelArray:
    """A picture's pixels as 8-bit sRGB, which is what is analysed."""
    from components.studio.images.change_map import to_8bit

    pixels = to_8bit(picture.pixels)
    return pixels if picture.profile is None else _convert(pixels, picture.profile, None)


def in_profile(pixels: PixelArray, profile: bytes | None) -> PixelArray:
    """8-bit pixels in sRGB as 8 bits in a profile, which is how an edit is composed."""
    return pixels if profile is None else _convert(pixels, None, profile)


def _convert(pixels: PixelArray, start: bytes | None, end: bytes | None) -> PixelArray:
    """The pixels in another profile, None for sRGB. The same pixels if a profile fails."""
    import numpy as np

    first, last = (
        ImageCms.createProfile("sRGB") if data is None else ImageCms.ImageCmsProfile(BytesIO(data))
        for data in (start, end)
    )
    try:
        converted = ImageCms.profileToProfile(
            Image.fromarray(np.ascontiguousarray(pixels[:, :, :3])),
            first,
            last,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:
        return pixels
    colors = np.asarray(converted)
    return colors if pixels.shape[2] == 3 else np.dstack([colors, pixels[:, :, 3]])


def write_png(pixels: PixelArray, profile: bytes | None) -> bytes:
    """A PNG of RGB, RGBA or grey pixels of 8 bits, or RGB or RGBA of 16."""
    import numpy as np

    if pixels.dtype == np.uint16:
        return _encode_16bit(pixels, profile)
    target = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(
        target, "PNG", compress_level=_COMPRESSION, icc_profile=profile
    )
    return target.getvalue()


_COMPRESSION: Final = 3
"""1 to 9; 6 takes three times as long and saves 4 %."""


def _encode_16bit(pixels: PixelArray, profile: bytes | None) -> bytes:
    import cv2

    has_alpha = pixels.shape[2] == 4
    swapped = cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA if has_alpha else cv2.COLOR_RGB2BGR)
    encoded = cv2.imencode(".png", swapped, [cv2.IMWRITE_PNG_COMPRESSION, _COMPRESSION])[1]
    data = encoded.tobytes()
    if profile is None:
        return data
    # A profile stands between the header and the pixels.
    body = b"iCCP" + b"ICC Profile\0\0" + zlib.compress(profile)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end_of_header = 8 + 25
    return data[:end_of_header] + chunk + data[end_of_header:]


def keep_unchanged(source: bytes, edited: bytes) -> dict[str, bytes | float | bool]:
    """Keep a source's own pixels around an edit, with the usual settings. PNG files in and out.

    `kept_png_bytes`: the composite, in the source's size, depth and profile. `mask_png_bytes`:
    8-bit grey of that size, 0 = the source's own pixel, 255 = the edit's. `changed_fraction`:
    0 to 1. `declined`: nothing is kept; then the picture is the edit as it came, the mask is
    255 everywhere and the fraction 1. Raises ValueError or OSError for a damaged file.
    """
    import numpy as np

    from components.studio.images.change_map import analyse, change_mask

    before, after = read_png(source), read_png(edited)
    edit = in_srgb(after)
    analysis = analyse(in_srgb(before), edit)
    settings = MapSettings()
    decision = decide(analysis, change_mask(analysis, settings), "")
    if decision.outcome is Outcome.DECLINE:
        height, width = before.pixels.shape[:2]
        return {
            "kept_png_bytes": edited,
            "mask_png_bytes": write_png(np.full((height, width), 255, np.uint8), None),
            "changed_fraction": 1.0,
            "declined": True,
        }
    composite = compose(before.pixels, in_profile(edit, before.profile), analysis, settings)
    return {
        "kept_png_bytes": write_png(composite.pixels, before.profile),
        "mask_png_bytes": write_png(composite.alpha, None),
        "changed_fraction": decision.changed_fraction,
        "declined": False,
    }
