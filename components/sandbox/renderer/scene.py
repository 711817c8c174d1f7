"""The scene: the small typed value that a picture is drawn from, and its JSON form.

A scene that was read from a file is hostile input: every value is checked against its range.
"""

import json
import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from components.sandbox.renderer.canvas import RGB

Genre = StrEnum("Genre", ["LANDSCAPE", "PORTRAIT", "TABLE", "ROOM"])
Hour = StrEnum("Hour", ["DAWN", "DAY", "GOLDEN", "DUSK", "NIGHT"])
Weather = StrEnum("Weather", ["CLEAR", "CLOUDS", "STORM", "RAIN", "SNOW", "FOG"])
Season = StrEnum("Season", ["SPRING", "SUMMER", "AUTUMN", "WINTER"])
Ground = StrEnum(
    "Ground",
    ["MOUNTAINS", "HILLS", "SEA", "BEACH", "CITY", "FOREST", "DESERT", "SNOW"],
)
Style = StrEnum("Style", ["PLAIN", "WATERCOLOUR", "OIL", "INK", "PIXEL", "POSTER", "NOIR"])
Lettering = StrEnum("Lettering", ["SIGN", "NEON", "POSTER"])
Grade = StrEnum(
    "Grade",
    [
        "GREY", "SEPIA", "WARM", "COOL", "VIVID", "MUTED", "BRIGHT", "DARK", "CONTRAST", "SOFT",
        "VINTAGE", "INVERT", "GRAIN", "VIGNETTE", "BLUR", "BLUR_BACKGROUND", "MIRROR", "UPSIDE_DOWN",
        "TURN", "CLOSER",
    ],
)  # fmt: skip
MOST_THINGS = 60
MOST_LETTERS = 60
_Choice = TypeVar("_Choice", bound=StrEnum)


class InvalidScene(ValueError):
    """A scene's JSON has a missing, unknown or impossible value."""


@dataclass(frozen=True)
class Thing:
    """Something in the picture; places and sizes are shares of the picture's width and height."""

    kind: str
    x: float
    """Middle, 0 (left) to 1."""
    y: float
    """Foot of what stands, middle of what flies, 0 (top) to 1."""
    size: float
    """Height as a share of the picture's height."""
    colour: RGB | None = None
    number: int = 0
    """Names the thing's own chance, so that others do not change it."""


@dataclass(frozen=True)
class Scene:
    """All that decides a picture, apart from its size in pixels."""

    seed: int
    genre: Genre = Genre.LANDSCAPE
    ground: Ground = Ground.HILLS
    water: bool = False
    """Whether still water lies in front of the ground."""
    hour: Hour = Hour.DAY
    weather: Weather = Weather.CLEAR
    season: Season = Season.SUMMER
    style: Style = Style.PLAIN
    things: tuple[Thing, ...] = ()
    sky: RGB | None = None
    accent: RGB | None = None
    """Colour of the coat in a portrait, of the wall in a room or behind a table."""
    text: str = ""
    lettering: Lettering = Lettering.SIGN
    text_colour: RGB | None = None
    grades: tuple[Grade, ...] = ()
    size: tuple[int, int] = (1392, 752)
    """Pixels that the picture was first drawn in; an edit keeps its composition."""
    frame: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """The part of the picture that is shown: left, top, right, bottom as shares."""


def scene_to_json(scene: Scene) -> str:
    """Return the scene as text that `scene_from_json` reads."""
    return json.dumps(asdict(scene), separators=(",", ":"))


def scene_from_json(text: str) -> Scene:
    """Read a scene. Raises InvalidScene for anything `scene_to_json` could not have written."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidScene("the scene is no JSON text") from error
    names = set(Scene.__dataclass_fields__)
    if not isinstance(fields, dict) or set(fields) != names:
        raise InvalidScene("a scene has other fields")
    left, top, right, bottom = (_number(v, 0, 1) for v in _list(fields["frame"], 4, 4))
    if right - left < 0.3 or bottom - top < 0.3:
        raise InvalidScene("the frame is too small")
    width, height = (int(_number(side, 16, 4096)) for side in _list(fields["size"], 2, 2))
    if width * height > 4_000_000:
        raise InvalidScene("the size is too large")
    return Scene(
        seed=int(_number(fields["seed"], 0, 2**53)),
        genre=_choice(Genre, fields["genre"]),
        ground=_choice(Ground, fields["ground"]),
        water=_flag(fields["water"]),
        hour=_choice(Hour, fields["hour"]),
        weather=_choice(Weather, fields["weather"]),
        season=_choice(Season, fields["season"]),
        style=_choice(Style, fields["style"]),
        things=tuple(_thing(entry) for entry in _list(fields["things"], 0, MOST_THINGS)),
        sky=_colour(fields["sky"]),
        accent=_colour(fields["accent"]),
        text=_text(fields["text"], MOST_LETTERS),
        lettering=_choice(Lettering, fields["lettering"]),
        text_colour=_colour(fields["text_colour"]),
        grades=tuple(_choice(Grade, entry) for entry in _list(fields["grades"], 0, 12)),
        size=(width, height),
        frame=(left, top, right, bottom),
    )


def _thing(entry: Any) -> Thing:
    if not isinstance(entry, dict) or set(entry) != set(Thing.__dataclass_fields__):
        raise InvalidScene("a thing has other fields")
    return Thing(
        kind=_text(entry["kind"], 40),
        x=_number(entry["x"], -0.5, 1.5),
        y=_number(entry["y"], -0.5, 1.5),
        size=_number(entry["size"], 0.005, 1.2),
        colour=_colour(entry["colour"]),
        number=int(_number(entry["number"], 0, 1_000_000)),
    )


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidScene("a number is missing")
    if not (math.isfinite(value) and low <= value <= high):
        raise InvalidScene("a number is out of range")
    return value


def _list(value: Any, fewest: int, most: int) -> list[Any]:
    if not isinstance(value, list) or not fewest <= len(value) <= most:
        raise InvalidScene("a list is missing or has another length")
    return value


def _colour(value: Any) -> RGB | None:
    if value is None:
        return None
    red, green, blue = (int(_number(part, 0, 255)) for part in _list(value, 3, 3))
    return red, green, blue


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise InvalidScene("a text is missing or too long")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidScene("a switch is missing")
    return value


def _choice(kind: type[_Choice], value: Any) -> _Choice:
    if not isinstance(value, str) or value not in {str(member) for member in kind}:
        raise InvalidScene(f"no such {kind.__name__.lower()}")
    return kind(value)
