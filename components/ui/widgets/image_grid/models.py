"""Values that the image grid shows and returns. Knows nothing of Streamlit or of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One thing a user can do with a card.

    Attributes:
        verb: what comes back in `GridEvent.verb`. The browser handles "download",
            "download_plain", "copy_prompt" and "copy_picture" itself; they never come back.
        label: the button's text, tooltip and accessible name.
        icon: a name from `icons.js`; empty takes the icon named like the verb.
        minor: shown in the card's menu only.
        disabled_reason: why it cannot be done yet ("Waits for Max"); empty when it can.
    """

    verb: str
    label: str
    icon: str = ""
    minor: bool = False
    disabled_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One task or image, ready to be drawn. All text is shown as typed, never as markup.

    Attributes:
        id: stable for the life of the task or image; cards are matched by it.
        state: queued, generating, done, refused, failed, stopped, unconfirmed or
            still_running.
        state_word: the state as the user reads it ("Queued"); empty where there is no task.
        prompt: the prompt of the task, or the name of an image that was brought in.
        alt: the image's text alternative; begins with the same.
        headline: the state in a few words ("3rd in line").
        advice: what to do next, one sentence.
        created_ms, started_ms, finished_ms: epoch milliseconds.
        expected_seconds: the usual duration of such a task; draws the progress bar.
        thumbnail_url, picture_url, download_url, before_thumbnail_url: http(s), or relative to
            the page. With `size=768` in its query, a thumbnail is twice as large.
        color: "#rrggbb", shown where the image is not loaded yet.
        file_name: the name under which the download is saved.
        width_px, height_px: the image's known or expected size; reserves its space.
        details: short facts in reading order ("Pro", "16:9", "PNG").
        note: how the image differs from what was requested.
        caption: what tells it from the others of its submission ("Max"); drawn below it.
        actions: in display order.
        starred: whether the star is shown.
        expires_ms: when the image is lost for good, epoch milliseconds; draws the time left.
        variant_ids: ids of the variants grouped under this card; draws their number.
        group: the heading of the card ("Today"); cards of a group follow one another.
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
    color: str | None = None
    width_px: int
    height_px: int
    details: tuple[str, ...] = ()
    note: str = ""
    caption: str = ""
    actions: tuple[Action, ...] = ()
    starred: bool = False
    expires_ms: int | None = None
    group: str = ""
    variant_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placeholder:
    """A card that may be far from the screen: just enough to lay it out.

    `state`, `starred`, `group` and `variant_ids` are those of Card.
    """

    id: str
    width_px: int
    height_px: int
    state: str = "done"
    starred: bool = False
    group: str = ""
    variant_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placeholders:
    """All cards in display order, where only those near the screen are given in full.

    `thumbnail_url` is the thumbnail of every finished image, with "{}" in place of the id.
    """

    items: Sequence[Placeholder]
    thumbnail_url: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """The heading above the cards that one press of the button made.

    Attributes:
        id: the `group` of its cards.
        prompt, details, note: as in Card, for all of them.
        actions: what can be done with all of them. The browser handles "download_all" itself.
    """

    id: str
    prompt: str
    details: tuple[str, ...] = ()
    note: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class RelatedImage:
    """An image related to the one in the lightbox, such as "Step 2" or "Variant 3"."""

    name: str
    card: Card


@dataclass(frozen=True)
class RelatedImages:
    """The strip below the lightbox: the steps to an image, its branches and its variants."""

    card_id: str
    """The id of the card that is open."""
    steps: tuple[RelatedImage, ...] = ()
    branches: tuple[RelatedImage, ...] = ()
    variants: tuple[RelatedImage, ...] = ()


@dataclass(frozen=True)
class Undo:
    """What was just done and can be undone; `number` differs each time."""

    message: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The field "Change…" on a card: what a press costs, and what the last one came to.

    Attributes:
        price: one line, such as "Pro · 5 credits · 90 credits left afterwards".
        problem: why nothing can be paid for now, or empty; said in place of the price.
        nonce: of the last event that made something or failed to; 0 before the first.
        card_id: the card that it made, or empty.
        error: why nothing was made, or empty.
        cards: what was made lately, also what a filter hides from the grid.
    """

    price: str
    problem: str = ""
    nonce: int = 0
    card_id: str = ""
    error: str = ""
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True)
class GridView:
    """What the user sees: first and last card near the screen, and the card in the lightbox.

    Indices count from 0. The browser reports them, so they are not trusted.
    """

    first: int = 0
    last: int = 0
    open_id: str = ""


@dataclass(frozen=True)
class GridEvent:
    """What a user did.

    Attributes:
        verb: an `Action.verb`, or "undo".
        card_ids: the cards it was done to, at least one except for "undo".
        nonce: differs for every event of one browser tab.
        text: what was typed on a card; empty for most verbs.
    """

    verb: str
    card_ids: tuple[str, ...]
    nonce: int
    text: str = ""

    @property
    def card_id(self) -> str:
        """The first of the cards; empty when there is none."""
        return self.card_ids[0] if self.card_ids else ""


@dataclass(frozen=True, kw_only=True)
class GridExtras:
    """What a gallery has beside its cards.

    Attributes:
        placeholders: all cards of the layout; None when `cards` is complete.
        submissions: the headings of a feed.
        related: the strip below the image in the lightbox.
        undo: what can be undone.
        changes: of the field that the action "change" opens on a card.
        bulk_actions: actions on several selected cards; empty disables selection.
        export_url: where a form with image ids returns one ZIP file.
        dialog_open: whether a Streamlit dialog covers the grid. When it closes, a user who
            came from the lightbox returns to it.
        press_verb: what a press on a card does instead of opening it; no card can be selected.
        scroll_to_new: whether a task that was just submitted is scrolled into view.
    """

    placeholders: Placeholders | None = None
    submissions: tuple[Submission, ...] = ()
    related: RelatedImages | None = None
    undo: Undo | None = None
    changes: Changes | None = None
    bulk_actions: tuple[Action, ...] = ()
    export_url: str = ""
    dialog_open: bool = False
    press_verb: str = ""
    scroll_to_new: bool = False
