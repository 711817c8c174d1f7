"""The feed: submissions, each with its heading and the cards of its variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from components.studio.db.tables import TaskWithImage
from components.ui import session
from components.ui.card_grid import build_task_cards, render_card_grid
from components.ui.card_view_models import build_submission
from components.ui.messages import format_models
from components.ui.model_pairs import has_both_models, in_pairs
from components.ui.urls import export_url
from components.ui.widgets.image_grid import Card, GridEvent, GridExtras


def render_feed(
    entries: Sequence[TaskWithImage],
    *,
    key: str,
    max_tasks: int | None = None,
    scroll_to_new: bool = False,
) -> GridEvent | None:
    """Render tasks by submission; returns an event for `card_actions.navigate_after`.

    `entries` are newest first. The submission that reaches `max_tasks` is the last one.
    """
    submissions = _by_submission(entries, max_tasks)
    cards = [card for variants in submissions for card in _submission_cards(variants)]
    return render_card_grid(
        cards,
        key=key,
        layout="feed",
        extras=GridExtras(
            submissions=tuple(build_submission(variants) for variants in submissions),
            export_url=export_url(st.context.timezone),
            scroll_to_new=scroll_to_new,
            dialog_open=session.tab_state().has_dialog,
        ),
    )


def _submission_cards(variants: list[TaskWithImage]) -> list[Card]:
    """The cards of one submission; its models are named where there are two."""
    names_models = has_both_models(variants)
    return [
        replace(
            card,
            group=entry.task.batch,
            caption=format_models([entry.task.request.model]) if names_models else "",
        )
        for entry, card in zip(variants, build_task_cards(variants), strict=True)
    ]


def _by_submission(
    entries: Sequence[TaskWithImage], max_tasks: int | None
) -> list[list[TaskWithImage]]:
    """The variants of each submission, oldest first; submissions as their newest variant stands.

    Those of two models are in pairs.
    """
    by_batch: dict[str, list[TaskWithImage]] = {}
    for number, entry in enumerate(entries):
        is_within = max_tasks is None or number < max_tasks
        if is_within or entry.task.batch in by_batch:
            by_batch.setdefault(entry.task.batch, []).append(entry)
    return [
        in_pairs(sorted(variants, key=lambda entry: (entry.task.created_at, entry.task.id)))
        for variants in by_batch.values()
    ]
