"""The shapes of picture the model makes: ratios that can be asked for, pixels that come back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

OUTPUT_SIZES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "21:9": (1568, 672),
        "16:9": (1392, 752),
        "4:3": (1184, 880),
        "1:1": (1024, 1024),
        "3:4": (880, 1184),
        "9:16": (752, 1392),
        "16:21": (880, 1184),
    }
)
"""Width and height in pixels that each aspect ratio returns (contract.md §8)."""

ASPECT_RATIOS: Final[tuple[str, ...]] = tuple(OUTPUT_SIZES)
"""The ratios that can be asked for, widest first; 16:21 is last, as only the quickstart lists it
(contract.md §2)."""
