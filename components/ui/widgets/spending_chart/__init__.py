"""Spending chart: a bar for each day, with a part for each model.

The browser part is `spending-chart.js` and `spending-chart.css`. This package knows nothing of
the studio.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from components.ui import frontend


@dataclass(frozen=True)
class DayOfSpending:
    """A day's name, and credits by the name of a model."""

    name: str
    amounts: Mapping[str, float]


def spending_chart(days: Sequence[DayOfSpending], *, key: str) -> None:
    """Draw the days from left to right."""
    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/spending_chart/spending-chart.js")(
        key=key, data={"days": json.dumps([asdict(day) for day in days])}
    )
