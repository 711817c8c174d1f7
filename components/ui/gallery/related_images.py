"""Related images in the lightbox: the steps to an image, its branches and variants."""

from __future__ import annotations

from dataclasses import replace

from components.studio.db.tables import TaskWithImage
from components.studio.lineage import EditNode, EditTree
from components.studio.studio import NotFoundError, Studio
from components.ui.card_view_models import build_card, build_source_card
from components.ui.model_pairs import in_pairs, variant_names
from components.ui.step_view_models import step_names
from components.ui.widgets.image_grid import Action, Card, RelatedImage, RelatedImages

SET_AS_COVER = Action("front", "Put in front")


def related_images(studio: Studio, user_id: str, card_id: str) -> RelatedImages | None:
    """The related images of a card's image, or None where there are none."""
    entries = studio.tasks.with_images(user_id, [card_id])
    image_id = (entries[0].task.image_id or "") if entries else card_id
    try:
        tree = studio.edit_tree(user_id, image_id)
    except NotFoundError:
        return None
    steps = tree.line(image_id)
    names = step_names(steps)
    variants = in_pairs(
        [entry for entry in studio.gallery.variants(user_id, card_id) if entry.image is not None]
    )
    listed_ids = {*names, *(entry.task.image_id for entry in variants)}
    return RelatedImages(
        card_id=card_id,
        steps=tuple(
            RelatedImage(names[node.image.id], _build_node_card(tree, node)) for node in steps
        ),
        branches=tuple(
            RelatedImage(node.label, _build_node_card(tree, node))
            for node in tree.leaves()
            if node.image.id not in listed_ids
        ),
        variants=tuple(
            RelatedImage(name, _build_variant_card(entry))
            for name, entry in zip(variant_names(variants), variants, strict=True)
        )
        if len(variants) > 1
        else (),
    )


def _build_variant_card(entry: TaskWithImage) -> Card:
    card = build_card(entry, in_gallery=True)
    return replace(card, actions=(SET_AS_COVER, *card.actions))


def _build_node_card(tree: EditTree, node: EditNode) -> Card:
    if node.task is None:
        return build_source_card(node.image)
    source = tree.node(node.parent_id) if node.parent_id else None
    entry = TaskWithImage(node.task, node.image, source.image if source else None)
    return build_card(entry, in_gallery=True)
