"""The tree: every picture that goes back to the same one, drawn with its branches.

One press picks a picture, a second one picks the other of the pair to compare. The browser's
half is `tree.js` and `tree.css` beside this file. Nothing here knows the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from components.ui import frontend


@dataclass(frozen=True, kw_only=True)
class Node:
    """One picture of the tree. Text is shown as typed, never as markup.

    `parent_id` is the node it was made from, or None; `words` the instruction that made it;
    `role` is "before", "after" or "" for what is compared. A node without `thumbnail_url` was
    thrown away: it holds its branches together, and cannot be picked.
    """

    id: str
    parent_id: str | None
    words: str
    alt: str
    thumbnail_url: str | None
    role: str = ""
    starred: bool = False


def tree(nodes: Sequence[Node], *, key: str, on_pick: Callable[[str], None]) -> None:
    """Draw the tree, the eldest first; `on_pick` is called before the rerun draws."""

    def receive() -> None:
        picked = st.session_state[key].get("pick")
        if isinstance(picked, str):
            on_pick(picked)

    drawn = json.dumps([asdict(node) for node in nodes])
    # One text inside a dict: Streamlit imports pandas and pyarrow to look at anything else.
    frontend.component("widgets/edit_tree/tree.js")(
        key=key, data={"nodes": drawn}, on_pick_change=receive
    )
