"""Colour spaces that a file tells in numbers, turned into the ICC profile it might have held.

Numbers as in ITU-T H.273 (cICP in PNG, nclx in HEIC and AVIF), gAMA and cHRM in PNG. Profile:
ICC.1:2022, a matrix and one curve.
"""

from __future__ import annotations

import struct
from typing import Final

Point = tuple[float, float]
Vector = tuple[float, float, float]
Primaries = tuple[Point, Point, Point, Point]
"""Where red, green, blue and white lie on the CIE 1931 plane."""

_D65: Final = (0.3127, 0.3290)
SRGB: Final[Primaries] = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
_PRIMARIES: Final[dict[int, Primaries]] = {
    1: SRGB,
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),  # DCI P3
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),  # Display P3
}
_SRGB_CURVES: Final = frozenset({1, 6, 13, 14, 15})  # 1, 6, 14, 15: films' curves, shown as sRGB
_POWERS: Final = {4: 2.2, 5: 2.8, 8: 1.0}
_SAME: Final = 0.01  # of a coordinate or of a power, which nobody sees

# Bradford's cones, and the white of every profile, D50 (ICC.1, annex E).
_CONES: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_D50: Final = (0.9642, 1.0, 0.8249)


def icc_profile_from_cicp(primaries: int, transfer: int) -> bytes | None:
    """The profile that two numbers of H.273 stand for.

    None for sRGB, for what is unknown, and for HDR, which no 8-bit profile describes.
    """
    points = _PRIMARIES.get(primaries)
    power = _POWERS.get(transfer)
    if points is None or (power is None and (points is SRGB or transfer not in _SRGB_CURVES)):
        return None
    return _profile(points, power)


def icc_profile_from_gamma(points: Primaries, power: float) -> bytes | None:
    """The profile of colours whose light is their level to a power; None for what is near sRGB."""
    near = all(
        abs(a - b) < _SAME
        for mine, usual in zip(points, SRGB, strict=True)
        for a, b in zip(mine, usual, strict=True)
    )
    if (near and abs(power - 2.2) < _SAME) or not 0.1 < power < 10:
        return None
    try:
        return _profile(points, power)
    except (ArithmeticError, ValueError, struct.error):  # points that no colours have
        return None


def _profile(points: Primaries, power: float | None) -> bytes:
    """A display profile with a power as its curve, or sRGB's own."""
    red, green, blue, white = (_light(point) for point in points)
    whole = _volume(red, green, blue)
    shares = (
        _volume(white, green, blue) / whole,
        _volume(red, white, blue) / whole,
        _volume(red, green, white) / whole,
    )
    if power is not None:
        curve = _numbers(b"para", b"\0\0\0\0", power)
    else:
        curve = _numbers(b"para", b"\0\3\0\0", 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    tags = {
        b"wtpt": _numbers(b"XYZ ", b"", *_D50),
        **{
            name: _numbers(b"XYZ ", b"", *_under_d50(_scaled(light, share), white))
            for name, light, share in zip(
                (b"rXYZ", b"gXYZ", b"bXYZ"), (red, green, blue), shares, strict=True
            )
        },
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    return _packed(tags)


def _packed(tags: dict[bytes, bytes]) -> bytes:
    at = 128 + 4 + 12 * len(tags)
    table = struct.pack(">I", len(tags))
    for name, body in tags.items():
        table += struct.pack(">4sII", name, at, len(body))
        at += len(body)
    head = struct.pack(">I4sI4s4s4s", at, b"", 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    head = head.ljust(36, b"\0") + b"acsp"
    light = b"".join(_fixed(part) for part in _D50)
    return (head.ljust(68, b"\0") + light).ljust(128, b"\0") + table + b"".join(tags.values())


def _numbers(kind: bytes, form: bytes, *values: float) -> bytes:
    return kind + bytes(4) + form + b"".join(map(_fixed, values))


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65_536))


def _light(point: Point) -> Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _scaled(light: Vector, share: float) -> Vector:
    return light[0] * share, light[1] * share, light[2] * share


def _volume(a: Vector, b: Vector, c: Vector) -> float:
    """The determinant of three columns."""
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - b[0] * (a[1] * c[2] - a[2] * c[1])
        + c[0] * (a[1] * b[2] - a[2] * b[1])
    )


def _under_d50(light: Vector, white: Vector) -> Vector:
    """What the eye takes for the same colour when white is D50."""
    seen, from_white, to_white = _cones(light), _cones(white), _cones(_D50)
    wanted = [a * to / by for a, to, by in zip(seen, to_white, from_white, strict=True)]
    right: Vector = (wanted[0], wanted[1], wanted[2])
    columns: list[Vector] = [(_CONES[0][at], _CONES[1][at], _CONES[2][at]) for at in range(3)]
    whole = _volume(*columns)
    return (
        _volume(right, columns[1], columns[2]) / whole,
        _volume(columns[0], right, columns[2]) / whole,
        _volume(columns[0], columns[1], right) / whole,
    )


def _cones(light: Vector) -> Vector:
    long, middle, short = (sum(a * b for a, b in zip(row, light, strict=True)) for row in _CONES)
    return long, middle, short
