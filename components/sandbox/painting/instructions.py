"""Reading an edit instruction: from words to a list of changes, in order.

What is to be kept ("keep the face unchanged") and what is refused ("without people") is no
command and is left out.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from components.sandbox.painting import vocabulary
from components.sandbox.painting.colour import NAMED, RGB
from components.sandbox.painting.palettes import Hour, Weather
from components.sandbox.painting.scene import Letters, Style, Wanted
from components.sandbox.painting.words import (
    colour_of,
    first,
    quotations,
    tokens,
    unquoted,
    wanted_things,
)


class Kind(StrEnum):
    """What one change does."""

    TONE = "tone"
    HOUR = "hour"
    WEATHER = "weather"
    STYLE = "style"
    MIRROR = "mirror"
    BLUR = "blur"
    ADD = "add"
    REMOVE = "remove"
    SKY = "sky"
    RECOLOUR = "recolour"
    LETTERS = "letters"
    BACKGROUND = "background"
    GENTLE = "gentle"


class Tone(StrEnum):
    """A change of light or colour over the whole picture."""

    GREY = "grey"
    SEPIA = "sepia"
    WARMER = "warmer"
    COOLER = "cooler"
    BRIGHTER = "brighter"
    DARKER = "darker"
    CONTRAST = "contrast"
    SOFTER = "softer"
    VIVID = "vivid"
    MUTED = "muted"
    SHARPER = "sharper"


@dataclass(frozen=True)
class Change:
    """One step of an instruction; only the fields that its `kind` needs are set."""

    kind: Kind
    words: str
    tone: Tone | None = None
    hour: Hour | None = None
    weather: Weather | None = None
    style: Style | None = None
    wanted: tuple[Wanted, ...] = ()
    source: RGB | None = None
    target: RGB | None = None
    text: str = ""
    instead_of: str = ""
    letters: Letters = Letters.SIGN
    upright: bool = False


_VERBS = (
    "add|make|change|replace|remove|erase|delete|turn|convert|transform|give|put|place|blur|flip|"
    "mirror|restyle|recolou?r|colou?r|paint|set|draw|write|insert|brighten|darken|increase|reduce|"
    "render|redraw|apply|let|get rid|cut|swap|include|tint|desaturate|sharpen|warm|cool"
)
_KEPT = re.compile(
    rf"\b(?:keep|keeping|preserve|preserving|maintain|maintaining|leave|leaving|retain|retaining|"
    rf"without changing|but not|do not change|don.t change|do not touch|matching|using the same)\b"
    rf".*?(?=[.;]|\bthen\b|(?:,|\band\b)\s*(?:{_VERBS})\b|$)",
    re.IGNORECASE | re.DOTALL,
)
_STEP = re.compile(
    rf"[.;\n]+|\b(?:and )?then\b|(?:,\s*(?:and\s+)?|\band\s+)(?=(?:also\s+)?(?:{_VERBS})\b)",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"\b(?:remove|erase|delete|get rid|cut out|take away|take out)\b", re.IGNORECASE
)
_ADD = re.compile(
    r"\b(?:add|put|place|insert|draw|include|with more|let there be|give it)\b", re.IGNORECASE
)
_BACKGROUND = re.compile(
    r"\b(?:change|replace|swap|set|make|turn|put)\b.*\b(?:background|backdrop|surroundings|setting|scenery)\b"
    r"(?:\s+(?:to|with|into|for|by|as))?\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_TONES: tuple[tuple[Tone, str], ...] = (
    (Tone.GREY, r"black[ -]and[ -]white|b&w|monochrome|gr[ae]yscale|desaturate"),
    (Tone.SEPIA, r"\bsepia"),
    (Tone.SOFTER, r"less contrast|lower contrast|softer|soften|reduce (?:the )?contrast"),
    (Tone.CONTRAST, r"contrast|punchier|dramatic|moodier"),
    (Tone.WARMER, r"\bwarm"),
    (Tone.COOLER, r"\bcool|\bcolder"),
    (Tone.BRIGHTER, r"\bbright|\blighter|\blighten|\bexposure"),
    (Tone.DARKER, r"\bdarker|\bdarken|\bdim\b"),
    (Tone.VIVID, r"vivid|vibrant|saturat|colou?rful"),
    (Tone.MUTED, r"muted|pastel|faded"),
    (Tone.SHARPER, r"sharpen|sharper|crisp|\bdetail|upscale|restore"),
)


def changes(instruction: str) -> tuple[Change, ...]:
    """Return the steps of `instruction`; never empty: an unknown wish is a gentle change."""
    quoted = quotations(instruction)
    plain = _KEPT.sub(" ", unquoted(instruction) if quoted else instruction)
    if quoted:
        letters = Letters.NEON if "neon" in tokens(plain) else Letters.SIGN
        target = next((NAMED[word] for word in tokens(plain) if word in NAMED), None)
        lettering = Change(
            Kind.LETTERS,
            plain,
            text=quoted[-1],
            instead_of=quoted[0] if len(quoted) > 1 else "",
            letters=letters,
            target=target,
        )
        rest = [step for step in _steps(plain) if not _is_lettering(step)]
        return (lettering, *(known for step in rest if (known := _known(step))))
    found = [change for step in _steps(plain) for change in _all(step)]
    return tuple(found) or (Change(Kind.GENTLE, plain),)


def _steps(text: str) -> list[str]:
    return [step.strip(" ,") for step in _STEP.split(text) if step and step.strip(" ,")]


def _is_lettering(step: str) -> bool:
    return bool(
        re.search(
            r"\b(?:replace|change|write|text|sign|says?|saying|reads?|letters?|words?|title)\b",
            step,
            re.IGNORECASE,
        )
    )


def _all(step: str) -> list[Change]:
    change = _known(step)
    return [change] if change else []


def _known(step: str) -> Change | None:
    """Return the change that `step` names, the most particular reading first."""
    words = tokens(step)
    text = step.lower()
    if _REMOVE.search(step):
        return Change(Kind.REMOVE, step, wanted=wanted_things(words), source=_colours(words)[0])
    background = _BACKGROUND.search(step)
    if "blur" in text or "bokeh" in text or "out of focus" in text or "depth of field" in text:
        return Change(Kind.BLUR, step)
    if background:
        place = background.group(1)
        alone = [word for word in tokens(place) if word not in NAMED]
        if place.strip() and not (len(alone) <= 1 and _colours(tokens(place))[1]):
            return Change(Kind.BACKGROUND, place)
        return Change(Kind.SKY, step, target=_colours(words)[1]) if _colours(words)[1] else None
    if re.search(r"\b(?:mirror|flip|flipped|mirrored)\b", text) and "reflection" not in text:
        return Change(Kind.MIRROR, step, upright="vertical" in text or "upside" in text)
    sky = _sky_colour(words)
    if sky is not None:
        return Change(Kind.SKY, step, target=sky)
    if not _ADD.search(step):
        for reading in (_tone, _recolour, _style, _light):
            change = reading(step, words)
            if change:
                return change
    return _addition(step, words)


def _sky_colour(words: list[str]) -> RGB | None:
    if not {"sky", "skies"} & set(words):
        return None
    place = next(i for i, word in enumerate(words) if word in ("sky", "skies"))
    after = [NAMED[word] for word in words[place + 1 :] if word in NAMED]
    return after[-1] if after else colour_of(words, "sky", "skies")


def _colours(words: list[str]) -> tuple[RGB | None, RGB | None]:
    """Return the colour that is there and the colour that is wished: the first and the last."""
    named = [NAMED[word] for word in words if word in NAMED]
    return (named[0] if named else None, named[-1] if named else None)


def _tone(step: str, words: list[str]) -> Change | None:
    if first(vocabulary.HOURS, words) and not re.search(
        r"contrast|warmer|cooler|brighter|darker", step.lower()
    ):
        return None
    for tone, pattern in _TONES:
        if re.search(pattern, step.lower()):
            return Change(Kind.TONE, step, tone=tone)
    return None


def _recolour(step: str, words: list[str]) -> Change | None:
    if first(vocabulary.HOURS, words):
        return None
    source, target = _colours(words)
    verb = re.search(
        r"\b(?:make|change|turn|recolou?r|colou?r|paint|tint|replace|swap|dye)\b", step.lower()
    )
    if target is None or not verb or first(vocabulary.STYLES, words):
        return None
    named = [word for word in words if word in NAMED]
    return Change(
        Kind.RECOLOUR,
        step,
        wanted=wanted_things(words),
        source=source if len(named) > 1 else None,
        target=target,
    )


def _style(step: str, words: list[str]) -> Change | None:
    style = first(vocabulary.STYLES, words)
    if style is None:
        return None
    if style is Style.NOIR and "noir" not in words:
        return Change(Kind.TONE, step, tone=Tone.GREY)
    return Change(Kind.STYLE, step, style=style)


def _light(step: str, words: list[str]) -> Change | None:
    hour = first(vocabulary.HOURS, words)
    if hour is not None:
        return Change(Kind.HOUR, step, hour=hour)
    weather = first(vocabulary.WEATHERS, words)
    return Change(Kind.WEATHER, step, weather=weather) if weather else None


def _addition(step: str, words: list[str]) -> Change | None:
    wanted = wanted_things(words)
    weather = first(vocabulary.WEATHERS, words)
    if weather in (Weather.RAIN, Weather.SNOW, Weather.FOG, Weather.STORM):
        return Change(Kind.WEATHER, step, weather=weather)
    if wanted:
        return Change(Kind.ADD, step, wanted=wanted)
    if _ADD.search(step):
        for reading in (_tone, _style, _light):
            change = reading(step, words)
            if change:
                return change
    return None
