"""Examples on an empty Edit page: images to edit, each with an instruction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st

from components.studio import GenerationRequest
from components.ui import session
from components.ui.edit.source_picker import import_source
from components.ui.form.example_tiles import ExampleTile, render_example_tiles
from components.ui.form.generation_form import GenerationForm

_IMAGES = Path(__file__).parents[3] / "static" / "starters"


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


def render_edit_examples() -> None:
    """Render the example images, each with its instruction."""
    st.subheader("Begin with a picture", anchor=False)
    st.caption("Upload, drop or paste one, give its address, or take one of these.")
    render_example_tiles(
        [
            ExampleTile(example.name, example.instruction, partial(_start_edit, example))
            for example in EDIT_EXAMPLES
        ]
    )


def _start_edit(example: EditExample) -> None:
    tab = session.tab_state()
    data = (_IMAGES / f"{example.name}.jpg").read_bytes()
    label = example.name.capitalize()
    if import_source(
        lambda: session.studio().image_importer.from_bytes(tab.user_id, data, label=label)
    ):
        GenerationForm("edit").load_request(GenerationRequest(prompt=example.instruction))
