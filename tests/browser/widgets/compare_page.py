"""The page that the viewer's tests look at: one pair, as its address describes it."""

from __future__ import annotations

import sys

import streamlit as st

from components.ui.widgets.image_compare import CompareImage, image_compare

st.set_page_config(layout="wide")
st.title("Pair")  # the bar of the app would stand here
asked = st.query_params
width, height = (int(side) for side in asked.get("size", "1184x880").split("x"))
if st.toggle("Show", value=True):
    image_compare(
        CompareImage("/app/static/before.png", 1600, 1200, "Before", "Green hills"),
        CompareImage(
            "/app/static/" + asked.get("after", "same.png"), width, height, "After", "A blue hut"
        ),
        key="pair",
        mode=asked.get("mode", "slider"),
    )
again = st.button("Again")
heavy = [name for name in ("pandas", "pyarrow") if name in sys.modules]
st.text(f"Loaded for the viewer: {heavy}")
if again:
    st.text("Ran again")
