"""Edit tree: every image made from the same original, drawn with its branches.

The first click picks an image, the second picks the other image of the pair to compare. The
browser part is `edit-tree.js` and `edit-tree.css`. This package knows nothing of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Node:
    """One image of the tree. Text is shown as typed, never as markup.

    `parent_id` is the node it was made from, or None. `prompt` is the instruction that made it.
    `role` is "before", "after" or "" for the compared pair. A node without `thumbnail_url` is
    deleted: it connects its branches and cannot be picked.
    """

    id: str
    parent_id: str | None
    prompt: str
    alt: str
    thumbnail_url: str | None
    role: str = ""
    starred: bool = False


def edit_tree(nodes: Sequence[Node], *, key: str, on_pick: Callable[[str], None]) -> None:
    """Draw the tree, oldest node first; `on_pick` is called before the rerun draws."""

    def receive() -> None:
        picked = st.session_state[key].get("pick")
        if isinstance(picked, str):
            on_pick(picked)

    # One text inside a dict: Streamlit (1.67) imports pandas and pyarrow for other values.
    frontend.load_component("widgets/edit_tree/edit-tree.js")(
        key=key,
        data={"nodes": json.dumps([asdict(node) for node in nodes])},
        on_pick_change=receive,
    )
