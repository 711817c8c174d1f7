"""What an empty Generate page offers: prompts with pictures, each made at one click.

The pictures in `static/starters` were drawn by the sandbox from these very prompts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from components.studio import GenerationRequest
from components.ui import session
from components.ui.form import Form
from components.ui.submit import saying_why_not

_PICTURES = Path(__file__).parents[2] / "static" / "starters"


@dataclass(frozen=True)
class Starter:
    """A prompt, the ratio it is made in, and its picture's name in `static/starters`."""

    name: str
    prompt: str
    ratio: str = "4:3"


STARTERS = (
    Starter("lighthouse", "A lighthouse on a cliff at dusk, storm clouds, a warm light"),
    Starter("balloons", "Hot-air balloons over misty mountains at sunrise"),
    Starter("city", "A city skyline at night with neon lights, reflected in a river"),
    Starter("cabin", "A cabin in a snowy pine forest under the northern lights"),
    Starter("desert", "Golden desert dunes under a huge sun, vintage travel poster"),
    Starter("harbour", "Three sailboats on a calm sea at sunset, birds over the horizon"),
)


@dataclass(frozen=True)
class Beginning:
    """A starter picture to edit, and a first instruction for it."""

    name: str
    instruction: str


BEGINNINGS = (
    Beginning("lighthouse", "Turn the scene to night and add stars, keep the lighthouse unchanged"),
    Beginning("balloons", "Change the sky to teal, keep everything else the same"),
    Beginning("city", "Add fireworks above the skyline, keep the city unchanged"),
    Beginning("cabin", "Add falling snow, keep the cabin and the trees unchanged"),
    Beginning("desert", "Make the picture black and white, keep the composition the same"),
    Beginning("harbour", "Add a rainbow over the water, keep the boats unchanged"),
)


def draw_starters() -> bool:
    """Draw the starters if this designer has nothing yet; whether they were drawn."""
    tab, studio = session.current(), session.studio()
    if studio.entries(tab.designer, limit=1):
        return False
    st.subheader("Begin with one of these", anchor=False)
    st.caption("One click makes it. Or write your own, and press Ctrl or ⌘ with Enter.")
    with st.container(key="kx-starters"):
        columns = st.columns(3)
        for place, starter in enumerate(STARTERS):
            with columns[place % len(columns)]:
                _tile(starter.name, starter.prompt, partial(_make, starter))
    return True


def draw_sources() -> None:
    """What an empty Edit page offers: pictures to begin with, and an instruction for each."""
    st.subheader("Begin with a picture", anchor=False)
    st.caption("Upload, drop or paste one, give its address, or take one of these.")
    with st.container(key="kx-starters"):
        columns = st.columns(3)
        for place, beginning in enumerate(BEGINNINGS):
            with columns[place % len(columns)]:
                _tile(beginning.name, beginning.instruction, partial(_begin, beginning))


def _tile(name: str, words: str, on_click: Callable[[], None]) -> None:
    with st.container(key=f"kx-starter-{name}"):
        st.image(
            f"/app/static/starters/{name}.jpg", alt=f"{words} (starter picture)", width="stretch"
        )
        st.button(words, key=f"starter-{name}", width="stretch", on_click=on_click)


def _begin(beginning: Beginning) -> None:
    tab = session.current()
    data = (_PICTURES / f"{beginning.name}.jpg").read_bytes()
    with saying_why_not("edit"):
        record = session.studio().bring_in(tab.designer, data, label=beginning.name.capitalize())
        session.choose_source(record.id)
        Form("edit").fill(GenerationRequest(prompt=beginning.instruction))


def _make(starter: Starter) -> None:
    tab = session.current()
    request = GenerationRequest(prompt=starter.prompt, aspect_ratio=starter.ratio)
    with saying_why_not("generate"):
        session.studio().submit(tab.designer, request)
