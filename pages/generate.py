"""Make pictures from words."""

import streamlit as st

from components.ui import feed, prompt, session, starters, submit
from components.ui.form import Form

form = Form("generate")
writing, watching = st.columns([5, 9], gap="large")
with writing, st.container(key="kx-form"):
    prompt.draw_prompt(
        form, placeholder="A lighthouse at dusk, storm clouds, a warm light in the window"
    )
    form.draw_settings(session.studio().settings.price)
    submit.draw_submit(form, "Generate")
with watching:
    if not starters.draw_starters():
        feed.draw_feed(empty="")
