"""Renders cards in an image grid that is updated live and whose actions are handled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from components.ui import card_actions
from components.ui.urls import LIVE_UPDATES_URL
from components.ui.widgets.image_grid import Card, GridEvent, GridExtras, image_grid


def render_card_grid(
    cards: Sequence[Card],
    *,
    key: str,
    layout: Literal["feed", "grid"],
    empty: str = "",
    extras: GridExtras | None = None,
) -> GridEvent | None:
    """Render the cards; returns an event for `card_actions.navigate_after`.

    Call it inside an `st.fragment`. The parameters are those of `image_grid`; the undo is added
    to `extras`.
    """
    return image_grid(
        cards,
        key=key,
        layout=layout,
        push_url=LIVE_UPDATES_URL,
        empty=empty,
        extras=replace(extras or GridExtras(), undo=card_actions.pending_undo()),
        on_event=lambda: card_actions.on_card_event(key),
    )
