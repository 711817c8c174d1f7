"""The scene: the small typed value that a picture is drawn from, and its JSON form.

A scene that was read from a file is hostile input: every value is checked against its type and
range.
"""

import json
import math
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from components.sandbox.renderer.canvas import RGB, table

Genre = StrEnum("Genre", "LANDSCAPE PORTRAIT TABLE ROOM")
Hour = StrEnum("Hour", "DAWN DAY GOLDEN DUSK NIGHT")
Weather = StrEnum("Weather", "CLEAR CLOUDS STORM RAIN SNOW FOG")
Season = StrEnum("Season", "SPRING SUMMER AUTUMN WINTER")
Ground = StrEnum("Ground", "MOUNTAINS HILLS SEA BEACH CITY FOREST DESERT SNOW MOON STUDIO")
Style = StrEnum("Style", "PLAIN WATERCOLOUR OIL INK PENCIL PIXEL POSTER PRINT NOIR")
Lettering = StrEnum("Lettering", "SIGN NEON POSTER")
Grade = StrEnum(
    "Grade",
    "GREY SEPIA WARM COOL VIVID MUTED BRIGHT DARK CONTRAST SOFT VINTAGE BLUR BLUR_BACKGROUND "
    "MIRROR UPSIDE_DOWN CLOSER",
)
MOST = 60
"""Things, grades or letters in one scene."""
_LATER = {"text_at", "text_size"}  # an older version wrote scenes without them


class InvalidScene(ValueError):
    """A scene's JSON has a missing, unknown or impossible value; the message names it."""


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
    """All that decides a picture."""

    seed: int
    pixels: tuple[int, int] = (1392, 752)
    """Width and height that it was first drawn in; an edit keeps its composition."""
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
    """Colour of a room's wall, or of a plain background."""
    text: str = ""
    lettering: Lettering = Lettering.SIGN
    text_colour: RGB | None = None
    text_at: tuple[float, float] | None = None
    """Middle of the lettering; None is its usual place."""
    text_size: float = 1.0
    grades: tuple[Grade, ...] = ()
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
    scene: Scene = _checked(Scene, fields, "scene")
    left, top, right, bottom = scene.frame
    if min(right - left, bottom - top) < 0.3 or math.prod(scene.pixels) > 4_000_000:
        raise InvalidScene("the frame is too small or the picture too large")
    return scene


def _checked(kind: Any, value: Any, name: str) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
        if set(hints) - _LATER <= set(value) <= set(hints):
            return kind(**{field: _checked(hints[field], value[field], field) for field in value})
    elif get_origin(kind) is tuple and isinstance(value, list):
        parts = get_args(kind)
        if parts[-1] is Ellipsis:
            parts = parts[:1] * len(value)
        if len(parts) == len(value) <= MOST:
            return tuple(_checked(p, v, name) for p, v in zip(parts, value, strict=True))
    elif type(None) in get_args(kind):
        return None if value is None else _checked(get_args(kind)[0], value, name)
    elif kind in (int, float) and number:
        low, high = map(float, table("bounds.txt")[name][0].split())
        if low <= value <= high and (kind is float or isinstance(value, int)):
            return value
    elif kind in (bool, str) and type(value) is kind and (kind is bool or len(value) <= MOST):
        return value
    elif isinstance(kind, type) and issubclass(kind, StrEnum) and value in [str(k) for k in kind]:
        return kind(value)
    raise InvalidScene(f"{name} is missing, unknown or out of range")
