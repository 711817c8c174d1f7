"""The relatives of the picture in the lightbox: the steps to it, its branches, its variants."""

from __future__ import annotations

from dataclasses import replace

from components.studio.db.models import Entry
from components.studio.lineage import Family, Step
from components.studio.studio import NotYours, Studio
from components.ui.card_view_models import card_of, card_of_source
from components.ui.widgets.image_grid import Action, Card, RelatedImage, RelatedImages

FRONT = Action("front", "Put in front")


def kin_of(studio: Studio, designer: str, card_id: str) -> RelatedImages | None:
    """The relatives of a card's picture, or None where there is nothing to show."""
    entries = studio.archive.entries(designer, [card_id])
    picture_id = (entries[0].task.picture_id or "") if entries else card_id
    try:
        family = studio.family(designer, picture_id)
    except NotYours:
        return None
    line = family.line(picture_id)
    variants = studio.archive.variants(designer, card_id)
    made = [entry for entry in variants if entry.picture is not None]
    return RelatedImages(
        card_id=card_id,
        steps=tuple(RelatedImage(name, _card(family, step)) for name, step in named(line)),
        branches=_branches(family, {step.picture.id for step in line}, made),
        variants=tuple(
            RelatedImage(f"Variant {number}", _variant(entry))
            for number, entry in enumerate(made, 1)
        )
        if len(made) > 1
        else (),
    )


def named(line: tuple[Step, ...]) -> list[tuple[str, Step]]:
    """The steps of a line with their names: Original, Step 1, Step 2."""
    return [(f"Step {place}" if place else "Original", step) for place, step in enumerate(line)]


def _branches(family: Family, on_line: set[str], variants: list[Entry]) -> tuple[RelatedImage, ...]:
    """The ends of the other branches, without the variants, which have a place of their own."""
    shown = on_line | {entry.task.picture_id for entry in variants}
    tips = [step for step in family.tips() if step.picture.id not in shown]
    return tuple(RelatedImage(step.words, _card(family, step)) for step in tips)


def _variant(entry: Entry) -> Card:
    card = card_of(entry, in_gallery=True)
    return replace(card, actions=(FRONT, *card.actions))


def _card(family: Family, step: Step) -> Card:
    if step.task is None:
        return card_of_source(step.picture)
    source = family.step(step.parent_id) if step.parent_id else None
    entry = Entry(step.task, step.picture, source.picture if source else None)
    return card_of(entry, in_gallery=True)
