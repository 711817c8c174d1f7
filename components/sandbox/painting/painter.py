"""The painter: puts one picture together, from the far sky to the corner mark."""

from PIL import Image, ImageOps

from components.sandbox.painting.abstract import paint_abstract
from components.sandbox.painting.dice import dice
from components.sandbox.painting.interior import paint_interior
from components.sandbox.painting.landscape import (
    paint_ground,
    paint_heaven,
    settle,
)
from components.sandbox.painting.lettering import write
from components.sandbox.painting.logo import paint_logo
from components.sandbox.painting.mark import sign
from components.sandbox.painting.palettes import Weather
from components.sandbox.painting.portrait import paint_portrait
from components.sandbox.painting.scene import Genre, Letters, Scene
from components.sandbox.painting.space import paint_space
from components.sandbox.painting.stage import Stage
from components.sandbox.painting.still_life import paint_still_life
from components.sandbox.painting.styles import restyle
from components.sandbox.painting.things import paint_things
from components.sandbox.painting.weather import paint_falling, paint_fog
from components.sandbox.painting.words import read

_LEAST = 64
"""Pixels below which a side has no room for a horizon; such pictures are painted larger."""


def paint_scene(prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
    """Paint what the words of `prompt` ask for: RGB, exactly `size` pixels, marked in the corner.

    The same prompt, size and seed give the same picture; another seed gives another one.
    """
    picture = paint_bare(prompt, size, seed)
    sign(picture)
    return picture


def paint_bare(prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
    """Paint as `paint_scene` does, without the mark: a scene to be laid behind something else."""
    if min(size) < _LEAST:
        roomy = (max(size[0], _LEAST), max(size[1], _LEAST))
        return ImageOps.fit(paint_bare(prompt, roomy, seed), size, Image.Resampling.LANCZOS)
    name = f"{prompt} {seed}"
    rng = dice(name)
    asked = read(prompt)
    scene, stage = settle(asked, size, name, rng)
    match asked.genre:
        case Genre.PORTRAIT:
            paint_portrait(stage, scene)
        case Genre.STILL_LIFE:
            paint_still_life(stage, scene)
        case Genre.ABSTRACT:
            paint_abstract(stage, scene)
        case Genre.SPACE:
            paint_space(stage, scene)
        case Genre.LOGO:
            paint_logo(stage, scene)
        case Genre.INTERIOR:
            paint_interior(stage, scene)
        case Genre.LANDSCAPE:
            _paint_landscape(stage, scene, asked)
    if scene.text:
        coloured = scene.letters is Letters.NEON or scene.genre is Genre.LOGO
        ink = scene.colours[0] if coloured and scene.colours else None
        posts = scene.letters is Letters.SIGN and scene.genre is Genre.LANDSCAPE
        middle = (0.36 if stage.lit_from_left else 0.64, 0.66) if posts else (0.5, 0.22)
        if scene.genre is Genre.LOGO:
            middle = (0.5, 0.82)
        write(
            stage.picture,
            scene.text,
            scene.letters,
            colour=ink,
            middle=middle,
            turn=seed,
            posts=posts,
        )
    return restyle(stage.picture, scene.style, rng)


def _paint_landscape(stage: Stage, scene: Scene, asked: Scene) -> None:
    paint_heaven(stage, scene)
    paint_ground(stage, scene)
    if scene.weather is Weather.FOG:
        paint_fog(stage)
    paint_things(stage, asked)
    paint_falling(stage, scene.weather)
