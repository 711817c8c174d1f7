"""What the contact sheet shows, as values; knows nothing of Streamlit or of tasks."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One thing a designer can do with a card.

    Attributes:
        verb: what comes back in `SheetEvent.verb`. The browser does "download", "download_plain",
            "copy_prompt" and "copy_picture" by itself; they never come.
        label: the words of the button, its tooltip and its accessible name.
        icon: a name from `icons.js`; empty takes the icon of the same name as the verb.
        minor: stands in the card's menu, and not on the card itself.
    """

    verb: str
    label: str
    icon: str = ""
    minor: bool = False


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
        note: in what the picture is not what was asked for.
        actions: in the order they are drawn.
        starred: a mark on the card.
        expires_ms: when it is lost for good, epoch milliseconds; draws a clock.
        behind: ids of what this card stands for beside itself; draws their number.
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
    note: str = ""
    actions: tuple[Action, ...] = ()
    starred: bool = False
    expires_ms: int | None = None
    group: str = ""
    behind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """The place of a card that may be far from the screen: enough to lay it out.

    `state`, `starred`, `group` and `behind` are as of Card.
    """

    id: str
    width_px: int
    height_px: int
    state: str = "done"
    starred: bool = False
    group: str = ""
    behind: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shapes:
    """The places of all cards in their order, where the cards are only those near the screen.

    `thumbnail_url` leads to the thumbnail of every finished one, with "{}" in place of its id.
    """

    places: Sequence[Shape]
    thumbnail_url: str


@dataclass(frozen=True)
class Relative:
    """A picture beside the one in the lightbox, such as "Step 2" or "Variant 3"."""

    name: str
    card: Card


@dataclass(frozen=True)
class Kin:
    """What stands below the picture in the lightbox: where it comes from, and its variants."""

    of: str
    """The id of the card that is looked at."""
    line: tuple[Relative, ...] = ()
    branches: tuple[Relative, ...] = ()
    variants: tuple[Relative, ...] = ()


@dataclass(frozen=True)
class Undo:
    """What was just done and can be taken back; `number` differs each time."""

    words: str
    number: int


@dataclass(frozen=True)
class View:
    """What a designer sees: the first and last card near the screen, and the one in the lightbox.

    Places count from 0. The browser says it, so nothing about it is certain.
    """

    first: int = 0
    last: int = 0
    looking: str = ""


@dataclass(frozen=True)
class SheetEvent:
    """What a designer did.

    Attributes:
        verb: an `Action.verb`, or "undo".
        card_ids: the cards it was done to, at least one but for "undo".
        nonce: differs for every event of one browser tab.
    """

    verb: str
    card_ids: tuple[str, ...]
    nonce: int

    @property
    def card_id(self) -> str:
        """The first of the cards; empty when there is none."""
        return self.card_ids[0] if self.card_ids else ""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a gallery has beside its cards.

    Attributes:
        shapes: the places of all cards; None where the cards given are all there are.
        kin: what stands below the picture in the lightbox.
        undo: what can be taken back.
        many: what can be done to several selected cards; none means that none can be selected.
        export_url: where a form with the ids of pictures leads to one file with all of them.
        covered: whether something lies over the sheet; who came from the lightbox goes back to it.
        follows: whether what was just asked for is brought onto the screen.
    """

    shapes: Shapes | None = None
    kin: Kin | None = None
    undo: Undo | None = None
    many: tuple[Action, ...] = ()
    export_url: str = ""
    covered: bool = False
    follows: bool = False
