"""What one card of the contact sheet shows, as values; knows nothing of Streamlit or of tasks."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

WAITING_STATES = frozenset({"queued", "generating"})


@dataclass(frozen=True)
class Action:
    """One thing a designer can do with a card.

    Attributes:
        verb: what comes back in `SheetEvent.verb`; "download" is drawn as a link and never comes.
        label: the words of the button, its tooltip and its accessible name.
        icon: a name from `icons.js`; empty takes the icon of the same name as the verb.
    """

    verb: str
    label: str
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One task or picture, ready to be drawn. All text is shown as typed, never as markup.

    Attributes:
        id: stable from the first "Queued" to the last look; cards are matched by it.
        state: queued, generating, done, refused, failed, unconfirmed or still_running.
        state_word: the state as a designer reads it ("Queued").
        prompt: what was asked for.
        alt: the picture's text alternative; begins with the prompt.
        headline: the state in a few words ("3rd in line").
        advice: what to do next, one sentence.
        created_ms, started_ms, finished_ms: epoch milliseconds.
        expected_seconds: the usual length of such a task; draws the progress line.
        thumbnail_url, picture_url, download_url, before_thumbnail_url: http(s), or relative to
            the app's root with or without a leading slash.
        file_name: the name under which the download is saved.
        width_px, height_px: the picture's known or expected size; reserves its space.
        details: short facts in reading order ("Pro", "16:9", "PNG").
        actions: in the order they are drawn.
        starred, selected: marks on the card.
        group: the heading it stands under ("Today"); cards of a group follow one another.
    """

    id: str
    state: str
    state_word: str
    prompt: str
    alt: str
    headline: str = ""
    advice: str = ""
    created_ms: int
    started_ms: int | None = None
    finished_ms: int | None = None
    expected_seconds: float | None = None
    thumbnail_url: str | None = None
    picture_url: str | None = None
    download_url: str | None = None
    file_name: str = ""
    before_thumbnail_url: str | None = None
    width_px: int
    height_px: int
    details: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    starred: bool = False
    group: str = ""
    selected: bool = False


@dataclass(frozen=True)
class SheetEvent:
    """What a designer did.

    Attributes:
        verb: an `Action.verb`, or "delete" and "star" from the keyboard.
        card_id: the card it was done to.
        nonce: differs for every event of one browser tab.
    """

    verb: str
    card_id: str
    nonce: int


def sheet_text(
    cards: Sequence[Card], *, layout: str, push_url: str | None, empty: str, heard: int
) -> str:
    """Return everything the browser draws, as one line of JSON.

    Falsy fields are left out and equal rows of actions are sent once: a thousand cards are
    sent again whenever one of them changes.

    Args:
        cards: in the order they are drawn.
        layout: "feed" or "grid".
        push_url: where the browser listens for changes, or None.
        empty: what is said when there is no card.
        heard: the nonce of the last event that arrived, so that the browser stops sending it.
    """
    rows: dict[tuple[Action, ...], int] = {}
    drawn = [_fields(card, rows.setdefault(card.actions, len(rows))) for card in cards]
    sheet: dict[str, object] = {
        "layout": layout,
        "empty": empty,
        "heard": heard,
        "rows": [[vars(action) for action in row] for row in rows],
        "cards": drawn,
    }
    if push_url is not None:
        sheet["push_url"] = push_url
    if any(card.state in WAITING_STATES for card in cards):
        # Elapsed seconds tick in the browser, whose clock may be minutes away from ours.
        sheet["now_ms"] = time.time_ns() // 1_000_000
    return json.dumps(sheet, ensure_ascii=False, separators=(",", ":"))


def _fields(card: Card, row: int) -> dict[str, object]:
    return {name: value for name, value in vars(card).items() if value} | {"actions": row}
