"""Example images in three columns, each with a button below it.

The images are in `static/starters`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class ExampleTile:
    """An image by its name in `static/starters`, and the button below it."""

    name: str
    label: str
    on_click: Callable[[], None]


def render_example_tiles(tiles: Sequence[ExampleTile]) -> None:
    """Render the tiles row by row."""
    with st.container(key="kx-examples"):
        columns = st.columns(3)
        for position, tile in enumerate(tiles):
            with columns[position % len(columns)], st.container(key=f"kx-example-{tile.name}"):
                st.image(
                    f"/app/static/starters/{tile.name}.jpg",
                    alt=f"{tile.label} (starter picture)",
                    width="stretch",
                )
                st.button(
                    tile.label, key=f"example-{tile.name}", width="stretch", on_click=tile.on_click
                )
