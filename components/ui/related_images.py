"""Related images in the lightbox: the steps to an image, its branches and variants."""

from __future__ import annotations

from dataclasses import replace

from components.studio.db.models import TaskWithImage
from components.studio.lineage import EditNode, EditTree
from components.studio.studio import NotFoundError, Studio
from components.ui.card_view_models import build_card, build_source_card
from components.ui.widgets.image_grid import Action, Card, RelatedImage, RelatedImages

SET_AS_COVER = Action("front", "Put in front")


def related_images(studio: Studio, user_id: str, card_id: str) -> RelatedImages | None:
    """The related images of a card's image, or None where there are none."""
    entries = studio.tasks_with_images(user_id, [card_id])
    image_id = (entries[0].task.image_id or "") if entries else card_id
    try:
        tree = studio.edit_tree(user_id, image_id)
    except NotFoundError:
        return None
    line = tree.ancestors(image_id)
    variants = studio.variants(user_id, card_id)
    made = [entry for entry in variants if entry.image is not None]
    return RelatedImages(
        card_id=card_id,
        steps=tuple(
            RelatedImage(name, _related_image(tree, step)) for name, step in step_labels(line)
        ),
        branches=_branches(tree, {step.image.id for step in line}, made),
        variants=tuple(
            RelatedImage(f"Variant {number}", _variant_image(entry))
            for number, entry in enumerate(made, 1)
        )
        if len(made) > 1
        else (),
    )


def step_labels(nodes: tuple[EditNode, ...]) -> list[tuple[str, EditNode]]:
    """The nodes with their names: Original, Step 1, Step 2."""
    return [(f"Step {place}" if place else "Original", step) for place, step in enumerate(nodes)]


def _branches(
    tree: EditTree, ancestors: set[str], variants: list[TaskWithImage]
) -> tuple[RelatedImage, ...]:
    """The leaves of other branches, without the variants, which are listed apart."""
    shown = ancestors | {entry.task.image_id for entry in variants}
    tips = [step for step in tree.leaves() if step.image.id not in shown]
    return tuple(RelatedImage(step.label, _related_image(tree, step)) for step in tips)


def _variant_image(entry: TaskWithImage) -> Card:
    card = build_card(entry, in_gallery=True)
    return replace(card, actions=(SET_AS_COVER, *card.actions))


def _related_image(tree: EditTree, node: EditNode) -> Card:
    if node.task is None:
        return build_source_card(node.image)
    source = tree.node(node.parent_id) if node.parent_id else None
    entry = TaskWithImage(node.task, node.image, source.image if source else None)
    return build_card(entry, in_gallery=True)
