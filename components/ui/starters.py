"""What an empty Generate page offers: prompts with pictures, each made at one click.

The pictures in `static/starters` were painted by the sandbox from these very prompts.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from components.studio import GenerationRequest
from components.ui import session


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
    Starter("harbour", "Sailboats in a calm harbour, soft morning fog, watercolour"),
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
            with columns[place % len(columns)], st.container(key=f"kx-starter-{starter.name}"):
                st.image(
                    f"/app/static/starters/{starter.name}.jpg",
                    alt=f"{starter.prompt} (starter picture)",
                    width="stretch",
                )
                st.button(
                    starter.prompt,
                    key=f"starter-{starter.name}",
                    width="stretch",
                    on_click=_make,
                    args=(starter,),
                )
    return True


def _make(starter: Starter) -> None:
    tab = session.current()
    session.studio().submit(
        tab.designer, GenerationRequest(prompt=starter.prompt, aspect_ratio=starter.ratio)
    )
