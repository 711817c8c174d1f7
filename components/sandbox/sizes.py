"""The sizes that pictures come back in, in pixels (docs/kie-api.md, Sizes)."""

import math
from collections.abc import Mapping

RATIOS: Mapping[str, tuple[int, int]] = {
    "21:9": (1568, 672), "16:9": (1392, 752), "4:3": (1184, 880), "1:1": (1024, 1024),
    "3:4": (880, 1184), "9:16": (752, 1392), "16:21": (880, 1184),
}  # fmt: skip
_DEFAULT_RATIO = "16:9"
_TALL = [
    (672, 1568), (688, 1504), (720, 1456), (752, 1392), (800, 1328), (832, 1248), (880, 1184),
    (944, 1104),
]  # fmt: skip
_TRAINED = [*_TALL, (1024, 1024), *((tall, wide) for wide, tall in _TALL)]
"""Width and height of the model's 17 trained sizes."""


def size_of(ratio: str | None, source: tuple[int, int] | None) -> tuple[int, int]:
    """The size of a result: of the ratio asked for, else near to its source's, else 16:9.

    The nearest is that by ratio; twice as wide is as far off as twice as tall.
    """
    if ratio is not None or source is None:
        return RATIOS[ratio or _DEFAULT_RATIO]
    wanted = math.log(source[0] / source[1])
    return min(_TRAINED, key=lambda trained: abs(math.log(trained[0] / trained[1]) - wanted))
