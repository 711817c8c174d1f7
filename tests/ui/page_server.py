"""Serves the page that PAGE names, with the scripts of our components."""

from __future__ import annotations

import os

import streamlit as st

from components.server.scripts import script_routes
from components.ui import browser

app = st.App(os.environ["PAGE"], routes=script_routes(browser.SCRIPTS_URL, browser.scripts()))
