"""What Python sends to the image grid in the browser, as one line of JSON."""

import json
import time
from collections.abc import Sequence

from components.ui.widgets.image_grid.models import Action, Card, GridExtras, Placeholders

WAITING_STATES = frozenset({"queued", "generating"})
NO_EXTRAS = GridExtras()


def serialize_grid(
    cards: Sequence[Card],
    *,
    layout: str,
    push_url: str | None,
    empty: str,
    last_nonce: int,
    extras: GridExtras = NO_EXTRAS,
) -> str:
    """Return what the browser draws, as one line of JSON.

    Falsy fields are left out and equal sets of actions are sent once, because the text is sent
    again whenever a card changes.

    Args:
        cards: in display order; with placeholders, those near the screen in any order.
        layout: "feed" or "grid".
        push_url: the WebSocket the browser subscribes to, or None.
        empty: the text shown when there is no card.
        last_nonce: the nonce of the last received event, so the browser stops resending it.
        extras: what a gallery has beside its cards.
    """
    action_sets: dict[tuple[Action, ...], int] = {}

    def card_json(card: Card) -> dict[str, object]:
        fields = {name: value for name, value in vars(card).items() if value}
        return fields | {"actions": action_sets.setdefault(card.actions, len(action_sets))}

    grid: dict[str, object] = {
        "layout": layout,
        "empty": empty,
        "last_nonce": last_nonce,
        "cards": [card_json(card) for card in cards],
    }
    if push_url is not None:
        grid["push_url"] = push_url
    if extras.bulk_actions:
        grid["bulk_actions"] = _actions(extras.bulk_actions)
    if extras.submissions:
        grid["submissions"] = [
            vars(submission) | {"actions": _actions(submission.actions)}
            for submission in extras.submissions
        ]
    if extras.export_url:
        grid["export_url"] = extras.export_url
    if (related := extras.related) is not None:
        groups = {
            "steps": related.steps,
            "branches": related.branches,
            "variants": related.variants,
        }
        grid["related"] = {"card_id": related.card_id} | {
            name: [{"name": image.name, "card": card_json(image.card)} for image in images]
            for name, images in groups.items()
        }
    if (changes := extras.changes) is not None:
        fields = {name: value for name, value in vars(changes).items() if value}
        grid["changes"] = fields | {"cards": [card_json(card) for card in changes.cards]}
        cards = [*cards, *changes.cards]
    if extras.placeholders is not None:
        grid["placeholders"] = _columns(extras.placeholders)
    if extras.dialog_open:
        grid["dialog_open"] = True
    if extras.press_verb:
        grid["press_verb"] = extras.press_verb
    if extras.scroll_to_new:
        grid["scroll_to_new"] = True
    if extras.undo is not None:
        grid["undo"] = vars(extras.undo)
    grid["action_sets"] = [_actions(actions) for actions in action_sets]
    if any(card.state in WAITING_STATES for card in cards):
        # Elapsed seconds tick in the browser, whose clock may differ by minutes.
        grid["now_ms"] = time.time_ns() // 1_000_000
    return json.dumps(grid, ensure_ascii=False, separators=(",", ":"))


def _actions(actions: Sequence[Action]) -> list[dict[str, object]]:
    return [{name: value for name, value in vars(action).items() if value} for action in actions]


def _columns(placeholders: Placeholders) -> dict[str, object]:
    """Return the placeholders as columns: a thousand take 40 KB.

    Repeated sizes and groups are sent once, and default values are left out.
    """
    sizes: dict[tuple[int, int], int] = {}
    groups: list[tuple[str, int]] = []
    for item in placeholders.items:
        count = groups.pop()[1] if groups and groups[-1][0] == item.group else 0
        groups.append((item.group, count + 1))
    numbered = list(enumerate(placeholders.items))
    return {
        "thumbnail_url": placeholders.thumbnail_url,
        "ids": [item.id for item in placeholders.items],
        "size": [
            sizes.setdefault((item.width_px, item.height_px), len(sizes))
            for item in placeholders.items
        ],
        "sizes": list(sizes),
        "groups": groups,
        "starred": [number for number, item in numbered if item.starred],
        "states": {number: item.state for number, item in numbered if item.state != "done"},
        "variant_ids": {number: item.variant_ids for number, item in numbered if item.variant_ids},
    }
