"""What Python sends to the contact sheet in the browser, as one line of JSON."""

import json
import time
from collections.abc import Sequence

from components.ui.widgets.image_grid.cards import Action, Card, Kin, Parts, Relative, Shapes

WAITING_STATES = frozenset({"queued", "generating"})
NO_PARTS = Parts()


def sheet_text(
    cards: Sequence[Card],
    *,
    layout: str,
    push_url: str | None,
    empty: str,
    heard: int,
    parts: Parts = NO_PARTS,
) -> str:
    """Return what the browser draws as one line of JSON.

    Falsy fields are left out and equal rows of actions are sent once: the text is sent again
    whenever a card changes.

    Args:
        cards: in the order they are drawn; with shapes, those near the screen in any order.
        layout: "feed" or "grid".
        push_url: where the browser listens for changes, or None.
        empty: what is said when there is no card.
        heard: the nonce of the last event that arrived, so that the browser stops sending it.
        parts: what a gallery has beside its cards.
    """
    rows: dict[tuple[Action, ...], int] = {}

    def drawn(card: Card) -> dict[str, object]:
        fields = {name: value for name, value in vars(card).items() if value}
        return fields | {"actions": rows.setdefault(card.actions, len(rows))}

    text: dict[str, object] = {
        "layout": layout,
        "empty": empty,
        "heard": heard,
        "cards": [drawn(card) for card in cards],
    }
    if push_url is not None:
        text["push_url"] = push_url
    if parts.many:
        text |= {"many": [vars(action) for action in parts.many], "export_url": parts.export_url}
    if parts.kin is not None:
        text["kin"] = {"of": parts.kin.of} | {
            name: [{"name": one.name, "card": drawn(one.card)} for one in relatives]
            for name, relatives in _sides(parts.kin)
        }
    if parts.shapes is not None:
        text["shapes"] = _columns(parts.shapes)
    if parts.covered:
        text["covered"] = True
    if parts.follows:
        text["follows"] = True
    if parts.undo is not None:
        text["undo"] = vars(parts.undo)
    text["rows"] = [[vars(action) for action in row] for row in rows]
    if any(card.state in WAITING_STATES for card in cards):
        # Elapsed seconds tick in the browser, whose clock may be minutes away from ours.
        text["now_ms"] = time.time_ns() // 1_000_000
    return json.dumps(text, ensure_ascii=False, separators=(",", ":"))


def _sides(kin: Kin) -> tuple[tuple[str, Sequence[Relative]], ...]:
    return ("line", kin.line), ("branches", kin.branches), ("variants", kin.variants)


def _columns(shapes: Shapes) -> dict[str, object]:
    """A thousand places in 40 KB: what repeats is named once, what is usual is left out."""
    sizes: dict[tuple[int, int], int] = {}
    groups: list[tuple[str, int]] = []
    for place in shapes.places:
        count = groups.pop()[1] if groups and groups[-1][0] == place.group else 0
        groups.append((place.group, count + 1))
    numbered = list(enumerate(shapes.places))
    return {
        "thumbnail_url": shapes.thumbnail_url,
        "ids": [place.id for place in shapes.places],
        "size": [
            sizes.setdefault((place.width_px, place.height_px), len(sizes))
            for place in shapes.places
        ],
        "sizes": list(sizes),
        "groups": groups,
        "starred": [number for number, place in numbered if place.starred],
        "states": {number: place.state for number, place in numbered if place.state != "done"},
        "behind": {number: place.behind for number, place in numbered if place.behind},
    }
