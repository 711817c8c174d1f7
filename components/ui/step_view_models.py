"""Names and view models of the steps in an edit tree."""

from __future__ import annotations

from collections.abc import Sequence

from components.studio.lineage import EditNode
from components.ui.urls import image_url
from components.ui.widgets.image_compare import CompareImage


def step_names(ancestors: Sequence[EditNode]) -> dict[str, str]:
    """The names of the steps to an image by image id: Original, Step 1, Step 2."""
    return {
        node.image.id: f"Step {position}" if position else "Original"
        for position, node in enumerate(ancestors)
    }


def build_compare_image(node: EditNode, name: str) -> CompareImage:
    """One side of a comparison, labelled with this name."""
    image = node.image
    return CompareImage(image_url(image), image.width_px, image.height_px, name, node.label)
