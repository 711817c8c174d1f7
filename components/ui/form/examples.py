"""Examples on empty pages: prompts with images on Generate, images to edit on Edit.

The images in `static/starters` were drawn by the sandbox from these very prompts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from components.studio import GenerationRequest
from components.ui import session
from components.ui.form.generation_form import GenerationForm
from components.ui.form.submit import show_errors

_IMAGES = Path(__file__).parents[3] / "static" / "starters"


@dataclass(frozen=True)
class PromptExample:
    """A prompt, its ratio, and its image's name in `static/starters`."""

    name: str
    prompt: str
    ratio: str = "4:3"


PROMPT_EXAMPLES = (
    PromptExample("lighthouse", "A lighthouse on a cliff at dusk, storm clouds, a warm light"),
    PromptExample("balloons", "Hot-air balloons over misty mountains at sunrise"),
    PromptExample("city", "A city skyline at night with neon lights, reflected in a river"),
    PromptExample("cabin", "A cabin in a snowy pine forest under the northern lights"),
    PromptExample("desert", "Golden desert dunes under a huge sun, vintage travel poster"),
    PromptExample("harbour", "Three sailboats on a calm sea at sunset, birds over the horizon"),
)


@dataclass(frozen=True)
class EditExample:
    """An example image to edit, and an instruction for it."""

    name: str
    instruction: str


EDIT_EXAMPLES = (
    EditExample(
        "lighthouse", "Turn the scene to night and add stars, keep the lighthouse unchanged"
    ),
    EditExample("balloons", "Change the sky to teal, keep everything else the same"),
    EditExample("city", "Add fireworks above the skyline, keep the city unchanged"),
    EditExample("cabin", "Add falling snow, keep the cabin and the trees unchanged"),
    EditExample("desert", "Make the picture black and white, keep the composition the same"),
    EditExample("harbour", "Add a rainbow over the water, keep the boats unchanged"),
)


def render_prompt_examples() -> bool:
    """Render the examples if this user has nothing yet; returns whether it did."""
    tab, studio = session.tab_state(), session.studio()
    if studio.recent_tasks(tab.user_id, limit=1):
        return False
    st.subheader("Begin with one of these", anchor=False)
    st.caption("One click makes it. Or write your own, and press Ctrl or ⌘ with Enter.")
    with st.container(key="kx-examples"):
        columns = st.columns(3)
        for place, starter in enumerate(PROMPT_EXAMPLES):
            with columns[place % len(columns)]:
                _tile(starter.name, starter.prompt, partial(_submit, starter))
    return True


def render_edit_examples() -> None:
    """Render the example images of an empty Edit page, each with its instruction."""
    st.subheader("Begin with a picture", anchor=False)
    st.caption("Upload, drop or paste one, give its address, or take one of these.")
    with st.container(key="kx-examples"):
        columns = st.columns(3)
        for place, beginning in enumerate(EDIT_EXAMPLES):
            with columns[place % len(columns)]:
                _tile(beginning.name, beginning.instruction, partial(_start_edit, beginning))


def _tile(name: str, caption: str, on_click: Callable[[], None]) -> None:
    with st.container(key=f"kx-example-{name}"):
        st.image(
            f"/app/static/starters/{name}.jpg", alt=f"{caption} (starter picture)", width="stretch"
        )
        st.button(caption, key=f"example-{name}", width="stretch", on_click=on_click)


def _start_edit(example: EditExample) -> None:
    tab = session.tab_state()
    data = (_IMAGES / f"{example.name}.jpg").read_bytes()
    with show_errors("edit"):
        record = session.studio().import_image(tab.user_id, data, label=example.name.capitalize())
        session.select_source(record.id)
        GenerationForm("edit").load_request(GenerationRequest(prompt=example.instruction))


def _submit(example: PromptExample) -> None:
    tab = session.tab_state()
    request = GenerationRequest(prompt=example.prompt, aspect_ratio=example.ratio)
    with show_errors("generate"):
        session.studio().submit(tab.user_id, request)
