"""Change a picture with words."""

import streamlit as st

from components.ui import session
from components.ui.edit import edit_viewer, source_picker
from components.ui.form import examples, prompt_box, submit
from components.ui.form.generation_form import GenerationForm

form = GenerationForm("edit")
image = session.selected_source()
writing, watching = st.columns([5, 9], gap="large")
with writing, st.container(key="kx-form"):
    source_picker.render_source(image, ratio=form.values().ratio)
    prompt_box.render_prompt(
        form, placeholder="Change the sky to a warm sunset, keep everything else the same"
    )
    with st.container(key="kx-settings"):
        form.render_settings(session.studio().price)
    submit.render_submit(form, "Edit")
with watching:
    if image is None:
        examples.render_edit_examples()
    else:
        edit_viewer.render_viewer(image)
