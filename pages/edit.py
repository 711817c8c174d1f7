"""Change a picture with words."""

import streamlit as st

from components.ui import prompt, session, source, stage, starters, submit
from components.ui.form import Form

form = Form("edit")
picture = session.source()
writing, watching = st.columns([5, 9], gap="large")
with writing, st.container(key="kx-form"):
    source.draw_source(picture, ratio=form.draft().ratio)
    prompt.draw_prompt(
        form, placeholder="Change the sky to a warm sunset, keep everything else the same"
    )
    with st.container(key="kx-settings"):
        form.draw_settings(session.studio().settings.price)
    submit.draw_submit(form, "Edit")
with watching:
    if picture is None:
        starters.draw_sources()
    else:
        stage.draw_stage(picture)
