"""Converts any decoded image to 8-bit RGB or RGBA in sRGB, and flattens transparent ones.

The second half turns color spaces given in numbers into ICC profiles: ITU-T H.273 codes (cICP
in PNG, nclx in HEIC and AVIF) and PNG's gAMA and cHRM. Profiles: ICC.1:2022, matrix and curve.
"""

from __future__ import annotations

import math
import struct
from io import BytesIO
from typing import Final

from PIL import Image, ImageChops, ImageCms

Color = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_SCALABLE_MODES: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_ICC_COLOR_SPACES: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_INVISIBLE_DIFFERENCE: Final = 2  # of 255 levels


def to_8bit(image: Image.Image, *, is_hdr: bool = False) -> Image.Image:
    """The same image as 8-bit L, LA, RGB, RGBA or CMYK, which can be scaled.

    HDR becomes RGB or RGBA, as the profile that it gets is for RGB.

    Palettes are resolved, a transparent color becomes an alpha channel, 1 and 16 bits become
    8. A fully opaque alpha channel is dropped.
    """
    mode = image.mode
    if mode == "I;16":
        image = _grey_16bit_to_8bit(image)
    elif mode == "1":
        image = image.convert("RGBA" if "transparency" in image.info else "L")
    elif "transparency" in image.info or mode in {"PA", "RGBa", "La"}:
        image = image.convert("LA" if mode == "La" else "RGBA")
    elif mode not in _SCALABLE_MODES:
        image = image.convert("RGB")
    if image.mode in {"RGBA", "LA"} and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert(image.mode[:-1])
    if is_hdr and image.mode in {"L", "LA"}:
        image = image.convert("RGB" if image.mode == "L" else "RGBA")
    return image


def _grey_16bit_to_8bit(image: Image.Image) -> Image.Image:
    """16-bit grey as L, or as LA where the PNG names one grey level as transparent.

    Goes through mode "I" and a table: Pillow 13.0 clips when it converts I;16 to L directly.
    """
    wide = image.convert("I")
    grey = wide.point([level >> 8 for level in range(65_536)], "L")
    transparent = image.info.get("transparency")
    if not isinstance(transparent, int):
        return grey
    alpha = wide.point([0 if level == transparent else 255 for level in range(65_536)], "L")
    return Image.merge("LA", (grey, alpha))


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an 8-bit image to RGB or RGBA in sRGB. Returns it with notes on what changed.

    A profile that is broken or belongs to another color space is ignored.
    """
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    opaque = image if alpha is None else image.convert(image.mode[:-1])
    opaque, notes = _apply_profile(opaque, profile)
    if alpha is not None:
        opaque.putalpha(alpha)
    return opaque, notes


def flatten(image: Image.Image, ground: Color) -> Image.Image:
    """An RGB or RGBA image in front of one color. Colors of fully transparent parts vanish."""
    if image.mode == "RGB":
        return image
    flat = Image.new("RGB", image.size, ground)
    flat.paste(image, mask=image.getchannel("A"))
    return flat


def _apply_profile(
    image: Image.Image, profile: bytes | None
) -> tuple[Image.Image, tuple[str, ...]]:
    notes: list[str] = ["Converted from CMYK."] if image.mode == "CMYK" else []
    if profile is not None:
        try:
            transform = _transform(image.mode, profile)
            if transform is None:
                notes.append("Its colour profile does not fit and was ignored.")
            elif image.mode != "RGB" or _changes_colors(transform):
                converted = ImageCms.applyTransform(image, transform)
                if converted is not None:
                    if image.mode == "RGB":
                        notes.append("Colours converted to sRGB.")
                    return converted, tuple(notes)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            notes.append("Its colour profile is damaged and was ignored.")
    return (image if image.mode == "RGB" else image.convert("RGB")), tuple(notes)


def _transform(mode: str, profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The transform from `profile` to sRGB, or None if the profile is for another color space."""
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if source.profile.xcolor_space.strip() != _ICC_COLOR_SPACES[mode]:
        return None
    return ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _changes_colors(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether an RGB transform does anything visible. Most embedded profiles are sRGB."""
    probe = Image.frombytes(
        "RGB",
        (36, 6),
        bytes(
            level
            for red in range(0, 256, 51)
            for green in range(0, 256, 51)
            for blue in range(0, 256, 51)
            for level in (red, green, blue)
        ),
    )
    converted = ImageCms.applyTransform(probe, transform)
    if converted is None:
        return False
    difference = ImageChops.difference(probe, converted).tobytes()
    return max(difference) > _INVISIBLE_DIFFERENCE


# --- ICC profiles from numbers ---

Point = tuple[float, float]
Vector = tuple[float, float, float]
Primaries = tuple[Point, Point, Point, Point]
"""CIE 1931 xy of red, green, blue and white."""

_D65: Final = (0.3127, 0.3290)
SRGB: Final[Primaries] = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
_PRIMARIES_BY_CODE: Final[dict[int, Primaries]] = {
    1: SRGB,
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),  # DCI P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),  # Display P3
}
_BT2020: Final = 9
_SRGB_CURVES: Final = frozenset({1, 6, 13, 14, 15})  # video curves are displayed as sRGB
_GAMMA_BY_CODE: Final = {4: 2.2, 5: 2.8, 8: 1.0}
_HDR_CURVE_STEPS: Final = 1024
_PAPER_WHITE: Final = 203.0  # cd/m²
_LINEAR_UP_TO: Final = 0.75
_INVISIBLE: Final = 0.01  # difference of a coordinate or of a gamma

# Bradford cone matrix, and D50, the white of every profile (ICC.1, annex E).
_BRADFORD: Final = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
_D50: Final = (0.9642, 1.0, 0.8249)


_PQ, _HLG = 16, 18


def is_hdr(transfer: int) -> bool:
    """Whether a transfer code of H.273 is one of the two of HDR, PQ or HLG."""
    return transfer in {_PQ, _HLG}


def icc_profile_from_cicp(primaries: int, transfer: int) -> bytes | None:
    """The profile for two codes of H.273. None for sRGB and for unknown codes.

    That of HDR keeps colors up to the white of paper and compresses what is brighter.
    """
    if is_hdr(transfer):
        points = _PRIMARIES_BY_CODE.get(primaries, _PRIMARIES_BY_CODE[_BT2020])
        return _build_profile(points, _hdr_curve(transfer))
    known_points = _PRIMARIES_BY_CODE.get(primaries)
    gamma = _GAMMA_BY_CODE.get(transfer)
    if known_points is not None and gamma is not None:
        return _build_profile(known_points, _gamma_curve(gamma))
    if known_points is None or known_points is SRGB or transfer not in _SRGB_CURVES:
        return None
    return _build_profile(known_points, _SRGB_CURVE)


def icc_profile_from_gamma(points: Primaries, gamma: float) -> bytes | None:
    """The profile for primaries and a gamma. None if that is near sRGB or makes no sense."""
    near_srgb = all(
        abs(a - b) < _INVISIBLE
        for given, usual in zip(points, SRGB, strict=True)
        for a, b in zip(given, usual, strict=True)
    )
    if (near_srgb and abs(gamma - 2.2) < _INVISIBLE) or not 0.1 < gamma < 10:
        return None
    try:
        return _build_profile(points, _gamma_curve(gamma))
    except (ArithmeticError, ValueError, struct.error):  # impossible primaries
        return None


def _gamma_curve(gamma: float) -> bytes:
    return _tag(b"para", b"\0\0\0\0", gamma)


def _hdr_curve(transfer: int) -> bytes:
    """PQ or HLG (ITU-R BT.2100) as a curve from 0 to 1, where 1 is the brightest of a screen.

    The white of paper has 203 cd/m² (ITU-R BT.2408). Three quarters of that stay linear.
    """
    levels = bytearray()
    for step in range(_HDR_CURVE_STEPS):
        signal = step / (_HDR_CURVE_STEPS - 1)
        light = (_pq_light(signal) if transfer == _PQ else _hlg_light(signal)) / _PAPER_WHITE
        if light > _LINEAR_UP_TO:
            rest = 1 - _LINEAR_UP_TO
            light = _LINEAR_UP_TO + rest * math.tanh((light - _LINEAR_UP_TO) / rest)
        levels += round(light * 0xFFFF).to_bytes(2, "big")
    return b"curv" + bytes(4) + struct.pack(">I", _HDR_CURVE_STEPS) + bytes(levels)


def _pq_light(signal: float) -> float:
    """cd/m² of a PQ signal from 0 to 1."""
    root = signal ** (32 / 2523)
    return float(
        10_000 * (max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (8192 / 1305)
    )


def _hlg_light(signal: float) -> float:
    """cd/m² of an HLG signal from 0 to 1 on a screen of 1,000 cd/m²."""
    scene = signal**2 / 3
    if signal > 0.5:
        scene = (math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return float(1_000 * scene**1.2)


def _build_profile(points: Primaries, curve: bytes) -> bytes:
    """A display profile with a curve tag for all three channels."""
    red, green, blue, white = (_xyz(point) for point in points)
    whole = _determinant(red, green, blue)
    weights = (
        _determinant(white, green, blue) / whole,
        _determinant(red, white, blue) / whole,
        _determinant(red, green, white) / whole,
    )
    tags = {
        b"wtpt": _tag(b"XYZ ", b"", *_D50),
        **{
            name: _tag(b"XYZ ", b"", *_adapt_to_d50(_scale(xyz, weight), white))
            for name, xyz, weight in zip(
                (b"rXYZ", b"gXYZ", b"bXYZ"), (red, green, blue), weights, strict=True
            )
        },
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    return _serialize_profile(tags)


def _serialize_profile(tags: dict[bytes, bytes]) -> bytes:
    at = 128 + 4 + 12 * len(tags)
    table = struct.pack(">I", len(tags))
    for name, body in tags.items():
        table += struct.pack(">4sII", name, at, len(body))
        at += len(body)
    head = struct.pack(">I4sI4s4s4s", at, b"", 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    head = head.ljust(36, b"\0") + b"acsp"
    white = b"".join(_s15_fixed16(part) for part in _D50)
    return (head.ljust(68, b"\0") + white).ljust(128, b"\0") + table + b"".join(tags.values())


def _tag(tag_type: bytes, function: bytes, *values: float) -> bytes:
    return tag_type + bytes(4) + function + b"".join(map(_s15_fixed16, values))


def _s15_fixed16(value: float) -> bytes:
    return struct.pack(">i", round(value * 65_536))


_SRGB_CURVE: Final = _tag(b"para", b"\0\3\0\0", 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _xyz(point: Point) -> Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _scale(vector: Vector, factor: float) -> Vector:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


def _determinant(a: Vector, b: Vector, c: Vector) -> float:
    """The determinant of three columns."""
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - b[0] * (a[1] * c[2] - a[2] * c[1])
        + c[0] * (a[1] * b[2] - a[2] * b[1])
    )


def _adapt_to_d50(xyz: Vector, white: Vector) -> Vector:
    """Bradford chromatic adaptation from `white` to D50."""
    seen, from_white, to_white = _cone_response(xyz), _cone_response(white), _cone_response(_D50)
    wanted = [a * to / by for a, to, by in zip(seen, to_white, from_white, strict=True)]
    right: Vector = (wanted[0], wanted[1], wanted[2])
    columns: list[Vector] = [
        (_BRADFORD[0][at], _BRADFORD[1][at], _BRADFORD[2][at]) for at in range(3)
    ]
    whole = _determinant(*columns)
    return (
        _determinant(right, columns[1], columns[2]) / whole,
        _determinant(columns[0], right, columns[2]) / whole,
        _determinant(columns[0], columns[1], right) / whole,
    )


def _cone_response(xyz: Vector) -> Vector:
    long, middle, short = (sum(a * b for a, b in zip(row, xyz, strict=True)) for row in _BRADFORD)
    return long, middle, short
