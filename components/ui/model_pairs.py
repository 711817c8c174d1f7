"""Submissions to both models: their order, their pairs, and why they cannot be compared yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from components.studio import Model
from components.studio.db.tables import TaskWithImage
from components.studio.tasks.models import UNFINISHED, Task
from components.ui.messages import MODEL_LABELS, format_models

Pair = tuple[str, str]
"""The ids of an image by Pro and of one by Max."""


def has_both_models(variants: Iterable[TaskWithImage]) -> bool:
    """Whether these tasks of one submission are of both models."""
    return set(Model) <= {entry.task.request.model for entry in variants}


def in_pairs(variants: Sequence[TaskWithImage]) -> list[TaskWithImage]:
    """One of each model in turn, Pro first; otherwise in the given order."""
    by_model: dict[str, list[TaskWithImage]] = {model: [] for model in Model}
    for entry in variants:
        by_model.setdefault(entry.task.request.model, []).append(entry)
    return [entry for pair in zip_longest(*by_model.values()) for entry in pair if entry]


def finished_pairs(variants: Sequence[TaskWithImage]) -> list[Pair]:
    """The pairs of one submission that can be compared."""
    images = {
        model: [
            entry.image.id
            for entry in variants
            if entry.image is not None and entry.task.request.model == model
        ]
        for model in Model
    }
    return list(zip(images[Model.PRO], images[Model.MAX], strict=False))


def comparison_obstacle(variants: Sequence[TaskWithImage]) -> str:
    """Why no pair of a submission to both models can be compared; empty if one can."""
    if finished_pairs(variants):
        return ""
    waiting: list[Model] = []
    failed: list[Model] = []
    for model in Model:
        entries = [entry for entry in variants if entry.task.request.model == model]
        if not any(entry.image for entry in entries):
            is_waiting = any(entry.task.state in UNFINISHED for entry in entries)
            (waiting if is_waiting else failed).append(model)
    if failed:
        return f"Needs a picture by {_join(failed)}: try it again"
    return f"Waits for {_join(waiting)}"


def variant_names(variants: Sequence[TaskWithImage]) -> list[str]:
    """Such as "Variant 2"; of both models "Max", or "Max 2" where it made several."""
    if not has_both_models(variants):
        return [f"Variant {number}" for number in range(1, len(variants) + 1)]
    labels = [format_models([entry.task.request.model]) for entry in variants]
    return [
        f"{label} {labels[: index + 1].count(label)}" if labels.count(label) > 1 else label
        for index, label in enumerate(labels)
    ]


def pair_names(before: Task | None, after: Task | None) -> tuple[str, str] | None:
    """The models of two tasks as names, if they are of one submission to both models."""
    if before is None or after is None or before.batch != after.batch:
        return None
    names = format_models([before.request.model]), format_models([after.request.model])
    return None if names[0] == names[1] else names


def _join(models: Iterable[Model]) -> str:
    return " and ".join(MODEL_LABELS[model] for model in models)
