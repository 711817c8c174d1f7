"""Example images in three columns, each with a button below it.

The images are in `static/starters`.
"""

from __future__ import annotations

import html
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
    """Render the tiles in rows; on a phone, where columns stand one below the other, in one."""
    with st.container(key="kx-examples"):
        columns = st.columns(3)
        # Column by column: one that comes later must not push those below it on a phone.
        for number, column in enumerate(columns):
            for tile in tiles[number :: len(columns)]:
                with column, st.container(key=f"kx-example-{tile.name}"):
                    _render_tile(tile)


def _render_tile(tile: ExampleTile) -> None:
    alt = html.escape(f"{tile.label} (starter picture)")
    # Streamlit's own way (1.67) imports NumPy and loads another script.
    st.html(f'<img src="app/static/starters/{tile.name}.jpg" alt="{alt}">')
    st.button(tile.label, key=f"example-{tile.name}", width="stretch", on_click=tile.on_click)
