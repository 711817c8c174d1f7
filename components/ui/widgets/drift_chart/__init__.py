"""Drift chart: three small curves over the steps of a chain.

The browser part is `drift-chart.js` and `drift-chart.css`. This package knows nothing of the
studio.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from components.ui import frontend


@dataclass(frozen=True)
class Drift:
    """How far a picture is from the original where nothing was asked to change."""

    color_delta_e: float = 0.0
    sharpness: float = 1.0
    """Over that of the original: 1 is as sharp."""
    moved_px: float = 0.0


@dataclass(frozen=True)
class DriftPoint:
    """One step: the drift as it stands, and as it would be with the raw answers alone."""

    name: str
    shown: Drift
    raw: Drift
    is_measured: bool = True


def drift_chart(points: Sequence[DriftPoint], *, key: str) -> None:
    """Draw the curves, from the original on."""
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/drift_chart/drift-chart.js")(
        key=key, data={"points": json.dumps([asdict(point) for point in points])}
    )
