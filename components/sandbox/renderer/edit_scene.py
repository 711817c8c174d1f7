"""Changes a scene by an instruction, step by step; what is to be kept is no command."""

import re
from dataclasses import replace

from components.sandbox.renderer.parse_prompt import (
    QUOTED,
    Word,
    add_things,
    colour,
    find_words,
    near,
    values,
)  # fmt: skip
from components.sandbox.renderer.scene import (
    MOST_LETTERS,
    MOST_THINGS,
    Genre,
    Grade,
    Ground,
    Hour,
    Lettering,
    Scene,
    Season,
    Style,
    Thing,
    Weather,
)  # fmt: skip
from components.sandbox.renderer.things import KINDS

_VERBS = (
    "add|put|place|insert|draw|give|make|turn|change|set|replace|swap|remove|delete|erase|restyle|"
    "convert|transform|paint|recolou?r|colou?r|blur|move|crop|zoom|mirror|flip|write|light|brighten|"
    "darken|take away|let"
)
_KEEP = re.compile(
    rf"\b(?:while |but |and )?(?:keep|keeping|preserv\w+|maintain\w*|leav(?:e|ing)|without chang\w+|"
    rf"match\w*)\b.*?(?=[.;]|$|(?:,|\band\b|\bthen\b)\s*(?:then\s+)?(?:{_VERBS})\b)",
    re.IGNORECASE | re.DOTALL,
)
_STEP = re.compile(rf"(?:[.;,]|\band\b|\bthen\b)+\s*(?=(?:then\s+)?(?:{_VERBS})\b)", re.IGNORECASE)
_ADD = re.compile(r"\b(add|put|place|insert|draw|give|with|include)\b", re.IGNORECASE)
_REMOVE = re.compile(r"\b(remove|delete|erase|take away|clear away|get rid of)\b", re.IGNORECASE)
_SWAP = re.compile(
    r"\b(?:replace|swap|change|turn)\b(.+?)\b(?:with|for|into|to|by)\b(.+)", re.IGNORECASE
)
_STYLES = re.compile(
    r"\b(style|restyle|painting|turn|convert|transform|as|into|make)\b", re.IGNORECASE
)
_WIDER = {"snowfall": Weather.SNOW, "rainfall": Weather.RAIN, "mist": Weather.FOG}
_NEEDS_CLEAR_SKY = {"sun", "moon", "stars", "aurora"}


def edit_scene(scene: Scene, instruction: str) -> Scene:
    """Return the scene that the instruction asks for; the seed stays, and with it all the rest."""
    text = _KEEP.sub(" ", _masked(instruction))
    quotes = ["".join(match.groups("")) for match in QUOTED.finditer(instruction)]
    before = scene
    for step in _STEP.split(text):
        scene = _step(scene, step, quotes)
    scene = replace(scene, things=scene.things[:MOST_THINGS], grades=scene.grades[-12:])
    gentle = Grade.VIVID if before.grades[-1:] != (Grade.VIVID,) else Grade.SOFT
    return scene if scene != before else replace(scene, grades=(*scene.grades[-11:], gentle))


def _masked(text: str) -> str:
    """Return the text with each quotation as the word QUOTE: it holds no commands."""
    return QUOTED.sub(" QUOTE ", text)


def _step(scene: Scene, step: str, quotes: list[str]) -> Scene:
    words = find_words(step)
    parts, hues = values(words, "part"), [colour(value) for value in values(words, "colour")]
    things = [word for word in words if word.group in {"thing", "sky"}]
    if "QUOTE" in step and quotes:
        lettering = scene.lettering if scene.text else Lettering.SIGN
        lettering = Lettering.NEON if "neon" in parts else lettering
        return replace(scene, text=quotes.pop()[:MOST_LETTERS], lettering=lettering)
    if _REMOVE.search(step):
        return _without(scene, words)
    swap = _SWAP.search(step)
    if swap and not {"sky", "background", "garment", "wall"} & set(parts):
        old, new = (find_words(half) for half in swap.groups())
        if _present(scene, old) and any(word.group == "thing" for word in new):
            return _swapped(scene, old, next(word for word in new if word.group == "thing"))
    if "background" in parts and (grounds := values(words, "ground")):
        return _moods(_elsewhere(scene, grounds, words), words)
    if Grade.BLUR in values(words, "grade") and "background" in parts:
        return replace(scene, grades=(*scene.grades, Grade.BLUR_BACKGROUND))
    if (styles := values(words, "style")) and _STYLES.search(step):
        return replace(scene, style=Style(styles[0]))
    if hues and "sky" in parts and not _ADD.search(step):
        return replace(scene, sky=hues[-1])
    if (
        hues
        and (recoloured := _recoloured(scene, words, hues[-1])) != scene
        and not _ADD.search(step)
    ):
        return recoloured
    if (size := values(words, "size")) and _present(scene, words) and not _ADD.search(step):
        kinds, factor = {word.value for word in things}, float(size[0])
        resized = [
            replace(t, size=min(1.2, t.size * factor)) if t.kind in kinds else t
            for t in scene.things
        ]
        return replace(scene, things=tuple(resized))
    if re.search(r"\bmove\b", step, re.IGNORECASE) and _present(scene, words):
        return _moved(scene, {word.value for word in things}, step.lower())
    if things and (_ADD.search(step) or not _mentions_mood(words)):
        return _added(scene, words)
    return _moods(scene, words)


def _added(scene: Scene, words: list[Word]) -> Scene:
    """Add what the words name; falling weather lies over the scene and leaves its light alone."""
    kinds = {word.value for word in words if word.group in {"thing", "sky"}}
    names = {**{word.at: word for word in words if word.group == "thing"},
             **{word.at: word for word in words if word.group == "sky"}}  # fmt: skip
    helpers = [word for word in words if word.group not in {"thing", "sky"}]
    result = add_things(scene, sorted([*names.values(), *helpers], key=lambda word: word.at))
    if kinds & _NEEDS_CLEAR_SKY and scene.weather in {
        Weather.STORM,
        Weather.RAIN,
        Weather.SNOW,
        Weather.FOG,
    }:
        result = replace(result, weather=Weather.CLEAR)
    if values(words, "weather") == ["storm"]:
        result = replace(result, weather=Weather.STORM)
    return result


def _mentions_mood(words: list[Word]) -> bool:
    return any(word.group in {"hour", "weather", "season", "grade"} for word in words)


def _moods(scene: Scene, words: list[Word]) -> Scene:
    """Set time of day, weather and season, and add grades."""
    hours, weathers, seasons = (values(words, group) for group in ("hour", "weather", "season"))
    if hours:
        bodies = [t for t in scene.things if t.kind not in {"sun", "moon"}]
        scene = replace(scene, hour=Hour(hours[0]), things=tuple(bodies), sky=None)
    if weathers:
        scene = replace(scene, weather=Weather(weathers[0]))
    if seasons or "snow" in values(words, "ground"):
        scene = replace(scene, season=Season(seasons[0] if seasons else "winter"))
    grades = [] if hours or weathers else values(words, "grade")
    return replace(scene, grades=(*scene.grades, *(Grade(name) for name in grades)))


def _present(scene: Scene, words: list[Word]) -> bool:
    kinds = {word.value for word in words}
    return any(thing.kind in kinds for thing in scene.things)


def _without(scene: Scene, words: list[Word]) -> Scene:
    kinds = {word.value for word in words if word.group in {"thing", "sky"}}
    kinds |= {"woman", "man"} & kinds and {"person"}
    kept = tuple(thing for thing in scene.things if thing.kind not in kinds)
    clear = kinds & {"clouds"} or scene.weather in {_WIDER.get(kind) for kind in kinds}
    weather = Weather.CLEAR if clear else scene.weather
    text = "" if "text" in values(words, "part") else scene.text
    return replace(scene, things=kept, weather=weather, text=text)


def _swapped(scene: Scene, old: list[Word], new: Word) -> Scene:
    """Put another kind of thing where the named things are."""
    kinds, things = {word.value for word in old}, []
    kind = new.value if new.value in KINDS else "tree"
    for thing in scene.things:
        if thing.kind in kinds and thing.kind in KINDS:
            size = KINDS[kind].tall * thing.size / KINDS[thing.kind].tall
            paint = colour(near([*old, new], new, "colour"))
            things.append(replace(thing, kind=kind, size=min(1.2, size), colour=paint))
        else:
            things.append(thing)
    return replace(scene, things=tuple(things))


def _elsewhere(scene: Scene, grounds: list[str], words: list[Word]) -> Scene:
    """Change the ground behind things that stay where they are."""
    ground = Ground(grounds[0])
    genre = scene.genre if scene.genre is Genre.PORTRAIT else Genre.LANDSCAPE
    return replace(scene, ground=ground, genre=genre, water=bool(values(words, "water")), sky=None)


def _recoloured(scene: Scene, words: list[Word], hue: tuple[int, int, int] | None) -> Scene:
    """Give the named things, coat, wall or lettering a colour; "red balloon" names red ones too."""
    kinds, parts = (
        {word.value for word in words if word.group in {"thing", "sky"}},
        values(words, "part"),
    )
    if "garment" in parts:
        kinds |= {"woman", "man", "person"}
    if "wall" in parts:
        scene = replace(scene, accent=hue)
    if "text" in parts and scene.text:
        scene = replace(scene, text_colour=hue)
    named = [t for t in scene.things if t.kind in kinds]
    noun = next((word for word in words if word.group == "thing"), None)
    was = colour(near(words, noun, "colour")) if noun else None
    chosen = [t for t in named if t.colour == was] if was and was != hue else named
    chosen = chosen or named
    painted = [replace(t, colour=hue) if t in chosen else t for t in scene.things]
    return replace(scene, things=tuple(painted))


def _moved(scene: Scene, kinds: set[str], step: str) -> Scene:
    x, y = (("right" in step) - ("left" in step)) * 0.22, (("down" in step) - ("up" in step)) * 0.1

    def shifted(thing: Thing) -> Thing:
        if thing.kind not in kinds:
            return thing
        return replace(
            thing, x=min(0.95, max(0.05, thing.x + x)), y=min(1.0, max(0.05, thing.y + y))
        )

    return replace(scene, things=tuple(shifted(thing) for thing in scene.things))
