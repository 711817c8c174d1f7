"""Examples on an empty Generate page: prompts with images, each submitted with one click.

The images in `static/starters` were drawn by the sandbox from these very prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from components.studio import GenerationRequest
from components.ui.form.example_tiles import ExampleTile, render_example_tiles
from components.ui.form.submit import show_errors, submit_request


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


def render_prompt_examples() -> None:
    """Render the examples."""
    st.subheader("Begin with one of these", anchor=False)
    st.caption("One click makes it. Or write your own, and press Ctrl or ⌘ with Enter.")
    render_prompt_tiles(PROMPT_EXAMPLES)


def render_prompt_tiles(examples: Sequence[PromptExample]) -> None:
    """Render some of the examples as tiles."""
    render_example_tiles(
        [
            ExampleTile(example.name, example.prompt, partial(_submit, example))
            for example in examples
        ]
    )


def _submit(example: PromptExample) -> None:
    with show_errors("generate"):
        submit_request(GenerationRequest(prompt=example.prompt, aspect_ratio=example.ratio))
