"""Changes a scene by an instruction, step by step; what is to be kept is no command."""

import re
from dataclasses import replace

from components.sandbox.prompts import parse_prompt as prompts
from components.sandbox.prompts.placement import changed, moved
from components.sandbox.prompts.vocabulary import QUOTED, Words, quotes_of, read_words
from components.sandbox.renderer import scene as model
from components.sandbox.renderer.canvas import from_hex
from components.sandbox.renderer.scene import Scene
from components.sandbox.renderer.sky import FALLS
from components.sandbox.renderer.things import KINDS, WORN, zone_of

_VERBS = (
    "add|put|place|insert|draw|give|make|turn|change|set|replace|swap|remove|delete|erase|restyle|"
    "convert|transform|paint|recolou?r|colou?r|blur|move|crop|zoom|mirror|flip|write|brighten|darken"
)
_KEEP = re.compile(
    r"\b(?:while |but |and )?(?:keep|keeping|preserv\w+|maintain\w*|leav(?:e|ing)|without chang\w+"
    rf"|match\w*)\b.*?(?=[.;]|$|(?:,|\band\b|\bthen\b)\s*(?:then\s+)?(?:{_VERBS})\b)",
    re.IGNORECASE | re.DOTALL,
)
_STEP = re.compile(rf"(?:[.;,]|\band\b|\bthen\b)+\s*(?=(?:then\s+)?(?:{_VERBS})\b)", re.IGNORECASE)
_SWAP = re.compile(
    r"\b(?:replace|swap|change|turn)\b(.+?)\b(?:with|for|into|to|by)\b(.+)", re.IGNORECASE
)
_THICK = {model.Weather.STORM, model.Weather.RAIN, model.Weather.SNOW, model.Weather.FOG}


def edit_scene(scene: Scene, instruction: str) -> Scene:
    """Return the scene that the instruction asks for; the seed stays, and with it all the rest."""
    quotes, edited = quotes_of(instruction), scene
    # A quotation holds no commands.
    for step in _STEP.split(_KEEP.sub(" ", QUOTED.sub(" QUOTE ", instruction))):
        edited = _step(edited, step, quotes)
    if edited.weather is not scene.weather:
        edited = prompts.with_lightning(edited, read_words(instruction))
    things, grades = edited.things[: model.MOST], edited.grades[-model.MOST :]
    edited = replace(edited, things=things, grades=grades)
    if edited == scene:  # nothing was understood: a gentle change, so that an answer is seen
        gentle = model.Grade.SOFT if model.Grade.VIVID in scene.grades else model.Grade.VIVID
        edited = replace(scene, grades=(*scene.grades[1 - model.MOST :], gentle))
    return edited


def _step(scene: Scene, step: str, quotes: list[str]) -> Scene:
    words = read_words(step)
    adds, moves = ("add" in words.all("verb"), "move" in words.all("verb"))
    kinds = {word.value for word in words.found if word.group in {"thing", "sky"}}
    parts, hues = words.all("part"), words.all("colour")
    if "QUOTE" in step and quotes:
        lettered = prompts.with_lettering(scene, words)
        if scene.text and "neon" not in parts:  # other words in the old letters
            lettered = replace(lettered, lettering=scene.lettering)
        return replace(lettered, text=quotes.pop()[: model.MOST])
    if "remove" in words.all("verb"):
        return _without(scene, kinds, parts)
    swap = _SWAP.search(step)
    if swap and (swapped := _swapped(scene, *map(read_words, swap.groups()))) != scene:
        return swapped
    for change in (_moved, _sized) if moves or not adds else ():
        if (placed := change(scene, words, kinds)) != scene:
            return placed
    accent = prompts.accent_of(words)
    if accent and "background" in parts and not words.all("ground"):
        plain = scene.genre in {model.Genre.PORTRAIT, model.Genre.TABLE}
        ground = model.Ground.STUDIO if plain else scene.ground
        return replace(scene, accent=accent, ground=ground, sky=accent)
    if "background" in parts and words.all("ground"):
        genre = scene.genre if scene.genre is model.Genre.PORTRAIT else model.Genre.LANDSCAPE
        ground, water = model.Ground(words.all("ground")[0]), bool(words.all("water"))
        return _moods(replace(scene, ground=ground, genre=genre, water=water, sky=None), words)
    if "background" in parts and model.Grade.BLUR in words.all("grade"):
        return replace(scene, grades=(*scene.grades, model.Grade.BLUR_BACKGROUND))
    if words.all("style") and not adds:
        return replace(scene, style=model.Style(words.all("style")[0]))
    if hues and not adds and "sky" in parts:
        return replace(scene, sky=from_hex(hues[-1]))
    if hues and not adds and (recoloured := _recoloured(scene, words, hues[-1])) != scene:
        return recoloured
    if "hair" in parts and (haired := prompts.with_hair(scene, words)) != scene:
        return haired
    moody = any(word.group in {"hour", "weather", "season", "grade"} for word in words.found)
    return _added(scene, words, kinds) if kinds and (adds or not moody) else _moods(scene, words)


def _added(scene: Scene, words: Words, kinds: set[str]) -> Scene:
    sky = {word.at for word in words.found if word.group == "sky"}
    named = tuple(word for word in words.found if word.at not in sky or word.group == "sky")
    scene = prompts.add_things(scene, Words(named))
    if kinds & {"sun", "moon", "stars", "aurora"} and scene.weather in _THICK:
        scene = replace(scene, weather=model.Weather.CLEAR)
    return replace(scene, weather=model.Weather.STORM) if "storm" in words.all("weather") else scene


def _moods(scene: Scene, words: Words) -> Scene:
    hours, weathers, seasons = (words.all(group) for group in ("hour", "weather", "season"))
    if hours:
        others = tuple(thing for thing in scene.things if thing.kind not in {"sun", "moon"})
        scene = replace(scene, hour=model.Hour(hours[0]), things=others, sky=None)
    if weathers:
        scene = replace(scene, weather=model.Weather(weathers[0]))
    if seasons or "snow" in words.all("ground"):
        scene = replace(scene, season=model.Season(seasons[0] if seasons else "winter"))
    grades = [] if hours or weathers else [model.Grade(name) for name in words.all("grade")]
    return replace(scene, grades=(*scene.grades, *grades))


def _moved(scene: Scene, words: Words, kinds: set[str]) -> Scene:
    if "text" in words.all("part") and words.all("spot") and not kinds:
        return prompts.with_lettering(scene, words)
    for word in (word for word in words.found if word.value in kinds and words.spots_of(word)):
        if word.group == "sky" and all(thing.kind != word.value for thing in scene.things):
            scene = prompts.add_things(scene, words)  # the sun or moon of the hour becomes a thing
        for thing in (thing for thing in scene.things if thing.kind == word.value):
            new = moved(scene, thing, words.spots_of(word))
            for worn in (t for t in scene.things if t.x == thing.x and zone_of(t.kind) in WORN):
                scene = changed(scene, [worn], x=new.x)
            scene = changed(scene, [thing], x=new.x, y=new.y, size=new.size)
    return scene


def _sized(scene: Scene, words: Words, kinds: set[str]) -> Scene:
    factor = 1.4 if float(words.first("size", "1")) > 1 else 0.7
    if not words.all("size"):
        return scene
    if "text" in words.all("part") and not kinds:
        return replace(scene, text_size=max(0.3, min(3.0, scene.text_size * factor)))
    for thing in (thing for thing in scene.things if thing.kind in kinds):
        size = max(0.01, min(1.2, thing.size * factor))
        scene = changed(scene, [thing], size=size)
    return scene


def _without(scene: Scene, kinds: set[str], parts: list[str]) -> Scene:
    kinds = kinds | ({"person"} if kinds & {"woman", "man"} else set())
    kept = tuple(thing for thing in scene.things if thing.kind not in kinds)
    clear = "clouds" in kinds or FALLS.get(scene.weather) in kinds
    text = "" if "text" in parts else scene.text
    weather = model.Weather.CLEAR if clear else scene.weather
    return replace(scene, things=kept, text=text, weather=weather)


def _swapped(scene: Scene, old: Words, new: Words) -> Scene:
    noun = next((word for word in new.found if word.group == "thing"), None)
    if noun is None:
        return scene
    kind, paint = noun.value, new.colour_of(noun)
    for thing in (t for t in scene.things if t.kind in KINDS and t.kind in old.all("thing")):
        size = min(1.2, KINDS[kind].tall * thing.size / KINDS[thing.kind].tall)
        scene = changed(scene, [thing], kind=kind, size=size, colour=paint)
    return scene


def _recoloured(scene: Scene, words: Words, hue: str) -> Scene:
    kinds, parts = {word.value for word in words.found}, words.all("part")
    if "garment" in parts:
        kinds |= {"woman", "man", "person"}
    if "hair" in parts:
        kinds |= {kind for kind in KINDS if zone_of(kind) == "hair"}
    if "wall" in parts:
        scene = replace(scene, accent=from_hex(hue))
    if "text" in parts and scene.text:
        scene = replace(scene, text_colour=from_hex(hue))
    noun = next((word for word in words.found if word.group == "thing"), None)
    was = words.colour_of(noun) if noun else None
    alike = {t.kind for t in scene.things if t.colour == was} if was != from_hex(hue) else set()
    others = [t for t in scene.things if was and t.kind in alike and t.colour != was]
    named = [t for t in scene.things if t.kind in kinds and t not in others]
    return changed(scene, named, colour=from_hex(hue))
