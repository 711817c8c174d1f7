"""The sizes that pictures come back in, in pixels (docs/kie-api.md, Sizes)."""

import math
from collections.abc import Mapping
from pathlib import Path

from components.sandbox.renderer.canvas import Size, table

_SIZES: Mapping[str, list[Size]] = {
    name: [(int(wide), int(tall)) for wide, tall in (size.split(",") for size in line.split())]
    for name, (line,) in table("sizes.txt", Path(__file__).parent).items()
}
RATIOS: Mapping[str, Size] = {name: sizes[0] for name, sizes in _SIZES.items() if ":" in name}


def size_of(ratio: str | None, source: Size | None) -> Size:
    """The size of a result: of the ratio asked for, else near to its source's, else 16:9.

    The nearest is that by ratio; twice as wide is as far off as twice as tall.
    """
    if ratio is not None or source is None:
        return RATIOS[ratio or "16:9"]
    wanted = math.log(source[0] / source[1])
    trained = _SIZES["trained"] + [(wide, tall) for tall, wide in _SIZES["trained"]]
    return min(trained, key=lambda size: abs(math.log(size[0] / size[1]) - wanted))
