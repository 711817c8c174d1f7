"""Change a picture with words."""

import streamlit as st

from components.ui import session
from components.ui.edit import edit_viewer, source_picker
from components.ui.form import examples, prompt_box, submit
from components.ui.form.generation_form import Form

form = Form("edit")
picture = session.source()
writing, watching = st.columns([5, 9], gap="large")
with writing, st.container(key="kx-form"):
    source_picker.draw_source(picture, ratio=form.draft().ratio)
    prompt_box.draw_prompt(
        form, placeholder="Change the sky to a warm sunset, keep everything else the same"
    )
    with st.container(key="kx-settings"):
        form.draw_settings(session.studio().settings.price)
    submit.draw_submit(form, "Edit")
with watching:
    if picture is None:
        examples.draw_sources()
    else:
        edit_viewer.draw_stage(picture)
