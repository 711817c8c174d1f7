"""Generate: make images from a prompt."""

import streamlit as st

from components.ui import session
from components.ui.form import prompt_box, submit
from components.ui.form.generation_form import GenerationForm
from components.ui.generate import recent_tasks

form = GenerationForm("generate")
form_column, result_column = st.columns([5, 9], gap="large")
with form_column, st.container(key="kx-form"):
    prompt_box.render_prompt(
        form, placeholder="A lighthouse at dusk, storm clouds, a warm light in the window"
    )
    with st.container(key="kx-settings"):
        form.render_settings(session.studio().price)
    submit.render_submit(form, "Generate")
with result_column:
    recent_tasks.render_recent_tasks()
