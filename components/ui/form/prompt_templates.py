"""Instructions that the model follows well, with {slots} to fill in; offered on Edit."""

from __future__ import annotations

from components.ui.widgets.prompt_picker import PromptItem

_TEMPLATES = (
    (
        "Change a property",
        "Change the {object}'s {property} to {value}, keep everything else the same",
    ),
    (
        "Replace text",
        "Replace '{old}' with '{new}', keep the same font style and colour",
    ),
    (
        "Remove something",
        "Remove the {object} {where} and fill the area with {what is behind it}, "
        "keep everything else the same",
    ),
    (
        "Add something",
        "Add {object} {where}, matching the existing light and perspective, "
        "keep everything else the same",
    ),
    (
        "New background",
        "Change the background to {place} while keeping {subject} in the exact same position, "
        "scale and pose; same camera angle, framing and perspective",
    ),
    (
        "Another style",
        "Restyle as {style} with {its traits}, keep the composition and {what stays}",
    ),
    (
        "New scene in this style",
        "Using this style, {new scene}",
    ),
    (
        "Same person, elsewhere",
        "{The woman with short black hair} is now {action and place}, "
        "keep the same face, hair and clothes",
    ),
    (
        "Expression or pose",
        "Change the {person}'s expression to {expression}, "
        "keep face, hair, clothes and background the same",
    ),
    (
        "Clothes",
        "Change the {garment} to {new garment}, keep face, pose and background the same",
    ),
    (
        "Light, season, time",
        "Change the lighting to {golden hour}, keep all objects and the composition",
    ),
    (
        "Camera",
        "Show the same scene from {angle}, keep the subject's identity and the style",
    ),
    (
        "Sketch to picture",
        "Turn this sketch into {a photo} with {materials and light}, keep the line layout",
    ),
    (
        "Restore a photo",
        "Restore and colourise this photo, remove scratches, keep the faces unchanged",
    ),
    (
        "Product shot",
        "Place this {product} on {surface}, keep its label, shape and colours",
    ),
    (
        "Interior",
        "Redecorate in {style} with {its traits}, keep walls, windows and camera position",
    ),
)
EDITS = tuple(PromptItem(id=title, title=title, text=text) for title, text in _TEMPLATES)
