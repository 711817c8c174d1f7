"""Renders cards in an image grid that is updated live and whose actions are handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from components.studio.db.tables import ImageRecord, TaskWithImage
from components.ui import card_actions, session
from components.ui.card_view_models import CHANGE, build_card, build_source_card
from components.ui.form.submit import NEWEST_TASKS, change_price
from components.ui.urls import LIVE_UPDATES_URL
from components.ui.widgets.image_grid import Card, Changes, GridEvent, GridExtras, image_grid


def build_task_cards(entries: Sequence[TaskWithImage], *, in_gallery: bool = False) -> list[Card]:
    """Cards of tasks, with their position in the queue, pause reason and usual duration."""
    studio = session.studio()
    queue_positions, pause_reason = studio.tasks.queue_positions(), studio.pause_reason
    trash_days = studio.retention().trash
    return [
        build_card(
            entry,
            queue_position=queue_positions.get(entry.task.id),
            pause_reason=pause_reason,
            expected_seconds=studio.tasks.expected_seconds(entry.task),
            color=studio.average_color(entry.image) if entry.image else None,
            in_gallery=in_gallery,
            trash_days=trash_days,
            describe_moment=session.describe_moment,
            retry_price=studio.price(entry.task.request.model),
        )
        for entry in entries
    ]


def build_gallery_cards(entries: Sequence[TaskWithImage | ImageRecord]) -> list[Card]:
    """Cards of the gallery, of tasks and of what was brought in, in this order."""
    studio = session.studio()
    tasks = [entry for entry in entries if isinstance(entry, TaskWithImage)]
    trash_days = studio.retention().trash
    task_cards = iter(build_task_cards(tasks, in_gallery=True))
    return [
        build_source_card(entry, color=studio.average_color(entry), trash_days=trash_days)
        if isinstance(entry, ImageRecord)
        else next(task_cards)
        for entry in entries
    ]


def _changes(cards: Sequence[Card], *, in_gallery: bool) -> Changes | None:
    """The field "Change…" on these cards, or None where no picture can be changed."""
    tab = session.tab_state()
    nonce, made_id, task_ids = tab.changes
    if not task_ids and not any(CHANGE in card.actions for card in cards):
        return None
    newest = session.studio().tasks.recent(tab.user_id, limit=NEWEST_TASKS) if task_ids else []
    made = [entry for entry in newest if entry.task.id in task_ids]
    price, problem = change_price()
    return Changes(
        price=price,
        problem=problem,
        nonce=nonce,
        card_id=made_id,
        error=tab.submit_errors.get("change", ""),
        cards=tuple(build_task_cards(made, in_gallery=in_gallery)),
    )


def render_card_grid(
    cards: Sequence[Card],
    *,
    key: str,
    layout: Literal["feed", "grid"],
    empty: str = "",
    extras: GridExtras | None = None,
) -> GridEvent | None:
    """Render the cards; returns an event for `card_actions.navigate_after`.

    Call it inside an `st.fragment`. The parameters are those of `image_grid`; the undo and
    the changes are added to `extras`.
    """
    return image_grid(
        cards,
        key=key,
        layout=layout,
        push_url=LIVE_UPDATES_URL,
        empty=empty,
        extras=replace(
            extras or GridExtras(),
            undo=card_actions.pending_undo(),
            changes=_changes(cards, in_gallery=layout == "grid"),
        ),
        on_event=lambda: card_actions.on_card_event(key),
    )
