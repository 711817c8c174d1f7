"""Make pictures from words."""

import streamlit as st

from components.ui import session
from components.ui.form import examples, prompt_box, submit
from components.ui.form.generation_form import Form
from components.ui.generate import recent_tasks

form = Form("generate")
writing, watching = st.columns([5, 9], gap="large")
with writing, st.container(key="kx-form"):
    prompt_box.draw_prompt(
        form, placeholder="A lighthouse at dusk, storm clouds, a warm light in the window"
    )
    form.draw_settings(session.studio().settings.price)
    submit.draw_submit(form, "Generate")
with watching:
    if not examples.draw_starters():
        recent_tasks.draw_feed(empty="")
