"""Edit: change an image with an instruction."""

import streamlit as st

from components.ui import session
from components.ui.edit import edit_examples, edit_viewer, source_picker
from components.ui.form import prompt_box, submit
from components.ui.form.generation_form import GenerationForm

form = GenerationForm("edit")
source = session.selected_source()
form_column, result_column = st.columns([5, 9], gap="large")
with form_column, st.container(key="kx-form"):
    source_picker.render_source(source, ratio=form.values().ratio)
    prompt_box.render_prompt(
        form, placeholder="Change the sky to a warm sunset, keep everything else the same"
    )
    with st.container(key="kx-settings"):
        form.render_settings(session.studio().price)
    submit.render_submit(form, "Edit")
with result_column:
    if source is None:
        edit_examples.render_edit_examples()
    else:
        edit_viewer.render_viewer(source)
